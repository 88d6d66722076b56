from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from nanosight_builder import FLAT, NARROW, build, save

from paracrine.core.errors import InputError
from paracrine.readers.formats import nanosight_summary

ALL = ("Number", "Surface Area", "Volume")
TEXT = build(FLAT, NARROW, weightings=ALL, diffusion=True)
SHORT = build(FLAT, NARROW)


def read_text(folder: Path, text: str) -> None:
    nanosight_summary.read(save(folder, text))


def changed(old: str, new: str, *, text: str = SHORT) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_file_cut_anywhere_gives_no_number(tmp_path: Path) -> None:
    """The last padding line is not missed; every cut before it is."""
    last = TEXT.rstrip("\n,").rfind(",")
    for cut in np.linspace(1, last, 80, dtype=int):
        with pytest.raises(InputError):
            read_text(tmp_path, TEXT[:cut])


def test_a_file_cut_at_each_section_gives_no_number(tmp_path: Path) -> None:
    starts = [match.start() for match in re.finditer(r"^(\[|Weighting|Bin centre|Percentile)", TEXT, re.MULTILINE)]
    assert len(starts) > 20
    for start in starts:
        with pytest.raises(InputError):
            read_text(tmp_path, TEXT[:start])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("150.5,4000000,", "150.5,-4000000,", "negative"),
        ("150.5,4000000,", "150.5,NaN,", "number"),
        ("150.5,4000000,", "150.5,inf,", "number"),
        ("150.5,4000000,", "150.5,,", "missing"),
        ("150.5,4000000,", "150.5,4000000,7,", "cells"),
        ("150.5,4000000,", "150.5,4,000,000,", "cells"),
        ("150.5,4000000,", '150.5,"4,5",', "decimal point"),
        ("150.5,4000000,", "151.5,4000000,", "instead of"),
        ("150.5,4000000,", "", "instead of|cells"),
        ("Bin centre (nm)", "Bin centre (µm)", "axis"),
        (
            "Concentration (particles / ml),Concentration (particles / ml),",
            "Volume conc. (nm³ / ml),Volume conc. (nm³ / ml),",
            "columns",
        ),
        ("Weighting,Number", "Weighting,Intensity", "weighting"),
        ("D50,150.0,91.6,", "D50,150.0,", "values"),
        ("D50,150.0,91.6,", "D50,15O.0,91.6,", "number"),
        ("D50,150.0,91.6,", "D50,150,0,91.6,", "values"),
        ("D50,", "D51,", "4 values for 2"),
        ("Valid Tracks,812.0,655.0", "Valid Tracks,812.0", "values"),
        ("Dilution factor (", "Thinning factor (", "dilution factors is missing"),
        ("Not recorded,Not recorded", "Not recorded,0.5", "below 1"),
        ("Not recorded,Not recorded", "Not recorded,1,00e+04", "values"),
        ("Concentration (Particles / ml)", "Concentration", "4 values for 2"),
        ("Filename:,run_00,run_01,", "Filename:,run_01,run_00,", "order"),
        ("Filename:,run_00,run_01,", "Filename:,run_00,", "names"),
        ("[Settings]", "[Setting]", "Settings"),
        ("\n\nPercentile,", "\n\nPer cent,", "Percentile|listed|weighting"),
        ("Number weighting - With Percentiles", "Volume weighting - With Percentiles", "listed"),
        ("Temperature/C,21.298,21.298,", "Temperature/C,21.298,", "values"),
        ("Temperature/C,21.298,21.298,", "Temperature/C,21.298,21,298,", "values"),
    ],
)
def test_a_damaged_file_is_refused_with_a_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError, match=f"(?i){said}") as caught:
        read_text(tmp_path, changed(old, new))
    assert "\n" not in str(caught.value)


def test_rows_out_of_order_are_refused(tmp_path: Path) -> None:
    lines = SHORT.split("\n")
    rows = [index for index, line in enumerate(lines) if line.startswith(("150.5,", "400.5,"))]
    lines[rows[0]], lines[rows[1]] = lines[rows[1]], lines[rows[0]]
    with pytest.raises(InputError, match=r"row 151 stands at 400\.5"):
        read_text(tmp_path, "\n".join(lines))


def test_a_distribution_pasted_twice_is_refused(tmp_path: Path) -> None:
    block = SHORT[SHORT.index("[Size Data]") :]
    with pytest.raises(InputError, match="twice"):
        read_text(tmp_path, SHORT + block)


def test_decimal_commas_without_another_separator_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_text(tmp_path, SHORT.replace(".", ","))


def test_mixed_decimal_marks_are_refused(tmp_path: Path) -> None:
    text = SHORT.replace(",", ";").replace("D50;150.0;91.6", "D50;150,0;91.6")
    with pytest.raises(InputError, match="decimal point"):
        read_text(tmp_path, text)


def test_an_open_quotation_mark_gives_no_number(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_text(tmp_path, changed("Diluent,PBS", 'Diluent,"PBS'))
