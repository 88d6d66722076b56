"""One item after the other in this process."""

from __future__ import annotations

from paracrine.core.progress import Executor, SerialExecutor

NAME = "serial"
TITLE = "one item after the other, in this process"


def open_executor(*, workers: int, cluster: str) -> Executor:
    """Return the executor; workers and cluster have no meaning here."""
    return SerialExecutor()
