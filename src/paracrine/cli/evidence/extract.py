"""`evidence extract`, `evidence demo`: what records say of product, source, route and dose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from paracrine.cli.options import BaseOption, Json, Person
from paracrine.cli.screen import print_json, print_table, progress_bars


def add_to(group: typer.Typer) -> None:
    """Register the commands."""
    group.command("extract")(extract)
    group.command("demo")(demo)


def extract(
    files: Annotated[list[Path] | None, typer.Argument(help="Files to read instead of the base.")] = None,
    workspace: BaseOption = None,
    corrections: Annotated[Path | None, typer.Option(help="CSV key,item,value: by hand.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the page and its tables.")] = None,
    person: Person = "",
    json: Json = False,
) -> None:
    """Read source, route, dose, schedule, methods and safety out of records, each with the words that say it.

    Doses of different kinds are never converted. `not assessable`: a record or abstract is silent, which is no absence.

    Corrections over the base are kept in its ledger and reach `search --where` and `dose --evidence`; item `dose` takes
    `1e10 particles; 50 ug`, and an empty value takes a correction back.

    Example: `paracrine evidence extract ctg-studies.json --out tables`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        report = open_bench(workspace, person=person).evidence.extract(
            tuple(files or ()), corrections=corrections, out=out, progress=progress
        )
    data = report.to_data()
    if json:
        print_json(data)
        return
    typer.echo(report.headline)
    rows = [_row(one) for one in data["records"]]
    print_table(("record", "vesicles given", "source", "route", "dose", "phase", "n"), rows)
    safety = [row for one in data["records"] for row in one["safety"] if row["at_risk"]]
    if safety:
        print_table(("trial", "group", "what", "events", "95 % interval"), [_safety(row) for row in safety])
    for conflict in data["conflicts"]:
        typer.echo(f"  conflict: {conflict}")
    for key in data["unused_corrections"]:
        typer.echo(f"  no record {key} was read: its corrections were not used")
    for path in data["files"]:
        typer.echo(f"Table: {path}")
    if data["page"]:
        typer.echo(f"Page: {data['page']}")


def _row(record: dict[str, Any]) -> tuple[str, ...]:
    values = {one["item"]: one["value"] for one in record["values"]}
    doses = "; ".join(one["text"] for one in record["doses"]) or "not stated"
    given = "yes" if record["is_vesicle_therapy"] else f"no: {record['why']}"
    shown = (values.get(name, "") for name in ("source", "route"))
    return (record["key"], given, *shown, doses, values.get("phase", ""), values.get("n", ""))


def _safety(row: dict[str, Any]) -> tuple[str, ...]:
    interval = f"{row['low_pct']:.1f} to {row['high_pct']:.1f} %" if row["low_pct"] is not None else "not assessed"
    return (row["trial"], row["group"], row["what"], f"{row['events']}/{row['at_risk']}", interval)


def demo(
    out: Annotated[Path, typer.Option(help="Where the tables and pages go.")] = Path("paracrine-evidence-demo"),
    json: Json = False,
) -> None:
    """Show the evidence room on curated trials of MSC vesicles that ship with the program, each with its source.

    Example: `paracrine evidence demo --out try-evidence`
    """
    from paracrine.bench import open_bench

    report = open_bench().evidence.demo(out)
    if json:
        print_json(report.to_data())
        return
    typer.echo(report.headline)
    print_table(("study", "arm", "outcome", "events", "95 % interval", "source"), report.count_rows())
    typer.echo(report.pooled.headline)
    for path in report.files:
        typer.echo(f"File: {path}")
