"""A batch of typed runs: what is measured, what is refused, and what stands beside it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from characterisation_builders import (
    codes,
    make_distribution,
    make_request,
    make_run,
    make_sample,
    make_videos,
    only,
)

from paracrine.characterization.characterise import characterise_batch
from paracrine.core.measurement import Measurement, State
from paracrine.core.notice import Notice
from paracrine.core.product import Batch, DilutionBy, Role
from paracrine.core.run import VendorNumber

AS_MEASURED = "particle_concentration_per_ml"
UNDILUTED = "particle_concentration_undiluted_per_ml"
VALUES = (3.6e8, 4.0e8, 4.4e8)


def characterise(*args, **kwargs) -> tuple[Measurement, ...]:
    return characterise_batch(make_request(*args, **kwargs))


def test_every_measurement_is_a_valid_record_with_origin() -> None:
    found = characterise({make_sample(): make_videos(VALUES), make_sample("PBS", role=Role.DILUENT_BLANK): []})
    assert len(found) > 12
    for item in found:
        again = Measurement.from_data(item.to_data())
        assert again == item
        assert item.provenance.made_by.startswith("characterization.")
        assert item.provenance.software_version == "0.0-test"
        assert item.provenance.sources


def test_measurements_are_named_once_by_sample_attribute_and_method() -> None:
    runs = make_videos(VALUES) + make_videos(VALUES, instrument="another instrument", file="two.csv")
    found = characterise({make_sample(): runs, make_sample("lysed", role=Role.DETERGENT_CONTROL): make_videos(VALUES)})
    names = [(m.attribute, m.sample, m.method) for m in found]
    assert len(names) == len(set(names))
    assert {m.method for m in found if m.attribute == AS_MEASURED} == {
        "NTA, typed instrument",
        "NTA, another instrument",
    }


def test_stated_dilution_is_applied_once_by_us_with_its_pipetting_error() -> None:
    """Rung 1: 4e8 times 500; scatter root(1.6e15/3)/4e8, pipetting 3 % in each of two steps."""
    sample = make_sample(dilution_factor=500.0, pipetting_cv_pct=3.0, dilution_steps=2)
    found = characterise({sample: make_videos(VALUES, tracks=None)})
    undiluted = only(found, UNDILUTED)
    assert undiluted.quantity is not None
    assert undiluted.quantity.value == pytest.approx(2.0e11)
    assert undiluted.budget is not None
    parts = {c.name: c.standard_uncertainty for c in undiluted.budget.components}
    assert parts == pytest.approx({"replicates": 0.1 / math.sqrt(3), "dilution": 0.03 * math.sqrt(2)})
    assert any("applied once, by Paracrine" in text for text in undiluted.provenance.assumptions)
    assert only(found, AS_MEASURED).quantity.value == pytest.approx(4.0e8)  # type: ignore[union-attr]
    assert undiluted.budget.interval_name == "repeatability interval"


def test_dilution_of_the_instrument_is_not_applied_again() -> None:
    """Rung 1: the file says 4e8 at dilution 50 already multiplied: 8e6 as measured, 4e8 undiluted."""
    vendor = (VendorNumber(AS_MEASURED, 4.01e8, "1/mL", "Concentration"),)
    runs = make_videos(VALUES, dilution_factor=50.0, dilution_by=DilutionBy.INSTRUMENT, vendor=vendor)
    found = characterise({make_sample(pipetting_cv_pct=2.0): runs})
    as_measured, undiluted = only(found, AS_MEASURED), only(found, UNDILUTED)
    assert as_measured.quantity.value == pytest.approx(8.0e6)  # type: ignore[union-attr]
    assert any("divided by 50" in text for text in as_measured.provenance.assumptions)
    assert as_measured.beside == ()
    assert undiluted.quantity.value == pytest.approx(4.0e8)  # type: ignore[union-attr]
    assert any("by the instrument" in text for text in undiluted.provenance.assumptions)
    assert [b.quantity.value for b in undiluted.beside] == pytest.approx([4.01e8])


def test_the_dilution_of_a_file_goes_before_that_of_its_sample() -> None:
    """Rung 1: 4e8 as measured at 1:400 is 1.6e11, whatever dilution the sample's other instrument saw."""
    request = make_request({make_sample(dilution_factor=1000.0): make_videos(VALUES)})
    uses = tuple(replace(use, dilution_factor=400.0) for use in request.uses)
    undiluted = only(characterise_batch(replace(request, uses=uses)), UNDILUTED)
    assert undiluted.quantity is not None
    assert undiluted.quantity.value == pytest.approx(1.6e11)


def test_missing_dilution_leaves_the_measured_value_and_refuses_the_other() -> None:
    found = characterise({make_sample(): make_videos(VALUES)})
    assert only(found, AS_MEASURED).state is State.MEASURED
    undiluted = only(found, UNDILUTED)
    assert (undiluted.state, undiluted.quantity) == (State.NOT_ASSESSED, None)
    assert "no dilution factor is stated" in undiluted.reason
    assert only(found, "total_particles").state is State.NOT_ASSESSED


def test_dilution_1_must_be_stated_by_a_person() -> None:
    runs = make_videos(VALUES, dilution_factor=1.0, dilution_by=DilutionBy.PARACRINE)
    refused = only(characterise({make_sample(): runs}), UNDILUTED)
    assert "dilution_factor = 1" in refused.reason
    taken = only(characterise({make_sample(dilution_factor=1.0): runs}), UNDILUTED)
    assert taken.quantity.value == pytest.approx(4.0e8)  # type: ignore[union-attr]
    assert "dilution-uncertainty-not-stated" not in codes(taken)
    other = only(characterise({make_sample(dilution_factor=20.0): runs}), UNDILUTED)
    assert other.quantity.value == pytest.approx(8.0e9)  # type: ignore[union-attr]


@pytest.mark.parametrize("by", [DilutionBy.INSTRUMENT, DilutionBy.PARACRINE])
def test_contradicting_dilutions_are_refused(by: DilutionBy) -> None:
    runs = make_videos(VALUES, dilution_factor=500.0, dilution_by=by)
    undiluted = only(characterise({make_sample(dilution_factor=1000.0): runs}), UNDILUTED)
    assert undiluted.state is State.NOT_ASSESSED
    assert "states dilution 1000, the file states 500" in undiluted.reason
    assert "dilution-contradiction" in codes(undiluted)


def test_runs_at_different_dilutions_have_no_common_concentration() -> None:
    runs = make_videos(VALUES[:2], dilution_factor=250.0, dilution_by=DilutionBy.PARACRINE)
    runs += make_videos(VALUES[2:], dilution_factor=500.0, dilution_by=DilutionBy.PARACRINE, file="two.csv")
    found = characterise({make_sample(): runs})
    assert "250, 500" in only(found, AS_MEASURED).reason
    assert "250, 500" in only(found, UNDILUTED).reason
    assert only(found, "diameter_d50_nm").state is State.MEASURED


def test_dilution_without_pipetting_error_says_that_the_interval_leaves_it_out() -> None:
    undiluted = only(characterise({make_sample(dilution_factor=500.0): make_videos(VALUES)}), UNDILUTED)
    assert "dilution-uncertainty-not-stated" in codes(undiluted)


def test_excluded_run_stays_visible_with_both_values() -> None:
    """Rung 1: mean of 3.6 and 4.4 without the middle one; 4.0 with it."""
    reason = "air bubble (excluded by A. Person)"
    found = characterise({make_sample(): make_videos((3.6e8, 9.0e8, 4.4e8))}, excluded={"video 2": reason})
    item = only(found, AS_MEASURED)
    assert item.quantity.value == pytest.approx(4.0e8)  # type: ignore[union-attr]
    assert [(r.run, r.included, r.reason) for r in item.replicates] == [
        ("video 1", True, ""),
        ("video 2", False, reason),
        ("video 3", True, ""),
    ]
    assert item.replicates[1].value == pytest.approx(9.0e8)
    before = next(b for b in item.beside if "before the exclusion" in b.label)
    assert before.quantity.value == pytest.approx(17e8 / 3)


def test_value_before_an_exclusion_carries_the_dilution_error_too() -> None:
    """Rung 1: runs that agree within 0.01 % leave the 4 % of the dilution: 1.96 times that."""
    sample = make_sample(dilution_factor=500.0, pipetting_cv_pct=4.0)
    runs = make_videos((4.0000e8, 4.0001e8, 3.9999e8, 4.0002e8), tracks=None)
    item = only(characterise({sample: runs}, excluded={"video 4": "drift"}), UNDILUTED)
    before = next(b.quantity for b in item.beside if "before the exclusion" in b.label)
    assert before.high / before.value == pytest.approx(math.exp(1.959964 * 0.04), rel=1e-4)


def test_all_runs_excluded_is_not_assessed() -> None:
    found = characterise({make_sample(): make_videos((3.6e8,))}, excluded={"video 1": "leak"})
    assert only(found, AS_MEASURED).reason == "every run is excluded"


def test_vendor_number_stands_beside_ours() -> None:
    runs = [
        make_run(f"v{i}", 4e8, vendor=(VendorNumber("diameter_d50_nm", 119.0 + i, "nm", "D50"),), software="NTA 9")
        for i in range(3)
    ]
    beside = only(characterise({make_sample(): runs}), "diameter_d50_nm").beside
    assert [(b.label, b.quantity.value) for b in beside] == [("printed by the instrument (NTA 9)", 120.0)]


def test_notices_of_runs_are_carried_once_with_the_runs_they_concern() -> None:
    drift = Notice(code="drift-too-high", message="drift is too high")
    runs = [make_run(f"v{i}", 4e8, notices=(drift,) if i < 2 else ()) for i in range(3)]
    item = only(characterise({make_sample(): runs}), "diameter_mean_nm")
    assert [n.concerns for n in item.notices if n.code == "drift-too-high"] == ["v0, v1"]


def test_empty_runs_count_as_zero_and_are_shown_without() -> None:
    """Rung 1: (6 + 0 + 3)/3 = 3; without the empty one 4.5."""
    runs = make_videos((6e8, 1.0, 3e8))
    runs[1] = make_run("video 2", 1.0, payloads=(make_distribution(np.zeros(1000), tracks=0.0),))
    found = characterise({make_sample(): runs})
    item = only(found, AS_MEASURED)
    assert item.quantity.value == pytest.approx(3e8)  # type: ignore[union-attr]
    assert next(b.quantity.value for b in item.beside if "without 1 empty" in b.label) == pytest.approx(4.5e8)
    assert "empty-runs" in codes(item)
    assert "runs-without-value" in codes(only(found, "diameter_d50_nm"))


def test_blank_without_a_particle_is_zero_with_an_exact_upper_limit() -> None:
    """Rung 1: 3.689 counts over 2 runs, each count worth 4e8/2000 per mL."""
    empty = [
        make_run(f"b{i}", 1.0, file="blank.csv", payloads=(make_distribution(np.zeros(1000), tracks=0.0),))
        for i in range(2)
    ]
    blank = make_sample("PBS", role=Role.DILUENT_BLANK)
    found = characterise({make_sample(): make_videos((4e8,) * 3, tracks=2000.0), blank: empty})
    quantity = only(found, AS_MEASURED, "PBS").quantity
    assert quantity is not None
    assert (quantity.value, quantity.low) == (0.0, 0.0)
    assert quantity.high == pytest.approx(3.688879 / 2 * 2e5, rel=1e-6)
    size = only(found, "diameter_d50_nm", "PBS")
    assert (size.state, size.reason) == (State.NOT_ASSESSED, "no particle was tracked")


def test_scatter_and_a_run_apart_are_pointed_out() -> None:
    found = characterise({make_sample(): make_videos((2.0e8, 2.1e8, 1.9e8, 6.4e8))})
    item = only(found, AS_MEASURED)
    assert {"wide-scatter", "run-apart"} <= codes(item)
    assert any("video 4 is 3.2 times" in n.message for n in item.notices)
    calm = only(characterise({make_sample(): make_videos((2.0e8, 2.1e8, 1.9e8, 2.2e8))}), AS_MEASURED)
    assert not {"wide-scatter", "run-apart"} & codes(calm)


def test_few_particles_are_pointed_out() -> None:
    few = only(characterise({make_sample(): make_videos(VALUES, tracks=150.0)}), AS_MEASURED)
    assert "few-particles" in codes(few)
    enough = only(characterise({make_sample(): make_videos(VALUES, tracks=250.0)}), AS_MEASURED)
    assert "few-particles" not in codes(enough)


def test_files_taken_with_other_settings_are_pointed_out() -> None:
    runs = make_videos(VALUES, settings={"Conditions / Camera Level": "14"})
    runs += make_videos(VALUES, settings={"Conditions / Camera Level": "11"}, file="two.csv")
    item = only(characterise({make_sample(): runs}), AS_MEASURED)
    assert any(n.code == "settings-differ" and "Camera Level (14, 11)" in n.message for n in item.notices)


def test_runs_of_the_same_name_in_two_files_keep_apart() -> None:
    runs = make_videos(VALUES) + make_videos(VALUES, file="two.csv")
    names = [r.run for r in only(characterise({make_sample(): runs}), AS_MEASURED).replicates]
    assert len(set(names)) == 6
    assert "two.csv: video 1" in names


def test_biological_replicates_become_one_result_that_names_them() -> None:
    """Rung 1: donors at dilutions 100, 200, 300 with 2, 3 and 1 e8 as measured: 2, 6 and 3 e10 undiluted."""
    samples = [
        make_sample(f"EV {i}", biological_replicate=f"donor {i}", dilution_factor=100.0 * i, pipetting_cv_pct=2.0)
        for i in (1, 2, 3)
    ]
    values = {1: 2e8, 2: 3e8, 3: 1e8}
    runs = {s: make_videos((values[i],) * 2, file=f"{i}.csv") for i, s in enumerate(samples, 1)}
    found = characterise(runs)
    item = only(found, UNDILUTED)
    assert item.sample == "EV 1 + EV 2 + EV 3"
    assert item.quantity.value == pytest.approx(11e10 / 3)  # type: ignore[union-attr]
    assert item.budget is not None
    active = {c.name: c.degrees_of_freedom for c in item.budget.components if c.sensitivity}
    assert active == {"replicates": 2.0}
    assert "different dilutions" in only(found, AS_MEASURED).reason


def test_beads_with_a_stated_nominal_value_calibrate_sizes() -> None:
    """Rung 1: u = root(bias² + scatter² + certificate²); without beads it is called repeatability."""
    beads = make_sample("100 nm beads", role=Role.REFERENCE_BEAD, nominal_diameter_nm=100.0, nominal_diameter_u_nm=3.0)
    bead_runs = [
        make_run(f"b{i}", 5e8, centre_nm=c, width_nm=8.0, tracks=None, file="beads.csv")
        for i, c in enumerate((103.0, 104.0, 108.0))
    ]
    ev_runs = make_videos(VALUES, tracks=None)
    found = characterise({make_sample(): ev_runs, beads: bead_runs})
    size = only(found, "diameter_d50_nm", "EV")
    assert size.budget is not None
    assert size.budget.calibrated
    part = next(c for c in size.budget.components if c.name == "calibration")
    scatter = math.sqrt(7 / 3) / 105
    assert part.standard_uncertainty == pytest.approx(math.sqrt(0.05**2 + scatter**2 + 0.03**2), rel=1e-3)
    assert part.shared_id == only(found, "diameter_d90_nm", "EV").budget.components[-1].shared_id  # type: ignore[union-attr]
    bias = only(found, "bead_size_bias_pct")
    assert bias.quantity.value == pytest.approx(5.0, abs=0.01)  # type: ignore[union-attr]
    assert not only(found, AS_MEASURED, "EV").budget.calibrated  # type: ignore[union-attr]
    alone = characterise({make_sample(): ev_runs})
    assert only(alone, "diameter_d50_nm").budget.interval_name == "repeatability interval"  # type: ignore[union-attr]
    assert only(alone, "bead_size_bias_pct").state is State.NOT_ASSESSED


def test_beads_without_stated_uncertainty_are_a_check_not_a_calibration() -> None:
    beads = make_sample("beads", role=Role.REFERENCE_BEAD, nominal_diameter_nm=100.0)
    bead_runs = [make_run(f"b{i}", 5e8, centre_nm=c, file="b.csv") for i, c in enumerate((120.0, 121.0, 122.0))]
    found = characterise({make_sample(): make_videos(VALUES), beads: bead_runs})
    size = only(found, "diameter_d50_nm", "EV")
    assert not size.budget.calibrated  # type: ignore[union-attr]
    assert {"nominal-uncertainty-not-stated", "bead-bias"} <= codes(size)


def test_beads_of_stated_concentration_calibrate_concentrations() -> None:
    """Rung 1: beads 8 % high, u of the certificate 5 %, scatter 0.1e8/root 3 of 5.4e8."""
    beads = make_sample(
        "count beads",
        role=Role.REFERENCE_BEAD,
        dilution_factor=10.0,
        pipetting_cv_pct=1.0,
        nominal_concentration_per_ml=5e9,
        nominal_concentration_u_per_ml=2.5e8,
    )
    bead_runs = [make_run(f"b{i}", c, tracks=None, file="b.csv") for i, c in enumerate((5.3e8, 5.4e8, 5.5e8))]
    sample = make_sample(dilution_factor=500.0, pipetting_cv_pct=2.0)
    item = only(characterise({sample: make_videos(VALUES), beads: bead_runs}), UNDILUTED, "EV")
    part = next(c for c in item.budget.components if c.name == "calibration")  # type: ignore[union-attr]
    assert part.standard_uncertainty == pytest.approx(math.sqrt(0.08**2 + 0.01**2 + 0.05**2 + (0.1 / 5.4) ** 2 / 3))


def test_unit_of_batch_without_runs_gives_nothing() -> None:
    assert characterise({make_sample(): []}, batch=Batch(name="B-017", product="p")) == ()
