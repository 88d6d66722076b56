"""The main verb: a folder with study.toml becomes certificates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from paracrine.bench.certify import BatchInputs, assemble
from paracrine.bench.draft import find_files
from paracrine.bench.fingerprint import fingerprint, paths_of, role_maps_of
from paracrine.bench.intake import FileReading, hash_file, read_files
from paracrine.bench.nta.analyse import VideoOutcome
from paracrine.bench.nta.content import hash_video
from paracrine.bench.nta.study_videos import track_study_videos, video_reading
from paracrine.bench.outcome import BatchOutcome, RunReport
from paracrine.bench.outputs import folder_name, outputs_are_intact
from paracrine.bench.pages import (
    COMPARISON_NAME,
    compare_contents,
    comparison_is_current,
    record_comparison,
    render_page,
)
from paracrine.bench.recording import record_basis, record_certificate
from paracrine.bench.records import CertificateRecord, ReviewRecord
from paracrine.bench.study import STUDY_NAME, read_study
from paracrine.characterization.derivation import load_derived
from paracrine.characterization.measuring import load_metrics
from paracrine.characterization.protein import PROTEIN
from paracrine.characterization.undiluted import UNDILUTED
from paracrine.core.measurement import Measurement
from paracrine.core.plan import StudyPlan
from paracrine.core.product import Batch
from paracrine.core.progress import Executor, Progress, SerialExecutor, stage
from paracrine.core.specification import Specification
from paracrine.readers.results import read_results
from paracrine.readers.video_file import is_video
from paracrine.release.specification import read_specification
from paracrine.report.content import CertificateContent, ComparisonContent, TruthEntry
from paracrine.store import Actor, Workspace

RESULTS_NAME = "results.csv"
_FORMS = (STUDY_NAME, "spec.toml", RESULTS_NAME)
_PAGES_WORTH_A_POOL = 8
"""Each process starts a drawing engine of its own, which costs about as much as two pages."""
Truth = Mapping[str, tuple[TruthEntry, ...]]


@dataclass(frozen=True, slots=True)
class StudyInputs:
    """A study as it lies in its folder."""

    folder: Path
    plan: StudyPlan
    specification: Specification | None
    external: tuple[Measurement, ...]
    papers: tuple[str, ...]
    """The forms themselves and the source documents of external results, relative to the folder."""
    hashes: Mapping[str, str]
    videos: frozenset[str] = frozenset()
    """Files that are raw videos."""


@dataclass(frozen=True, slots=True)
class _Session:
    study: StudyInputs
    out: Path
    workspace: Workspace
    actor: Actor
    executor: Executor
    progress: Progress
    truth: Truth
    videos: dict[str, VideoOutcome] = field(default_factory=dict)
    """Raw videos looked at in this session, by path."""


def load_study(folder: Path) -> StudyInputs:
    """Read study.toml, and spec.toml and results.csv where they are.

    Raises:
        InputError: when one of the three forms is wrong; nothing is written.
    """
    plan = read_study(folder / STUDY_NAME)
    spec_path, results_path = folder / "spec.toml", folder / RESULTS_NAME
    specification = read_specification(spec_path, known_attributes=known_attributes()) if spec_path.is_file() else None
    batches = [batch.name for batch in plan.batches]
    external: tuple[Measurement, ...] = ()
    if results_path.is_file():
        external = read_results(results_path, folder=folder, samples=plan.samples, batches=batches).measurements
    paths = {path for batch in plan.batches for path in paths_of(plan, batch)} | set(role_maps_of(plan))
    videos = frozenset(path for path in paths if is_video(folder / path))
    return StudyInputs(
        folder=folder,
        plan=plan,
        specification=specification,
        external=external,
        papers=_papers(folder, role_maps_of(plan), external),
        hashes={
            path: (hash_video(folder / path) if path in videos else hash_file(folder, path))[0]
            for path in sorted(paths)
        },
        videos=videos,
    )


def known_attributes() -> tuple[str, ...]:
    """Return the attributes Paracrine measures itself, against which a misspelt limit is noticed."""
    metrics = [UNDILUTED, PROTEIN, *(module.METRIC for module in load_metrics())]
    return tuple(declared.name for declared in (*metrics, *(module.DERIVED for module in load_derived())))


def _papers(folder: Path, role_maps: Iterable[str], external: Iterable[Measurement]) -> tuple[str, ...]:
    """Return the forms, role maps of plates and source documents that are there, relative to the folder."""
    named = {source.name for measurement in external for source in measurement.provenance.sources}
    return tuple(name for name in sorted({*_FORMS, *role_maps, *named}) if (folder / name).is_file())


def run_study(
    study: StudyInputs,
    *,
    out: Path,
    workspace: Workspace,
    actor: Actor,
    executor: Executor,
    progress: Progress,
    truth: Truth | None = None,
) -> RunReport:
    """Make the certificates of a study; batches in which nothing changed are left as they are."""
    session = _Session(study, out, workspace, actor, executor, progress, truth or {})
    prints = {batch.name: _fingerprint(session, batch) for batch in study.plan.batches}
    found = {batch.name: _previous(session, batch, prints[batch.name]) for batch in study.plan.batches}
    previous = {name: record for name, record in found.items() if record is not None}
    stale = [batch for batch in study.plan.batches if batch.name not in previous]
    several = len(study.plan.batches) > 1
    current = several and not stale and comparison_is_current(workspace, study.plan, out=out)
    needed = study.plan.batches if several and not current else tuple(stale)
    readings = _read_needed(session, needed)
    with stage(progress, "measuring batches", len(needed)) as done:
        contents = {batch.name: _assemble(session, batch, readings, done) for batch in needed}
    comparison = compare_contents(study.plan, contents) if several and not current else None
    certified = _certify(session, [contents[batch.name] for batch in stale], comparison, prints)
    outcomes = (certified.get(batch.name) or _unchanged(session, previous[batch.name]) for batch in study.plan.batches)
    return RunReport(
        title=study.plan.title,
        out=out,
        workspace=workspace.url,
        batches=tuple(outcomes),
        comparison=out / COMPARISON_NAME if several else None,
        unused_files=_unused_files(session),
    )


def _fingerprint(session: _Session, batch: Batch) -> str:
    study = session.study
    return fingerprint(
        study.plan,
        batch,
        study.specification,
        hashes=study.hashes,
        results=[_row_text(m) for m in study.external if m.batch == batch.name],
        review_entries=[entry.number for entry in session.workspace.entries("review", batch.name)],
        videos=study.videos,
    )


def _row_text(measurement: Measurement) -> str:
    """Return what a row of results.csv says, apart from the hash of the sheet, which other batches' rows change too."""
    sources = measurement.provenance.sources
    own = tuple(s.model_copy(update={"sha256": ""}) if s.name == RESULTS_NAME else s for s in sources)
    provenance = measurement.provenance.model_copy(update={"sources": own})
    return measurement.model_copy(update={"provenance": provenance}).to_json()


def _previous(session: _Session, batch: Batch, wanted: str) -> CertificateRecord | None:
    entry = session.workspace.latest("certificate", batch.name)
    if entry is None:
        return None
    record = CertificateRecord.from_data(entry.body)
    intact = outputs_are_intact(session.out / folder_name(batch.name), record.outputs)
    return record if record.fingerprint == wanted and intact else None


def _read_needed(session: _Session, batches: Iterable[Batch]) -> dict[str, FileReading]:
    study = session.study
    paths = dict.fromkeys(path for batch in batches for path in paths_of(study.plan, batch))
    files = [path for path in paths if path not in study.videos]
    readings = read_files(study.folder, files, executor=session.executor, progress=session.progress)
    session.videos.update(
        track_study_videos(
            study.folder,
            study.plan,
            [path for path in paths if path in study.videos],
            out=session.out,
            executor=session.executor,
            progress=session.progress,
        )
    )
    tracked = [video_reading(path, outcome) for path, outcome in session.videos.items()]
    return {reading.path: reading for reading in (*readings, *tracked)}


def _batch_inputs(session: _Session, batch: Batch, readings: Mapping[str, FileReading]) -> BatchInputs:
    study = session.study
    return BatchInputs(
        plan=study.plan,
        batch=batch,
        specification=study.specification,
        readings={path: readings[path] for path in paths_of(study.plan, batch)},
        external=tuple(m for m in study.external if m.batch == batch.name),
        excluded=excluded_runs(session.workspace, batch.name),
        truth=session.truth.get(batch.name, ()),
    )


def excluded_runs(workspace: Workspace, batch: str) -> dict[tuple[str, str], str]:
    """Return (sample, run) to reason for runs whose latest review excludes them."""
    excluded: dict[tuple[str, str], str] = {}
    for entry in workspace.entries("review", batch):
        review = ReviewRecord.from_data(entry.body)
        key = (review.sample, review.run)
        excluded.pop(key, None)
        if review.excluded:
            excluded[key] = f"{review.reason} (excluded by {entry.person}, {entry.at_utc[:10]}, entry {entry.number})"
    return excluded


def _assemble(
    session: _Session, batch: Batch, readings: Mapping[str, FileReading], done: Callable[[], None]
) -> CertificateContent:
    content = assemble(_batch_inputs(session, batch, readings))
    done()
    return content


def _certify(
    session: _Session,
    contents: Sequence[CertificateContent],
    comparison: ComparisonContent | None,
    prints: Mapping[str, str],
) -> dict[str, BatchOutcome]:
    """Record what the certificates rest on, render all pages, then record the hashes of the files."""
    study, workspace, actor = session.study, session.workspace, session.actor
    recorded = [
        record_basis(content, workspace, folder=study.folder, papers=study.papers, actor=actor, videos=session.videos)
        for content in contents
    ]
    pages = [item.content for item in recorded] + ([comparison] if comparison else [])
    with stage(session.progress, "drawing pages", len(pages)) as done:
        executor = session.executor if len(pages) >= _PAGES_WORTH_A_POOL else SerialExecutor()
        rendered = list(executor.map(render_page, pages, on_done=done))
    certified: dict[str, BatchOutcome] = {}
    for item, files in zip(recorded, rendered[: len(recorded)], strict=True):
        batch = item.content.batch.name
        record = record_certificate(item, files, workspace, out=session.out, fingerprint=prints[batch], actor=actor)
        certified[batch] = _outcome(session, record, item.content.measurements, unchanged=False)
    if comparison:
        record_comparison(workspace, comparison, rendered[-1], out=session.out, actor=actor)
    return certified


def _unchanged(session: _Session, record: CertificateRecord) -> BatchOutcome:
    own = range(record.first_entry, record.last_entry + 1)
    recorded = (entry for entry in session.workspace.entries("measurement") if entry.number in own)
    measurements = tuple(Measurement.from_data(entry.body) for entry in recorded)
    return _outcome(session, record, measurements, unchanged=True)


def _outcome(
    session: _Session, record: CertificateRecord, measurements: tuple[Measurement, ...], *, unchanged: bool
) -> BatchOutcome:
    folder = session.out / folder_name(record.batch)
    return BatchOutcome(
        batch=record.batch,
        headline=record.headline,
        outcomes=record.outcomes,
        measurements=measurements,
        outputs={name: folder / name for name in record.outputs},
        unreadable=record.unreadable,
        unchanged=unchanged,
    )


def _unused_files(session: _Session) -> tuple[str, ...]:
    named = {path for batch in session.study.plan.batches for path in paths_of(session.study.plan, batch)}
    named.update(session.study.papers)
    found = find_files(session.study.folder, skip=session.out)
    inside = tuple(f"{path}/" for path in session.study.videos)
    return tuple(path for path in found if path not in named and not path.startswith(inside))
