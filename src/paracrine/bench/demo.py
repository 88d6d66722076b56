"""The demonstration: a simulated campaign on the same path as real data."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paracrine.bench.outcome import RunReport
from paracrine.bench.run_study import load_study, run_study
from paracrine.core.errors import InputError
from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Role
from paracrine.core.progress import Executor, Progress
from paracrine.instruments.campaign import CampaignTruth, TruthValue, simulate_campaign
from paracrine.report.content import TruthEntry

if TYPE_CHECKING:
    from paracrine.bench.bench import Bench

SEED = 20260504
_MARK = "SIMULATED.txt"


@dataclass(frozen=True, slots=True)
class TruthLine:
    """One measured value beside the simulated truth."""

    batch: str
    attribute: str
    method: str
    unit: str
    truth: float
    value: float | None
    low: float | None
    high: float | None

    @property
    def covered(self) -> bool | None:
        """Whether the interval holds the truth; None without an interval."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.truth <= self.high


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demonstration made and found."""

    folder: Path
    run: RunReport
    lines: tuple[TruthLine, ...]

    @property
    def first_page(self) -> Path:
        """Where to look first."""
        return self.run.comparison or next(iter(self.run.batches[0].outputs.values()))

    @property
    def compared_count(self) -> int:
        """Values with an interval and a known truth."""
        return sum(1 for line in self.lines if line.covered is not None)

    @property
    def covered_count(self) -> int:
        """Intervals that hold the truth."""
        return sum(1 for line in self.lines if line.covered)

    def truth_rows(self) -> list[tuple[str, ...]]:
        """Rows of batch, attribute, method, measured, interval, truth, inside."""
        rows: list[tuple[str, ...]] = []
        for line in self.lines:
            measured = "not assessed" if line.value is None else f"{line.value:.4g} {line.unit}"
            interval = "" if line.low is None else f"{line.low:.4g} – {line.high:.4g}"
            inside = {True: "✓", False: "✕", None: "–"}[line.covered]
            rows.append((line.batch, line.attribute, line.method, measured, interval, f"{line.truth:.4g}", inside))
        return rows

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        fields = ("batch", "attribute", "method", "unit", "truth", "value", "low", "high", "covered")
        lines = [{name: getattr(line, name) for name in fields} for line in self.lines]
        return {"simulated": True, "folder": str(self.folder), "run": self.run.to_data(), "truth": lines}

    def _repr_html_(self) -> str:
        return f"<p><b>SIMULATED</b></p>{self.run._repr_html_()}"


def run_demo(bench: Bench, out: Path, *, seed: int | None, executor: Executor, progress: Progress) -> DemoReport:
    """Simulate, certify, compare.

    Raises:
        InputError: when `out` holds something that is not an earlier demonstration.
    """
    folder = out / "campaign"
    _clear_earlier(out, folder)
    truth = simulate_campaign(folder, seed=SEED if seed is None else seed)
    (out / _MARK).write_text("Every file in this folder is simulated.\n", encoding="utf-8")
    study = load_study(folder)
    report = run_study(
        study,
        out=out / "certificates",
        workspace=bench.open_workspace(out / "certificates"),
        actor=bench.actor(study.plan.person, study.plan.role),
        executor=executor,
        progress=progress,
        truth={batch: _truth_of(truth, batch) for batch in truth.batches},
    )
    return DemoReport(folder, report, tuple(_lines(report, truth)))


def _clear_earlier(out: Path, folder: Path) -> None:
    if not out.exists():
        return
    if any(out.iterdir()) and not (out / _MARK).is_file():
        raise InputError("this folder is not an earlier demonstration", where=str(out), hint="choose another --out")
    for made in (folder, out / "certificates"):
        shutil.rmtree(made, ignore_errors=True)


def _truth_of(truth: CampaignTruth, batch: str) -> tuple[TruthEntry, ...]:
    return tuple(TruthEntry(item.attribute, item.value, item.unit, item.method) for item in truth.of(batch))


def _lines(report: RunReport, truth: CampaignTruth) -> Iterator[TruthLine]:
    for batch in report.batches:
        for item in truth.of(batch.batch):
            yield _line(batch.batch, item, next((m for m in batch.measurements if _is_about(m, item)), None))


def _is_about(measurement: Measurement, item: TruthValue) -> bool:
    same = measurement.attribute == item.attribute and item.method in measurement.method
    return same and measurement.role is Role.PRODUCT and measurement.state is State.MEASURED


def _line(batch: str, item: TruthValue, measurement: Measurement | None) -> TruthLine:
    quantity = measurement.quantity if measurement else None
    value, low, high = (quantity.value, quantity.low, quantity.high) if quantity else (None, None, None)
    return TruthLine(batch, item.attribute, item.method, item.unit, item.value, value, low, high)
