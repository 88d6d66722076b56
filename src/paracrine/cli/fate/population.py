"""`fate population`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import Json
from paracrine.cli.screen import print_json, print_notices, print_table, progress_bars


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("population")(population)


def population(
    species: Annotated[str, typer.Option(help="mouse, rat or human.")],
    dose: Annotated[str, typer.Option(help="With unit: 1e10particles; ug and cells need --ratio.")],
    individuals_count: Annotated[int, typer.Option("--n", help="How many bodies.")] = 10_000,
    route: Annotated[str, typer.Option(help="Way into the body.")] = "iv",
    duration_h: Annotated[float, typer.Option("--duration", help="Hours over which the dose runs in.")] = 0.0,
    disease: Annotated[str, typer.Option(help="none, lps, macrophage_depleted or stroke.")] = "none",
    until_h: Annotated[float, typer.Option("--until", help="Hours to follow.")] = 48.0,
    weight_g: Annotated[float | None, typer.Option("--weight", help="Middle body weight, g.")] = None,
    ratio: Annotated[str, typer.Option(help="Your measured ratio: 2e9particles/ug or 1500particles/cell.")] = "",
    sensitivity: Annotated[bool, typer.Option(help="Which unknown makes the spread (needs SALib).")] = True,
    seed: Annotated[int, typer.Option(help="Of the bodies.")] = 1,
    workers: Annotated[int, typer.Option(min=0, help="Threads; 0 takes one a core.")] = 0,
    out: Annotated[Path, typer.Option(help="Where the page goes.")] = Path("population.html"),
    json: Json = False,
) -> None:
    """Follow a dose through many bodies: quantiles of exposure, and which unknown makes them spread.

    Example: `paracrine fate population --species mouse --dose 1e10particles --n 10000`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        report = open_bench().fate.population(
            species, dose, individuals_count=individuals_count, route=route, duration_h=duration_h, disease=disease,
            until_h=until_h, weight_g=weight_g, ratio=ratio, sensitivity=sensitivity, seed=seed, workers=workers,
            out=out, progress=progress,
        )  # fmt: skip
    if json:
        print_json(report.to_data())
        return
    typer.echo(report.headline)
    print_table(("intact vesicles in", "exposure, % of the dose times hours", "fold", "grade"), report.exposure_rows())
    if report.spread.sobol:
        places = list(dict.fromkeys(one.place for one in report.spread.sobol))
        print_table(("share of the spread made by", *places), report.sobol_rows())
    for organ, why in report.spread.not_assessed:
        typer.echo(f"  {organ}: not assessed, {why}")
    print_notices([(notice.severity.value, notice.message) for notice in report.spread.notices])
    typer.echo(f"Page: {report.page}")
