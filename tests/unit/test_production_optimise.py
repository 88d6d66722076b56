"""Optimising a line, and measuring what it predicts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paracrine.bench import open_bench
from paracrine.bench.line_design import read_line_and_space
from paracrine.bench.line_measure import predicted_product
from paracrine.core.errors import InputError, ParacrineError
from paracrine.production.line import run_line
from paracrine.production.optimise import Objective, line_evaluator, optimise_line, parse_constraint
from paracrine.production.space import Variable, with_design
from paracrine.report.line_front import front_headline

EXAMPLES = Path(__file__).parents[2] / "src" / "paracrine" / "production" / "examples"
TANK = EXAMPLES / "stirred_tank_tff_sec.toml"
OBJECTIVES = (Objective("yield", True), Objective("purity", True), Objective("cost", False))
ASKED = (Objective("yield_particles", True), Objective("cost", False))


def test_many_designs_at_once_are_the_designs_one_by_one() -> None:
    """To 0.1 %: designs solved together share the number of time steps, so that a step may be shorter than alone."""
    design, variables = read_line_and_space(TANK)
    shares = np.random.default_rng(6).random((5, len(variables)))
    together, _ = line_evaluator(design, variables, ASKED)(shares)
    for row, wanted in zip(shares, together, strict=True):
        alone = run_line(with_design(design, variables, row), draws_count=0).outputs()
        found = (-np.log10(alone["yield_particles"][0]), np.log10(alone["cost"][0]))
        assert found == pytest.approx(wanted, abs=5e-4)


def test_a_front_says_what_limits_each_design_and_that_it_is_relative() -> None:
    design, variables = read_line_and_space(TANK)
    front = optimise_line(design, variables, OBJECTIVES, evaluations=400, population=40, seed=3)
    assert front.fitted == ""
    assert front.evaluations_count == 400
    assert all(point.limits for point in front.points)
    best = max(point.ratios["yield_particles"] for point in front.points)
    assert best > 2
    assert front.points[0].found["yield_particles"].band.low < front.points[0].ratios["yield_particles"]
    words = front_headline(front, name=design.name)
    assert "assumption" in words
    assert " to " in words
    assert not re.search(r"\d \(\d", words), "a middle before its range"


def test_a_typed_limit_keeps_designs_inside() -> None:
    design, variables = read_line_and_space(TANK)
    steps = list(design.steps)
    steps[3] = type(steps[3])(steps[3].kind, {**steps[3].settings, "load_limit_ml": 10.0})
    bounded = type(design)(**{**{f: getattr(design, f) for f in design.__dataclass_fields__}, "steps": tuple(steps)})
    front = optimise_line(bounded, variables, ASKED, evaluations=300, population=30, seed=3)
    assert all(point.values["step.4.load"] <= 10.0 * (1 + 1e-9) for point in front.points)


def test_a_constraint_is_kept() -> None:
    design, variables = read_line_and_space(TANK)
    front = optimise_line(
        design, variables, ASKED, [parse_constraint("hours<=120")], evaluations=300, population=30, seed=4
    )
    for point in front.points[:5]:
        shares = np.array([_share(v, point.values[v.what]) for v in variables])
        assert run_line(with_design(design, variables, shares), draws_count=0).outputs()["hours"][0] <= 120.01


def _share(variable: Variable, value: float) -> float:
    if variable.log:
        return float(np.log(value / variable.low) / np.log(variable.high / variable.low))
    return (value - variable.low) / (variable.high - variable.low)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"maximise": ["yield"]}, "two or three objectives"),
        ({}, "--maximise yield --minimise cost"),
        ({"maximise": ["yield", "potency"]}, "no output 'potency'"),
        ({"maximise": ["yield"], "minimise": ["cost"], "constrain": ["hours=3"]}, "is no constraint"),
        ({"maximise": ["yield"], "minimise": ["cost"], "constrain": ["hours<=2"]}, "no design met the constraints"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ParacrineError, match=reason):
        open_bench().line.optimise(TANK, evaluations=100, **changes)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('what = "culture.seeded"\nlow = "1000', 'what = "culture.shear"\nlow = "1000', "nothing that may vary"),
        ('low = "1000 cells/cm2"', 'low = "90000 cells/cm2"', "makes no sense"),
        ('low = "1000 cells/cm2"', "low = 1000", "has no unit"),
        ('what = "step.4.load"', 'what = "step.4.loud"', "no number 'loud'"),
        ('what = "event.4.at"', 'what = "event.2.at"', "varies twice"),
    ],
)
def test_a_space_that_makes_no_sense_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = TANK.read_text(encoding="utf-8")
    assert old in text
    head, tail = text.split("[[vary]]", 1)
    (tmp_path / "line.toml").write_text(f"{head}[[vary]]{tail.replace(old, new, 1)}", encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        read_line_and_space(tmp_path / "line.toml")


def test_a_line_without_prices_has_no_cost_to_minimise(tmp_path: Path) -> None:
    text = TANK.read_text(encoding="utf-8")
    start, end = text.index("[cost]"), text.index("# What `line optimise`")
    (tmp_path / "line.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(InputError, match="cost is not assessed"):
        open_bench().line.optimise(tmp_path / "line.toml", maximise=["yield"], minimise=["cost"], evaluations=100)


def test_the_predicted_product_is_the_line_s_product() -> None:
    result = open_bench().line.run(TANK, draws=20).result
    predicted = predicted_product(result)
    outputs = result.outputs()
    assert predicted.sizes.total * predicted.volume_ml == pytest.approx(result.final.totals[:, 0].sum())
    seen = predicted.population.concentration_per_ml * predicted.volume_ml
    assert seen == pytest.approx(outputs["yield_as_nta_particles"][0])


def test_the_predicted_product_is_measured_and_judged_on_the_usual_path(tmp_path: Path) -> None:
    """Rung 4: the virtual instruments see the product the line predicts; the certificate judges it."""
    spec = tmp_path / "spec.toml"
    limits = (("diameter_d50_nm", "nm", "low = 60\nhigh = 180"), ("total_particles", "particles", "low = 1e16"))
    rows = [f'[[limit]]\nattribute = "{a}"\nunit = "{u}"\n{bounds}\nmethod = "NanoSight"\n' for a, u, bounds in limits]
    spec.write_text('product = "MSC-EV concentrate"\n' + "\n".join(rows), encoding="utf-8")
    found = open_bench().line.measure(TANK, tmp_path / "predicted", specification=spec, seed=5)
    outcomes = dict(found.run.batches[0].outcomes)
    assert outcomes == {"diameter_d50_nm": "pass", "total_particles": "fail"}
    total = next(m for m in found.run.batches[0].measurements if m.attribute == "total_particles" and m.quantity)
    seen = found.predicted.population.concentration_per_ml * found.predicted.volume_ml
    assert total.quantity is not None
    assert total.quantity.value == pytest.approx(seen, rel=0.35)
    assert found.headline.startswith("Predicted and simulated")
    with pytest.raises(InputError, match="holds something else"):
        open_bench().line.measure(TANK, tmp_path)
