"""`evidence add`, `evidence formats`, `evidence show`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import BaseOption, Json, Person
from paracrine.cli.screen import print_json, print_table, progress_bars


def add_to(group: typer.Typer) -> None:
    """Register the commands."""
    group.command("add")(add)
    group.command("formats")(formats)
    group.command("show")(show)


def add(
    files: Annotated[list[Path], typer.Argument(help="Exports of databases and registries, plain or .gz.")],
    workspace: BaseOption = None,
    person: Person = "",
    json: Json = False,
) -> None:
    """Read FILES into the evidence base; a newer export shows what changed.

    Exit codes: 0 all read; 2 a file was refused, the others were read.

    Example: `paracrine evidence add pubmed.xml.gz embase.ris ctg-studies.json`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        report = open_bench(workspace, person=person).evidence.add(files, progress=progress)
    if json:
        print_json(report.to_data())
    else:
        typer.echo(report.headline)
        for file in report.files:
            if not file.error:
                typer.echo(f"  {file.headline}")
            done = file.filled
            for one in (*(done.refused[:20] if done else ()), *(done.skipped[:20] if done else ())):
                typer.echo(f"    {'refused' if one.is_record else 'skipped'} {one.locator}: {one.reason}")
            for remark in done.remarks if done else ():
                typer.echo(f"    note: {remark}")
            for line in file.news[:50]:
                typer.echo(f"    news: {line}")
    for file in report.refused_files:
        typer.echo(f"paracrine: {file.headline}", err=True)
    if report.refused_files:
        raise typer.Exit(2)


def formats(json: Json = False) -> None:
    """List what can be added, and against which real files each reader was held.

    Example: `paracrine evidence formats`
    """
    from paracrine.bench import open_bench

    listed = [info.to_data() for info in open_bench().evidence.sources()]
    if json:
        print_json(listed)
        return
    typer.echo(f"{len(listed)} formats.")
    rows = [(one["name"], one["title"], one["gives"], one["maturity"], one["known_limits"]) for one in listed]
    print_table(("format", "what", "gives", "maturity", "limits"), rows)


def show(
    key: Annotated[str, typer.Argument(help="Key of a record, such as pubmed:30922926 or trial:NCT02552212.")],
    workspace: BaseOption = None,
) -> None:
    """Print one record with every field, as JSON.

    Example: `paracrine evidence show pubmed:30922926`
    """
    from paracrine.bench import open_bench

    print_json(open_bench(workspace).evidence.record(key).to_data())
