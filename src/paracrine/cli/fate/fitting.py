"""`fate fit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import Json
from paracrine.cli.screen import print_json, print_notices, print_table, progress_bars


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("fit")(fit)


def fit(
    data: Annotated[
        Path,
        typer.Argument(help="CSV: study,species,weight_g,label,route,dose,organ,time_h,value,unit (%ID or %ID/g)."),
    ],
    perfused: Annotated[bool, typer.Option("--perfused", help="The assay washed blood out of the organs.")] = False,
    out: Annotated[Path, typer.Option(help="Where the page goes; the posterior goes beside it.")] = Path("fit.html"),
    json: Json = False,
) -> None:
    """Fit your own time courses, several studies and labels at once: what they move, and what they cannot.

    The posterior it writes goes into `paracrine fate simulate --posterior`.

    Example: `paracrine fate fit biodistribution.csv --out fit.html`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        report = open_bench().fate.fit(data, perfused=perfused, out=out, progress=progress)
    if json:
        print_json(report.to_data())
        return
    typer.echo(report.headline)
    print_table(("parameter", "before", "after", "unit", "narrower by", "verdict"), report.rows())
    if report.fit.held_out:
        print_table(("study left out", "values", "inside 95 %"), report.held_rows())
    print_notices([(notice.severity.value, notice.message) for notice in report.notices])
    typer.echo(f"Page: {report.page}   posterior: {report.posterior}")
