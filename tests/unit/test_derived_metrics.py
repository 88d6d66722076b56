"""Ratios, yields, differences: values and budgets worked out by hand."""

from __future__ import annotations

import math

import pytest
from characterisation_builders import codes, make_request, make_run, make_sample, make_videos, only

from paracrine.characterization.characterise import characterise_batch
from paracrine.characterization.derivation import Derived, DerivedContext, derive_ratio, in_order, load_derived
from paracrine.characterization.derived.recovery_pct import _stage_order
from paracrine.characterization.material import group_samples
from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Batch, Protocol, Role, Sample, Step
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.numerics.interval import coverage_factor

UNDILUTED = "particle_concentration_undiluted_per_ml"
BATCH = Batch(name="B-017", product="EV product", cells_count=8.0e7, medium_volume_ml=250.0, product_volume_ml=5.0)
VALUES = (3.6e8, 4.0e8, 4.4e8)


def characterise(runs: dict[Sample, list], batch: Batch = BATCH, **more) -> tuple[Measurement, ...]:
    return characterise_batch(make_request(runs, batch=batch, **more))


def value_of(found, attribute: str, sample: str | None = None) -> float:
    quantity = only(found, attribute, sample).quantity
    assert quantity is not None
    return quantity.value


def measured(attribute: str, value: float, *parts: Component, **more) -> Measurement:
    fields = {"title": attribute, "batch": "B-017", "sample": "EV", "method": "typed", **more}
    budget = Budget(scale="relative", components=parts) if parts else None
    return Measurement(
        attribute=attribute,
        quantity=Quantity(value=value, unit="1/mL", basis=Basis.REPLICATES),
        budget=budget,
        **fields,
    )


def test_yields_follow_from_volume_cells_and_medium() -> None:
    """Rung 1: 4e8 * 500 = 2e11 per mL; times 5 mL = 1e12; over 8e7 cells = 12500; over 250 mL = 4e9."""
    found = characterise({make_sample(dilution_factor=500.0, pipetting_cv_pct=2.0): make_videos(VALUES)})
    assert value_of(found, "total_particles") == pytest.approx(1e12)
    assert value_of(found, "particles_per_cell") == pytest.approx(12500)
    assert value_of(found, "particles_per_ml_medium") == pytest.approx(4e9)
    total, base = only(found, "total_particles"), only(found, UNDILUTED)
    assert total.budget == base.budget
    assert total.quantity.high / total.quantity.value == pytest.approx(base.quantity.high / base.quantity.value)  # type: ignore[union-attr, operator]
    assert any(
        "80000000" in text or "8e+07" in text for text in only(found, "particles_per_cell").provenance.assumptions
    )


@pytest.mark.parametrize(
    ("missing", "attribute"),
    [
        ("product_volume_ml", "total_particles"),
        ("cells_count", "particles_per_cell"),
        ("medium_volume_ml", "particles_per_ml_medium"),
    ],
)
def test_yield_without_its_amount_is_not_assessed(missing: str, attribute: str) -> None:
    batch = BATCH.model_copy(update={missing: None})
    item = only(characterise({make_sample(dilution_factor=500.0): make_videos(VALUES)}, batch), attribute)
    assert item.state is State.NOT_ASSESSED
    assert missing in item.reason


def test_ratio_in_which_everything_is_shared_has_no_uncertainty_left() -> None:
    """Rung 1: one dilution and one calibration in both parts cancel exactly."""
    dilution = Component(name="dilution", standard_uncertainty=0.04, shared_id="dilution:B:EV")
    calibration = Component(name="calibration", standard_uncertainty=0.1, shared_id="cal", degrees_of_freedom=3.0)
    top, bottom = (measured(name, value, dilution, calibration) for name, value in (("a", 6.0), ("b", 1.5)))
    ratio = derive_ratio(Derived("r", "R", "1", "a over b"), top, bottom)
    assert ratio.quantity is not None
    assert (ratio.quantity.value, ratio.quantity.low, ratio.quantity.high) == pytest.approx((4.0, 4.0, 4.0))


def test_ratio_keeps_what_is_not_shared() -> None:
    """Rung 1: 3 % and 4 % of different origin give 5 %, the shared 10 % nothing."""
    shared = Component(name="dilution", standard_uncertainty=0.1, shared_id="same")
    top = measured("a", 6.0, shared, Component(name="replicates", standard_uncertainty=0.03))
    bottom = measured("b", 1.5, shared, Component(name="replicates", standard_uncertainty=0.04))
    ratio = derive_ratio(Derived("r", "R", "1", "a over b"), top, bottom, factor=100.0)
    assert ratio.quantity is not None
    assert math.log(ratio.quantity.high / 400.0) == pytest.approx(1.959964 * 0.05, rel=1e-6)  # type: ignore[operator]


def test_product_of_shared_parts_adds_them() -> None:
    """Rung 1: the same 10 % twice in a product is 20 %."""
    budget = measured("a", 2.0, Component(name="d", standard_uncertainty=0.1, shared_id="same")).budget
    assert budget is not None
    assert budget.times(budget).standard_uncertainty() == pytest.approx(0.2)


def test_particles_per_protein_takes_a_protein_result_from_elsewhere() -> None:
    """Rung 1: 2e11 over 40 ug/mL; a stated interval of 36 to 44.44 (a factor of root 1.2345) is carried."""
    external = measured("protein_ug_per_ml", 40.0, method="Lowry").model_copy(
        update={"quantity": Quantity(value=40.0, unit="ug/mL", low=36.0, high=400 / 9)}
    )
    sample = make_sample(dilution_factor=500.0, pipetting_cv_pct=2.0)
    item = only(characterise({sample: make_videos(VALUES)}, external=(external,)), "particles_per_ug_protein")
    assert item.quantity.value == pytest.approx(5e9)  # type: ignore[union-attr]
    assert item.method == "NTA, typed instrument and Lowry"
    part = next(c for c in item.budget.components if c.name.startswith("stated"))  # type: ignore[union-attr]
    assert part.standard_uncertainty == pytest.approx(math.log(10 / 9) / 1.959964)


def test_protein_without_interval_leaves_a_notice() -> None:
    external = measured("protein_ug_per_ml", 40.0)
    sample = make_sample(dilution_factor=500.0, pipetting_cv_pct=2.0)
    item = only(characterise({sample: make_videos(VALUES)}, external=(external,)), "particles_per_ug_protein")
    assert "interval-incomplete" in codes(item)


def test_protein_of_another_sample_is_not_taken() -> None:
    external = measured("protein_ug_per_ml", 40.0, sample="harvest")
    sample = make_sample(dilution_factor=500.0)
    item = only(characterise({sample: make_videos(VALUES)}, external=(external,)), "particles_per_ug_protein")
    assert "no protein was measured in EV" in item.reason


def test_blank_is_shown_beside_and_subtracted_on_the_basis_as_measured() -> None:
    """Rung 1: 4e8 - 1e7 = 3.9e8; variances add: (4e8 * 0.1/root 3)² + (root(4e12/3))²."""
    blank = make_sample("PBS", batch="", role=Role.DILUENT_BLANK)
    runs = {
        make_sample(dilution_factor=500.0, pipetting_cv_pct=2.0): make_videos(VALUES, tracks=None),
        blank: make_videos((0.8e7, 1.0e7, 1.2e7), tracks=None, file="pbs.csv"),
    }
    found = characterise(runs)
    net = only(found, "particle_concentration_blank_subtracted_per_ml")
    assert net.quantity.value == pytest.approx(3.9e8)  # type: ignore[union-attr]
    expected = math.hypot(4e8 * 0.1 / math.sqrt(3), math.sqrt(4e12 / 3)) / 3.9e8
    assert net.budget.standard_uncertainty() == pytest.approx(expected)  # type: ignore[union-attr]
    assert value_of(found, "blank_level_pct", "EV") == pytest.approx(2.5)
    as_measured = only(found, "particle_concentration_per_ml", "EV")
    assert [b.quantity.value for b in as_measured.beside] == pytest.approx([1e7, 3.9e8])
    undiluted = only(found, UNDILUTED, "EV").beside
    assert [b.quantity.value for b in undiluted] == pytest.approx([5e9, 1.95e11])
    assert undiluted[1].quantity.high / 1.95e11 >= net.quantity.high / 3.9e8  # type: ignore[operator, union-attr]
    assert "blank-high" not in codes(as_measured)
    assert not [m for m in found if m.attribute == UNDILUTED and m.sample == "PBS"]


def test_dirty_blank_is_pointed_out_everywhere() -> None:
    blank = make_sample("PBS", role=Role.DILUENT_BLANK)
    runs = {make_sample(): make_videos(VALUES), blank: make_videos((0.5e8, 0.6e8, 0.7e8), file="pbs.csv")}
    found = characterise(runs)
    assert "blank-high" in codes(only(found, "particle_concentration_per_ml", "EV"))
    assert "blank-high" in codes(only(found, "blank_level_pct"))


def test_sample_like_its_blank_cannot_be_told_from_it() -> None:
    blank = make_sample("PBS", role=Role.DILUENT_BLANK)
    runs = {make_sample(): make_videos((1.0e7, 1.4e7, 1.8e7)), blank: make_videos((0.9e7, 1.3e7, 1.7e7), file="p.csv")}
    net = only(characterise(runs), "particle_concentration_blank_subtracted_per_ml")
    assert net.budget.scale == "absolute"  # type: ignore[union-attr]
    assert net.quantity.low < 0 < net.quantity.high  # type: ignore[union-attr, operator]
    assert "not-above-blank" in codes(net)


def test_without_a_blank_the_point_is_not_assessed() -> None:
    found = characterise({make_sample(): make_videos(VALUES)})
    for attribute in ("blank_level_pct", "particle_concentration_blank_subtracted_per_ml", "process_blank_level_pct"):
        assert only(found, attribute).state is State.NOT_ASSESSED
        assert "blank was measured" in only(found, attribute).reason


def test_blank_by_another_method_does_not_count() -> None:
    blank = make_sample("PBS", role=Role.DILUENT_BLANK)
    other = make_videos((1e7,) * 3, instrument="another instrument", file="pbs.csv")
    assert only(characterise({make_sample(): make_videos(VALUES), blank: other}), "blank_level_pct").quantity is None


def test_process_blank_is_compared_before_dilution() -> None:
    """Rung 1: 2e7 * 10 over 4e8 * 500 is 0.1 %."""
    process = make_sample("medium", role=Role.PROCESS_BLANK, dilution_factor=10.0, pipetting_cv_pct=2.0)
    sample = make_sample(dilution_factor=500.0, pipetting_cv_pct=3.0)
    found = characterise({sample: make_videos(VALUES), process: make_videos((2e7, 2.1e7, 1.9e7), file="m.csv")})
    level = only(found, "process_blank_level_pct")
    assert level.quantity.value == pytest.approx(0.1)  # type: ignore[union-attr]
    assert (level.sample, level.role) == ("EV", Role.PRODUCT)


def test_detergent_removes_a_share_with_an_interval_in_per_cent() -> None:
    """Rung 1: 0.5e8 * 200 left of 4e8 * 500: 95 % removed; relative errors 2 % and 3 % of what is left."""
    control = make_sample("EV + detergent", role=Role.DETERGENT_CONTROL, dilution_factor=200.0, pipetting_cv_pct=2.0)
    sample = make_sample(dilution_factor=500.0, pipetting_cv_pct=3.0)
    runs = {
        sample: make_videos((4e8, 4.0001e8, 3.9999e8), tracks=None),
        control: make_videos((0.5e8, 0.50001e8, 0.49999e8), tracks=None, file="d.csv"),
    }
    item = only(characterise(runs), "detergent_sensitive_pct")
    assert item.quantity.value == pytest.approx(95.0)  # type: ignore[union-attr]
    assert item.budget.scale == "absolute"  # type: ignore[union-attr]
    assert item.budget.standard_uncertainty() == pytest.approx(5 * math.hypot(0.02, 0.03), rel=1e-3)  # type: ignore[union-attr]
    assert item.quantity.low < 95 < item.quantity.high < 100  # type: ignore[union-attr, operator]


def test_recovery_compares_totals_of_two_stages() -> None:
    """Rung 1: harvest 1e7 * 20 * 250 mL = 5e10; product 2e8 * 50 * 2.5 mL = 2.5e10: 50 %."""
    harvest = make_sample("harvest", stage="conditioned medium", dilution_factor=20.0, volume_ml=250.0)
    product = make_sample("EV", dilution_factor=50.0)
    batch = BATCH.model_copy(update={"product_volume_ml": 2.5})
    runs = {
        product: make_videos((2.1e8, 1.9e8, 2e8), file="p.csv"),
        harvest: make_videos((1.1e7, 0.9e7, 1e7), file="h.csv"),
    }
    item = only(characterise(runs, batch), "recovery_pct")
    assert item.quantity.value == pytest.approx(50.0)  # type: ignore[union-attr]
    assert item.sample == "EV"
    assert "against harvest (conditioned medium)" in item.provenance.assumptions


def test_zero_product_gives_zero_yield_with_the_same_limit() -> None:
    """Rung 1."""
    base = measured(UNDILUTED, 0.0).model_copy(
        update={"quantity": Quantity(value=0.0, unit="1/mL", low=0.0, high=7.0, basis=Basis.COUNTING)}
    )
    module = next(m for m in load_derived() if m.DERIVED.name == "total_particles")
    request = make_request({make_sample("EV"): [make_run("v", 1.0)]}, batch=BATCH)
    total = module.derive((base,), DerivedContext(request, group_samples(request.samples)))[0]
    assert (total.quantity.value, total.quantity.high) == (0.0, 35.0)


def test_derived_metrics_run_after_what_they_need() -> None:
    names = [module.DERIVED.name for module in in_order(load_derived())]
    assert names.index("total_particles") < names.index("particles_per_cell")
    assert names.index("total_particles") < names.index("recovery_pct")
    for module in load_derived():
        assert module.__name__.endswith(module.DERIVED.name)
        assert module.NEEDS
        assert "EV" not in module.DERIVED.title.split()


def test_interval_of_a_ratio_uses_the_degrees_of_freedom_of_both_parts() -> None:
    """Rung 1: 3 % with 4 and 4 % with 5 degrees give 25^2/(9^2/4 + 16^2/5) = 8.75 degrees."""
    top = measured("a", 6.0, Component(name="x", standard_uncertainty=0.03, degrees_of_freedom=4.0))
    bottom = measured("b", 3.0, Component(name="y", standard_uncertainty=0.04, degrees_of_freedom=5.0))
    ratio = derive_ratio(Derived("r", "R", "1", "a over b"), top, bottom)
    expected = coverage_factor(625 / (81 / 4 + 256 / 5)) * 0.05
    assert math.log(ratio.quantity.high / 2.0) == pytest.approx(expected)  # type: ignore[union-attr, operator]


def test_protocol_orders_the_stages() -> None:
    samples = (make_sample("a", stage="concentrate"), make_sample("b", stage="harvest"), make_sample("c"))
    request = make_request({sample: [] for sample in samples})
    protocol = Protocol(name="p", steps=(Step(name="harvest"), Step(name="concentrate")))
    plan = request.plan.model_copy(update={"protocol": protocol})
    ordered = DerivedContext(type(request)(plan, request.batch, samples, ()), ())
    assert _stage_order(ordered) == {"harvest": 0, "concentrate": 1, "final product": 2}
