"""`evidence trends`: what the records tell together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from paracrine.cli.options import BaseOption, Json
from paracrine.cli.screen import print_json, print_table


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("trends")(trends)


def trends(
    files: Annotated[list[Path] | None, typer.Argument(help="Files to count instead of the base.")] = None,
    workspace: BaseOption = None,
    out: Annotated[Path, typer.Option(help="Where trends.html and trends.json go.")] = Path(),
    json: Json = False,
) -> None:
    """Count publications and trials by year, condition, source, phase and country; vesicles beside cells.

    Example: `paracrine evidence trends --out trends`
    """
    from paracrine.bench import open_bench

    data = open_bench(workspace).evidence.trends(tuple(files or ()), out=out).to_data()
    if json:
        print_json(data)
        return
    typer.echo(data["headline"])
    for title, key in (
        ("stage", "funnel"),
        ("source", "sources"),
        ("condition", "conditions"),
        ("country", "countries"),
    ):
        rows = [_row(one) for one in data[key] if one["count"]][:12]
        if rows:
            print_table((title, "what", "records"), rows)
    for doubt in data["doubts"]:
        typer.echo(f"  note: {doubt}")
    typer.echo(f"Page: {data['page']} (ledger entry {data['ledger_entry']})")


def _row(one: dict[str, Any]) -> tuple[str, str, str]:
    return (one["value"], f"{one['group']} {one['kind']}s", str(one["count"]))
