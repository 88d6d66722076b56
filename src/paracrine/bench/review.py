"""A reviewer takes a run out, with a reason; nothing is deleted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from paracrine.bench.outcome import RunReport
from paracrine.bench.records import CertificateRecord, ReviewRecord, RunName
from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.store import Actor, Workspace


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """What was recorded, and the run that followed."""

    batch: str
    reviews: tuple[ReviewRecord, ...]
    entries: tuple[int, ...]
    run: RunReport | None = None

    def with_run(self, run: RunReport) -> ReviewReport:
        """Return this report with the run made after it."""
        return replace(self, run=run)


def record_review(
    workspace: Workspace,
    batch: str,
    *,
    exclude: tuple[str, ...],
    include: tuple[str, ...],
    reason: str,
    actor: Actor,
) -> ReviewReport:
    """Record which runs of a batch are excluded or included again.

    Raises:
        InputError: when there is no reason or no run is named.
        UnknownName: when the batch has no certificate yet, or a run is unknown or ambiguous.
    """
    if not reason.strip():
        raise InputError("a review needs a reason", hint="--reason 'bubble in the cell'")
    if not exclude and not include:
        raise InputError("no run is named", hint="--exclude RUN or --include RUN")
    runs = _known_runs(workspace, batch)
    records = []
    for names, excluded in ((exclude, True), (include, False)):
        for name in names:
            found = _find_run(name, runs, batch)
            records.append(
                ReviewRecord(batch=batch, sample=found.sample, run=found.run, excluded=excluded, reason=reason.strip())
            )
    entries = workspace.append_many([(record, batch) for record in records], actor=actor, reason=reason.strip())
    return ReviewReport(batch, tuple(records), tuple(entry.number for entry in entries))


def _known_runs(workspace: Workspace, batch: str) -> tuple[RunName, ...]:
    latest = workspace.latest("certificate", batch)
    if latest is None:
        known = sorted({entry.key for entry in workspace.entries("certificate")})
        hint = nearest(batch, known) if known else "run `paracrine run FOLDER` first"
        raise UnknownName(f"there is no certificate of batch {batch!r}", hint=hint)
    return CertificateRecord.from_data(latest.body).runs


def _find_run(name: str, runs: tuple[RunName, ...], batch: str) -> RunName:
    matches = [run for run in runs if name in (run.run, f"{run.sample}/{run.run}")]
    if len(matches) == 1:
        return matches[0]
    if matches:
        choices = ", ".join(f"{run.sample}/{run.run}" for run in matches)
        raise UnknownName(f"{batch} has several runs called {name!r}", hint=f"say which: {choices}")
    hint = nearest(name, [f"{run.sample}/{run.run}" for run in runs] + [run.run for run in runs])
    raise UnknownName(f"{batch} has no run called {name!r}", hint=hint)
