"""Settings of a raw video: from file or person, marked when assumed, refused when nobody states them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paracrine.characterization.inference.recording import require_sense, settle_recording
from paracrine.characterization.inference.settings import StatedBy
from paracrine.characterization.inference.stated import parse_stated
from paracrine.core.errors import InputError, UnknownName
from paracrine.core.plan import VideoSettings
from paracrine.payloads.video import Video

SAID = {
    "pixel_um": 0.166, "frames_per_s": 25.0, "exposure_ms": 20.0, "temperature_c": 23.0, "viscosity_mpas": 0.93
}  # fmt: skip


def video(**stated: float) -> Video:
    return Video.from_frames(np.zeros((4, 16, 16), dtype=np.uint8), **stated)


def settled(**said: object):  # type: ignore[no-untyped-def]
    return settle_recording(video(), VideoSettings.model_validate({**SAID, **said}))


@pytest.mark.parametrize(
    ("said", "value", "sigma"),
    [
        (25.0, 25.0, 0.0),
        ("25", 25.0, 0.0),
        ("25±0.5", 25.0, 0.5 / 1.959964),
        ("25 +- 0.5", 25.0, 0.5 / 1.959964),
        ("24..27", 25.5, 1.5 / 1.959964),
        ("1.6e-1", 0.16, 0.0),
    ],
)
def test_a_number_is_read_with_or_without_its_interval(said: float | str, value: float, sigma: float) -> None:
    """Analytic: 95 % of a normal law lie within 1.96 standard deviations."""
    stated = parse_stated("x", said)
    assert stated.value == pytest.approx(value)
    assert stated.standard_uncertainty == pytest.approx(sigma)


@pytest.mark.parametrize("said", ["25,5", "warm", "", "25±0", "27..24", "25±", "nan", "inf"])
def test_what_is_no_number_is_refused(said: str) -> None:
    with pytest.raises(InputError, match="temperature_c"):
        parse_stated("temperature_c", said)


def test_a_setting_comes_from_the_file_where_it_states_it() -> None:
    said = VideoSettings(exposure_ms=20.0, temperature_c=23.0, viscosity_mpas=0.93)
    settings = settle_recording(video(frame_rate_hz=30.0, pixel_um=0.2), said).settings
    assert (settings.frames_per_s.value, settings.frames_per_s.stated_by) == (30.0, StatedBy.FILE)
    assert (settings.pixel_um.value, settings.pixel_um.stated_by) == (0.2, StatedBy.FILE)
    assert settings.exposure_ms.stated_by is StatedBy.USER


def test_what_a_person_says_goes_before_the_file_and_the_difference_is_named() -> None:
    found = settle_recording(video(frame_rate_hz=30.0), VideoSettings.model_validate(SAID))
    assert found.settings.frames_per_s.value == 25.0
    assert "setting-differs-from-file" in {notice.code for notice in found.notices}


@pytest.mark.parametrize("name", sorted(SAID))
def test_a_setting_that_nobody_states_is_refused_and_never_guessed(name: str) -> None:
    said = {key: value for key, value in SAID.items() if key != name}
    with pytest.raises(InputError) as refused:
        settle_recording(video(), VideoSettings.model_validate(said))
    assert name in refused.value.hint


def test_an_assumed_setting_is_marked() -> None:
    found = settled(assumed=("exposure_ms", "temperature_c"))
    assert found.settings.assumed == ("exposure_ms", "temperature_c")


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"assumed": ("temprature_c",)}, "cannot be marked"),
        ({"assumed": ("depth_um",)}, "has no value"),
        ({"diluent": "pbs"}, "both stated"),
        ({"pixel_um": -0.1}, "pixel_um must be above 0"),
        ({"depth_um": 5.0}, "no interval"),
        ({"fewest_spots": 2}, "no size"),
        ({"depth_bead_diameter_nm": 100.0}, "needs depth_um"),
        ({"depth_um": "5±1", "depth_bead_refractive_index": 1.59}, "needs depth_bead_diameter_nm"),
    ],
)
def test_settings_that_make_no_sense_are_refused(said: dict[str, object], match: str) -> None:
    with pytest.raises(InputError, match=match):
        require_sense(VideoSettings.model_validate({**SAID, **said}))


def test_an_unknown_diluent_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="pbs"):
        require_sense(VideoSettings(diluent="pbss"))


def test_a_diluent_computes_the_viscosity_and_warmth_counts_twice() -> None:
    """Water at 25 degrees Celsius: 0.8900 mPa.s (doi:10.1063/1.3088050); PBS 1.02 times that is our assumption.

    d ~ T / eta(T): 0.34 % a kelvin by T, and by the viscosity ln(1.0016 / 0.7972) / 10 = 2.28 % (20 and 30 degrees).
    """
    said = {key: value for key, value in SAID.items() if key != "viscosity_mpas"}
    found = settled_with({**said, "temperature_c": "25±1", "diluent": "pbs"})
    assert found.settings.viscosity_mpas.value == pytest.approx(1.02 * 0.8900, rel=1e-3)
    assert found.settings.viscosity_mpas.relative_standard_uncertainty == 0.01
    warm = found.settings.temperature_c.relative_standard_uncertainty * 1.959964
    assert warm == pytest.approx(0.0262, abs=0.0005)
    assert "diluent-viscosity-assumed" in {notice.code for notice in found.notices}


def settled_with(said: dict[str, object]):  # type: ignore[no-untyped-def]
    return settle_recording(video(), VideoSettings.model_validate(said))


def test_settings_of_a_file_go_before_those_of_its_study() -> None:
    study = VideoSettings(pixel_um=0.1, temperature_c=20.0, dark_spots=True)
    own = VideoSettings(pixel_um=0.2)
    together = own.over(study)
    assert (together.pixel_um, together.temperature_c, together.dark_spots) == (0.2, 20.0, True)
    assert own.over(None) is own


def test_a_depth_keeps_its_interval() -> None:
    depth = settled(depth_um="4..6").depth
    assert depth is not None
    assert depth.depth_um == 5.0
    assert depth.relative_standard_uncertainty == pytest.approx(1 / 1.959964 / 5)
    assert math.isclose(settled(threshold_ratio=10.4).tracking.faint_ratio, 9.2, rel_tol=1e-6)
