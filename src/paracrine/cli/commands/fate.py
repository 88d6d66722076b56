"""`fate`: the commands on where vesicles go, gathered from `cli/fate/`."""

from __future__ import annotations

import typer

from paracrine.core.catalog import Catalog


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(
        name="fate",
        help="Where vesicles go in the body, with bands, grades and works cited."
        "\n\nStart with `paracrine fate simulate --species mouse --dose 1e10particles`.",
        no_args_is_help=True,
        rich_markup_mode="markdown",
    )
    for topic in Catalog("paracrine.cli.fate", ("add_to",)):
        topic.add_to(group)
    app.add_typer(group)
