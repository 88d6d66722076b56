"""Damaged results.csv and spec.toml: refused in one line, or read; never another error."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from paracrine.core.errors import InputError
from paracrine.core.measurement import State
from paracrine.readers.results import COLUMNS, read_results
from paracrine.release.specification import read_specification

RESULTS = (
    ";".join(COLUMNS)
    + "\nB1;;;sterility;no growth;;;BacT/ALERT;Lab;;N. N.;2025-03-01"
    + "\nB1;v1;;endotoxin;<0,1;EU/mL;;LAL;Lab;;N. N.;2025-03-01"
    + "\nB1;v1;;protein_ug_per_ml;1,25;mg/mL;0,1;BCA;Lab;;N. N.;2025-03-01\n"
).encode()
LIMITS = b"""product = "P"
[[limit]]
attribute = "endotoxin"
below = 0.50
unit = "EU/mL"
rule = "guard_band"
[[limit]]
attribute = "particle_concentration_per_ml"
low = 5.0e9
high = 2.0e11
[[limit]]
attribute = "sterility"
accept = ["negative"]
"""


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 6)))
        data[start:end] = draw(
            st.binary(max_size=4) | st.sampled_from([b",", b";", b'"', b"\n", b".", b"1", b"-", b"="])
        )
    return bytes(data)


def refusal(work: Callable[[], object]) -> InputError | None:
    try:
        work()
    except InputError as error:
        return error
    return None


@settings(deadline=None, max_examples=150)
@given(damaged(RESULTS))
def test_damaged_results_are_read_or_refused_in_one_line(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.csv"
        path.write_bytes(data)
        refused = refusal(lambda: read_results(path, folder=Path(folder)))
        if refused is not None:
            assert refused.where
            assert "\n" not in refused.message
            return
        for measurement in read_results(path, folder=Path(folder)).measurements:
            assert measurement.state is not State.MEASURED or measurement.method
            assert measurement.quantity is None or measurement.quantity.unit


@settings(deadline=None, max_examples=150)
@given(damaged(LIMITS))
def test_damaged_limits_are_read_or_refused_in_one_line(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.toml"
        path.write_bytes(data)
        refused = refusal(lambda: read_specification(path))
        if refused is not None:
            assert refused.where.startswith("spec.toml")
            assert "\n" not in refused.message
            return
        assert read_specification(path).limits
