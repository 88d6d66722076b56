"""What a run of a study found, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from paracrine.cli.screen import verdict_counts

if TYPE_CHECKING:
    from paracrine.bench.outcome import RunReport


def show_report(report: RunReport) -> None:
    """Print what a run found and where the files are."""
    if report.unchanged:
        typer.echo("Nothing changed since the last run; no work was done twice.")
    for batch in report.batches:
        typer.echo(f"{batch.headline}{'  (unchanged)' if batch.unchanged and not report.unchanged else ''}")
        typer.echo(f"  {verdict_counts([outcome for _, outcome in batch.outcomes]) or 'no limits: no spec.toml'}")
        if page := batch.outputs.get("certificate.html"):
            typer.echo(f"  {page.parent}/certificate.html  .pdf  .json  measurements.csv")
    if report.comparison:
        typer.echo(f"Comparison of batches: {report.comparison}")
    for path in report.unused_files:
        typer.echo(f"  note: {path} is not named in study.toml and was left out")
    for path, error in report.unreadable:
        typer.echo(f"paracrine: could not be read: {path}: {error.removeprefix(path + ': ')}", err=True)
