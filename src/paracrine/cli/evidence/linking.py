"""`evidence dedupe`."""

from __future__ import annotations

from typing import Annotated

import typer

from paracrine.cli.options import BaseOption, Json, Person
from paracrine.cli.screen import print_json


def add_to(group: typer.Typer) -> None:
    """Register the commands."""
    group.command("dedupe")(dedupe)


def dedupe(
    apart: Annotated[tuple[str, str] | None, typer.Option(help="Two records that are different works.")] = None,
    together: Annotated[tuple[str, str] | None, typer.Option(help="Two records that are one work.")] = None,
    reason: Annotated[str, typer.Option(help="Why. It goes into the ledger with your name.")] = "",
    show: Annotated[int, typer.Option(min=0, help="How many groups and links to show.")] = 10,
    workspace: BaseOption = None,
    person: Person = "",
    json: Json = False,
) -> None:
    """Find records of one work, preprints of articles, trials registered twice and publications of trials.

    Nothing is deleted: every record stays, and a decision is taken back with its opposite.

    Example: `paracrine evidence dedupe`, then `paracrine evidence dedupe --apart KEY KEY --reason "other outcome"`
    """
    from paracrine.bench import open_bench

    evidence = open_bench(workspace, person=person).evidence
    for pair, joins in ((apart, False), (together, True)):
        if pair:
            evidence.decide_link(*pair, together=joins, reason=reason)
    report = evidence.dedupe()
    if json:
        print_json(report.to_data())
        return
    typer.echo(report.headline)
    for group in report.groups[:show]:
        typer.echo(f"\n  {group[0]} stands for {', '.join(group[1:])}")
        for match in report.matches:
            if match.one in group:
                typer.echo(f"    {match.text}")
    for title, matches in (("To look at", report.possible), ("Links", report.links)):
        if matches:
            typer.echo(f"\n{title}:")
        for match in matches[:show]:
            typer.echo(f"  {match.text}")
