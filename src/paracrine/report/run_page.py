"""One file: can this acquisition be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paracrine.core.run import Run, VendorNumber
from paracrine.figures.style import Spec
from paracrine.figures.trace import draw_trace
from paracrine.payloads.trace import Trace
from paracrine.report.annex import method_blocks
from paracrine.report.content import FileEntry, RunEntry
from paracrine.report.html_page import render_html
from paracrine.report.numbers import DIGITS_STATED, write_value
from paracrine.report.results import Notes
from paracrine.report.size_charts import draw_sizes, size_series
from paracrine.report.view import Chart, FileLine, Note
from paracrine.report.words import join_words, write_bytes, write_unit

_DERIVED_UNITS = {"nm2/mL", "nm3/mL"}
"""Area and volume weightings say nothing that the number-weighted curve beside them does not."""
_PAYLOAD_WORDS = {"payload", "name", "origin"}


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """One of our metrics on one run, or why there is none."""

    name: str
    title: str
    value: float | None
    unit: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number of ours beside what the instrument printed and the same computed again by its convention."""

    name: str
    own: str
    printed: str
    rederived: str
    unit: str
    source_field: str
    difference: str
    """Printed less computed again; empty where it was not. Whether it matters is the reader's notice to say."""


@dataclass(frozen=True, slots=True)
class RunBlock:
    """One acquisition."""

    title: str
    detail: str
    payloads: tuple[str, ...]
    numbers: tuple[NumberRow, ...]
    notes: tuple[Note, ...]
    unread: tuple[tuple[str, str], ...]


def run_html(runs: Sequence[Run], *, file: FileEntry, own: Sequence[Sequence[OwnNumber]] = ()) -> str:
    """Return everything in one instrument file as one HTML page.

    Args:
        runs: what the reader found, in the order of the file.
        file: the file itself.
        own: our metrics of each run, in the order of the runs; empty leaves them out.
    """
    notes = Notes()
    entries = tuple(RunEntry(run, run.sample_hint or run.name, "product") for run in runs)
    return render_html(
        "run.html.j2",
        footer=f"{file.path} · {file.sha256[:16]}",
        charts=tuple(
            Chart(f"chart-{n}", title, caption, spec)
            for n, (title, caption, spec) in enumerate(_charts(runs, entries), 1)
        ),
        title=f"{file.path}, as read",
        headline=run_headline(runs, file=file),
        file=_file_line(file),
        methods=method_blocks(entries, notes),
        runs=tuple(_block(run, numbers, notes) for run, numbers in zip(runs, own or [()] * len(runs), strict=True)),
    )


def run_headline(runs: Sequence[Run], *, file: FileEntry) -> str:
    """Say in one sentence what a file holds and whether anything in it is doubtful."""
    if file.error:
        return f"{file.path} could not be read: {file.error}"
    count = f"{len(runs)} run{'' if len(runs) == 1 else 's'}"
    reader = f"{file.reader} {file.reader_version}".strip() or "an unnamed reader"
    said = {(notice.code, notice.message): notice.severity.value for run in runs for notice in run.notices}
    found = Counter(said.values())
    doubts = [f"{found[word]} {word}{'' if found[word] == 1 else 's'}" for word in ("caution", "note") if found[word]]
    if found["serious"]:
        doubts.insert(0, f"{found['serious']} serious notice{'' if found['serious'] == 1 else 's'}")
    return f"{count} in {file.path}, read by {reader} ({file.maturity}): {join_words(doubts) or 'nothing doubtful'}."


def _block(run: Run, own: Sequence[OwnNumber], notes: Notes) -> RunBlock:
    dilution = "" if run.dilution_factor is None else f"dilution {run.dilution_factor:g} by {run.dilution_by.value}"
    detail = (run.sample_hint, run.measured_at, dilution, run.source.locator)
    return RunBlock(
        title=run.name,
        detail=" · ".join(part for part in detail if part),
        payloads=tuple(_payload_line(payload.summary()) for payload in run.payloads),
        numbers=tuple(_number_rows(run, own)),
        notes=notes.of(run.notices),
        unread=tuple(sorted(run.unread.items())),
    )


def _payload_line(summary: dict[str, object]) -> str:
    kind = str(summary.get("payload", "payload")).replace("_", " ")
    named = [str(summary[word]) for word in ("name", "origin") if summary.get(word)]
    values = [
        f"{key.replace('_', ' ')} {_plain(value)}"
        for key, value in summary.items()
        if key not in _PAYLOAD_WORDS and value is not None
    ]
    return f"{' '.join([kind, *named])}: {', '.join(values)}"


def _plain(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return write_value(value, digits=DIGITS_STATED)
    return ", ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else str(value)


def _number_rows(run: Run, own: Sequence[OwnNumber]) -> Iterator[NumberRow]:
    ours = {number.name: number for number in own}
    printed = {number.name: number for number in run.vendor}
    again = {number.name: number for number in run.rederived}
    for name in dict.fromkeys((*ours, *printed)):
        mine, theirs, same = ours.get(name), printed.get(name), again.get(name)
        yield NumberRow(
            name=mine.title if mine else name.replace("_", " "),
            own=_own_text(mine),
            printed=_number_text(theirs),
            rederived=_number_text(same),
            unit=write_unit(mine.unit if mine else printed[name].unit),
            source_field=theirs.source_field if theirs else "",
            difference=write_value(theirs.value - same.value, digits=2) if theirs and same else "",
        )


def _number_text(number: VendorNumber | None) -> str:
    return "" if number is None else write_value(number.value, digits=DIGITS_STATED)


def _own_text(number: OwnNumber | None) -> str:
    if number is None:
        return ""
    if number.value is None:
        return f"not assessed: {number.reason}"
    return write_value(number.value, digits=DIGITS_STATED)


def _charts(runs: Sequence[Run], entries: Sequence[RunEntry]) -> Iterator[tuple[str, str, Spec]]:
    yield from draw_sizes(size_series(entries, own_weighting=True))
    traces: dict[tuple[str, str, str], list[tuple[str, Trace]]] = {}
    for run in runs:
        for payload in run.payloads:
            if isinstance(payload, Trace) and payload.axis.size and payload.values_unit not in _DERIVED_UNITS:
                key = (payload.name, payload.axis_unit, payload.values_unit)
                traces.setdefault(key, []).append((run.name, payload))
    for (name, _, _), found in traces.items():
        yield name, "One line a run.", draw_trace(found)


def _file_line(file: FileEntry) -> FileLine:
    reader = f"{file.reader} {file.reader_version}".strip()
    return FileLine("file", file.path, write_bytes(file.size_bytes), file.sha256, reader, file.maturity, file.error)
