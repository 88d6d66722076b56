"""The whole line: balance, culture against facts, directions, refusals, honest words."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paracrine.bench import open_bench
from paracrine.bench.line_form import line_of, number_with_unit
from paracrine.bench.toml_form import read_toml
from paracrine.core.errors import InputError, LimitError, ParacrineError
from paracrine.core.parameter import Grade
from paracrine.facts.production_facts import read_platforms, read_signs, read_treatments
from paracrine.production.culture_model import MODELS, SECRETION_LAWS
from paracrine.production.design import CulturePlan, Event, LineDesign, StepPlan, published_enhancement
from paracrine.production.findings import band_of, dominant_terms, prediction_grade, ratio_band
from paracrine.production.line import LineResult, run_line
from paracrine.production.prior import Draws

EXAMPLES = Path(__file__).parents[2] / "src" / "paracrine" / "production" / "examples"


def culture(**changes: Any) -> CulturePlan:
    events = (
        Event(0.0, "seed"),
        Event(70.0, "exchange", "particle_free"),
        Event(94.0, "harvest"),
        Event(118.0, "harvest"),
    )
    plan = CulturePlan("t_flask", "serum_10pct", area_cm2=1750.0, seeded_per_cm2=3100.0, events=events)
    return replace(plan, **changes)


def line(plan: CulturePlan | None = None, **changes: Any) -> LineDesign:
    steps = (StepPlan("clarification_spin"), StepPlan("tff_ultrafiltration", {"area_cm2": 90.0}))
    return replace(LineDesign("test line", plan or culture(), steps), **changes)


def harvest(design: LineDesign, *, draws: int = 200) -> np.ndarray:
    return run_line(design, draws_count=draws, seed=7).harvest.cell_derived


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.toml")))
def test_the_balance_of_a_line_closes(name: str) -> None:
    """Rung 1: in + made = out + named losses to 1e-9, all origins, protein, all draws."""
    result = open_bench().line.run(EXAMPLES / f"{name}.toml", draws=150).result
    assert result.imbalance < 1e-9
    put = result.brought
    for stage in result.stages:
        for amount in stage.made.values():
            put = put.plus(amount)
    gone = result.final.amount
    for stage in result.stages:
        for amount in stage.lost.values():
            gone = gone.plus(amount)
    assert np.allclose(put.particles, gone.particles, rtol=1e-9)
    assert np.allclose(put.protein_ug, gone.protein_ug, rtol=1e-9)


def test_lactate_is_twice_the_glucose_used() -> None:
    """Rung 2: 2.0 mol/mol (doi:10.1089/ten.tea.2008.0345), from the course of the culture."""
    course = run_line(line(culture(medium="particle_free")), draws_count=0).course
    glucose, lactate = course.series["glucose_mm"], course.series["lactate_mm"]
    before_exchange = [i for i, t in enumerate(course.time_h) if t[0] <= 68.0]
    used = glucose[0][0] - glucose[before_exchange[-1]][0]
    assert lactate[before_exchange[-1]][0] / used == pytest.approx(2.0, rel=1e-9)


def test_unlimited_cells_double_at_the_stated_time() -> None:
    """Rung 2: 31.9 h (doi:10.1155/2013/246134); far from contact, waste and age, after attachment."""
    sparse = culture(seeded_per_cm2=20.0, medium="particle_free", doublings_count=0.0)
    course = run_line(line(sparse), draws_count=0).course
    times = np.array([t[0] for t in course.time_h])
    cells = np.array([c[0] for c in course.series["cells"]])
    late = times > 90
    slope = np.polyfit(times[late], np.log(cells[late]), 1)[0]
    assert math.log(2) / slope == pytest.approx(31.9, rel=0.03)
    growth = MODELS.load("attached_growth")
    doubling = next(p for p in growth.PARAMETERS if p.name == "doubling_time_h")
    assert math.log(2) / doubling.low * 24 == pytest.approx(1.1, rel=0.01)
    assert math.log(2) / doubling.high * 24 == pytest.approx(0.33, rel=0.01)


def test_glucose_uptake_is_the_published_one() -> None:
    """Rung 2: 9.2 pmol per cell and day, at plenty; used glucose is the integral of it over the cells."""
    course = run_line(line(culture(medium="particle_free")), draws_count=0).course
    inside = [i for i, t in enumerate(course.time_h) if t[0] <= 68.0]
    times = np.array([course.time_h[i][0] for i in inside])
    cells = np.array([course.series["cells"][i][0] for i in inside])
    glucose = np.array([course.series["glucose_mm"][i][0] for i in inside])
    used_pmol = (glucose[0] - glucose[-1]) * 1e6 * 350.0
    per_cell_day = used_pmol / np.trapezoid(cells, times) * 24
    assert per_cell_day == pytest.approx(9.2, rel=0.03)


def test_slow_down_with_age_is_the_published_one() -> None:
    """Rung 2: 31.9 h in P1-10, 38.4 h in P11-20, ten passages of 2.9 doublings apart."""
    growth = MODELS.load("attached_growth")
    slow = next(p.value for p in growth.PARAMETERS if p.name == "slow_down_per_doubling")
    assert 31.9 * math.exp(slow * 29) == pytest.approx(38.4, rel=0.01)


def test_oxygen_is_where_supply_meets_uptake() -> None:
    """Rung 1: the balance `kLa (C* - C) = q n C / (K + C)` holds at the value returned."""
    from paracrine.production.culture_model import Vessel

    values = {"oxygen_half_um": np.array([3.0]), "oxygen_uptake_fmol_per_cell_h": np.array([98.0])}
    vessel = Vessel(50.0, 40.0, np.array([2e5]), np.array([5.0]), 196.0, values)
    cells = np.array([7e8])
    oxygen = vessel.oxygen_um(cells)
    supply = 5.0 * (196.0 - oxygen)
    uptake = 98.0 * cells / 40.0 * 1e-6 * oxygen / (3.0 + oxygen)
    assert supply == pytest.approx(uptake, rel=1e-9)


def test_a_shorter_time_step_changes_nothing_that_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    coarse = run_line(line(), draws_count=80).harvest.cell_derived
    monkeypatch.setattr("paracrine.production.culture.STEP_H", 0.25)
    fine = run_line(line(), draws_count=80).harvest.cell_derived
    assert np.allclose(coarse, fine, rtol=5e-3)


@pytest.mark.parametrize("name", MODELS.names())
def test_culture_models_keep_the_contract(name: str) -> None:
    module = MODELS.load(name)
    values = [p.value for p in module.PARAMETERS]
    assert len(set(values)) == len(values)
    course = run_line(line(culture(model=name)), draws_count=60).course
    for series in course.series.values():
        assert all(np.isfinite(point).all() and (point >= 0).all() for point in series)


def test_contact_limited_cells_follow_the_logistic_curve() -> None:
    """Rung 1: after attachment `X' = r X (1 - X / Xmax)` has a closed solution."""
    events = (Event(0.0, "seed"), Event(400.0, "harvest"))
    plan = culture(model="contact_limited", events=events, seeded_per_cm2=4000.0)
    course = run_line(line(plan), draws_count=0).course
    times = np.array([t[0] for t in course.time_h])
    cells = np.array([c[0] for c in course.series["cells"]])
    start = int(np.searchsorted(times, 150.0))
    limit, rate = 2e5 * 1750.0, math.log(2) / 31.9
    after = times[start:] - times[start]
    exact = limit / (1 + (limit / cells[start] - 1) * np.exp(-rate * after))
    assert np.allclose(cells[start:], exact, rtol=2e-3)


@pytest.mark.parametrize("name", SECRETION_LAWS.names())
def test_secretion_laws_lose_no_vesicle(name: str) -> None:
    assert run_line(line(culture(secretion=name)), draws_count=60).imbalance < 1e-9


def test_the_pool_fills_to_the_stated_net_rate() -> None:
    """Rung 1: in steady state the release per cell and day is q0, whatever the pool's constants."""
    from paracrine.production.culture_model import CellView
    from paracrine.production.secretion import pool_release as law

    values = {p.name: np.array([p.value]) for p in law.PARAMETERS} | {"uptake_ml_per_cell_h": np.array([0.0])}
    one = np.array([1.0])
    view = CellView(one * 5e6, one * 1e4, one * 1e5, one * 0.383, 50.0, one)
    pool, particles = law.start(1), np.zeros((4, 1))
    for _ in range(60):
        pool, particles, released, _ = law.advance(pool, particles, view=view, values=values, time_h=one * 2.0)
    assert released[0] / 5e6 * 12 == pytest.approx(3500.0, rel=1e-6)


def test_sign_y010_a_vertical_wheel_gives_a_higher_concentration() -> None:
    fold = read_platforms()["vertical_wheel"].parameters["secretion_fold_ratio"]
    assert fold.low is not None
    assert fold.low > 1
    wheel = run_line(line(culture(platform="vertical_wheel")), draws_count=300)
    flask = run_line(line(), draws_count=300)
    assert (
        band_of(wheel.harvest.cell_derived / wheel.harvest.volume_ml).centre
        > band_of(flask.harvest.cell_derived / flask.harvest.volume_ml).centre
    )


def test_sign_y012_the_rate_rises_with_glucose_uptake_not_with_growth() -> None:
    def per_cell_hour(**shift: float) -> float:
        shifts = {f"attached_growth.{name}": np.array([z]) for name, z in shift.items()}
        result = run_line(line(culture(secretion="pool_release")), draws_count=0, shifts=shifts)
        cells = np.array([c[0] for c in result.course.series["cells"]])
        times = np.array([t[0] for t in result.course.time_h])
        return float(result.stages[0].made["by the cells"].particles[0, 0] / np.trapezoid(cells, times))

    assert per_cell_hour(glucose_uptake_pmol_per_cell_h=1.5) > 1.1 * per_cell_hour()
    # Faster growth alone crowds the cells, so the rate per cell does not rise with it.
    assert per_cell_hour(doubling_time_h=-1.5) < per_cell_hour()


def test_sign_y018_priming_gives_more() -> None:
    spheroids = line(enhancements=(published_enhancement("spheroids"),))
    primed = line(enhancements=(published_enhancement("spheroids"), published_enhancement("cytokine_priming")))
    band = ratio_band(harvest(spheroids, draws=2000), harvest(primed, draws=2000))
    assert band.low > 1
    assert band.centre == pytest.approx(1.4, abs=0.02)


def test_sign_y022_a_lower_seeding_gives_more_per_cell() -> None:
    def per_cell(seeded: float) -> np.ndarray:
        result = run_line(line(culture(seeded_per_cm2=seeded)), draws_count=200)
        return result.harvest.cell_derived / result.uses["cells"]

    assert (per_cell(1000.0) > per_cell(5000.0)).mean() > 0.97


def test_sign_y023_more_frequent_collection_gives_more() -> None:
    def collected(*hours: float) -> np.ndarray:
        events = (Event(0.0, "seed"), Event(70.0, "exchange", "particle_free"), *(Event(h, "harvest") for h in hours))
        return harvest(line(culture(events=events)))

    once, often = collected(94.0), collected(76.0, 82.0, 88.0, 94.0)
    assert (often > once).all()


def test_sign_y031_five_percent_oxygen_may_change_nothing() -> None:
    fold = read_treatments()["hypoxia_5pct"]
    assert fold.low is not None
    assert fold.high is not None
    assert fold.low < 1 < fold.high
    band = ratio_band(harvest(line()), harvest(line(enhancements=(published_enhancement("hypoxia_5pct"),))))
    assert band.low < 1 < band.high


def test_every_stated_sign_is_modelled_or_says_why_not() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_production_*.py"))
    for sign in read_signs():
        assert f"test_sign_{sign.id.lower()}" in text if sign.modelled else sign.why, sign.id


def test_without_batches_an_absolute_yield_is_marked_prior_driven() -> None:
    report = open_bench().line.run(EXAMPLES / "flasks_ultracentrifuge.toml", draws=300)
    assert report.headline.startswith("Prior-driven:")
    assert "net release per cell and day" in report.headline
    values = report.result.outputs()["yield_particles"]
    terms = dominant_terms(report.result, values)
    assert terms[0].name == "pool_release.rate_per_cell_d"
    assert prediction_grade(report.result, terms) is Grade.OTHER_PARTICLE
    first = {row[0]: row[1] for row in report.output_rows()}["cell-derived particles in the product"]
    assert " to " in first
    assert "(" not in first


def test_a_ratio_that_an_assumption_decides_has_a_range_and_no_best_value(tmp_path: Path) -> None:
    names = ("flasks_ultracentrifuge", "stirred_tank_tff_sec", "hollow_fibre_tff_sec")
    found = open_bench().line.compare([EXAMPLES / f"{name}.toml" for name in names], draws=300, out=tmp_path)
    _, tank, fibre = (result.design.name for result in found.results)
    ratios = found.to_data()["ratios"]
    published, assumed = (ratios[name]["yield_particles"] for name in (tank, fibre))
    assert (published["grade"], assumed["grade"]) == ("EV literature", "assumption")
    assert assumed["dominated_by"][0]["parameter"] == "hollow_fibre.secretion_fold_ratio"
    assert "(" in published["said"]
    assert "(" not in assumed["said"]
    assert list(assumed)[-1] == "median"
    row = {row[0]: row[1:] for row in found.ratio_rows()}["cell-derived particles in the product"]
    assert row == (published["said"], assumed["said"])
    assert f"{fibre} yields {assumed['said']} times" in found.headline
    assert "graded assumption" in found.headline
    page = (tmp_path / "lines.html").read_text(encoding="utf-8")
    assert f"<td>{assumed['said']}</td>" in page


def test_no_absolute_of_an_unfitted_line_begins_with_a_point(tmp_path: Path) -> None:
    """Every output and loss with a spread reads `low to high`, in rows, data and headline."""
    report = open_bench().line.run(EXAMPLES / "hollow_fibre_tff_sec.toml", draws=200, out=tmp_path)
    assert all("(" not in row[1] for row in report.output_rows())
    assert all(" to " in row[3] for row in report.loss_rows() if row[2] != "0")
    assert all(next(iter(band)) == "low" for band in report.to_data()["outputs"].values())
    assert re.search(r"the largest loss is \S+ to \S+ % of the harvest", report.headline)


def test_lines_compared_share_the_draws_they_share() -> None:
    """The rate per cell cancels in a ratio, so its band is far narrower than either yield's."""
    first, second = harvest(line(), draws=400), harvest(line(culture(seeded_per_cm2=6200.0)), draws=400)
    assert ratio_band(first, second).span_ratio < 0.05 * band_of(first).span_ratio


def test_draws_of_a_name_do_not_depend_on_the_order_of_asking() -> None:
    one, two = Draws(20, seed=3), Draws(20, seed=3)
    first = one.scores("a"), one.scores("b")
    second = two.scores("b"), two.scores("a")
    assert (first[0] == second[1]).all()
    assert (first[1] == second[0]).all()
    assert first[0][0] == 0.0


def document(name: str = "flasks_ultracentrifuge") -> dict[str, Any]:
    return read_toml(EXAMPLES / f"{name}.toml")


def refuse(change: Any, reason: str) -> None:
    data = document()
    change(data)
    with pytest.raises(ParacrineError, match=reason) as caught:
        run_line(line_of(data, where="line.toml"), draws_count=0)
    assert caught.value.where


def test_a_nonsense_line_is_refused_with_the_reason() -> None:
    refuse(lambda d: d["culture"].update(volume="-5 mL"), "volume_ml must be above 0, not -5")
    refuse(lambda d: d["culture"].update(area=3500), "3500 has no unit")
    refuse(lambda d: d["culture"].update(area="3500"), "'3500' has no unit")
    refuse(lambda d: d["culture"].update(area="3500 h"), "cannot convert 'h'")
    refuse(lambda d: d["step"].reverse(), "storage needs a step before it")
    refuse(
        lambda d: d["step"].append({"what": "clarification_spin"}), "clarification spin cannot come after a step that"
    )
    refuse(
        lambda d: d["step"].append({"what": "sterile_filtration"}),
        "sterile filtration cannot come after a step that stores",
    )
    refuse(
        lambda d: d["culture"]["event"][0].update(at="100 h"), "exchange at 72 h comes before or with seeding at 100 h"
    )
    refuse(lambda d: d["culture"]["event"].pop(0), "cells must be seeded once, not 0 times")
    refuse(lambda d: d["culture"]["event"].append({"at": "130 h", "what": "exchange"}), "ends with exchange")
    refuse(lambda d: d["step"][1].update(rpm=3), "has no setting 'rpm'")
    refuse(lambda d: d["step"][1].update(what="ultracentrifuge"), "no step called 'ultracentrifuge'")
    refuse(lambda d: d["step"][1].update(max_speed="20000 rpm"), "rpm needed for this force")
    refuse(lambda d: d["cost"]["row"][0].update(per="moon_h"), "nothing in this line uses 'moon_h'")
    refuse(lambda d: d["cost"]["row"][0].update(price=-3), "prices must be 0 or more")


def test_numbers_that_are_none_are_refused_with_their_place() -> None:
    refuse(lambda d: d["culture"]["event"][1].update(at="nan h"), "nan is no number")
    refuse(lambda d: d["cost"]["row"][0].update(low=math.nan), "nan is no number")
    refuse(lambda d: d["cost"]["row"][1].update(high=math.inf), "inf is no number")
    refuse(lambda d: d["cells"].update(doublings=math.nan), "nan is no number")
    own = {"value": math.nan, "low": 0.1, "high": 0.4, "unit": "1", "spread": "logit", "source": "ours"}
    refuse(lambda d: d.update(parameters={"ultracentrifugation.recovery_frac": own}), "nan is no number")


def test_a_parameter_the_line_does_not_have_is_refused() -> None:
    data = document()
    data["parameters"] = {"ultracentrifugation.recoverie_frac": {"value": 0.5, "unit": "1", "source": "our batches"}}
    with pytest.raises(ParacrineError, match=r"did you mean 'ultracentrifugation.recovery_frac'"):
        run_line(line_of(data, where="line.toml"), draws_count=0)


def test_a_column_beyond_its_typed_limit_is_refused_over_the_whole_line() -> None:
    data = document("stirred_tank_tff_sec")
    data["step"][3].update(load_limit="2 mL")
    with pytest.raises(LimitError, match="column load 10 mL is beyond the typed load_limit_ml 2"):
        run_line(line_of(data, where="line.toml"), draws_count=0)


def test_a_users_own_value_replaces_the_prior() -> None:
    data = document()
    own = {"value": 0.62, "low": 0.55, "high": 0.68, "unit": "1", "spread": "logit", "source": "our batches of 2025"}
    data["parameters"] = {"ultracentrifugation.recovery_frac": own}
    result: LineResult = run_line(line_of(data, where="line.toml"), draws_count=50)
    assert result.parameters["ultracentrifugation.recovery_frac"].grade is Grade.MEASURED_HERE
    without = run_line(line_of(document(), where="line.toml"), draws_count=50)
    assert result.final.cell_derived[0] / without.final.cell_derived[0] == pytest.approx(0.62 / 0.2059, rel=0.01)


def test_numbers_take_their_unit() -> None:
    assert number_with_unit("70 min", "h", where="x") == pytest.approx(70 / 60)
    assert number_with_unit("2 L", "mL", where="x") == 2000.0
    assert number_with_unit(6, "1", where="x") == 6.0
    assert number_with_unit("5 %", "1", where="x") == pytest.approx(0.05)
    with pytest.raises(InputError, match="has no unit"):
        number_with_unit(6, "h", where="x")
