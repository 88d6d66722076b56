"""`demo`: a simulated campaign on the same path as real data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import choose_executor
from paracrine.cli.outcome import show_report
from paracrine.cli.screen import print_json, print_table, progress_bars


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo")(demo)


def demo(
    out: Annotated[Path, typer.Option(help="Where the campaign and its certificates go.")] = Path("paracrine-demo"),
    seed: Annotated[
        int | None, typer.Option(help="Seed of the simulation. [default: always the same campaign]")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Simulate three batches, write the vendors' files, certify them, and show measured beside simulated truth.

    Example: `paracrine demo --out try-me`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        report = open_bench().demo(out, seed=seed, executor=choose_executor(0), progress=progress)
    if json:
        print_json(report.to_data())
        return
    typer.echo("SIMULATED campaign: three batches, one of them bad in two ways.")
    show_report(report.run)
    print_table(
        ("batch", "attribute", "method", "measured", "95 % interval", "simulated truth", "inside"), report.truth_rows()
    )
    counted = f"{report.covered_count} of {report.compared_count}"
    typer.echo(f"{counted} intervals hold the simulated truth (95 % wanted, in the long run).")
    typer.echo(f"Look at {report.first_page}")
    typer.echo(f"The files as the instruments would have written them: {report.folder}")
