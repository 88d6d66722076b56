"""Damaged, cut and re-saved files: refused in one line, or read with possible numbers; never another error."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheet_builders import READINGS, ROLES, delimited, plate_block, xlsx
from sizing_builders import nano_array, nano_size_table, nano_text, zetaview_header, zetaview_size_text
from zmes_builder import size_record, write_zmes

from paracrine.core.errors import ParacrineError
from paracrine.core.run import Payload, Run
from paracrine.payloads.plate import Plate
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.payloads.trace import Trace
from paracrine.readers.intake import ask_readers, read_file
from paracrine.readers.source import SourceFile

STUNNER = ["Sample name", "Z-Avg Dia. (nm)", "PdI"]
PAIR = ["Time (µs) - a [Steady state]", "Correlation Coefficient (g2-1) - a [Steady state]"]


def _zetaview_size() -> bytes:
    return zetaview_size_text({19: 100, 20: 200, 22: 100}, medians=(100.0, 100.0, 103.0), decimal=",").encode("cp1252")


def _zeta_profile() -> bytes:
    head = zetaview_header(traces=None, medians=(0, 0, 0), kind="ZP Profile")
    rows = ["\t".join(f"{cell:.3f}" for cell in (0.1 + 0.08 * row, 1, 2, 3, 4, -20.0 - row)) for row in range(11)]
    columns = "Position\tPositive V\tNegative V\tAverage\tParabola Fit\tZP"
    lines = [*head, "Results:", "Zeta Potential / mV:\t-25.300", "ZP Profile:", columns, *rows]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def _zetasizer_txt() -> bytes:
    table = nano_size_table(**{"Z-Ave (d.nm)": ["93.4", "95.6"], "PdI": ["0.112", ""]})
    correlogram = [
        *nano_array("Correlation Delay Times", "µs", *2 * [["0.5", "1.0", "2.0"]]),
        *nano_array("Correlation Data", "", *2 * [["0.93", "0.5", "0.1"]]),
    ]
    return nano_text([*table, *correlogram]).encode("cp1252")


def _zmes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write_zmes(Path(folder) / "a.zmes", size_record(), size_record(Repeat=2)).read_bytes()


def _plate() -> bytes:
    return delimited(
        [*plate_block("A562", READINGS), *plate_block("roles", ROLES)], separator=";", decimal="."
    ).encode()


MAKERS: dict[str, Callable[[], bytes]] = {
    "zetaview_size.txt": _zetaview_size,
    "zetaview_zeta.txt": _zeta_profile,
    "zetasizer_txt.txt": _zetasizer_txt,
    "zetasizer_zmes.zmes": _zmes,
    "plate_grid.csv": _plate,
    "histogram.csv": lambda: b"lower (nm);upper (nm);particles/mL\n40,0;50,0;1,5e6\n50,0;75,0;2,25e6\n75,0;90,0;0\n",
    "stunner_xlsx.xlsx": lambda: xlsx({"Report": [["Report"], [], STUNNER, ["a", 98.5, 0.12], ["b", "N/A", "N/A"]]}),
    "correlogram_xlsx.xlsx": lambda: xlsx({"s": [PAIR, [0.5, 0.9], [1.0, 0.4]]}),
}


@cache
def whole(name: str) -> bytes:
    return MAKERS[name]()


def outcome(name: str, data: bytes) -> tuple[Run, ...] | ParacrineError:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            return read_file(path)
        except ParacrineError as error:
            return error


def numbers(payload: Payload) -> Iterator[float]:
    if isinstance(payload, Scalars):
        yield from payload.values.values()
    elif isinstance(payload, SizeDistribution):
        yield from (*payload.edges_nm.tolist(), *payload.contents.tolist())
    elif isinstance(payload, Trace):
        yield from (*payload.axis.tolist(), *payload.values.tolist())
    elif isinstance(payload, Plate):
        yield from np.nan_to_num(payload.readings, nan=-1.0).ravel().tolist()


def all_numbers(runs: tuple[Run, ...]) -> list[list[float]]:
    return [[number for payload in run.payloads for number in numbers(payload)] for run in runs]


@pytest.mark.parametrize("name", MAKERS)
def test_each_reader_claims_its_own_file_and_no_other(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(whole(name))
    claims = [answer.reader for answer in ask_readers(SourceFile(path)) if answer.sniffed.claims]
    assert claims == [path.stem]


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(MAKERS)), st.floats(0, 1, exclude_max=True))
def test_a_cut_file_is_refused_or_gives_the_same_numbers(name: str, share: float) -> None:
    data = whole(name)
    found = outcome(name, data[: int(share * len(data))])
    if isinstance(found, ParacrineError):
        assert "\n" not in str(found)
        return
    complete = outcome(name, data)
    assert isinstance(complete, tuple)
    # A table of independent rows may end early; the rows that are there must be whole.
    assert all_numbers(found) == all_numbers(complete)[: len(found)] or _is_shorter_histogram(found, complete)


def _is_shorter_histogram(found: tuple[Run, ...], complete: tuple[Run, ...]) -> bool:
    first, second = found[0].payloads[0], complete[0].payloads[0]
    if not isinstance(first, SizeDistribution) or not isinstance(second, SizeDistribution):
        return False
    return first.contents.tolist() == second.contents.tolist()[: first.contents.size]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(MAKERS)))
    data = bytearray(whole(name))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 8)))
        data[start:end] = draw(
            st.binary(max_size=4)
            | st.sampled_from([b",", b";", b"\t", b"\n", b".", b"-", b"E", b"NaN", b"inf", b"1e999", b"\x00", b'"'])
        )
    return name, bytes(data)


@settings(deadline=None, max_examples=150)
@given(damaged())
def test_a_damaged_file_is_refused_or_gives_possible_numbers(file: tuple[str, bytes]) -> None:
    found = outcome(*file)
    if isinstance(found, ParacrineError):
        assert "\n" not in str(found)
        return
    for run in found:
        for payload in run.payloads:
            if not isinstance(payload, Trace):
                assert all(math.isfinite(number) for number in numbers(payload))
            if isinstance(payload, SizeDistribution):
                assert (payload.contents >= 0).all()
                assert (np.diff(payload.edges_nm) > 0).all()


@settings(deadline=None, max_examples=24)
@given(
    st.sampled_from([name for name in sorted(MAKERS) if name.endswith((".txt", ".csv"))]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_encoding_and_line_ends_change_no_number(name: str, encoding: str, newline: str) -> None:
    text = whole(name).decode("utf-8" if name.endswith(".csv") else "cp1252")
    again = text.replace("\r\n", "\n").replace("\n", newline).encode(encoding)
    found, original = outcome(name, again), outcome(name, whole(name))
    assert isinstance(found, tuple)
    assert isinstance(original, tuple)
    assert all_numbers(found) == all_numbers(original)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 1300), st.integers(0, 1300))
def test_moved_or_lost_rows_of_a_zetaview_table_are_refused(first: int, second: int) -> None:
    lines = whole("zetaview_size.txt").decode("cp1252").split("\r\n")
    start = next(index for index, line in enumerate(lines) if line.startswith("Size / nm")) + 1
    swapped = [*lines]
    swapped[start + first], swapped[start + second] = swapped[start + second], swapped[start + first]
    if swapped != lines and first < 1200 and second < 1200:
        assert isinstance(outcome("zetaview_size.txt", "\r\n".join(swapped).encode("cp1252")), ParacrineError)
    lost = [*lines[: start + first], *lines[start + first + 1 :]]
    assert isinstance(outcome("zetaview_size.txt", "\r\n".join(lost).encode("cp1252")), ParacrineError)
