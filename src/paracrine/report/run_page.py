"""One file: can this acquisition be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paracrine.core.run import Run
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

_PAYLOAD_WORDS = {"payload", "name", "origin"}


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A number the instrument printed beside the same computed again by its convention."""

    name: str
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
    printed: tuple[PrintedRow, ...]
    notes: tuple[Note, ...]
    unread: tuple[tuple[str, str], ...]


def run_html(runs: Sequence[Run], *, file: FileEntry) -> str:
    """Return everything in one instrument file as one HTML page.

    Args:
        runs: what the reader found, in the order of the file.
        file: the file itself.
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
        runs=tuple(_block(run, notes) for run in runs),
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


def _block(run: Run, notes: Notes) -> RunBlock:
    dilution = "" if run.dilution_factor is None else f"dilution {run.dilution_factor:g} by {run.dilution_by.value}"
    detail = (run.sample_hint, run.measured_at, dilution, run.source.locator)
    return RunBlock(
        title=run.name,
        detail=" · ".join(part for part in detail if part),
        payloads=tuple(_payload_line(payload.summary()) for payload in run.payloads),
        printed=tuple(_printed(run)),
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


def _printed(run: Run) -> Iterator[PrintedRow]:
    again = {number.name: number for number in run.rederived}
    for number in run.vendor:
        other = again.get(number.name)
        yield PrintedRow(
            name=number.name.replace("_", " "),
            printed=write_value(number.value, digits=DIGITS_STATED),
            rederived="" if other is None else write_value(other.value, digits=DIGITS_STATED),
            unit=write_unit(number.unit),
            source_field=number.source_field,
            difference="" if other is None else write_value(number.value - other.value, digits=2),
        )


def _charts(runs: Sequence[Run], entries: Sequence[RunEntry]) -> Iterator[tuple[str, str, Spec]]:
    yield from draw_sizes(size_series(entries))
    traces: dict[tuple[str, str, str], list[tuple[str, Trace]]] = {}
    for run in runs:
        for payload in run.payloads:
            if isinstance(payload, Trace) and payload.axis.size:
                key = (payload.name, payload.axis_unit, payload.values_unit)
                traces.setdefault(key, []).append((run.name, payload))
    for (name, _, _), found in traces.items():
        yield name, "One line a run.", draw_trace(found)


def _file_line(file: FileEntry) -> FileLine:
    reader = f"{file.reader} {file.reader_version}".strip()
    return FileLine("file", file.path, write_bytes(file.size_bytes), file.sha256, reader, file.maturity, file.error)
