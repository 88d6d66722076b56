"""One file shown run by run: the vendor's numbers, the same by the vendor's rule, and ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from paracrine.bench.outputs import write_outputs
from paracrine.characterization.measuring import load_metrics, measure_run
from paracrine.core.errors import InputError
from paracrine.core.plan import SizeWindow
from paracrine.core.run import Run, VendorNumber
from paracrine.readers.format import Format
from paracrine.readers.intake import load_readers, read_file
from paracrine.readers.video_file import is_video
from paracrine.report.content import FileEntry
from paracrine.report.run_page import OwnNumber


@dataclass(frozen=True, slots=True)
class RunReading:
    """One run as `read` shows it."""

    title: str
    run: Run
    own: tuple[OwnNumber, ...]

    @property
    def settings(self) -> Mapping[str, str]:
        """Conditions and settings as read."""
        return self.run.settings

    @property
    def unread(self) -> Mapping[str, str]:
        """Fields nobody used."""
        return self.run.unread

    @property
    def notices(self) -> list[tuple[str, str]]:
        """(severity, message) pairs."""
        return [(notice.severity.value, notice.message) for notice in self.run.notices]

    def number_rows(self) -> list[tuple[str, str, str, str, str]]:
        """Rows of name, vendor's number, the vendor's rule again, ours, unit."""
        vendor, again = _by_name(self.run.vendor), _by_name(self.run.rederived)
        own = {number.name: number for number in self.own}
        rows = []
        for name in dict.fromkeys([*own, *vendor, *again]):
            ours, theirs, repeated = own.get(name), vendor.get(name), again.get(name)
            unit = ours.unit if ours else (theirs or repeated or VendorNumber(name, 0, "", "")).unit
            rows.append((name, _plain(theirs), _plain(repeated), _own(ours), unit))
        return rows

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        run = self.run
        return {
            "name": run.name,
            "technique": run.technique.value,
            "instrument": run.instrument,
            "software": run.software,
            "measured_at": run.measured_at,
            "sample_hint": run.sample_hint,
            "locator": run.source.locator,
            "maturity": run.maturity.value,
            "dilution_factor": run.dilution_factor,
            "dilution_by": run.dilution_by.value,
            "settings": dict(run.settings),
            "payloads": [payload.summary() for payload in run.payloads],
            "vendor": [_vendor_data(number) for number in run.vendor],
            "rederived": [_vendor_data(number) for number in run.rederived],
            "own": [{"name": n.name, "value": n.value, "unit": n.unit, "reason": n.reason} for n in self.own],
            "notices": [notice.to_data() for notice in run.notices],
            "unread": dict(run.unread),
        }


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file and every run in it."""

    name: str
    sha256: str
    reader: str
    reader_version: str
    runs: tuple[RunReading, ...]
    size_bytes: int

    @property
    def headline(self) -> str:
        """One sentence: how many runs, by which reader."""
        count = len(self.runs)
        maturity = self.runs[0].run.maturity.value
        return (
            f"{self.name}: {count} run{'s' if count > 1 else ''}, read by {self.reader} "
            f"{self.reader_version} ({maturity}), sha256 {self.sha256[:12]}…"
        )

    def to_html(self) -> str:
        """Return one self-contained page: charts, our numbers beside the instrument's, notices, unread fields."""
        from paracrine.report.run_page import run_html

        maturity = self.runs[0].run.maturity.value
        file = FileEntry(self.name, self.sha256, self.size_bytes, self.reader, self.reader_version, maturity)
        return run_html([one.run for one in self.runs], file=file, own=[one.own for one in self.runs])

    def write_html(self, path: str | Path) -> Path:
        """Write that page, whole or not at all.

        Raises:
            InputError: when it cannot be written there.
        """
        target = Path(path)
        write_outputs(target.parent, {target.name: self.to_html().encode()})
        return target

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "file": self.name,
            "sha256": self.sha256,
            "reader": self.reader,
            "reader_version": self.reader_version,
            "runs": [run.to_data() for run in self.runs],
        }

    def _repr_html_(self) -> str:
        tables = []
        for run in self.runs:
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in run.number_rows()
            )
            notices = "".join(f"<li>{escape(severity)}: {escape(message)}</li>" for severity, message in run.notices)
            head = "<tr><th>number</th><th>vendor</th><th>vendor's rule, again</th><th>ours</th><th>unit</th></tr>"
            tables.append(f"<p><b>{escape(run.title)}</b></p><table>{head}{rows}</table><ul>{notices}</ul>")
        return f"<p>{escape(self.headline)}</p>{''.join(tables)}"


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """One reader as `formats` lists it."""

    declared: Format = field(repr=False)

    @property
    def name(self) -> str:
        """Word for the reader."""
        return self.declared.name

    @property
    def title(self) -> str:
        """What it reads."""
        return self.declared.title

    @property
    def technique(self) -> str:
        """Family of method."""
        return self.declared.technique.value

    @property
    def known_limits(self) -> str:
        """What it is known not to do."""
        return self.declared.known_limits

    @property
    def maturity_text(self) -> str:
        """Maturity, by software version where that differs."""
        by_version = "; ".join(
            f"{version}: {maturity.value}" for version, maturity in self.declared.maturity_by_version
        )
        return by_version or self.declared.maturity.value

    @property
    def held_against(self) -> str:
        """Real files the reader was held against and where they come from."""
        samples = [sample for sample in self.declared.samples if sample != "none"]
        files = f"{len(samples)} real file{'' if len(samples) == 1 else 's'}" if samples else "no real file"
        return "; ".join((files, *self.declared.references))

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name,
            "title": self.title,
            "technique": self.technique,
            "version": self.declared.version,
            "maturity": self.declared.maturity.value,
            "maturity_by_version": {version: m.value for version, m in self.declared.maturity_by_version},
            "suffixes": list(self.declared.suffixes),
            "samples": list(self.declared.samples),
            "references": list(self.declared.references),
            "known_limits": self.known_limits,
        }


def report_file(path: Path) -> FileReport:
    """Read one file and measure every run.

    Raises:
        InputError: when no reader can read it.
    """
    if is_video(path):
        raise InputError("is a raw video", where=str(path), hint=f"`paracrine track {path.name}` analyses it")
    if path.is_dir():
        raise InputError("is a folder", where=str(path), hint=f"`paracrine init {path}` looks into all its files")
    siblings = tuple(sorted(entry.name for entry in path.parent.iterdir())) if path.parent.is_dir() else ()
    runs = read_file(path, siblings=siblings)
    first = runs[0].source
    readings = tuple(RunReading(_title(run), run, _measure(run)) for run in runs)
    return FileReport(path.name, first.sha256, first.reader, first.reader_version, readings, path.stat().st_size)


def list_formats() -> tuple[FormatInfo, ...]:
    """List all readers, ours and other people's."""
    return tuple(FormatInfo(module.FORMAT) for module in load_readers())


def _measure(run: Run) -> tuple[OwnNumber, ...]:
    metrics = {module.METRIC.name: module.METRIC for module in load_metrics()}
    return tuple(
        OwnNumber(name, metrics[name].title, value.value, metrics[name].unit, value.reason)
        for name, value in measure_run(run, window=SizeWindow()).items()
    )


def _title(run: Run) -> str:
    parts = (run.name, run.sample_hint, run.instrument, run.software, run.measured_at, run.source.locator)
    return " · ".join(part for part in dict.fromkeys(parts) if part)


def _by_name(numbers: tuple[VendorNumber, ...]) -> dict[str, VendorNumber]:
    return {number.name: number for number in numbers}


def _vendor_data(number: VendorNumber) -> dict[str, Any]:
    return {"name": number.name, "value": number.value, "unit": number.unit, "field": number.source_field}


def _plain(number: VendorNumber | None) -> str:
    return f"{number.value:.6g}" if number else ""


def _own(number: OwnNumber | None) -> str:
    if number is None:
        return ""
    return f"{number.value:.6g}" if number.value is not None else f"not assessed: {number.reason}"
