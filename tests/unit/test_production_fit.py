"""Fitting lines to batches: simulated truth inside its intervals, misfit where folds do not multiply, honest words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paracrine.bench import open_bench
from paracrine.core.errors import InputError, UnknownName
from paracrine.core.parameter import Grade
from paracrine.facts.production_facts import find_treatment
from paracrine.numerics.interval import binomial_limits
from paracrine.production.culture import fold_parameter
from paracrine.production.design import CulturePlan, Enhancement, Event, LineDesign, StepPlan, published_enhancement
from paracrine.production.findings import band_of, dominant_terms, prediction_grade
from paracrine.production.fit import LineFit, fit_lines, fit_scores
from paracrine.production.line import run_line
from paracrine.production.observed import Cell, Observation
from paracrine.production.prior import Draws, Posterior

OUTPUTS = ("harvest_as_nta_per_ml", "yield_as_nta_particles", "cells_at_peak")
EVENTS = (Event(0.0, "seed"), Event(70.0, "exchange", "particle_free"), Event(118.0, "harvest"))
STEPS = (StepPlan("clarification_filter"), StepPlan("tff_ultrafiltration", {"area_cm2": 90.0}))
PRIMING = published_enhancement("cytokine_priming")


def design(name: str, platform: str = "t_flask", enhancements: tuple[Enhancement, ...] = ()) -> LineDesign:
    plan = CulturePlan(platform, "serum_free", area_cm2=1750.0, seeded_per_cm2=3100.0, events=EVENTS)
    return LineDesign(name, plan, STEPS, enhancements=enhancements)


def batches(lines: list[LineDesign], *, seed: int, per_line: int = 5, cv: float = 0.15) -> list[Observation]:
    rng = np.random.default_rng(seed)
    found = []
    for line in lines:
        true = run_line(line, draws_count=0).outputs()
        for number in range(per_line):
            effect = rng.normal(0, 0.15) + 0.25 * (number % 3 - 1)
            for output in OUTPUTS:
                shift = 0.0 if output == "cells_at_peak" else effect
                value = float(true[output][0] * np.exp(shift + rng.normal(0, cv)))
                found.append(Observation(f"{line.name} {number}", line.name, output, value, cv, f"donor {number % 3}"))
    return found


def cheap_study(seed: int) -> tuple[np.ndarray, LineFit]:
    """Two lines, seven parameters, a linear law; truth from the prior, so that 95 % is the nominal rate."""
    rng = np.random.default_rng([20261128, seed])
    names = ("law.rate_per_cell_d", "tank.fold", "uc.recovery", "sec.recovery", "growth.time", "wash", "blind")
    cells = tuple(Cell(line, output) for line in ("a", "b") for output in OUTPUTS)
    slopes = np.array(
        [
            [1.4, 0.0, 0.0, 0.0, -0.3, 0.0, 0.0],
            [1.4, 0.0, 0.5, 0.0, -0.3, 0.1, 0.0],
            [0.0, 0.0, 0.0, 0.0, -0.6, 0.0, 0.0],
            [1.4, 0.6, 0.0, 0.0, -0.25, 0.0, 0.0],
            [1.4, 0.6, 0.0, 0.3, -0.25, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, -0.5, 0.0, 0.0],
        ]
    )
    truth = rng.standard_normal(len(names))
    donor_sd, batch_sd = np.abs(rng.normal(0, 0.5, 2))
    donors = dict(zip("ABC", rng.normal(0, donor_sd, 3), strict=True))
    found = []
    for number in range(8):
        line, donor, effect = "ab"[number % 2], "ABC"[number % 3], rng.normal(0, batch_sd)
        for position, cell in enumerate(cells):
            if cell.line == line:
                shared = 0.0 if cell.output == "cells_at_peak" else donors[donor] + effect
                value = np.exp(slopes[position] @ truth + shared + rng.normal(0, np.sqrt(np.log1p(0.2**2))))
                found.append(Observation(f"b{number}", line, cell.output, float(value), 0.2, donor))
    return truth, fit_scores(found, cells, names, predict=lambda z: z @ slopes.T, seed=seed)


def inside(count: int) -> np.ndarray:
    """Whether each parameter's truth lies in its 95 % interval, shape (studies, parameters)."""
    found = []
    for seed in range(count):
        truth, fit = cheap_study(seed)
        ends = np.array([fit.posterior.ends(name) for name in fit.posterior.names])
        found.append((ends[:, 1] <= truth) & (truth <= ends[:, 2]))
    return np.array(found)


def test_truth_lies_in_its_intervals_in_few_studies() -> None:
    """Rung 4: own simulation, own inverse; 60 studies, the exact binomial interval must contain 95 %."""
    held = inside(60)
    for parameter in range(held.shape[1]):
        low, high = binomial_limits(held[:, parameter].sum(), 60, coverage_pct=99.9)
        assert low <= 0.95 <= high, parameter


@pytest.mark.slow
def test_truth_lies_in_its_intervals_at_the_nominal_rate() -> None:
    """Rung 4: 1 000 studies, seeds fixed beforehand; family-wise over seven parameters."""
    held = inside(1000)
    for parameter in range(held.shape[1]):
        low, high = binomial_limits(held[:, parameter].sum(), 1000, coverage_pct=99.3)
        assert low <= 0.95 <= high, (parameter, held[:, parameter].mean())


def test_what_data_cannot_move_stays_at_its_prior() -> None:
    _, fit = cheap_study(3)
    assert fit.shrinkage["blind"] == pytest.approx(1.0, abs=0.08)
    assert fit.shrinkage["law.rate_per_cell_d"] < 0.5


def test_a_fit_narrows_the_yield_and_marks_it_measured_here() -> None:
    flask = design("flask")
    fit = fit_lines(batches([flask], seed=1, per_line=6), [flask])
    before, after = run_line(flask, draws_count=300), run_line(flask, draws_count=300, posterior=fit.posterior)
    old, new = (band_of(r.outputs()["yield_particles"]) for r in (before, after))
    assert new.span_ratio < 0.1 * old.span_ratio
    assert new.low < before.outputs()["yield_particles"][0] < new.high
    terms = dominant_terms(after, after.outputs()["yield_particles"])
    assert prediction_grade(after, terms) is Grade.MEASURED_HERE
    assert prediction_grade(before, terms) is not Grade.MEASURED_HERE
    other = design("wheel", "vertical_wheel")
    assert prediction_grade(run_line(other, draws_count=60, posterior=fit.posterior), ()) is Grade.ASSUMPTION


def factorial(third_fold: float) -> tuple[list[LineDesign], list[Observation]]:
    lines = [
        design("flask"),
        design("flask primed", enhancements=(PRIMING,)),
        design("tank", "stirred_tank"),
        design("tank primed", "stirred_tank", (PRIMING,)),
    ]
    with_it = replace(lines[3], interaction=fold_parameter("interaction", third_fold, low=None, high=None, source=""))
    return lines, batches([*lines[:3], with_it], seed=8, per_line=6)


def test_folds_that_do_not_multiply_are_reported() -> None:
    lines, observations = factorial(4.0)
    fit = fit_lines(observations, lines, draws_count=40)
    assert len(fit.interactions) == 1
    assert fit.interactions[0].low < 4.0 < fit.interactions[0].high * 1.3
    assert any("do not multiply in tank primed" in text for text in fit.misfits)


def test_folds_that_multiply_are_not_reported() -> None:
    lines, observations = factorial(1.0)
    fit = fit_lines(observations, lines, draws_count=40)
    assert fit.interactions[0].low < 1 < fit.interactions[0].high
    assert not any("do not multiply" in text for text in fit.misfits)


def bent(rows: list[Observation], output: str, shift: Callable[[int, str], float]) -> list[Observation]:
    """Return the batches with one output changed: `shift` gets number and donor of a batch, gives a logarithm."""
    order = list(dict.fromkeys(row.batch for row in rows))
    return [
        replace(row, value=row.value * math.exp(shift(order.index(row.batch), row.donor)))
        if row.output == output
        else row
        for row in rows
    ]


def test_a_recovery_that_falls_with_load_is_reported() -> None:
    """The product goes as the root of the harvest, batch by batch: the mean recovery is as it was."""
    flask = design("flask")
    rows = batches([flask], seed=11, per_line=12, cv=0.1)
    for output in OUTPUTS[:2]:
        rows = bent(rows, output, lambda n, _: 0.5 * (n % 5 - 2))
    load = {row.batch: math.log(row.value) for row in rows if row.output == OUTPUTS[0]}
    order, middle = list(load), float(np.mean(list(load.values())))
    fit = fit_lines(bent(rows, OUTPUTS[1], lambda n, _: -0.5 * (load[order[n]] - middle)), [flask])
    assert any("recovery falls with load" in text for text in fit.misfits)
    plain = fit_lines(rows, [flask])
    assert not any("load" in text for text in plain.misfits)


def test_one_wrong_value_is_named() -> None:
    flask = design("flask")
    rows = batches([flask], seed=5, per_line=8)
    fit = fit_lines(bent(rows, OUTPUTS[2], lambda n, _: math.log(12.0) if n == 3 else 0.0), [flask])
    assert any("cells_at_peak of batch flask 3 is off" in text for text in fit.misfits)


def test_all_checks_share_one_rate_of_false_alarms() -> None:
    lines, observations = factorial(1.0)
    fit = fit_lines(observations, lines, draws_count=40)
    assert sum(check.limit_frac for check in fit.checks) == pytest.approx(0.05)
    assert {check.asked for check in fit.checks} >= {"recovery against load", "drift over the order of batches"}


def test_a_posterior_file_without_draws_is_still_normal() -> None:
    covariance = np.array([[0.25, 0.1], [0.1, 0.49]])
    old = Posterior(("a.x", "b.y"), np.array([0.3, -0.7]), covariance)
    assert old.ends("b.y") == pytest.approx([-0.7, -0.7 - 1.96 * 0.7, -0.7 + 1.96 * 0.7], rel=1e-4)
    scores = np.stack([Draws(4000, seed=3, posterior=old).scores(name) for name in old.names])
    assert scores[:, 0] == pytest.approx([0.3, -0.7])
    assert np.cov(scores[:, 1:]) == pytest.approx(covariance, abs=0.03)


def test_two_lines_take_the_same_draws_of_a_posterior() -> None:
    rng = np.random.default_rng(2)
    known = rng.normal(size=(50, 2)) @ np.array([[1.0, 0.8], [0.0, 0.6]])
    fitted = Posterior(("a.x", "b.y"), known.mean(axis=0), np.cov(known.T), draws=known)
    first, second = Draws(80, seed=4, posterior=fitted), Draws(80, seed=4, posterior=fitted)
    pairs = np.stack([first.scores("a.x"), second.scores("b.y")], axis=1)[1:]
    assert all((np.abs(known - pair).sum(axis=1) < 1e-12).any() for pair in pairs)
    middle = Draws(3, seed=4, posterior=fitted, others_central=True).scores("a.x")
    assert middle == pytest.approx(np.full(4, known[:, 0].mean()))


def test_batches_against_a_stated_direction_say_so(tmp_path: Path) -> None:
    flask, primed = design("flask"), design("flask primed", enhancements=(PRIMING,))
    against = replace(primed, parameters={"cytokine_priming.fold_ratio": fold_parameter("x", 0.3, None, None, "truth")})
    table = tmp_path / "batches.csv"
    rows = batches([flask, against], seed=4, per_line=8, cv=0.08)
    lines = [f"{o.batch},{o.line},{o.donor},{o.output},{o.value},{100 * o.cv_frac}" for o in rows]
    table.write_text("batch,line,donor,output,value,cv_pct\n" + "\n".join(lines), encoding="utf-8")
    report = open_bench().line.fit(table, [flask, primed], draws=60, out=tmp_path / "posterior.json")
    assert any("TNF-alpha" in text for text in report.contradictions)
    again = open_bench().line.run(flask, draws=60, fitted=tmp_path / "posterior.json")
    assert "measured here" in again.headline
    assert find_treatment("cytokine_priming").low == 1.02


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("batch,value\nb1,3\n", "the column 'output' is missing"),
        ("batch,output,value\nb1,yield_particles,many\n", "value 'many' is not a number"),
        ("batch,output,value\nb1,yield_particles,-4\n", "must be above 0"),
        ("batch,output,value\nb1,yeild_particles,4e9\n", "no output 'yeild_particles'"),
        ("batch,line,output,value\nb1,flusk,yield_particles,4e9\n", "no line called 'flusk'"),
        ("batch,output,value,cv_pct\nb1,yield_particles,4e9,0\nb2,yield_particles,4e9,9\n", "makes no sense"),
        ("batch,output,value,cv_pct\nb1,yield_particles,4e9,0.2\n", "below 1 % in every row"),
        ("", "is empty"),
        ("batch,output,value\n", "a header and no rows"),
        ("batch;output;value\nb1;yield_particles;4e9\n", "';' between its columns"),
        ("batch,output,value\nb1,yield_particles,4,1e9\n", "decimal comma"),
        ('batch,output,value\nb1,yield_particles,"4,1e9"\n', "write a point: 4.1e9"),
        ("batch,output,value\nb1,4e9,yield_particles\n", "two columns swapped"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    table = tmp_path / "batches.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises((InputError, UnknownName)) as caught:
        open_bench().line.fit(table, [design("flask")], draws=20)
    assert reason in str(caught.value)
