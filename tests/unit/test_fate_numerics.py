"""Propagation, importance sampling and the closed form against truths from outside."""

from __future__ import annotations

import numpy as np
import pytest

from paracrine.facts.species import read_species
from paracrine.fate.body import body_of
from paracrine.fate.mixed import MODEL, PARAMETERS, UPTAKE_ORGANS, mixed_body, shares
from paracrine.fate.model import load_model
from paracrine.fate.simulate import Dose, simulate
from paracrine.numerics.importance import find_peak, sample_posterior, smooth_weights
from paracrine.numerics.ode.expression import Symbol
from paracrine.numerics.ode.flows import Flow, FlowSystem
from paracrine.numerics.ode.propagate import clock_times, exponential, propagate, propagate_filling


def test_exponential_equals_scipy() -> None:
    """Rung 3: scipy.linalg.expm."""
    from scipy.linalg import expm

    stiff = np.array([[[-900.0, 2.0, 0.0], [880.0, -2.5, 0.3], [20.0, 0.5, -0.3]]])
    assert np.abs(exponential(stiff * 1.7) - expm(stiff * 1.7)).max() < 1e-11


def test_two_steps_in_a_row_follow_the_bateman_equation() -> None:
    """Rung 1: Bateman."""
    flows = (Flow("a", "b", Symbol("k") * Symbol("a")), Flow("b", "c", Symbol("m") * Symbol("b")))
    system = FlowSystem(("a", "b", "c"), ("k", "m"), flows)
    k, m = np.array([0.7, 3.1]), 0.2
    times = clock_times(24)
    found = propagate(system, {"k": k, "m": m}, np.array([[5.0, 0, 0], [5.0, 0, 0]]), times)
    middle = 5 * k[:, None] / (m - k[:, None]) * (np.exp(-np.outer(k, times)) - np.exp(-m * times))
    assert found[:, :, 1] == pytest.approx(middle, abs=1e-11)
    assert found.sum(axis=2) == pytest.approx(5.0, rel=1e-13)


def test_clock_times_hit_the_hours_people_ask_for() -> None:
    assert {1.0, 2.0, 4.0, 6.0, 24.0, 48.0} <= set(clock_times(48).tolist())


def test_filling_follows_the_stiff_solver() -> None:
    """Rung 4: our Rodas4, itself held against analytic solutions; a dose that fills the liver to over half."""
    species = read_species("mouse")
    model = load_model(MODEL)
    values = {**model.defaults, **body_of(species, model).values, "liver_uptake_ml_h": 3.0}
    times = clock_times(24)
    dose = 5e12
    exact = simulate(MODEL, species=species, doses=Dose(dose), times_h=times, parameters={"liver_uptake_ml_h": 3.0})
    start = np.zeros((1, len(model.states)))
    start[0, model.place("blood")] = dose
    (found,) = propagate_filling(model.system, (values,), (start,), times)
    filled = exact.of("liver_cells").max() / (values["liver_capacity_per_ml"] * values["liver_volume_ml"])
    assert filled > 0.5
    assert np.abs(found[0] - exact.amounts).max() / dose < 0.02


def test_a_gaussian_posterior_is_recovered() -> None:
    """Rung 1: mean and covariance known."""
    covariance = np.array([[1.0, 0.5], [0.5, 2.0]])
    precision = np.linalg.inv(covariance)
    mean = np.array([3.0, -1.5])

    def density(draws: np.ndarray) -> np.ndarray:
        return -0.5 * np.einsum("ni,ij,nj->n", draws - mean, precision, draws - mean)

    sample = sample_posterior(density, np.zeros(2), count=4000, rng=np.random.default_rng(3))
    found = sample.weights @ sample.draws
    spread = np.einsum("n,ni,nj->ij", sample.weights, sample.draws - found, sample.draws - found)
    assert found == pytest.approx(mean, abs=0.1)
    assert spread == pytest.approx(covariance, abs=0.2)
    assert sample.khat < 0.5


@pytest.mark.parametrize("shape", [0.3, 0.9])
def test_khat_estimates_the_shape_of_a_pareto_tail(shape: float) -> None:
    """Rung 1: the mean over 40 samples of 4 000 weights of a known tail shape."""
    rng = np.random.default_rng(12)
    found = [smooth_weights(np.log1p(rng.pareto(1 / shape, 4000)))[1] for _ in range(40)]
    assert np.mean(found) == pytest.approx(shape, abs=0.07)


def test_the_closed_form_is_the_limit_of_the_full_model() -> None:
    """One slow population against the full flow-limited model, nothing filling."""
    species = read_species("mouse")
    model = load_model(MODEL)
    taken = (0.41, 0.05, 0.06, 0.03, 0.011, 0.2, 0.31)
    breakdown, loss = 0.07, 0.02
    draws = np.array([[*np.log(taken), np.log(breakdown), np.log(loss), np.log(5.0), -40.0]])
    assert draws.shape[1] == len(PARAMETERS)
    times = clock_times(24)
    closed = shares(draws, mixed_body(species), times)
    parameters = {f"{organ}_uptake_ml_h": value for organ, value in zip(UPTAKE_ORGANS, taken, strict=True)}
    parameters |= {"cell_breakdown_per_h": breakdown, "label_loss_per_h": loss, "blood_breakdown_per_h": 0.0}
    parameters |= {"brain_influx_ml_h": 0.0, "liver_capacity_per_ml": 1e18, "spleen_capacity_per_ml": 1e18}
    full = simulate(MODEL, species=species, doses=Dose(7e9), times_h=times, parameters=parameters)
    for place, organ in enumerate(UPTAKE_ORGANS):
        held = (full.of(f"{organ}_cells") + full.of(f"{organ}_remnants")) / 7e9
        assert np.abs(held - closed.held[0, :, place]).max() < 0.004
    assert model.place("blood") == 0


def test_the_closed_form_knows_the_size_of_every_organ() -> None:
    """Rung 2: 24 g mouse, organ percentages of doi:10.1007/s11095-013-1127-z."""
    volumes = dict(zip(UPTAKE_ORGANS, mixed_body(read_species("mouse")).volume_ml, strict=True))
    wanted = {"liver": 5.49, "spleen": 0.35, "kidney": 1.67, "lung": 0.73, "heart": 0.5, "gut": 4.22}
    assert {organ: volumes[organ] for organ in wanted} == pytest.approx({k: 0.24 * v for k, v in wanted.items()})
    assert 18 < volumes["rest"] < 22


def test_a_climb_that_stops_on_a_flank_is_taken_up_again() -> None:
    """Rung 1: the peak is at (2, -1); the first look shows no slope, which ends one climb."""
    top = np.array([2.0, -1.0])
    looks: list[int] = []

    def rough(draws: np.ndarray) -> np.ndarray:
        looks.append(len(draws))
        return np.zeros(len(draws)) if len(looks) == 1 else -((draws - top) ** 2 @ np.array([40.0, 0.5]))

    assert find_peak(rough, np.array([-3.0, 6.0])) == pytest.approx(top, abs=0.01)
