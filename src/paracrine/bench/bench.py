"""The bench: the one object with memory, and every verb of Paracrine."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from paracrine.core.errors import InputError, RecordError
from paracrine.core.progress import Executor, Progress, SerialExecutor, Silent

if TYPE_CHECKING:
    from paracrine.bench.demo import DemoReport
    from paracrine.bench.draft import Draft
    from paracrine.bench.evidence.namespace import Evidence
    from paracrine.bench.exporting import ExportReport
    from paracrine.bench.fate.namespace import Fate
    from paracrine.bench.line import LineBench
    from paracrine.bench.nta.namespace import Nta
    from paracrine.bench.outcome import RunReport
    from paracrine.bench.reading import FileReport, FormatInfo
    from paracrine.bench.review import ReviewReport
    from paracrine.store import Actor, VerifyReport, Workspace

OUT_NAME = "certificates"
WORKSPACE_NAME = "workspace"


def open_bench(workspace: str | Path | None = None, *, person: str = "", role: str = "") -> Bench:
    """Open a bench.

    Args:
        workspace: folder or database URL of the ledger; None keeps it beside the certificates of each study.
        person: who acts; empty takes the study's person, else the login name.
        role: in which role.

    Example:
        >>> bench = open_bench()
        >>> report = bench.run("my-study")  # doctest: +SKIP
    """
    return Bench(workspace=workspace, person=person, role=role)


class Bench:
    """Verbs with memory. Pure rooms do the work; the bench records what they found."""

    def __init__(self, *, workspace: str | Path | None = None, person: str = "", role: str = "") -> None:
        self._workspace = workspace
        self._person = person
        self._role = role

    def read(self, path: str | Path) -> FileReport:
        """Read every run of one file and show what is in it.

        Raises:
            InputError: when no reader can read it; the message says why, reader by reader.
        """
        from paracrine.bench.reading import report_file

        return report_file(Path(path))

    def formats(self) -> tuple[FormatInfo, ...]:
        """List the readers with maturity, samples and references."""
        from paracrine.bench.reading import list_formats

        return list_formats()

    def init(
        self,
        folder: str | Path,
        *,
        force: bool = False,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> Draft:
        """Look into the files of a folder and draft its study.toml.

        Raises:
            InputError: when there is no such folder, nothing in it, or a study.toml already (without `force`).
        """
        from paracrine.bench.draft import draft_study, find_files
        from paracrine.bench.intake import read_files
        from paracrine.bench.nta.study_videos import find_videos, look_into_video
        from paracrine.bench.outputs import write_outputs
        from paracrine.bench.study import STUDY_NAME

        root = require_folder(folder)
        target = root / STUDY_NAME
        if target.exists() and not force:
            raise InputError(
                "there is a study.toml already", where=str(root), hint="edit it, or draft anew with --force"
            )
        paths = find_files(root, skip=root / OUT_NAME)
        if not paths:
            raise InputError("there is no file to look into", where=str(root))
        videos = find_videos(root, paths)
        files = [path for path in paths if path not in videos]
        readings = read_files(root, files, executor=executor, progress=progress)
        draft = draft_study(root, (*readings, *(look_into_video(root, path) for path in videos)))
        write_outputs(root, {STUDY_NAME: draft.text.encode()})
        return draft

    def run(
        self,
        folder: str | Path,
        *,
        out: str | Path | None = None,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> RunReport:
        """Make the certificates of a study folder; what did not change is not made twice.

        Raises:
            InputError: when study.toml, spec.toml or results.csv is wrong, or `out` cannot be written.
        """
        from paracrine.bench.run_study import load_study, run_study

        root = require_folder(folder)
        study = load_study(root)
        target = Path(out) if out is not None else root / OUT_NAME
        return run_study(
            study,
            out=target,
            workspace=self.open_workspace(target),
            actor=self.actor(study.plan.person, study.plan.role),
            executor=executor or SerialExecutor(),
            progress=progress or Silent(),
        )

    def review(
        self,
        folder: str | Path,
        batch: str,
        *,
        exclude: Iterable[str] = (),
        include: Iterable[str] = (),
        reason: str,
        out: str | Path | None = None,
        rerun: bool = True,
        progress: Progress | None = None,
    ) -> ReviewReport:
        """Take runs of a batch out of the pooled values, or back in, and make the certificate again.

        Raises:
            InputError: when the reason is empty.
            UnknownName: when the batch or a run does not exist.
        """
        from paracrine.bench.review import record_review
        from paracrine.bench.run_study import load_study

        root = require_folder(folder)
        study = load_study(root)
        target = Path(out) if out is not None else root / OUT_NAME
        report = record_review(
            self.open_workspace(target),
            batch,
            exclude=tuple(exclude),
            include=tuple(include),
            reason=reason,
            actor=self.actor(study.plan.person, study.plan.role),
        )
        if rerun:
            report = report.with_run(self.run(root, out=target, progress=progress))
        return report

    def verify(self, workspace: str | Path | None = None, *, progress: Progress | None = None) -> VerifyReport:
        """Check every seal and every file hash of a workspace; names the first broken entry."""
        return self._existing(workspace).verify(progress=progress or Silent())

    def export_ro_crate(
        self,
        out: str | Path,
        *,
        workspace: str | Path | None = None,
        reason: str = "copy for others",
        progress: Progress | None = None,
    ) -> ExportReport:
        """Write a workspace as an RO-Crate folder or zip, and record in the ledger that it was taken.

        Raises:
            InputError: when `out` is there already.
        """
        from paracrine.bench.exporting import export_recorded

        opened, actor = self._existing(workspace), self.actor("", "")
        return export_recorded(opened, Path(out), actor=actor, reason=reason, progress=progress or Silent())

    def demo(
        self,
        out: str | Path = "paracrine-demo",
        *,
        seed: int | None = None,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> DemoReport:
        """Simulate a small campaign, certify it on the same path as real data, and compare with the truth."""
        from paracrine.bench.demo import run_demo

        chosen = executor or SerialExecutor()
        return run_demo(self, Path(out), seed=seed, executor=chosen, progress=progress or Silent())

    @property
    def evidence(self) -> Evidence:
        """What is known: files of papers and trials added, searched, linked, screened."""
        from paracrine.bench.evidence.namespace import Evidence

        return Evidence(self)

    @property
    def nta(self) -> Nta:
        """Raw particle videos: track, simulate, plan."""
        from paracrine.bench.nta.namespace import Nta

        return Nta()

    def evidence_workspace(self, *, create: bool) -> Workspace:
        """Open the workspace of the evidence base, by default the folder `evidence` here.

        Raises:
            RecordError: when there is none and `create` is not asked for.
        """
        from paracrine.bench.evidence.namespace import FOLDER_NAME
        from paracrine.store import open_workspace

        chosen = self._workspace if self._workspace is not None else FOLDER_NAME
        if not create and "://" not in str(chosen) and not Path(chosen).exists():
            hint = "`paracrine evidence add FILE…` makes one"
            raise RecordError("there is no evidence base", where=str(chosen), hint=hint)
        return open_workspace(chosen, create=create)

    @property
    def line(self) -> LineBench:
        """Verbs on a production line, from seeded cells to filled vials."""
        from paracrine.bench.line import LineBench

        return LineBench(self)

    def open_workspace(self, out: Path) -> Workspace:
        """Open this bench's ledger, by default the one beside the certificates in `out`."""
        from paracrine.store import open_workspace

        return open_workspace(self._workspace if self._workspace is not None else out / WORKSPACE_NAME, create=True)

    @property
    def fate(self) -> Fate:
        """Where vesicles go in the body, and what dose in another species gives the same exposure."""
        from paracrine.bench.fate.namespace import Fate

        return Fate(self)

    def existing_workspace(self) -> Workspace:
        """Open this bench's ledger, which must exist."""
        return self._existing(None)

    def _existing(self, workspace: str | Path | None) -> Workspace:
        from paracrine.store import open_workspace

        chosen = workspace if workspace is not None else self._workspace
        if chosen is None:
            raise InputError("which workspace?", hint="give its folder or database URL")
        return open_workspace(find_workspace(chosen), create=False)

    def actor(self, person: str, role: str) -> Actor:
        """Return who acts: this bench's person, else the study's, else the login name."""
        from paracrine.store import Actor

        who = self._person or person or os.environ.get("PARACRINE_PERSON", "") or getpass.getuser()
        return Actor(person=who, role=self._role or role or "analyst")


def require_folder(folder: str | Path) -> Path:
    """Return the folder.

    Raises:
        InputError: when there is none.
    """
    root = Path(folder)
    if not root.is_dir():
        raise InputError("no such folder", where=str(folder))
    return root


def find_workspace(place: str | Path) -> str | Path:
    """Return the workspace meant by a folder: itself, or the one inside a study or its certificates."""
    if isinstance(place, str) and "://" in place:
        return place
    folder = Path(place)
    inside = (folder / WORKSPACE_NAME, folder / OUT_NAME / WORKSPACE_NAME)
    return next((found for found in inside if found.is_dir()), folder)
