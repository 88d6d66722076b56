"""`dose`: the same exposure in another species."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import Json
from paracrine.cli.screen import print_json, print_notices, print_table


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("dose")(dose)


def dose(
    given: Annotated[str, typer.Option("--from", help="SPECIES[@WEIGHT]:DOSE:ROUTE, mouse:1e10particles:iv.")],
    wanted: Annotated[str, typer.Option("--to", help="SPECIES[@WEIGHT][:ROUTE], such as human or human@58kg.")],
    organ: Annotated[str, typer.Option(help="Whose exposure is compared, beside that of blood.")] = "liver",
    ratio: Annotated[str, typer.Option(help="Your measured ratio: 2e9particles/ug or 1500particles/cell.")] = "",
    factors: Annotated[
        Path | None, typer.Option(help="CSV of your own scaling factors: key,species,value,unit,source,grade,note.")
    ] = None,
    own_rows: Annotated[
        Path | None, typer.Option("--physiology", help="CSV of physiology rows of your own, each with a source.")
    ] = None,
    evidence: Annotated[
        str | None, typer.Option(help="Your evidence base, such as ./evidence: its trials' doses are shown.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the page goes.")] = Path("dose.html"),
    json: Json = False,
) -> None:
    """Find what dose in another species gives the same exposure, beside the common rules and registered trials.

    An extrapolation with its interval, never a recommendation.

    Example: `paracrine dose --from mouse:1e10particles:iv --to human`
    """
    from paracrine.bench import open_bench

    report = open_bench().fate.dose(
        given, wanted, organ=organ, ratio=ratio, factors=factors, own_rows=own_rows, evidence=evidence, out=out
    )
    if json:
        print_json(report.to_data())
        return
    typer.echo(report.headline)
    print_table(("compared by", "particles (95 % interval)", "grade", "rests on"), report.rows())
    typer.echo(f"Why so wide: {report.comparison.width_reason}")
    if report.trials:
        headers = ("trial", "condition", "dose", "schedule", "read from", "disagreement")
        print_table(headers, report.trial_rows(), title="\nRegistered trials by the same route")
    print_notices([(notice.severity.value, notice.message) for notice in report.comparison.notices])
    typer.echo(f"Page: {report.page}")
