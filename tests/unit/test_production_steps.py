"""Unit operations: contract, balance, analytic cases, directions the literature states."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from paracrine.core.errors import InputError, LimitError
from paracrine.production.elution import curve_moments_ml, eluted_before
from paracrine.production.filtration import (
    filtration_hours,
    retained_after_concentration,
    retained_after_diafiltration,
    sieving_from_washout,
    steric_sieving,
)
from paracrine.production.populations import CENTRES_NM, ORIGINS, Feed
from paracrine.production.prior import Draws, value_at
from paracrine.production.step import STEPS, StepResult, Task, settle
from paracrine.testing.step import check_step, run_step

GIVEN: dict[str, dict[str, Any]] = {
    "tff_ultrafiltration": {"area_cm2": 110.0},
    "tff_diafiltration": {"area_cm2": 90.0},
    "size_exclusion": {"column_ml": 80.0, "load_ml": 7.0},
    "anion_exchange": {"column_ml": 5.0},
    "immunoaffinity": {"beads_ml": 0.7},
    "storage": {"time_h": 48.0, "temperature_c": 4.0},
}


def run(kind: str, draws: Draws, *, volume_ml: float = 130.0, **settings: Any) -> tuple[Feed, StepResult]:
    return run_step(STEPS.load(kind), {**GIVEN.get(kind, {}), **settings}, draws=draws, volume_ml=volume_ml)


@pytest.mark.parametrize("kind", STEPS.names())
def test_a_step_keeps_the_contract(kind: str) -> None:
    """Rung 1: in + made = out + lost by name, for each origin and for protein; sources, grades, bounds."""
    check_step(STEPS.load(kind), GIVEN.get(kind))


def test_the_contract_notices_what_is_lost_without_a_name() -> None:
    def leaky(feed: Feed, task: Task) -> StepResult:
        kept, _ = feed.keep(0.9, protein_frac=1.0)
        return StepResult(product=kept, lost={})

    honest = STEPS.load("loading_incubation")
    names = {name: getattr(honest, name) for name in ("STEP", "SETTINGS", "PARAMETERS", "COST")}
    broken = ModuleType("broken")
    broken.__dict__.update(names, run=leaky)
    with pytest.raises(AssertionError, match="cell-derived particles are lost without a name"):
        check_step(broken)


def test_a_parameter_meets_its_interval() -> None:
    parameter = next(p for p in STEPS.load("ultracentrifugation").PARAMETERS if p.name == "recovery_frac")
    found = value_at(parameter, np.array([-1.959963984540054, 0.0, 1.959963984540054]))
    assert found == pytest.approx([parameter.low, parameter.value, parameter.high], rel=1e-12)


def test_washing_leaves_the_analytic_share() -> None:
    """Rung 1: ideal washout at 6 diavolumes is 99.75 %; rung 2: 99 % removed means S = ln(100) / 6 = 0.77."""
    assert 1 - retained_after_diafiltration(1.0, 6.0) == pytest.approx(0.9975, abs=5e-5)
    assert sieving_from_washout(0.99, 6.0) == pytest.approx(math.log(100) / 6, rel=1e-12)
    assert sieving_from_washout(0.99, 6.0) == pytest.approx(0.77, abs=0.005)
    assert retained_after_concentration(0.77, 20.0) == pytest.approx(20.0**-0.77, rel=1e-12)


def test_the_500_kda_membrane_removes_99_percent_of_protein_in_6_diavolumes() -> None:
    feed, result = run("tff_diafiltration", Draws(0), diavolumes_count=6.0)
    removed = 1 - result.product.protein_ug[0] / feed.protein_ug[0]
    assert removed == pytest.approx(0.99, abs=0.002)


def test_concentration_and_washing_together_recover_what_was_published() -> None:
    """Rung 2: 60.88 % over both (Oxford thesis, abstract), where vesicles do not pass the pore."""
    kept = 1.0
    for kind in ("tff_ultrafiltration", "tff_diafiltration"):
        feed, result = run(kind, Draws(0))
        kept *= result.product.cell_derived[0] / feed.cell_derived[0]
    assert kept == pytest.approx(0.6088, abs=0.002)


def test_steric_sieving_ends_at_the_pore() -> None:
    assert float(steric_sieving(30.0, 26.0)) == 0.0
    assert float(steric_sieving(0.0, 26.0)) == 1.0
    assert float(steric_sieving(7.24, 26.0)) == pytest.approx(0.77, abs=0.005)


def test_time_to_filter_is_the_integral_of_a_falling_flux() -> None:
    """Rung 1: numerical integral of `dv / J`."""
    per_area = np.linspace(0, 3.7 / 0.29, 200001)
    numeric = np.trapezoid((1 + 0.043 * per_area) / 31.0, per_area)
    found = filtration_hours(3.7, flux_l_m2_h=31.0, area_m2=0.29, fouling_m2_per_l=0.043)
    assert float(found) == pytest.approx(float(numeric), rel=1e-8)


def test_the_elution_curve_has_the_analytic_moments() -> None:
    """Rung 1: mean and variance of a plug through N plates, from the distribution function by quadrature."""
    volume = np.linspace(0, 400, 400001)
    below = eluted_before(volume, retention_ml=61.0, plates_count=90.0, load_ml=7.5)
    assert below[-1] == pytest.approx(1.0, abs=1e-9)
    mean = np.trapezoid(1 - below, volume)
    second = np.trapezoid(2 * volume * (1 - below), volume)
    wanted_mean, wanted_variance = curve_moments_ml(retention_ml=61.0, plates_count=90.0, load_ml=7.5)
    assert mean == pytest.approx(wanted_mean, rel=1e-7)
    assert second - mean**2 == pytest.approx(wanted_variance, rel=1e-5)


def test_ultracentrifugation_marks_what_was_not_checked() -> None:
    _, result = run("ultracentrifugation", Draws(0))
    assert {notice.code for notice in result.notices} == {"extrapolated", "speed-not-checked"}
    _, low = run("ultracentrifugation", Draws(0), rcf_xg=9000.0, max_speed_rpm=45000.0)
    assert low.notices == ()


def test_a_rotor_is_not_turned_beyond_its_typed_speed() -> None:
    with pytest.raises(LimitError, match="the rotor may turn at 30000"):
        run("ultracentrifugation", Draws(0), max_speed_rpm=30000.0)


@pytest.mark.parametrize(
    ("kind", "settings", "reason"),
    [
        ("size_exclusion", {"load_ml": 7.0, "load_limit_ml": 3.5}, "beyond the typed load_limit_ml 3.5"),
        ("anion_exchange", {"capacity_particles_per_ml": 1e9}, "beyond the typed capacity_particles_per_ml"),
        ("immunoaffinity", {"capacity_particles_per_ml": 1e8}, "beyond the typed capacity_particles_per_ml"),
        ("tff_ultrafiltration", {"load_limit_ml_per_cm2": 0.3}, "beyond the typed load_limit_ml_per_cm2"),
    ],
)
def test_a_load_beyond_the_typed_limit_is_refused(kind: str, settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(LimitError, match=reason):
        run(kind, Draws(0), **settings)


def test_the_law_pellets_all_and_the_recovery_is_apart() -> None:
    """The paradox of the field: physics pellets nearly all at 100 000 g, a fifth comes back."""
    feed, result = run("ultracentrifugation", Draws(0))
    assert result.lost["not pelleted"].particles[0, 0] < 0.02 * feed.cell_derived[0]
    recovered = (
        feed.cell_derived[0]
        - result.lost["not resuspended"].particles[0, 0]
        - result.lost["not pelleted"].particles[0, 0]
    )
    assert recovered / feed.cell_derived[0] == pytest.approx(0.2059, rel=0.02)


def test_aggregation_keeps_volume() -> None:
    """Rung 1: vesicles that stick keep the cube of their diameter, up to the width of the aggregates."""
    _, result = run("ultracentrifugation", Draws(0))
    taken = result.lost["aggregated"].particles.sum(axis=0)[0]
    made = result.made["aggregates"].particles[ORIGINS.index(ORIGINS[3])][0]
    assert taken / made == pytest.approx(6.0, rel=1e-9)


def tube_loss(**settings: Any) -> float:
    feed, result = run("storage", Draws(0), **settings)
    return float(1 - result.product.cell_derived[0] / feed.cell_derived[0])


def test_48_hours_in_a_tube_lose_what_was_measured() -> None:
    """Rung 2: 51 % in polypropylene, 18 to 21 % low-binding (doi:10.1371/journal.pone.0243738)."""
    assert tube_loss() == pytest.approx(0.51, abs=0.05)
    assert tube_loss(wall="low-binding") == pytest.approx(0.205, abs=0.025)


def test_sign_s004_smaller_particles_are_lost_more_at_the_wall() -> None:
    feed, result = run("storage", Draws(0))
    kept = result.product.particles[0, 0] / feed.particles[0, 0]
    assert (np.diff(kept[(CENTRES_NM > 30) & (CENTRES_NM < 400)]) > 0).all()


def test_sign_s001_a_low_binding_tube_loses_less_in_every_draw() -> None:
    draws = Draws(200, seed=2)
    _, plain = run("storage", draws)
    _, coated = run("storage", draws, wall="low-binding")
    share = coated.product.cell_derived / plain.product.cell_derived
    assert (share > 1).mean() > 0.97


def purity(result: StepResult) -> np.ndarray:
    return np.asarray(result.product.cell_derived / result.product.protein_ug)


def test_sign_i005_a_500_kda_membrane_is_purer_and_faster() -> None:
    draws = Draws(200, seed=3)
    _, wide = run("tff_diafiltration", draws, membrane="500 kDa")
    for other in ("100 kDa", "300 kDa"):
        _, narrow = run("tff_diafiltration", draws, membrane=other)
        assert np.median(purity(wide) / purity(narrow)) > 1
        assert np.median(wide.hours / narrow.hours) < 1
        assert ((purity(wide) / purity(narrow)) > 1).mean() > 0.97


def test_sign_i006_faster_stirring_is_more_productive() -> None:
    draws = Draws(200, seed=5)
    _, slow = run("tff_ultrafiltration", draws, stirring_ratio=1.0)
    _, fast = run("tff_ultrafiltration", draws, stirring_ratio=1.5)
    assert (fast.hours < slow.hours).all()


def test_sign_i007_less_pressure_is_purer() -> None:
    draws = Draws(200, seed=6)
    _, hard = run("tff_diafiltration", draws, pressure_kpa=100.0)
    _, soft = run("tff_diafiltration", draws, pressure_kpa=30.0)
    assert (purity(soft) >= purity(hard)).all()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"rcf_xg": -5.0}, "makes no sense"),
        ({"rcf": 5.0}, "unknown setting 'rcf'"),
        ({"time_h": float("nan")}, "makes no sense"),
    ],
)
def test_a_senseless_setting_is_refused(settings: dict[str, float], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        settle(STEPS.load("ultracentrifugation").SETTINGS, settings, where="step 2")


def test_a_required_setting_is_asked_for() -> None:
    with pytest.raises(InputError, match="'column_ml' is missing"):
        settle(STEPS.load("size_exclusion").SETTINGS, {"load_ml": 3.0}, where="step 1")
