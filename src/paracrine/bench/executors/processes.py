"""A pool of processes on this machine."""

from __future__ import annotations

import os

from paracrine.core.progress import Executor, ProcessExecutor, SerialExecutor

NAME = "processes"
TITLE = "a process on each core of this machine"


def open_executor(*, workers: int, cluster: str) -> Executor:
    """Return an executor over so many processes; 0 takes one a core."""
    count = workers or os.cpu_count() or 1
    return ProcessExecutor(count) if count > 1 else SerialExecutor()
