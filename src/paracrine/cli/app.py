"""Commands, gathered from one module a verb group, and the way errors leave the program."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from paracrine.core.catalog import Catalog
from paracrine.core.errors import ParacrineError
from paracrine.core.progress import Cancelled
from paracrine.core.version import __version__

app = typer.Typer(
    name="paracrine",
    help="The workbench for cell-free therapeutics from mesenchymal stromal cells: files in, decision out, offline.\n\n"
    "Start with `paracrine demo`, or with `paracrine init FOLDER` on your own files.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paracrine {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The workbench for cell-free therapeutics from mesenchymal stromal cells."""


for group in Catalog("paracrine.cli.commands", ("add_to",)):
    group.add_to(app)


def run_app() -> None:
    """Run the program; a user's mistake is one line and exit code 2, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except ParacrineError as error:
        typer.echo(f"paracrine: {one_line(str(error))}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, Cancelled):
        typer.echo("paracrine: stopped; nothing partial was kept", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)


def one_line(text: str) -> str:
    """Return a message as one printable line."""
    return "".join(char if char.isprintable() else " " for char in text)
