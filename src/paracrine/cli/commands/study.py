"""`init`, `run`, `review`: a study folder becomes certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import (
    Cluster,
    ExecutorName,
    Json,
    Out,
    Person,
    RoleOption,
    Workers,
    WorkspaceOption,
    choose_executor,
)
from paracrine.cli.outcome import show_report
from paracrine.cli.screen import print_json, progress_bars


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("init")(init)
    app.command("run")(run)
    app.command("review")(review)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder with the instruments' export files.")],
    force: Annotated[bool, typer.Option("--force", help="Replace an existing study.toml.")] = False,
    json: Json = False,
) -> None:
    """Look into the files of FOLDER and draft its study.toml.

    Example: `paracrine init my-study`, then answer the lines marked ? in my-study/study.toml.
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        draft = open_bench().init(folder, force=force, progress=progress)
    if json:
        print_json(
            {
                "batches": draft.batches,
                "files": draft.files,
                "unread": [{"path": path, "reason": reason} for path, reason in draft.unread],
                "questions": draft.questions,
            }
        )
        return
    typer.echo(f"Drafted {folder / 'study.toml'}: {len(draft.files)} files, batches {', '.join(draft.batches)}.")
    for path, _ in draft.unread:
        typer.echo(f"  left out, no reader knows it: {path}  (`paracrine read` says why)")
    typer.echo("What could not be known:")
    for question in draft.questions:
        typer.echo(f"  ? {question}")
    typer.echo(f"Answer the lines marked ?, then: paracrine run {folder}")


def run(
    folder: Annotated[Path, typer.Argument(help="Study folder with study.toml.")],
    out: Out = None,
    workspace: WorkspaceOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 when a limit failed.")] = False,
    workers: Workers = 0,
    executor: ExecutorName = "",
    cluster: Cluster = "",
    person: Person = "",
    role: RoleOption = "",
    json: Json = False,
) -> None:
    """Make the certificate of analysis of every batch in FOLDER.

    Exit codes: 0 done, also when a limit failed; 2 a file or form could not be read; 3 a limit failed (--strict).

    Examples: `paracrine run my-study`, `paracrine run my-study --out results --strict`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        bench = open_bench(workspace, person=person, role=role)
        report = bench.run(
            folder, out=out, executor=choose_executor(workers, name=executor, cluster=cluster), progress=progress
        )
    if json:
        print_json(report.to_data())
    else:
        show_report(report)
    if report.unreadable:
        raise typer.Exit(2)
    if strict and report.failed:
        raise typer.Exit(3)


def review(
    batch: Annotated[str, typer.Argument(help="Batch name.")],
    reason: Annotated[str, typer.Option(help="Why. It goes into the ledger with your name.")],
    exclude: Annotated[list[str] | None, typer.Option(help="Run to take out: RUN, or SAMPLE/RUN.")] = None,
    include: Annotated[list[str] | None, typer.Option(help="Run to take back in.")] = None,
    folder: Annotated[Path, typer.Option(help="Study folder.")] = Path(),
    out: Out = None,
    workspace: WorkspaceOption = None,
    person: Person = "",
    role: RoleOption = "",
) -> None:
    """Take runs of BATCH out of the pooled values; they stay visible, and both values are shown.

    Example: `paracrine review B-003 --exclude "product/B003_04" --reason "bubble in the cell" --folder my-study`
    """
    from paracrine.bench import open_bench

    with progress_bars() as progress:
        report = open_bench(workspace, person=person, role=role).review(
            folder, batch, exclude=exclude or (), include=include or (), reason=reason, out=out, progress=progress
        )
    for record, entry in zip(report.reviews, report.entries, strict=True):
        typer.echo(
            f"{'Excluded' if record.excluded else 'Included'} {record.sample}/{record.run}: ledger entry {entry}."
        )
    if report.run:
        show_report(report.run)
