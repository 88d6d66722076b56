"""What a batch's certificate leaves in the ledger: first what it rests on, then the files as rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from paracrine.bench.certify import file_records, link_evidence, measurement_key, run_names
from paracrine.bench.nta.analyse import VideoOutcome
from paracrine.bench.nta.files import RESULT_NAME
from paracrine.bench.outputs import folder_name, write_outputs
from paracrine.bench.records import CertificateRecord, FileRecord, VideoRecord
from paracrine.core.measurement import Measurement
from paracrine.core.records import Record
from paracrine.release.judge import measurement_id
from paracrine.report.content import CertificateContent, Seal
from paracrine.store import Actor, Entry, Workspace


@dataclass(frozen=True, slots=True)
class Recorded:
    """A certificate's content with the seal of what it rests on."""

    content: CertificateContent
    first_entry: int
    last_entry: int


def record_basis(
    content: CertificateContent,
    workspace: Workspace,
    *,
    folder: Path,
    papers: Iterable[str],
    actor: Actor,
    videos: Mapping[str, VideoOutcome] | None = None,
) -> Recorded:
    """Record files, forms, measurements and verdicts; the content gets the seal of the last of them.

    Of a raw video its analysis is kept; the video itself, often gigabytes, is known by its hash.
    """
    batch, analysed = content.batch.name, videos or {}
    for entry in content.files:
        if entry.sha256 and entry.path not in analysed:
            workspace.add_file(folder / entry.path, name=entry.path)
    kept = [_keep_paper(workspace, folder, path) for path in papers]
    reason = f"certificate of {batch}"
    basis: list[tuple[Record, str]] = [(content.plan, content.plan.title)]
    basis += [(content.specification, content.plan.product.name)] if content.specification else []
    basis += [(record, record.path) for record in (*kept, *_file_records(content, analysed, workspace))]
    basis += [(measurement, measurement_key(measurement)) for measurement in content.measurements]
    entries = workspace.append_many(basis, actor=actor, reason=reason)
    recorded = (entry.number for entry in entries if entry.kind == Measurement.kind)
    numbered = dict(zip(map(measurement_id, content.measurements), recorded, strict=True))
    verdicts = link_evidence(content.verdicts, numbered)
    keyed = [(verdict, f"{batch} / {verdict.limit.attribute}") for verdict in verdicts]
    judged = workspace.append_many(keyed, actor=actor, reason=reason) if keyed else ()
    last = (*entries, *judged)[-1]
    return Recorded(replace(content, verdicts=verdicts, seal=_seal(workspace, last)), entries[0].number, last.number)


def record_certificate(
    recorded: Recorded, rendered: dict[str, bytes], workspace: Workspace, *, out: Path, fingerprint: str, actor: Actor
) -> CertificateRecord:
    """Write the rendered files, keep them in the workspace, and record their hashes."""
    content, batch = recorded.content, recorded.content.batch.name
    outputs = write_outputs(out / folder_name(batch), rendered)
    for name, data in rendered.items():
        workspace.add_file(data, name=f"{batch}/{name}")
    record = CertificateRecord(
        batch=batch,
        headline=content.headline,
        fingerprint=fingerprint,
        first_entry=recorded.first_entry,
        last_entry=recorded.last_entry,
        runs=run_names(content),
        outcomes=tuple((verdict.limit.attribute, verdict.outcome.value) for verdict in content.verdicts),
        unreadable=tuple((entry.path, entry.error) for entry in content.files if entry.error),
        outputs=outputs,
        file_sha256=tuple(outputs.values()),
    )
    workspace.append(record, key=batch, actor=actor, reason=f"certificate of {batch}")
    return record


def _file_records(
    content: CertificateContent, videos: Mapping[str, VideoOutcome], workspace: Workspace
) -> Iterable[FileRecord | VideoRecord]:
    for record in file_records(content):
        video = videos.get(record.path)
        yield _keep_analysis(workspace, record.path, video) if video and video.analysis else record


def _keep_analysis(workspace: Workspace, path: str, video: VideoOutcome) -> VideoRecord:
    analysis = video.analysis
    assert analysis is not None
    ref = workspace.add_file((analysis.to_json() + "\n").encode(), name=f"{path}/{RESULT_NAME}")
    return VideoRecord(
        path=path,
        video_sha256=analysis.sha256,
        size_bytes=analysis.size_bytes,
        file_sha256=ref.sha256,
        fingerprint=analysis.fingerprint,
    )


def _keep_paper(workspace: Workspace, folder: Path, path: str) -> FileRecord:
    """Keep a form or source document as it came, so that the record does not depend on the folder."""
    ref = workspace.add_file(folder / path, name=path)
    return FileRecord(path=path, file_sha256=ref.sha256, size_bytes=ref.size_bytes)


def _seal(workspace: Workspace, entry: Entry) -> Seal:
    return Seal(
        workspace=workspace.url,
        entry=entry.number,
        seal_sha256=entry.seal_sha256,
        sealed_at=entry.at_utc,
        person=entry.person,
        role=entry.role,
    )
