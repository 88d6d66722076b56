"""study.toml is read with the place of every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from paracrine.bench.study import read_study
from paracrine.core.errors import InputError
from paracrine.core.product import Role

GOOD = """
title = "Two batches"
person = "A. Tester"
role = "analyst"
[product]
name = "MSC-EV"
[settings]
window_low_nm = 60
window_high_nm = 180
[margins]
diameter_d50_nm = 1.25
[[batch]]
name = "B-1"
made_on = 2026-05-04
cells_count = 120000000
[[batch]]
name = "B-2"
[[sample]]
batch = "B-1"
name = "product"
dilution_factor = 1000
pipetting_cv_pct = 1.5
[[sample.file]]
path = "B-1/nta.csv"
dilution_factor = 400
[[sample.file]]
path = "B-1/dls.txt"
runs = ["one"]
[[sample]]
name = "beads"
role = "reference bead"
nominal_diameter_nm = 100
[[plate]]
path = "bca.csv"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_study_is_read_as_it_is_written(tmp_path: Path) -> None:
    plan = read_study(write(tmp_path, GOOD))
    assert [batch.name for batch in plan.batches] == ["B-1", "B-2"]
    assert plan.batches[0].cells_count == 1.2e8
    assert plan.batches[0].made_on == "2026-05-04"
    assert [(use.path, use.batch, use.runs) for use in plan.files] == [
        ("B-1/nta.csv", "B-1", ()),
        ("B-1/dls.txt", "B-1", ("one",)),
    ]
    assert [use.dilution_factor for use in plan.files] == [400, None]
    beads = plan.samples[1]
    assert (beads.role, beads.batch, beads.nominal_diameter_nm) == (Role.REFERENCE_BEAD, "", 100)
    assert (plan.window.low_nm, plan.window.high_nm) == (60, 180)
    assert plan.margins == {"diameter_d50_nm": 1.25}
    assert plan.plates[0].path == "bca.csv"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cells_count", "cell_count", "unknown key 'cell_count'"),
        ("dilution_factor = 400", "dilution_factor = -3", "dilution_factor must be above 0"),
        ("dilution_factor = 1000", 'dilution_factor = "1000"', "dilution_factor"),
        ('role = "reference bead"', 'role = "bead"', "role"),
        ('batch = "B-1"', 'batch = "B-9"', "'B-9' is not listed"),
        ('name = "B-2"', 'name = "B-1"', "listed twice"),
        ("B-1/nta.csv", "../secret.csv", "outside the study's folder"),
        ("window_high_nm = 180", "window_high_nm = 10", "empty"),
        ("diameter_d50_nm = 1.25", "diameter_d50_nm = 0.8", "above 1"),
        ("[product]", "[produkt]", "unknown key 'produkt'"),
        ('title = "Two batches"', "title = Two batches", "not TOML"),
        ("dilution_factor = 1000", "dilution_factor = nan", "dilution_factor"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_study(write(tmp_path, GOOD.replace(old, new)))
    assert said in str(caught.value)
    assert str(caught.value).startswith("study.toml")
    assert "\n" not in str(caught.value)


def test_a_study_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes('title = "Bär"'.encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_study(path)
