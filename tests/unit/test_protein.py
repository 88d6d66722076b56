"""Protein of a plate: values, refusals, limits and what two samples of one plate share."""

from __future__ import annotations

import math

import numpy as np
import pytest
from characterisation_builders import codes, make_plate_run, make_request, make_sample, make_videos, only

from paracrine.characterization.characterise import characterise_batch
from paracrine.characterization.derivation import Derived, derive_ratio
from paracrine.characterization.plate_curve import fit_standards
from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Role
from paracrine.payloads.plate import Plate

AMOUNTS = (25.0, 125.0, 250.0, 500.0, 1000.0, 1500.0)
NOISE = (0.003, -0.004, 0.002, 0.001, -0.003, 0.004, -0.002, 0.003, -0.001, -0.004, 0.002, -0.001)


def response(amount: float) -> float:
    return 0.1 + 0.0012 * amount


def wells_of(samples: dict[str, tuple[float, list[float]]], *, blanks: tuple[float, ...] = (0.098, 0.1, 0.102)):
    """Make standards in columns 1 and 2, blanks in column 3, samples (dilution, readings) from column 5."""
    wells: dict[str, tuple[str, float, str, float]] = {}
    for row, amount in zip("ABCDEF", AMOUNTS, strict=True):
        for column in (1, 2):
            noise = NOISE["ABCDEF".index(row) * 2 + column - 1]
            wells[f"{row}{column}"] = ("standard", response(amount) + noise, "", amount)
    for row, reading in zip("ABCDEFGH", blanks, strict=False):
        wells[f"{row}3"] = ("blank", reading, "", math.nan)
    for column, (name, (dilution, readings)) in enumerate(samples.items(), 5):
        for row, reading in zip("ABCDEFGH", readings, strict=False):
            wells[f"{row}{column}"] = ("sample", reading, name.rstrip("*"), dilution)
    return wells


def measure(samples, *, own=None, **more) -> tuple[Measurement, ...]:
    plate = make_plate_run(wells_of(samples, **more))
    return characterise_batch(make_request(own or {make_sample(pipetting_cv_pct=2.0): []}, plates=[plate]))


def plate_of(**more) -> Plate:
    payload = make_plate_run(wells_of({}, **more)).payloads[0]
    assert isinstance(payload, Plate)
    return payload


def test_sample_is_read_off_the_curve_and_multiplied_by_its_dilution() -> None:
    """Rung 1: 0.52 is 350 ug/mL on the line; times 4."""
    item = only(measure({"B-017/EV": (4.0, [0.52, 0.515, 0.525])}), "protein_ug_per_ml")
    assert item.quantity.value == pytest.approx(1400, rel=0.01)  # type: ignore[union-attr]
    assert item.quantity.low < 1400 < item.quantity.high  # type: ignore[union-attr, operator]
    assert item.budget.calibrated  # type: ignore[union-attr]
    assert [r.run for r in item.replicates] == ["well A5", "well B5", "well C5"]
    assert sum(r.value for r in item.replicates) / 3 == pytest.approx(item.quantity.value)  # type: ignore[union-attr, misc]
    assert any(text.startswith("standard curve: linear by AICc over 15 wells") for text in item.provenance.assumptions)
    parts = {c.name for c in item.budget.components if c.sensitivity}  # type: ignore[union-attr]
    assert "standard curve" in parts
    assert "dilution" in parts


@pytest.mark.parametrize("name", ["B-017/EV", "B-017", "EV"])
def test_wells_may_name_batch_and_sample_or_one_of_them(name: str) -> None:
    assert only(measure({name: (2.0, [0.4, 0.41])}), "protein_ug_per_ml").sample == "EV"


def test_wells_of_another_batch_are_left_to_it() -> None:
    assert measure({"B-018/EV": (2.0, [0.4, 0.41])}) == ()


@pytest.mark.parametrize(
    ("readings", "said"), [([2.4, 2.41], "above the standard curve: > 6e+03"), ([0.1, 0.101], "below")]
)
def test_samples_outside_the_curve_are_refused_with_the_limit(readings: list[float], said: str) -> None:
    item = only(measure({"EV": (4.0, readings)}), "protein_ug_per_ml")
    assert (item.state, item.quantity) == (State.NOT_ASSESSED, None)
    assert said in item.reason
    assert "ug/mL at dilution 4" in item.reason
    assert [r.value for r in item.replicates] == [None, None]


def test_wells_without_a_stated_dilution_are_refused() -> None:
    item = only(measure({"EV": (math.nan, [0.4, 0.41])}), "protein_ug_per_ml")
    assert "dilution of the wells is not stated" in item.reason


def test_detection_limits_are_the_curve_at_blank_plus_deviations() -> None:
    """Rung 1: blanks 0.098, 0.1, 0.102 have SD 0.002; on 0.1 + 0.0012 x that is 5.5 and 16.7 ug/mL (curve fitted)."""
    curve = fit_standards(plate_of())
    assert curve.detection_limit == pytest.approx(3.3 * 0.002 / 0.0012, rel=0.15)
    assert curve.quantification_limit == pytest.approx(10 * 0.002 / 0.0012, rel=0.06)
    at_limit = float(curve.fit.predict(curve.detection_limit)[0])
    assert at_limit == pytest.approx(0.1 + 3.3 * 0.002)


def test_one_blank_gives_no_detection_limit() -> None:
    curve = fit_standards(plate_of(blanks=(0.1,)))
    assert curve.detection_limit is None
    assert curve.lowest == 25.0
    assert "no-detection-limit" in codes(only(measure({"EV": (4.0, [0.5, 0.51])}, blanks=(0.1,)), "protein_ug_per_ml"))


def test_wells_between_the_limits_are_reported_with_a_notice() -> None:
    item = only(measure({"EV": (1.0, [0.111, 0.113, 0.112])}), "protein_ug_per_ml")
    assert item.state is State.MEASURED
    assert "below-quantification-limit" in codes(item)


def test_one_dilution_off_the_curve_leaves_the_other() -> None:
    """Rung 1: 1:2 lies above the curve, 1:20 at 0.46 gives 300 * 20."""
    found = measure({"EV": (2.0, [2.3, 2.31]), "EV*": (20.0, [0.46, 0.459])})
    item = only(found, "protein_ug_per_ml")
    assert item.quantity.value == pytest.approx(6000, rel=0.01)  # type: ignore[union-attr]
    assert "wells-outside-curve" in codes(item)
    assert [r.included for r in item.replicates] == [True, True, False, False]


def test_dilutions_that_disagree_are_pointed_out() -> None:
    item = only(measure({"EV": (2.0, [0.7, 0.71]), "EV*": (4.0, [0.55, 0.551])}), "protein_ug_per_ml")
    assert "dilutions-disagree" in codes(item)


def test_plate_without_standards_is_refused_for_every_sample() -> None:
    run = make_plate_run({"A1": ("sample", 0.4, "EV", 1.0)})
    found = characterise_batch(make_request({make_sample(): []}, plates=[run]))
    assert "no standard curve fits" in only(found, "protein_ug_per_ml").reason


def test_samples_of_one_plate_share_the_curve() -> None:
    """Rung 1: equal readings of two samples leave only their own scatter in the ratio."""
    own = {make_sample("EV", pipetting_cv_pct=None): [], make_sample("lysate", role=Role.DETERGENT_CONTROL): []}
    found = measure({"EV": (1.0, [0.5, 0.5004]), "lysate": (1.0, [0.5, 0.5004])}, own=own)
    first, second = (only(found, "protein_ug_per_ml", name) for name in ("EV", "lysate"))
    ratio = derive_ratio(Derived("r", "R", "1", "first over second"), first, second)
    reading = next(c for c in first.budget.components if c.name == "readings").standard_uncertainty  # type: ignore[union-attr]
    assert ratio.budget.standard_uncertainty() == pytest.approx(reading * math.sqrt(2))  # type: ignore[union-attr]
    assert first.budget.standard_uncertainty() > reading * 1.05  # type: ignore[union-attr]


def test_scattered_wells_widen_the_interval() -> None:
    """The sample's own wells decide where they scatter more than the standards."""
    item = only(measure({"EV": (1.0, [0.40, 0.50, 0.60])}), "protein_ug_per_ml")
    wide = item.budget
    assert "wells-scatter" in codes(item)
    assert wide is not None
    assert {c.name: c.sensitivity for c in wide.components[:2]} == {"replicates": 1.0, "readings": 0.0}


def test_particles_per_protein_of_one_sample() -> None:
    """Rung 1: 4e8 * 500 over 350 * 4."""
    sample = make_sample(dilution_factor=500.0, pipetting_cv_pct=2.0)
    plate = make_plate_run(wells_of({"EV": (4.0, [0.52, 0.515, 0.525])}))
    request = make_request({sample: make_videos((3.6e8, 4e8, 4.4e8))}, plates=[plate])
    item = only(characterise_batch(request), "particles_per_ug_protein")
    assert item.quantity.value == pytest.approx(2e11 / 1400, rel=0.01)  # type: ignore[union-attr]
    names = {c.name for c in item.budget.components}  # type: ignore[union-attr]
    assert {"replicates", "dilution", "standard curve", "readings"} <= names


def test_intervals_of_plates_cover_the_truth() -> None:
    """Rung 1: 40 plates of simulated wells, seed fixed; fewer than 34 has a chance of 1 in 295 at 95 %."""
    rng = np.random.default_rng(404)
    inside = 0
    for _ in range(40):
        wells = wells_of({"EV": (1.0, list(response(640.0) + rng.normal(0, 0.01, 3)))})
        noisy = {
            well: (role, reading + (rng.normal(0, 0.01) if role != "sample" else 0.0), name, number)
            for well, (role, reading, name, number) in wells.items()
        }
        request = make_request({make_sample(): []}, plates=[make_plate_run(noisy)])
        quantity = only(characterise_batch(request), "protein_ug_per_ml").quantity
        assert quantity is not None
        inside += quantity.low <= 640.0 <= quantity.high  # type: ignore[operator]
    assert inside >= 34
