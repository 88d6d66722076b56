"""Where each number came from: anchors of files and results, and the text shown on hover."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from paracrine.core.measurement import Measurement
from paracrine.core.provenance import SourceRef
from paracrine.report.content import FileEntry
from paracrine.report.view import FileLine, OriginGroup, OriginLine, OriginPlace
from paracrine.report.words import title_of, write_bytes

_LOCATORS_AT_MOST = 8
_PLACES_ON_HOVER = 3
_COUNTED = re.compile(r"(.*\D)(\d{1,6})")


class Origins:
    """Hands out the anchor and the hover text of every source on one page."""

    def __init__(self, files: Sequence[FileEntry], measurements: Sequence[Measurement], *, prefix: str = "") -> None:
        self._measurements = measurements
        self._prefix = prefix
        listed = [_file_line(entry) for entry in files]
        known = {(entry.path, entry.sha256) for entry in files}
        for source in (source for m in measurements for source in m.provenance.sources):
            if (source.name, source.sha256) not in known and not any(_same_file(source, entry) for entry in files):
                known.add((source.name, source.sha256))
                listed.append(FileLine("", source.name, "", source.sha256, _reader(source), ""))
        self.files = tuple(
            FileLine(f"{prefix}file-{n}", f.path, f.size, f.sha256, f.reader, f.maturity, f.error)
            for n, f in enumerate(listed, 1)
        )
        self._anchors = {file.sha256: file.anchor for file in reversed(self.files) if file.sha256}
        self._anchors |= {file.path: file.anchor for file in reversed(self.files)}

    def of_result(self, index: int) -> tuple[str, str]:
        """Return anchor and hover text of the n-th measurement."""
        provenance = self._measurements[index].provenance
        places = self._places(provenance.sources)
        lines = [f"{place.file}\n{place.detail}" for place in places[:_PLACES_ON_HOVER]]
        if len(places) > _PLACES_ON_HOVER:
            lines.append(f"and {len(places) - _PLACES_ON_HOVER} more places")
        computed = _computed(self._measurements[index])
        return self._anchor(index), "\n".join([*lines, *([computed] if computed else [])]) or "no source stated"

    def of_source(self, source: SourceRef | None, *, index: int) -> tuple[str, str]:
        """Return anchor and hover text of one place in a file; without one, those of the measurement."""
        if source is None:
            return self.of_result(index)
        place = self._places((source,))[0]
        return place.file_anchor or self._anchor(index), f"{place.file}\n{place.detail}"

    def groups(self, subtitles: Sequence[str]) -> tuple[OriginGroup, ...]:
        """Return the source entries of all measurements, those read at the same places together.

        Args:
            subtitles: sample and method of each measurement, in their order.
        """
        grouped: dict[tuple[str, tuple[OriginPlace, ...]], list[OriginLine]] = {}
        said: set[str] = set()
        named: set[str] = set()
        for index, (measurement, subtitle) in enumerate(zip(self._measurements, subtitles, strict=True)):
            provenance = measurement.provenance
            new = tuple(text for text in dict.fromkeys(provenance.assumptions) if text not in said)
            said.update(new)
            computed = _computed(measurement)
            line = OriginLine(
                anchor=self._anchor(index),
                title=title_of(measurement.attribute, measurement.title),
                computed=computed,
                assumptions=new,
                cites=provenance.cites,
                is_first=computed not in named,
            )
            named.add(computed)
            grouped.setdefault((subtitle, self._places(provenance.sources)), []).append(line)
        return tuple(OriginGroup(title, places, tuple(lines)) for (title, places), lines in grouped.items())

    def _anchor(self, index: int) -> str:
        return f"{self._prefix}origin-{index + 1}"

    def _places(self, sources: Iterable[SourceRef]) -> tuple[OriginPlace, ...]:
        grouped: dict[tuple[str, str, str, str], list[str]] = {}
        for source in sources:
            locators = grouped.setdefault((source.name, source.sha256, source.field, _reader(source)), [])
            if source.locator and source.locator not in locators:
                locators.append(source.locator)
        return tuple(
            OriginPlace(
                name, self._anchors.get(sha256) or self._anchors.get(name, ""), _detail(field, locators, reader)
            )
            for (name, sha256, field, reader), locators in grouped.items()
        )


def source_text(source: SourceRef) -> str:
    """Return a source on one line: file, field, place, reader and version."""
    locators = [source.locator] if source.locator else []
    return f"{source.name} · {_detail(source.field, locators, _reader(source))}"


def _detail(field: str, locators: list[str], reader: str) -> str:
    ranges = list(_as_ranges(locators))
    shown = ", ".join(ranges[:_LOCATORS_AT_MOST])
    if len(ranges) > _LOCATORS_AT_MOST:
        shown += f" and {len(ranges) - _LOCATORS_AT_MOST} more"
    parts = [f"field {field}" if field else "", shown, f"reader {reader}" if reader else ""]
    return " · ".join(part for part in parts if part) or "whole file"


def _as_ranges(locators: Sequence[str]) -> Iterator[str]:
    """Yield places, those that count on from one another as one: `video column 1 to 5`."""
    start = last = None
    for locator in [*locators, ""]:
        match = _COUNTED.fullmatch(locator)
        now = (match[1], int(match[2])) if match else None
        if start and last and now == (last[0], last[1] + 1):
            last = now
            continue
        if start and last:
            yield f"{start[0]}{start[1]}" + (f" to {last[1]}" if last != start else "")
        start = last = now
        if locator and not now:
            yield locator


def _reader(source: SourceRef) -> str:
    return f"{source.reader} {source.reader_version}".strip()


def _computed(measurement: Measurement) -> str:
    provenance = measurement.provenance
    return f"computed by {provenance.made_by} {provenance.software_version}".strip() if provenance.made_by else ""


def _same_file(source: SourceRef, entry: FileEntry) -> bool:
    same_name = source.name == entry.path or source.name == entry.path.replace("\\", "/").rpartition("/")[2]
    return source.sha256 == entry.sha256 if source.sha256 and entry.sha256 else same_name


def _file_line(entry: FileEntry) -> FileLine:
    reader = f"{entry.reader} {entry.reader_version}".strip()
    return FileLine("", entry.path, write_bytes(entry.size_bytes), entry.sha256, reader, entry.maturity, entry.error)
