"""`fate simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import Json
from paracrine.cli.screen import print_json, print_notices, print_table


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("simulate")(simulate)


def simulate(
    species: Annotated[str, typer.Option(help="mouse, rat or human.")],
    dose: Annotated[str, typer.Option(help="With unit: 1e10particles; ug and cells need --ratio.")],
    route: Annotated[
        str, typer.Option(help="Way into the body, such as iv, infusion or ip; an unknown name lists all.")
    ] = "iv",
    label: Annotated[
        str, typer.Option(help="Class of label whose signal is shown, such as radiolabel; none shows none.")
    ] = "none",
    surface: Annotated[
        str, typer.Option(help="What the surface carries, such as peg; an unknown name lists all.")
    ] = "native",
    disease: Annotated[
        str, typer.Option(help="State of the body, such as stroke; an unknown name lists all.")
    ] = "none",
    size_from: Annotated[
        str | None, typer.Option(help="Instrument file, or batch in --workspace, that gives the sizes.")
    ] = None,
    until_h: Annotated[float, typer.Option("--until", help="Hours to follow.")] = 48.0,
    duration_h: Annotated[float, typer.Option("--duration", help="Hours that an infusion takes.")] = 0.0,
    weight_g: Annotated[float | None, typer.Option("--weight", help="Body weight, g. [default: species table]")] = None,
    own_rows: Annotated[
        Path | None, typer.Option("--physiology", help="CSV of physiology rows of your own, each with a source.")
    ] = None,
    perfused: Annotated[bool, typer.Option("--perfused", help="The assay washes blood out of the organs.")] = False,
    ratio: Annotated[str, typer.Option(help="Your measured ratio: 2e9particles/ug or 1500particles/cell.")] = "",
    posterior: Annotated[Path | None, typer.Option(help="Posterior that `fate fit` wrote.")] = None,
    workspace: Annotated[str | None, typer.Option(help="Ledger that holds the batch.")] = None,
    out: Annotated[Path, typer.Option(help="Where the page goes.")] = Path("fate.html"),
    json: Json = False,
) -> None:
    """Predict where a dose of vesicles is and when, with bands and what a label would show of it.

    Example: `paracrine fate simulate --species mouse --dose 1e10particles --route iv --label radiolabel`
    """
    from paracrine.bench import open_bench

    report = open_bench(workspace).fate.simulate(
        species, dose, route=route, label=label, surface=surface, disease=disease, size_from=size_from,
        until_h=until_h, duration_h=duration_h, weight_g=weight_g, own_rows=own_rows, perfused=perfused, ratio=ratio,
        posterior=posterior, out=out,
    )  # fmt: skip
    if json:
        print_json(report.to_data())
        return
    typer.echo(report.headline)
    headers = ("intact vesicles in", "1 h", "4 h", "24 h", "label shows at 24 h", "grade")
    print_table(headers, report.organ_rows())
    print_table(("", "value and 95 % interval", "grade"), report.blood_rows())
    for organ, why in report.answer.not_assessed:
        typer.echo(f"  {organ}: not assessed, {why}")
    print_notices([(notice.severity.value, notice.message) for notice in report.answer.notices])
    typer.echo(f"Page: {report.page}")
