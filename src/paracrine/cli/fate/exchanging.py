"""`fate sbml-out`, `fate sbml-in`, `fate petab-out`: models for other programs, and theirs here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import Json
from paracrine.cli.screen import print_json, print_table


def add_to(group: typer.Typer) -> None:
    """Register the commands."""
    group.command("sbml-out")(sbml_out)
    group.command("sbml-in")(sbml_in)
    group.command("petab-out")(petab_out)


def sbml_out(
    species: Annotated[str, typer.Option(help="mouse, rat or human.")],
    dose: Annotated[str, typer.Option(help="With unit: 1e10particles; ug and cells need --ratio.")],
    model: Annotated[str, typer.Option(help="A file of fate/models.")] = "flow_limited_pbpk",
    route: Annotated[str, typer.Option(help="Way into the body.")] = "iv",
    duration_h: Annotated[float, typer.Option("--duration", help="Hours over which the dose runs in.")] = 0.0,
    part: Annotated[list[str] | None, typer.Option(help="Part to add, such as lesion.")] = None,
    ratio: Annotated[str, typer.Option(help="Your measured ratio: 2e9particles/ug or 1500particles/cell.")] = "",
    out: Annotated[Path, typer.Option(help="Where the file goes.")] = Path("fate.xml"),
) -> None:
    """Write a model with a body and a dose as SBML: values are the defaults of the model file, not the posterior.

    Example: `paracrine fate sbml-out --species mouse --dose 1e10particles --out fate.xml`
    """
    from paracrine.bench import open_bench

    written = open_bench().fate.write_sbml(
        species, dose, out, model=model, route=route, duration_h=duration_h, parts=part or (), ratio=ratio
    )
    typer.echo(f"Model: {written}")


def sbml_in(
    file: Annotated[Path, typer.Argument(help="An SBML file of reactions with constant parameters.")],
    until_h: Annotated[float, typer.Option("--until", help="Hours to follow.")] = 48.0,
    points_count: Annotated[int, typer.Option("--points", min=2, help="Times shown.")] = 7,
    json: Json = False,
) -> None:
    """Read an SBML model and follow what it starts with and is given.

    Example: `paracrine fate sbml-in fate.xml --until 24`
    """
    from paracrine.bench import open_bench

    report = open_bench().fate.read_sbml(file, until_h=until_h, points_count=points_count)
    if json:
        print_json(report.to_data())
        return
    states, flows = len(report.network.system.states), len(report.network.system.flows)
    typer.echo(f"{report.network.name}: {states} states, {flows} flows, {len(report.network.injections)} doses.")
    print_table(("amount of", *(f"{time:g} h" for time in report.times_h)), report.rows())


def petab_out(
    data: Annotated[Path, typer.Argument(help="CSV of time courses, as for `fate fit`.")],
    perfused: Annotated[bool, typer.Option("--perfused", help="The assay washes blood out of the organs.")] = False,
    out: Annotated[Path, typer.Option(help="Folder of the problem.")] = Path("petab"),
) -> None:
    """Write a PEtab problem: your time courses, the model, and what to estimate within which bounds.

    Example: `paracrine fate petab-out biodistribution.csv --out petab`
    """
    from paracrine.bench import open_bench

    for path in open_bench().fate.write_petab(data, out, perfused=perfused):
        typer.echo(f"  {path}")
