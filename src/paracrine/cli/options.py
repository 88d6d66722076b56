"""Options that several commands share, and what they choose."""

from __future__ import annotations

import os
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


def choose_executor(workers: int) -> Executor:
    """Return an executor over so many processes; 0 takes one a core."""
    from paracrine.core.progress import ProcessExecutor, SerialExecutor

    count = workers or os.cpu_count() or 1
    return ProcessExecutor(count) if count > 1 else SerialExecutor()
