"""Each metric on typed distributions whose answer is known without the code."""

from __future__ import annotations

import math

import numpy as np
import pytest
from characterisation_builders import EDGES_NM, make_distribution, make_run

from paracrine.characterization.measuring import load_metrics, measure_run
from paracrine.characterization.metric import MetricValue
from paracrine.characterization.sizing import NO_PARTICLE
from paracrine.core.measurand import Measurand, Weighting
from paracrine.core.plan import SizeWindow
from paracrine.core.product import DilutionBy
from paracrine.core.run import Technique
from paracrine.payloads.scalars import Scalars

WINDOW = SizeWindow(low_nm=60.0, high_nm=150.0)


def measure(run) -> dict[str, MetricValue]:
    return measure_run(run, window=WINDOW)


@pytest.fixture
def uniform() -> dict[str, MetricValue]:
    """Content spread evenly from 50 to 250 nm, 2 per bin, 800 tracks."""
    contents = np.where((EDGES_NM[:-1] >= 50) & (EDGES_NM[:-1] < 250), 2.0, 0.0)
    return measure(make_run("v", 1.0, payloads=(make_distribution(contents, tracks=800.0),)))


def test_uniform_distribution_has_its_textbook_sizes(uniform) -> None:
    """Rung 1: uniform law from 50 to 250 nm; moments at the centres of 200 bins of 1 nm."""
    values = {name: answer.value for name, answer in uniform.items()}
    assert values["diameter_d10_nm"] == pytest.approx(70)
    assert values["diameter_d50_nm"] == pytest.approx(150)
    assert values["diameter_d90_nm"] == pytest.approx(230)
    assert values["diameter_mean_nm"] == pytest.approx(150)
    assert values["diameter_sd_nm"] == pytest.approx(math.sqrt((200**2 - 1) / 12))
    assert values["diameter_span_ratio"] == pytest.approx(160 / 150)
    assert values["particles_in_window_pct"] == pytest.approx(45)
    assert values["particle_concentration_per_ml"] == pytest.approx(400)


def test_counting_errors_of_a_uniform_law_are_the_closed_forms(uniform) -> None:
    """Rung 1: percentiles sqrt(p(1-p)/n)/f with f = 1/200, mean s/sqrt(n), share binomial, total 1/sqrt(n)."""
    errors = {name: answer.standard_uncertainty for name, answer in uniform.items()}
    assert errors["diameter_d10_nm"] == pytest.approx(math.sqrt(0.09 / 800) * 200 / 70)
    assert errors["diameter_d50_nm"] == pytest.approx(math.sqrt(0.25 / 800) * 200 / 150)
    assert errors["diameter_mean_nm"] == pytest.approx(math.sqrt((200**2 - 1) / 12 / 800) / 150)
    assert errors["particles_in_window_pct"] == pytest.approx(100 * math.sqrt(0.45 * 0.55 / 800))
    assert errors["particle_concentration_per_ml"] == pytest.approx(1 / math.sqrt(800))


def test_counting_errors_are_the_scatter_of_simulated_tracks() -> None:
    """Rung 1: 400 simulated samples of 700 tracks from a lognormal scatter as the metrics say (10 %)."""
    rng = np.random.default_rng(20260117)
    names = ("diameter_d10_nm", "diameter_d50_nm", "diameter_d90_nm", "diameter_mean_nm", "diameter_span_ratio")
    values, errors = [], []
    for _ in range(400):
        sizes = np.exp(rng.normal(math.log(110.0), 0.4, 700))
        contents, _ = np.histogram(sizes, EDGES_NM)
        answers = measure(make_run("v", 1.0, payloads=(make_distribution(contents, tracks=700.0),)))
        values.append([answers[name].value for name in names])
        errors.append([answers[name].standard_uncertainty for name in names])
    seen = np.std(np.log(values), axis=0, ddof=1)
    assert np.mean(errors, axis=0) == pytest.approx(seen, rel=0.12)


def test_mode_is_the_centre_of_the_densest_bin_not_of_the_widest() -> None:
    """Rung 1: 40 in 2 nm beats 90 in 10 nm."""
    payload = make_distribution(
        [1.0, 40.0, 90.0, 3.0], edges_nm=np.array([80.0, 90.0, 92.0, 102.0, 110.0]), tracks=None
    )
    assert measure(make_run("v", 1.0, payloads=(payload,)))["diameter_mode_nm"].value == 91.0


def test_flat_peak_makes_the_mode_doubtful() -> None:
    contents = np.zeros(300)
    contents[80:220] = 5.0
    contents[100] = 6.0
    answer = measure(make_run("v", 1.0, payloads=(make_distribution(contents, tracks=700.0),)))["diameter_mode_nm"]
    assert answer.value == 100.5
    assert [notice.code for notice in answer.notices] == ["mode-uncertain"]


def test_concentration_of_the_instrument_is_divided_by_its_dilution_once() -> None:
    """Rung 1."""
    run = make_run("v", 6.0e11, dilution_factor=750.0, dilution_by=DilutionBy.INSTRUMENT)
    assert measure(run)["particle_concentration_per_ml"].value == pytest.approx(8.0e8)
    run = make_run("v", 6.0e11, dilution_factor=750.0, dilution_by=DilutionBy.PARACRINE)
    assert measure(run)["particle_concentration_per_ml"].value == pytest.approx(6.0e11)


def test_concentration_multiplied_by_an_unknown_dilution_is_refused() -> None:
    answer = measure(make_run("v", 6.0e11, dilution_by=DilutionBy.INSTRUMENT))["particle_concentration_per_ml"]
    assert answer.value is None
    assert "does not state" in answer.reason


def test_empty_run_has_a_concentration_of_zero_and_no_size() -> None:
    answers = measure(make_run("v", 1.0, payloads=(make_distribution(np.zeros(50), tracks=0.0),)))
    assert answers["particle_concentration_per_ml"].value == 0.0
    sizes = {name: answer for name, answer in answers.items() if name != "particle_concentration_per_ml"}
    assert len(sizes) == 8
    assert all(answer.value is None and answer.reason == NO_PARTICLE for answer in sizes.values())


def test_a_handful_of_particles_has_a_concentration_and_no_size() -> None:
    answers = measure(make_run("v", 3.0e5, tracks=7.0))
    assert answers["particle_concentration_per_ml"].value == pytest.approx(3.0e5)
    assert answers["diameter_d50_nm"].value is None
    assert answers["diameter_d50_nm"].reason == "7 particles were tracked, too few for a size"


def test_share_at_the_end_has_exact_limits() -> None:
    """Rung 1: 30 of 30 in the window, lower limit 0.025^(1/30)."""
    contents = np.zeros(200)
    contents[100:140] = 1.0
    answer = measure(make_run("v", 1.0, payloads=(make_distribution(contents, tracks=30.0),)))[
        "particles_in_window_pct"
    ]
    assert answer.value == pytest.approx(100)
    assert answer.exact_low == pytest.approx(100 * 0.025 ** (1 / 30))
    assert answer.measurand is not None
    assert (answer.measurand.window_low_nm, answer.measurand.window_high_nm) == (60.0, 150.0)


def test_light_scattering_is_measured_in_its_own_weighting_without_concentration_or_share() -> None:
    number, intensity = (
        make_distribution(contents, contents_unit="%", measurand=Measurand(weighting=weighting))
        for contents, weighting in (([0, 100.0, 0, 0], Weighting.NUMBER), ([0, 0, 0, 100.0], Weighting.INTENSITY))
    )
    scalars = Scalars({"z_average_nm": 131.0, "polydispersity_index": 0.17})
    run = make_run("r", 1.0, technique=Technique.DLS, payloads=(number, intensity, scalars))
    answers = measure(run)
    assert answers["diameter_d50_nm"].value == pytest.approx(3.5)
    assert answers["z_average_nm"].value == 131.0
    assert answers["polydispersity_index"].value == 0.17
    assert not {"particle_concentration_per_ml", "particles_in_window_pct", "zeta_potential_mv"} & set(answers)


def test_scalar_the_file_does_not_state_is_refused_not_zero() -> None:
    run = make_run("r", 1.0, technique=Technique.ELS, payloads=(Scalars({"conductivity_ms_per_cm": 1.2}),))
    answers = measure(run)
    assert answers["zeta_potential_mv"].value is None
    assert "zeta potential" in answers["zeta_potential_mv"].reason


def test_every_metric_says_what_it_is() -> None:
    for module in load_metrics():
        metric = module.METRIC
        assert module.__name__.endswith(metric.name)
        assert metric.scale in ("relative", "absolute")
        assert len(metric.definition) > 40
