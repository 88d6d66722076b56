"""`verify`, `export`: the record itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import Json, Person, RoleOption
from paracrine.cli.screen import print_json, progress_bars


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("verify")(verify)
    app.command("export")(export)


def verify(
    workspace: Annotated[str, typer.Argument(help="Workspace folder, study folder, or database URL.")],
    json: Json = False,
) -> None:
    """Check every seal and every file hash; name the first broken entry. Exit code 1 when something is broken.

    Example: `paracrine verify my-study`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        report = open_bench().verify(workspace, progress=progress)
    if json:
        print_json(
            {
                "ok": report.ok,
                "entries_checked": report.entries_checked,
                "files_checked": report.files_checked,
                "first_broken": report.first_broken,
                "problems": report.problems,
            }
        )
    elif report.ok:
        typer.echo(f"Intact: {report.entries_checked} entries and {report.files_checked} files verified.")
    else:
        typer.echo(f"BROKEN: {report.first_broken}")
        for problem in report.problems[1:]:
            typer.echo(f"  {problem}")
    if not report.ok:
        raise typer.Exit(1)


def export(
    workspace: Annotated[str, typer.Argument(help="Workspace folder, study folder, or database URL.")],
    ro_crate: Annotated[Path, typer.Option("--ro-crate", help="Folder or .zip to write.")],
    reason: Annotated[str, typer.Option(help="Why. It goes into the ledger with your name.")] = "copy for others",
    person: Person = "",
    role: RoleOption = "",
    json: Json = False,
) -> None:
    """Export a workspace as an RO-Crate: ledger, files and a description other programs read.

    Example: `paracrine export my-study --ro-crate my-study.zip --reason "for the inspection in May"`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        report = open_bench(person=person, role=role).export_ro_crate(
            ro_crate, workspace=workspace, reason=reason, progress=progress
        )
    if json:
        print_json({"path": str(report.path), "entry": report.entry, **report.record.to_data()})
        return
    typer.echo(f"Written: {report.path} (ledger up to entry {report.record.head_entry}; recorded as {report.entry})")
