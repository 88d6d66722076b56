"""`evidence screen …`, `evidence export`."""

from __future__ import annotations

import json as json_text
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from paracrine.cli.options import BaseOption, Json, Person
from paracrine.cli.screen import print_json
from paracrine.core.errors import InputError

Name = Annotated[str, typer.Argument(help="Name of the review.")]
_RECORDS_BETWEEN_ADVICE = 20
_VERDICTS = {"i": "include", "e": "exclude", "m": "maybe"}
StageOption = Annotated[str, typer.Option(help="What was read: abstract or 'full text'.")]


def add_to(group: typer.Typer) -> None:
    """Register the commands."""
    screen = typer.Typer(name="screen", help="Screen records for a review, alone or two blinded.", no_args_is_help=True)
    for command in (start, run, next_records, decide, settle, status, flow):
        screen.command("next" if command is next_records else command.__name__)(command)
    group.add_typer(screen)
    group.command("export")(export)


def start(
    name: Name,
    question: Annotated[str, typer.Option(help="What the review asks.")] = "",
    include: Annotated[list[str] | None, typer.Option(help="A criterion for inclusion; may be repeated.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="A reason for exclusion; may be repeated.")] = None,
    reviewers: Annotated[int, typer.Option(min=1, max=2, help="How many read each record.")] = 1,
    query: Annotated[str, typer.Option(help="Screen only what this search finds.")] = "",
    where: Annotated[list[str] | None, typer.Option(help="Filter of the search.")] = None,
    target_recall: Annotated[float, typer.Option(help="Where the stopping rule aims.")] = 0.95,
    workspace: BaseOption = None,
    person: Person = "",
) -> None:
    """Begin a review; run `paracrine evidence dedupe` first.

    Example: `paracrine evidence screen start kidney --exclude "no vesicles" --exclude "no kidney" --reviewers 2`
    """
    from paracrine.bench import open_bench

    plan = open_bench(workspace, person=person).evidence.screening.start(
        name, question=question, include=include or (), exclude=exclude or (), reviewers=reviewers, query=query,
        where=where or (), target_recall=target_recall,
    )  # fmt: skip
    records = "record" if len(plan.keys) == 1 else "records"
    typer.echo(f"{len(plan.keys)} {records} to screen in {name}; {plan.duplicates_count} duplicates set aside.")


def run(name: Name, stage: StageOption = "abstract", workspace: BaseOption = None, person: Person = "") -> None:
    """Screen in the terminal: include, exclude, maybe, back to the last one, quit. Every answer is kept at once.

    Example: `paracrine evidence screen run kidney --person "Ada Lovelace"`
    """
    from paracrine.bench import open_bench

    with open_bench(workspace, person=person).evidence.screening.session(name, stage=stage) as session:
        last = ""
        while keys := session.next_keys():
            key = keys[0]
            while True:
                _show(session.shown(key), len(session.mine()), len(session.plan.keys))
                answer = typer.prompt("include, exclude, maybe, back, quit", default="q").strip().lower()[:1]
                if answer == "b" and last:
                    key = last
                elif answer in ("i", "e", "m", "q"):
                    break
            if answer == "q":
                break
            reason = _ask_reason(session.reasons) if answer == "e" else ""
            session.decide([{"key": key, "verdict": _VERDICTS[answer], "reason": reason}])
            last = key
            if len(session.mine()) % _RECORDS_BETWEEN_ADVICE == 0:
                typer.echo(f"\n{session.status().headline}")
        typer.echo(session.status().headline)


def next_records(
    name: Name,
    count: Annotated[int, typer.Option(min=1, help="How many.")] = 1,
    stage: StageOption = "abstract",
    workspace: BaseOption = None,
    person: Person = "",
) -> None:
    """Print the records to read next as JSON, likeliest first, without anybody else's verdict.

    Example: `paracrine evidence screen next kidney --count 10 --person "Ada Lovelace"`
    """
    from paracrine.bench import open_bench

    print_json(open_bench(workspace, person=person).evidence.screening.next(name, count=count, stage=stage))


def decide(
    name: Name,
    file: Annotated[str, typer.Argument(help="JSON list of {key, verdict, reason, note, settles}; or -.")],
    stage: StageOption = "abstract",
    workspace: BaseOption = None,
    person: Person = "",
) -> None:
    """Enter decisions from JSON, all or none.

    Example: `paracrine evidence screen decide kidney decisions.json --person "Ada Lovelace"`
    """
    from paracrine.bench import open_bench

    made = open_bench(workspace, person=person).evidence.screening.decide(name, _read_decisions(file), stage=stage)
    typer.echo(f"{made} decisions entered.")


def settle(name: Name, stage: StageOption = "abstract", workspace: BaseOption = None, person: Person = "") -> None:
    """Decide in the terminal where two reviewers differ; their verdicts and reasons are shown.

    Example: `paracrine evidence screen settle kidney --person "Jo Third"`
    """
    from paracrine.bench import open_bench

    with open_bench(workspace, person=person).evidence.screening.session(name, stage=stage) as session:
        waiting = session.conflicts()
        for number, conflict in enumerate(waiting):
            _show(session.shown(conflict.key), number, len(waiting))
            for vote in conflict.votes.values():
                said = "; ".join(part for part in (vote.reason, vote.note) if part)
                typer.echo(f"  {vote.reviewer}: {vote.verdict.value}{f' ({said})' if said else ''}")
            answer = ""
            while answer not in ("i", "e", "q"):
                answer = typer.prompt("include, exclude, quit", default="q").strip().lower()[:1]
            if answer == "q":
                break
            reason = _ask_reason(session.reasons) if answer == "e" else ""
            decision = {"key": conflict.key, "verdict": _VERDICTS[answer], "reason": reason, "settles": True}
            session.decide([decision])
        typer.echo(f"{len(session.conflicts())} conflicts left in {name}.")


def status(name: Name, workspace: BaseOption = None, person: Person = "", json: Json = False) -> None:
    """Show counts, agreement, conflicts, and whether the stopping rule lets you stop.

    Example: `paracrine evidence screen status kidney`
    """
    from paracrine.bench import open_bench

    found = open_bench(workspace, person=person).evidence.screening.status(name)
    if json:
        print_json(found.to_data())
        return
    counts = found.flow
    typer.echo(found.headline)
    typer.echo(
        f"  {counts.screened_count} screened, {counts.excluded_count} excluded, {counts.sought_count} to the full "
        f"text, {counts.included_count} included; {counts.unscreened_count} left; you have read {found.mine_count}."
    )
    if found.kappa is not None:
        typer.echo(f"  Cohen's kappa {found.kappa:.2f} on {found.pairs_count} records read by two.")
    for conflict in found.conflicts:
        votes = ", ".join(
            f"{vote.reviewer}: {vote.verdict.value} {vote.reason}".strip() for vote in conflict.votes.values()
        )
        typer.echo(f"  conflict {conflict.key}: {votes}")


def flow(
    name: Name,
    out: Annotated[Path, typer.Option(help="File to write: .html, .svg or .json.")] = Path("prisma.html"),
    workspace: BaseOption = None,
) -> None:
    """Write the PRISMA 2020 flow diagram with counts from the ledger.

    Example: `paracrine evidence screen flow kidney --out prisma.svg`
    """
    from paracrine.bench import open_bench

    typer.echo(f"Written: {open_bench(workspace).evidence.screening.write(name, out)}")


def export(
    out: Annotated[Path, typer.Argument(help="File to write: .ris, .csv or .json.")],
    query: Annotated[str, typer.Option(help="Only what this search finds.")] = "",
    review: Annotated[str, typer.Option(help="Only what was decided in this review.")] = "",
    verdict: Annotated[str, typer.Option(help="Only this verdict: include or exclude.")] = "",
    stage: Annotated[str, typer.Option(help="Stage of the verdict: abstract or 'full text'.")] = "",
    workspace: BaseOption = None,
) -> None:
    """Write works for other programs, duplicates as one work.

    Example: `paracrine evidence export included.ris --review kidney --verdict include`
    """
    from paracrine.bench import open_bench

    count = open_bench(workspace).evidence.export(out, query=query, review=review, verdict=verdict, stage=stage)
    typer.echo(f"{count} works written to {out}.")


def _show(record: dict[str, Any], done: int, total: int) -> None:
    typer.echo(f"\n[{done + 1} of {total}] {record['title'] or '(no title)'}")
    where = (", ".join(record["authors"][:3]), record["journal"], str(record["year"] or ""), record["key"])
    typer.echo("  " + " · ".join(part for part in where if part) + ("  RETRACTED" if record["retracted"] else ""))
    typer.echo(f"\n{record['abstract'] or '(no abstract)'}\n")
    for word in ("include", "exclude"):
        if record[word]:
            typer.echo(f"  {word}: " + "; ".join(record[word]))


def _ask_reason(reasons: tuple[str, ...]) -> str:
    """Return the reason whose number is given; none for an empty answer."""
    listed = ", ".join(f"{number} {reason}" for number, reason in enumerate(reasons, 1))
    while reasons:
        answer = typer.prompt(f"why ({listed})", default="", show_default=False).strip()
        if not answer:
            break
        if answer.isdigit() and 1 <= int(answer) <= len(reasons):
            return reasons[int(answer) - 1]
    return ""


def _read_decisions(file: str) -> list[dict[str, Any]]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        data = json_text.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read as JSON: {error}", where=file) from error
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise InputError("is no list of decisions", where=file, hint='[{"key": "pubmed:1", "verdict": "include"}]')
    return data
