"""Options that several commands share, and what they choose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from paracrine.core.progress import Executor

Person = Annotated[str, typer.Option(help="Who acts. [default: person in study.toml, else the login name]")]
RoleOption = Annotated[str, typer.Option("--role", help="In which role. [default: role in study.toml]")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Out = Annotated[Path | None, typer.Option(help="Where the certificates go. [default: FOLDER/certificates]")]
WorkspaceOption = Annotated[
    str | None, typer.Option("--workspace", help="Ledger: a folder or a database URL. [default: OUT/workspace]")
]
BaseOption = Annotated[
    str | None, typer.Option("--workspace", help="Evidence base: a folder or a database URL. [default: ./evidence]")
]


ExecutorName = Annotated[
    str, typer.Option("--executor", help="Where work runs: serial, processes or dask. [default: all cores]")
]
Cluster = Annotated[str, typer.Option("--cluster", help="Scheduler of a Dask cluster, such as tcp://host:8786.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes; 0 takes one a core.")]


def choose_executor(workers: int, *, name: str = "", cluster: str = "") -> Executor:
    """Return an executor over so many processes; 0 takes one a core."""
    from paracrine.bench.executing import choose_executor as choose

    return choose(name, workers=workers, cluster=cluster)
