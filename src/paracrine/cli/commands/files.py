"""`read`, `formats`: one file, and what can be read at all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.screen import print_json, print_notices, print_table


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("read")(read)
    app.command("formats")(formats)


def read(
    file: Annotated[Path, typer.Argument(help="An instrument's export file.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    all_fields: Annotated[bool, typer.Option("--all", help="Also list settings and unread fields.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also write all of it as one page, with charts.")] = None,
) -> None:
    """Show every run in FILE: instrument, settings, the vendor's numbers and ours, notices, unread fields.

    Examples: `paracrine read "AD45_F3-ExperimentSummary.csv"`, `paracrine read beads.csv --html beads.html`
    """
    from paracrine.bench import open_bench

    report = open_bench().read(file)
    page = report.write_html(html) if html else None
    if json:
        print_json(report.to_data())
        return
    typer.echo(report.headline)
    for run in report.runs:
        print_table(
            ("number", "vendor", "vendor's rule, again", "ours", "unit"), run.number_rows(), title=f"\n{run.title}"
        )
        if all_fields:
            print_table(("setting", "value"), list(run.settings.items()))
            print_table(("unread field", "value"), list(run.unread.items()))
        else:
            typer.echo(f"  {len(run.settings)} settings, {len(run.unread)} unread fields (--all lists them)")
        print_notices(run.notices)
    if page:
        typer.echo(f"Page: {page}")


def formats(json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False) -> None:
    """List what can be read, how far each reader is to be trusted, and against which real files it was held.

    Example: `paracrine formats`
    """
    from paracrine.bench import open_bench

    listed = open_bench().formats()
    if json:
        print_json([info.to_data() for info in listed])
        return
    typer.echo(f"{len(listed)} readers.")
    typer.echo("tested: held against a real file; candidate: documented layout; draft: please send a sample.")
    rows = [(info.name, info.title, info.maturity_text, info.held_against, info.known_limits) for info in listed]
    print_table(("reader", "what", "maturity", "held against", "limits"), rows)
