"""Real ZetaView and Zetasizer files against the truth stated in the collection's index (rung: published file)."""

from __future__ import annotations

from pathlib import Path

import pytest

from paracrine.core.product import DilutionBy
from paracrine.core.run import Maturity
from paracrine.readers.intake import read_file


def test_decimal_comma_zetaview_gives_the_header_medians_to_the_printed_digit(sizing_files: Path) -> None:
    (run,) = read_file(sizing_files / "EV-NTA" / "Sample1_35nm_1-5pool.txt")
    ours = {number.name: number.value for number in run.rederived}
    assert abs(ours["diameter_d50_nm"] - 99.147287) <= 5e-7
    assert abs(ours["diameter_d50_concentration_nm"] - 99.147287) <= 5e-7
    assert abs(ours["diameter_d50_volume_nm"] - 164.222031) <= 5e-7
    assert ours["tracks_count"] == 2235
    assert run.maturity is Maturity.TESTED


def test_zetaview_concentration_is_multiplied_by_the_dilution_once(sizing_files: Path) -> None:
    (run,) = read_file(sizing_files / "EV-NTA" / "Sample1_35nm_1-5pool.txt")
    (sizes,) = run.payloads
    assert sizes.total == pytest.approx(8.616e7, rel=5e-5)
    assert run.dilution_by is DilutionBy.PARACRINE
    assert sizes.total * run.dilution_factor == pytest.approx(4.308e11, rel=5e-5)
    assert float(sizes.tracks_per_bin.sum()) == 2235


def test_zetaview_flags_are_shown_and_people_are_not(sizing_files: Path) -> None:
    (run,) = read_file(sizing_files / "EV-NTA" / "Sample1_35nm_1-5pool.txt")
    codes = {notice.code for notice in run.notices}
    assert codes == {"drift-too-high", "drift-never-checked", "too-many-particles-per-frame"}
    assert "Aoife" not in str(run)
    assert "Operator" not in str(run)
