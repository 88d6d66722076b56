"""`evidence`: the commands of the evidence base, gathered from `cli/evidence/`."""

from __future__ import annotations

import typer

from paracrine.core.catalog import Catalog


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(
        name="evidence",
        help="What is known: papers and trials from the files you download, searched, screened and pooled, offline."
        "\n\nStart with `paracrine evidence add FILE…`.",
        no_args_is_help=True,
        rich_markup_mode="markdown",
    )
    for topic in Catalog("paracrine.cli.evidence", ("add_to",)):
        topic.add_to(group)
    app.add_typer(group)
