"""A dose in many bodies: few are solved without compilation, so that these tests stay short."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paracrine import open_bench
from paracrine.core.errors import InputError, LimitError, UnknownName
from paracrine.core.progress import Silent
from paracrine.fate.population import (
    Input,
    Outcome,
    Population,
    PopulationQuestion,
    describe_population,
    individuals,
    simulate_population,
)


def question(**change: object) -> PopulationQuestion:
    asked: dict[str, object] = {"species": "mouse", "particles": 3e9, "individuals_count": 20} | change
    return PopulationQuestion(**asked)  # type: ignore[arg-type]


def run(found: Population, seed: int = 1) -> Outcome:
    points = np.random.default_rng(seed).random((found.question.individuals_count, len(found.inputs)))
    return simulate_population(found, points, workers=1, progress=Silent())


def test_every_body_holds_what_it_was_given() -> None:
    """Rung 1: the middle body keeps cardiac output and blood of the table; shares stay between nothing and all."""
    found = describe_population(question())
    values = individuals(found, np.full((2, len(found.inputs)), 0.5))[0].slow
    flows = sum(np.asarray(values[f"{one}_flow_ml_h"]) for one in ("liver", "kidney", "heart", "brain", "rest"))
    assert flows == pytest.approx(found.species.cardiac_output_ml_h, rel=1e-9)
    vessels = sum(np.asarray(value) for name, value in values.items() if name.endswith("_vascular_ml"))
    assert vessels + values["blood_ml"] == pytest.approx(found.species.blood_ml, rel=1e-9)
    done = run(found)
    assert set(done.places) >= {"blood", "liver", "brain", "brain parenchyma", "rest"}
    for shares in done.places.values():
        assert shares.min() > -1e-6
        assert shares.max() < 1 + 1e-6
    total = sum(shares[:, -1] for name, shares in done.places.items() if name not in ("blood", "brain parenchyma"))
    assert np.all(total < 1 + 1e-6)


def test_weights_spread_as_stated() -> None:
    found = describe_population(question())
    points = np.full((4000, len(found.inputs)), 0.5)
    points[:, found.inputs.index(Input("weight", "weight"))] = (np.arange(4000) + 0.5) / 4000
    values = individuals(found, points)[0].slow
    weight = np.log(np.asarray(values["weight_g"]) / found.species.weight_g)
    assert weight.mean() == pytest.approx(0.0, abs=1e-6)
    assert weight.std() == pytest.approx(0.12, rel=1e-2)
    flow = np.log(np.asarray(values["kidney_flow_ml_h"]))
    assert flow.std() == pytest.approx(0.75 * 0.12, rel=1e-2)


def test_a_share_that_may_be_nothing_is_nothing_in_some() -> None:
    found = describe_population(question(route="ip", individuals_count=60))
    done = run(found)
    blood = done.exposure("blood")
    assert blood.min() == 0.0
    assert blood.max() > 1.0


def test_an_infusion_is_lower_at_first_and_the_same_in_the_end() -> None:
    at_once = run(describe_population(question()))
    over_time = run(describe_population(question(route="infusion", duration_h=2.0)))
    early = np.searchsorted(at_once.times_h, 0.05)
    assert np.all(over_time.places["blood"][:, early] < 0.1 * at_once.places["blood"][:, early])
    last = over_time.places["liver"][:, -1] + over_time.places["blood"][:, -1]
    assert np.all(last > 0.9 * (at_once.places["liver"][:, -1] + at_once.places["blood"][:, -1]))


def test_an_organ_without_a_row_is_left_out() -> None:
    found = describe_population(question(species="human", particles=1e11))
    assert "brain" not in run(found).places
    assert any(name == "brain" for name, _ in found.species.not_assessed)
    assert any(one.group == "species" and "breakdown" in one.name for one in found.inputs)


@pytest.mark.parametrize(
    ("change", "error", "reason"),
    [
        ({"species": "mause"}, UnknownName, "mouse"),
        ({"particles": -1.0}, InputError, "above zero"),
        ({"individuals_count": 1}, InputError, "between 2"),
        ({"route": "infusion"}, InputError, "duration"),
        ({"duration_h": -1.0}, InputError, "negative"),
        ({"until_h": 2000.0}, LimitError, "past"),
        ({"disease": "flu"}, UnknownName, "flu"),
    ],
)
def test_a_question_that_means_nothing_is_refused(change: dict[str, object], error: type, reason: str) -> None:
    with pytest.raises(error, match=reason):
        describe_population(question(**change))


def test_the_verb_writes_a_page_that_says_what_makes_the_spread(tmp_path: Path) -> None:
    pytest.importorskip("SALib", reason="extra sensitivity is not installed")
    page = tmp_path / "population.html"
    report = open_bench().fate.population("mouse", "3e9particles", individuals_count=40, out=page, workers=1)
    assert "simulated mice" in report.headline
    text = page.read_text("utf-8")
    assert "What makes the spread" in text
    groups = {one.group for one in report.spread.sobol}
    assert {"body weight", "passage into the brain", "capacity of phagocytes"} <= groups
    assert report.spread.place("brain").grade.value == "assumption"
    assert report.to_data()["places"][0]["exposure_pct_h"]


@pytest.mark.slow
def test_compiled_bodies_are_those_solved_without_compilation(monkeypatch: pytest.MonkeyPatch) -> None:
    from paracrine.fate import population

    found = describe_population(question(individuals_count=30))
    plain = run(found)
    monkeypatch.setattr(population, "FEW", 1)
    compiled = run(found)
    for name, shares in plain.places.items():
        assert compiled.places[name] == pytest.approx(shares, rel=2e-3, abs=1e-5)
