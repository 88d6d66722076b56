"""Feeds, partial harvests and perfusion: dilution and washout against their laws, a closed balance, refusals."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paracrine.bench import open_bench
from paracrine.core.errors import InputError, LimitError, ParacrineError
from paracrine.facts.production_facts import find_medium
from paracrine.production.design import CulturePlan, Event, LineDesign, StepPlan
from paracrine.production.line import LineResult, run_line

VOLUME = 350.0
STEPS = (StepPlan("clarification_spin"), StepPlan("tff_ultrafiltration", {"area_cm2": 90.0}))


def run(*events: Event, cells: float = 1e-6, draws: int = 0, **changes: Any) -> LineResult:
    """Run a culture; with a millionth of a cell per cm2 nothing but the medium moves."""
    plan = CulturePlan(
        "t_flask",
        "serum_10pct",
        area_cm2=1750.0,
        seeded_per_cm2=cells,
        events=(Event(0.0, "seed"), *events),
        volume_ml=VOLUME,
    )
    return run_line(LineDesign("events", replace(plan, **changes), STEPS), draws_count=draws, seed=5)


def medium_derived(result: LineResult) -> float:
    return float(result.harvest.totals[1][0])


def content(medium: str) -> float:
    return find_medium(medium).parameters["vesicles_per_ml"].value


def test_a_perfusion_washes_out_as_the_exponential() -> None:
    """Rung 1: `exp(-F (1 - R) t / V)` of what the first medium brought is left for the harvest."""
    flow = Event(10.0, "perfuse", "particle_free", rate_ml_per_h=21.0, retained_frac=0.35, to_waste=True)
    result = run(flow, Event(47.0, "harvest"))
    left = medium_derived(result) / (content("serum_10pct") * VOLUME)
    assert left == pytest.approx(math.exp(-21.0 * 0.65 * 37.0 / VOLUME), rel=1e-9)
    lost = result.stages[0].lost["perfused to waste"].particles[1][0]
    assert lost == pytest.approx(content("serum_10pct") * VOLUME * (1 - left), rel=1e-9)
    assert result.harvest.volume_ml[0] == pytest.approx(VOLUME)


def test_a_perfusion_with_the_same_medium_changes_no_concentration() -> None:
    """Rung 1: steady state; what leaves goes into the harvest with its volume."""
    result = run(Event(8.0, "perfuse", rate_ml_per_h=13.0), Event(29.0, "harvest"))
    assert result.harvest.volume_ml[0] == pytest.approx(VOLUME + 13.0 * 21.0)
    assert medium_derived(result) / result.harvest.volume_ml[0] == pytest.approx(content("serum_10pct"), rel=1e-9)
    assert set(result.stages[0].lost) == {"taken up by cells"}


def test_glucose_follows_a_perfusion() -> None:
    """Rung 1: `G = Gf + (G0 - Gf) exp(-F t / V)`, integrated by Runge-Kutta."""
    flow = Event(5.0, "perfuse", "particle_free", rate_ml_per_h=40.0)
    result = run(Event(4.0, "feed", glucose_mm=3.5), flow, Event(16.0, "harvest"))
    fresh, before = find_medium("particle_free").glucose_mm, find_medium("serum_10pct").glucose_mm + 3.5
    wanted = fresh + (before - fresh) * math.exp(-40.0 * 11.0 / VOLUME)
    assert result.course.series["glucose_mm"][-1][0] == pytest.approx(wanted, rel=1e-4)


def test_a_feed_of_medium_dilutes() -> None:
    """Rung 1: amounts stay, the volume rises by what is fed."""
    feed = Event(12.0, "feed", "particle_free", volume_ml=120.0, glucose_mm=0.0)
    result = run(Event(11.0, "feed", glucose_mm=4.0), feed, Event(20.0, "harvest"))
    assert result.harvest.volume_ml[0] == pytest.approx(VOLUME + 120.0)
    assert medium_derived(result) == pytest.approx(content("serum_10pct") * VOLUME, rel=1e-9)
    old, new = find_medium("serum_10pct").glucose_mm + 4.0, find_medium("particle_free").glucose_mm
    mixed = (old * VOLUME + new * 120.0) / (VOLUME + 120.0)
    assert result.course.series["glucose_mm"][-1][0] == pytest.approx(mixed, rel=1e-6)
    assert result.uses["medium_l"][0] == pytest.approx((VOLUME + 120.0) / 1000)


def test_part_harvests_dilute_and_leave_a_named_rest() -> None:
    """Rung 1: each takes its share of what is there and is replaced by as much fresh medium, the last is not."""
    events = (
        Event(9.0, "harvest", "particle_free", volume_ml=70.0),
        Event(15.0, "exchange", "particle_free", volume_ml=140.0),
        Event(24.0, "harvest", volume_ml=105.0),
    )
    result = run(*events)
    first = content("serum_10pct") * VOLUME
    after = first * (1 - 0.2) * (1 - 0.4)
    assert medium_derived(result) == pytest.approx(first * 0.2 + after * 0.3, rel=1e-9)
    lost = result.stages[0].lost
    assert lost["medium exchanged before the harvest"].particles[1][0] == pytest.approx(first * 0.8 * 0.4, rel=1e-9)
    assert lost["left in the vessel"].particles[1][0] == pytest.approx(after * 0.7, rel=1e-9)
    assert result.harvest.volume_ml[0] == pytest.approx(175.0)


def test_the_balance_closes_with_every_event() -> None:
    """Rung 1: in + made = out + named losses to 1e-9, all origins, protein and draws, with growing cells."""
    events = (
        Event(24.0, "feed", "serum_free", volume_ml=90.0, glucose_mm=2.0),
        Event(48.0, "exchange", "serum_free", volume_ml=200.0),
        Event(60.0, "perfuse", "serum_10pct", rate_ml_per_h=9.0, retained_frac=0.6, protein_retained_frac=0.1),
        Event(80.0, "harvest", "serum_free", volume_ml=150.0),
        Event(90.0, "perfuse", "particle_free", rate_ml_per_h=30.0, to_waste=True),
        Event(110.0, "harvest", volume_ml=300.0),
    )
    for platform in ("stirred_tank", "hollow_fibre"):
        result = run(*events, cells=3300.0, draws=60, platform=platform, max_volume_ml=500.0)
        assert result.imbalance < 1e-9
        assert (result.final.cell_derived > 0).all()


def test_sign_y023_taking_vesicles_out_early_gives_more_in_total() -> None:
    """Rung 2 (row Y023, direction): a perfused culture loses less to its own cells than one harvested once."""
    once = run(Event(96.0, "harvest"), cells=4000.0, draws=80)
    flow = Event(24.0, "perfuse", "serum_10pct", rate_ml_per_h=1e-5)
    idle = run(flow, Event(96.0, "harvest"), cells=4000.0, draws=80)
    through = run(replace(flow, rate_ml_per_h=35.0), Event(96.0, "harvest"), cells=4000.0, draws=80)
    taken = [one.stages[0].lost["taken up by cells"].particles[0] for one in (once, through)]
    made = [one.stages[0].made["by the cells"].particles[0] for one in (once, through)]
    assert (taken[1] / made[1] < taken[0] / made[0]).all()
    assert np.allclose(idle.harvest.cell_derived, once.harvest.cell_derived, rtol=5e-3)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (Event(9.0, "harvest", volume_ml=900.0), "a harvest of 900 mL, but the vessel holds 350 mL"),
        (Event(9.0, "feed", volume_ml=-20.0), "the volume of a feed must be above 0, not -20 mL"),
        (Event(9.0, "feed", volume_ml=200.0), "550 mL after the feed, but the typed max_volume is 500 mL"),
        (Event(9.0, "perfuse"), "a perfusion needs its rate"),
        (Event(9.0, "perfuse", rate_ml_per_h=-3.0), "must not be negative, not -3 mL/h"),
        (Event(9.0, "perfuse", rate_ml_per_h=3.0, retained_frac=1.4), "lies between 0 and 1"),
        (Event(0.0, "perfuse", rate_ml_per_h=3.0), "comes before or with seeding"),
    ],
)
def test_a_senseless_event_is_refused(event: Event, reason: str) -> None:
    with pytest.raises((InputError, LimitError), match=reason):
        run(event, Event(30.0, "harvest"), max_volume_ml=500.0)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('what = "exchange"', 'what = "exchnage"', "no event called 'exchnage'"),
        ('what = "seed"', 'what = "seed"\nvolume = "3 mL"', "volume"),
        ('what = "exchange"', 'what = "feed"\nvolume = 30', "has no unit"),
        ('what = "exchange"', 'what = "perfuse"\nrate = "3 mL"', "mL/h"),
        ('what = "exchange"', 'what = "perfuse"\nrate = "3 mL/h"\nto = "drain"', "harvest or waste"),
    ],
)
def test_an_event_that_cannot_be_read_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    line = open_bench().line
    path = line.write_example("stirred_tank_tff_sec", tmp_path / "line.toml")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ParacrineError, match=reason):
        line.run(path, draws=20)
