"""Settings of raw videos in study.toml: of the study, of one file, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from paracrine.bench.nta.study_videos import settings_of
from paracrine.bench.study import read_study
from paracrine.core.errors import InputError

FORM = """
title = "T"
[product]
name = "P"
[video]
pixel_um = 0.166
temperature_c = 25
diluent = "pbs"
[[batch]]
name = "B-1"
[[sample]]
batch = "B-1"
name = "product"
role = "product"
[[sample.file]]
path = "a.avi"
[[sample.file]]
path = "b.avi"
[sample.file.video]
temperature_c = "23.8±0.5"
dark_spots = true
"""


def read(folder: Path, text: str = FORM):  # type: ignore[no-untyped-def]
    (folder / "study.toml").write_text(text, "utf-8")
    return read_study(folder / "study.toml")


def test_a_file_overrides_what_the_study_says_and_keeps_the_rest(tmp_path: Path) -> None:
    plan = read(tmp_path)
    shared, own = settings_of(plan, "a.avi"), settings_of(plan, "b.avi")
    assert (shared.temperature_c, shared.dark_spots) == (25, False)
    assert (own.temperature_c, own.dark_spots, own.pixel_um, own.diluent) == ("23.8±0.5", True, 0.166, "pbs")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('temperature_c = "23.8±0.5"', 'temperature_c = "mild"', "is no number"),
        ("dark_spots = true", 'viscosity_mpas = 0.9', "both stated"),
        ("dark_spots = true", "dark = true", "unknown key"),
        ("pixel_um = 0.166", "pixel_um = true", "pixel_um"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused_with_its_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read(tmp_path, FORM.replace(old, new))
    assert refused.value.where.startswith("study.toml")


def test_one_video_has_one_recording(tmp_path: Path) -> None:
    again = FORM + '[[sample.file]]\npath = "b.avi"\n[sample.file.video]\ntemperature_c = 30\n'
    with pytest.raises(InputError, match="two different settings"):
        read(tmp_path, again)
