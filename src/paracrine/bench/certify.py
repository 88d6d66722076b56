"""One batch: runs to measurements to verdicts, recorded, with everything its certificate shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from paracrine.bench.fingerprint import samples_of
from paracrine.bench.intake import FileReading
from paracrine.bench.records import FileRecord, RunName
from paracrine.bench.works import cited_works
from paracrine.characterization.characterise import characterise_batch
from paracrine.characterization.request import BatchRequest, RunUse
from paracrine.core.measurement import Measurement, State
from paracrine.core.notice import Notice, Severity
from paracrine.core.plan import FileUse, StudyPlan
from paracrine.core.product import Batch, Role
from paracrine.core.provenance import Provenance, SourceRef
from paracrine.core.run import Run
from paracrine.core.specification import Limit, Specification, Verdict
from paracrine.core.version import __version__
from paracrine.release.judge import judge
from paracrine.report.content import CertificateContent, FileEntry, RunEntry, TruthEntry
from paracrine.report.headline import headline
from paracrine.rulebooks.checklist import check, load_rulebook
from paracrine.rulebooks.line import ChecklistLine
from paracrine.rulebooks.record import record_of_batch


@dataclass(frozen=True, slots=True)
class BatchInputs:
    """Everything known about one batch before anything is computed."""

    plan: StudyPlan
    batch: Batch
    specification: Specification | None
    readings: Mapping[str, FileReading]
    """Path to reading, for the files of this batch."""
    external: tuple[Measurement, ...]
    excluded: Mapping[tuple[str, str], str]
    """(sample, run name) to the reason, for runs a reviewer took out."""
    truth: tuple[TruthEntry, ...] = ()


def assemble(inputs: BatchInputs) -> CertificateContent:
    """Compute measurements, verdicts and checklists of a batch; nothing is recorded yet."""
    uses = _run_uses(inputs)
    request = BatchRequest(
        plan=inputs.plan,
        batch=inputs.batch,
        samples=samples_of(inputs.plan, inputs.batch),
        uses=uses,
        external=inputs.external,
        software_version=__version__,
    )
    unreadable = [reading for reading in inputs.readings.values() if not reading.readable]
    measurements = _with_unreadable((*characterise_batch(request), *inputs.external), inputs, unreadable)
    specification = inputs.specification
    verdicts = judge(specification, inputs.batch, measurements) if specification else ()
    roles = {sample.name: sample.role for sample in request.samples}
    return CertificateContent(
        headline=headline(inputs.batch, verdicts),
        plan=inputs.plan,
        batch=inputs.batch,
        measurements=measurements,
        verdicts=verdicts,
        specification=specification,
        runs=tuple(_run_entry(use, roles) for use in uses),
        files=tuple(_file_entry(reading) for reading in inputs.readings.values()),
        checklist=_checklist(inputs, measurements, uses),
        works=cited_works(measurements, specification),
        notices=tuple(_unreadable_notice(reading) for reading in unreadable),
        software=(("paracrine", __version__),),
        truth=inputs.truth,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def file_records(content: CertificateContent) -> tuple[FileRecord, ...]:
    """Return the ledger records of the files a certificate rests on."""
    return tuple(
        FileRecord(
            path=entry.path,
            file_sha256=entry.sha256,
            size_bytes=entry.size_bytes,
            reader=entry.reader,
            reader_version=entry.reader_version,
            maturity=entry.maturity,
            error=entry.error,
        )
        for entry in content.files
    )


def run_names(content: CertificateContent) -> tuple[RunName, ...]:
    """Return the runs a reviewer may name."""
    return tuple(RunName(sample=entry.sample, run=entry.run.name, file=entry.run.source.name) for entry in content.runs)


def measurement_key(measurement: Measurement) -> str:
    """Return the ledger key of a measurement: one attribute of one sample by one method and laboratory."""
    m = measurement
    parts = (m.batch, m.sample, m.stage, m.attribute, m.method, m.laboratory, m.performed_at)
    return " / ".join(part for part in parts if part)


def link_evidence(verdicts: Sequence[Verdict], entries: Mapping[str, int]) -> tuple[Verdict, ...]:
    """Write into each verdict the ledger entries of the measurements it rests on.

    Args:
        verdicts: as judged, with measurement ids as evidence.
        entries: measurement id to entry number.
    """
    return tuple(
        verdict.model_copy(update={"evidence": tuple(f"entry {entries[one]}" for one in verdict.evidence)})
        for verdict in verdicts
    )


def _run_uses(inputs: BatchInputs) -> tuple[RunUse, ...]:
    uses: list[RunUse] = []
    for use in inputs.plan.files:
        reading = inputs.readings.get(use.path)
        if use.batch in (inputs.batch.name, "") and reading and reading.readable:
            uses.extend(_use(run, use, inputs.excluded) for run in reading.runs if _belongs(run, use))
    for plate in inputs.plan.plates:
        reading = inputs.readings.get(plate.path)
        if reading and reading.readable:
            uses.extend(
                RunUse(run=run, sample="", technical_replicate="", included=True, reason="") for run in reading.runs
            )
    return tuple(uses)


def _belongs(run: Run, use: FileUse) -> bool:
    return not use.runs or run.name in use.runs or run.sample_hint in use.runs


def _use(run: Run, use: FileUse, excluded: Mapping[tuple[str, str], str]) -> RunUse:
    reason = excluded.get((use.sample, run.name), "")
    replicate = use.technical_replicate or use.path
    return RunUse(
        run=run,
        sample=use.sample,
        technical_replicate=replicate,
        included=not reason,
        reason=reason,
        dilution_factor=use.dilution_factor,
    )


def _with_unreadable(
    measurements: tuple[Measurement, ...], inputs: BatchInputs, unreadable: list[FileReading]
) -> tuple[Measurement, ...]:
    """Say for each unmeasured limit that a file of this batch could not be read."""
    if not unreadable or inputs.specification is None:
        return measurements
    measured = {m.attribute for m in measurements if m.state is State.MEASURED and m.role is Role.PRODUCT}
    missing = [limit for limit in inputs.specification.limits if limit.attribute not in measured]
    kept = tuple(m for m in measurements if m.attribute not in {limit.attribute for limit in missing})
    return (*kept, *(_not_assessed(limit, inputs, unreadable) for limit in missing))


def _not_assessed(limit: Limit, inputs: BatchInputs, unreadable: list[FileReading]) -> Measurement:
    samples = [s.name for s in inputs.plan.samples if s.batch == inputs.batch.name and s.role is Role.PRODUCT]
    return Measurement(
        attribute=limit.attribute,
        title=limit.title or limit.attribute,
        batch=inputs.batch.name,
        sample=samples[0] if samples else "product",
        stage=limit.stage,
        method=limit.method or "none",
        state=State.NOT_ASSESSED,
        reason=f"no readable result; could not be read: {', '.join(reading.path for reading in unreadable)}",
        provenance=Provenance(
            sources=tuple(SourceRef(name=reading.path, sha256=reading.sha256) for reading in unreadable),
            made_by="bench.certify",
            software_version=__version__,
        ),
    )


def _unreadable_notice(reading: FileReading) -> Notice:
    return Notice(
        code="file-unreadable",
        message=f"{reading.path} is named in the study and could not be read: {reading.error}",
        severity=Severity.SERIOUS,
        concerns=reading.path,
        action="export the file again from the instrument and run once more",
    )


def _run_entry(use: RunUse, roles: Mapping[str, Role]) -> RunEntry:
    role = roles[use.sample].value if use.sample in roles else "plate"
    return RunEntry(run=use.run, sample=use.sample, role=role, included=use.included, reason=use.reason)


def _file_entry(reading: FileReading) -> FileEntry:
    ref = reading.runs[0].source if reading.runs else None
    return FileEntry(
        path=reading.path,
        sha256=reading.sha256,
        size_bytes=reading.size_bytes,
        reader=ref.reader if ref else "",
        reader_version=ref.reader_version if ref else "",
        maturity=reading.runs[0].maturity.value if reading.runs else "",
        error=reading.error,
    )


def _checklist(
    inputs: BatchInputs, measurements: tuple[Measurement, ...], uses: tuple[RunUse, ...]
) -> tuple[ChecklistLine, ...]:
    record = record_of_batch(
        inputs.batch,
        measurements,
        roles=[sample.role.value for sample in samples_of(inputs.plan, inputs.batch)],
        techniques=[use.run.technique.value for use in uses],
    )
    return tuple(line for name in inputs.plan.rulebooks for line in check(load_rulebook(name), record))
