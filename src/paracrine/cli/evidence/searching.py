"""`evidence search`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from paracrine.cli.options import BaseOption, Json, Person
from paracrine.cli.screen import print_json, print_table


def add_to(group: typer.Typer) -> None:
    """Register the commands."""
    group.command("search")(search)


def search(
    query: Annotated[str, typer.Argument(help='Words, "phrases", AND, OR, NOT, brackets, word*, title:word.')] = "",
    where: Annotated[
        list[str] | None, typer.Option(help="Filter: year>=2020, database=pubmed,embase, kind=trial.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many hits to show.")] = 20,
    facets: Annotated[bool, typer.Option("--facets", help="Also count the matches by kind, year, database …")] = False,
    save: Annotated[str, typer.Option(help="Keep the search under this name.")] = "",
    saved: Annotated[str, typer.Option(help="Run the search kept under this name; tells what is new.")] = "",
    workspace: BaseOption = None,
    person: Person = "",
    json: Json = False,
) -> None:
    """Search the evidence base, best match first.

    Example: `paracrine evidence search 'exosome AND (kidney OR renal) NOT cancer' --where "year>=2018" --facets`
    """
    from paracrine.bench import open_bench

    report = open_bench(workspace, person=person).evidence.search(
        query, where=where or (), limit=limit, facets=facets, save=save, saved=saved
    )
    if json:
        print_json(report.to_data())
        return
    typer.echo(report.headline)
    for number, hit in enumerate(report.hits, 1):
        typer.echo(f"\n{number:3d}. {'new: ' if hit.is_new else ''}{_shown(hit.title)}\n     {hit.summary}")
        if hit.passage:
            typer.echo(f"     {_shown(' '.join(hit.passage.split()))}")
    for name, values in report.facets.items():
        print_table((name, "records"), [(value, str(count)) for value, count in values], title="\n")


def _shown(text: str) -> str:
    start, end = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("*", "*")
    return text.replace("\x02", start).replace("\x03", end)
