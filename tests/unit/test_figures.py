"""Charts say what their data say: units on axes, zero baselines, limits, shares that add up."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from certificate_parts import dls_distribution, nta_distribution, relative_budget
from certificate_samples import build_certificate, build_comparison

from paracrine.core.measurand import Measurand, Weighting
from paracrine.core.quantity import Budget, Component
from paracrine.figures.attribute_ratio import draw_attribute_ratio
from paracrine.figures.budget import draw_budget, variance_shares
from paracrine.figures.drawn import band_of_mean, drawn_points, mean_distribution
from paracrine.figures.limit_strip import draw_limit_strip
from paracrine.figures.printable import printable, printable_data
from paracrine.figures.render import render_png, render_svg
from paracrine.figures.replicate_spread import SpreadPoint, SpreadRow, draw_replicate_spread
from paracrine.figures.size_distribution import Replicate, Series, SizeLimit, common_axis_nm, draw_size_distribution
from paracrine.figures.truth_ratio import TruthRow, draw_truth_ratio
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.report.charts import certificate_charts

NTA = nta_distribution(118.0, 1.4, 6.2e8, seed=3)


def one_series(*distributions: SizeDistribution, label: str = "DP-1", included: bool = True) -> Series:
    replicates = (Replicate(f"video {n}", d, "file · column", included) for n, d in enumerate(distributions, 1))
    return Series(label, tuple(replicates))


def encodings(spec: dict[str, Any], channel: str) -> list[dict[str, Any]]:
    return [layer["encoding"][channel] for layer in spec["layer"] if channel in layer["encoding"]]


def test_joined_bins_keep_their_contents_and_their_mean() -> None:
    """Rung 1: joining bins conserves the sum; the mean moves by less than a joined bin's half width."""
    points = drawn_points(NTA)
    assert points.size_nm.size <= 152
    widths = np.diff(NTA.edges_nm)
    assert points.peak <= float((NTA.contents / widths).max())
    edges = np.concatenate([[points.size_nm[0]], (points.size_nm[1:] + points.size_nm[:-1]) / 2, [points.size_nm[-1]]])
    total = float(np.sum(points.height * np.diff(edges)))
    assert total == pytest.approx(NTA.total, rel=0.01)


def test_a_curve_ends_at_zero_on_both_sides_and_an_empty_one_has_no_points() -> None:
    points = drawn_points(NTA)
    assert (points.height[0], points.height[-1]) == (0.0, 0.0)
    empty = SizeDistribution(NTA.edges_nm, np.zeros(1000), "1/mL", NTA.measurand)
    assert drawn_points(empty).size_nm.size == 0


def test_the_mean_of_replicates_is_the_mean_of_each_bin() -> None:
    other = SizeDistribution(NTA.edges_nm, 3 * NTA.contents, "1/mL", NTA.measurand)
    mean = mean_distribution([NTA, other])
    assert mean is not None
    np.testing.assert_allclose(mean.contents, 2 * NTA.contents)
    assert mean_distribution([NTA, dls_distribution(141.0)]) is None


def test_the_band_is_students_interval_of_the_mean_and_needs_three_replicates() -> None:
    """Rung 1: heights 2, 3 and 7 times one curve: mean 4, SD 2.6458, t(2) = 4.3027, so 4 -+ 6.5725, cut at 0."""
    scaled = [SizeDistribution(NTA.edges_nm, k * NTA.contents, "1/mL", NTA.measurand) for k in (2, 3, 7)]
    assert band_of_mean(scaled[:2]) is None
    band, one = band_of_mean(scaled), drawn_points(NTA)
    assert band is not None
    np.testing.assert_array_equal(band.size_nm, one.size_nm)
    np.testing.assert_array_equal(band.low, 0)
    np.testing.assert_allclose(band.high, 10.5725 * one.height, rtol=1e-4)
    areas = [layer for layer in draw_size_distribution([one_series(*scaled)])["layer"] if "y2" in layer["encoding"]]
    assert len(areas) == 1


def test_the_size_axis_is_logarithmic_named_so_and_in_nm() -> None:
    spec = draw_size_distribution([one_series(NTA)])
    axis = encodings(spec, "x")[0]
    assert axis["scale"] == {"type": "log", "domain": [10.0, 1000.0], "nice": False}
    assert axis["axis"]["title"] == "Hydrodynamic diameter (nm), log scale"
    height = encodings(spec, "y")[0]
    assert height["scale"]["domain"][0] == 0
    assert height["axis"]["title"] == "Particles (10⁶ mL⁻¹ nm⁻¹)"


def test_the_size_axis_widens_only_for_more_than_one_per_cent() -> None:
    edges = np.array([5.0, 50.0, 500.0, 5000.0])
    number = Measurand(weighting=Weighting.NUMBER)
    few = SizeDistribution(edges, np.array([0.0, 99.5, 0.5]), "%", number)
    many = SizeDistribution(edges, np.array([0.0, 97.0, 3.0]), "%", number)
    assert common_axis_nm([few]) == (10.0, 1000.0)
    assert common_axis_nm([many]) == (10.0, 10000.0)


def test_limits_are_dashed_labelled_and_left_out_beyond_the_axis() -> None:
    limits = [SizeLimit(200.0, "D50 ≤ 200 nm"), SizeLimit(5000.0, "far")]
    spec = draw_size_distribution([one_series(NTA)], limits=limits)
    rules = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule"]
    assert [row["label"] for rule in rules for row in rule["data"]["values"]] == ["D50 ≤ 200 nm"]
    assert rules[0]["mark"]["strokeDash"]
    assert "D50 ≤ 200 nm" in render_svg(spec)


def test_an_excluded_replicate_is_drawn_but_not_in_the_mean() -> None:
    other = SizeDistribution(NTA.edges_nm, 9 * NTA.contents, "1/mL", NTA.measurand)
    kept, left = one_series(NTA, NTA), one_series(other, included=False)
    spec = draw_size_distribution([Series("DP-1", kept.replicates + left.replicates)])
    names = {
        row["name"]: row["curve"]
        for layer in spec["layer"]
        for step in layer.get("transform", [])
        for row in step["from"]["data"]["values"]
    }
    assert {"video 1", "video 2", "video 1 (excluded)", "mean of 2 replicates"} == set(names)


def test_over_four_samples_get_a_legend_instead_of_labels() -> None:
    few = draw_size_distribution([one_series(NTA, label=f"S{n}") for n in range(4)])
    many = draw_size_distribution([one_series(NTA, label=f"S{n}") for n in range(5)])
    assert encodings(few, "color")[0]["legend"] is None
    assert encodings(many, "color")[0]["legend"] is not None
    assert ">S3<" in render_svg(few)


def test_labels_of_curves_on_one_another_are_stacked() -> None:
    spec = draw_size_distribution([one_series(NTA, label=f"sample {n}") for n in range(4)])
    labels = [
        layer for layer in spec["layer"] if layer["mark"].get("fontWeight") == "bold" and "stroke" not in layer["mark"]
    ]
    places = {(layer["data"]["values"][0]["height"], layer["mark"]["dy"]) for layer in labels}
    assert len(places) == 4


def test_different_units_do_not_share_an_axis() -> None:
    with pytest.raises(ValueError, match="different units"):
        draw_size_distribution([one_series(NTA), one_series(dls_distribution(141.0))])


def test_no_particles_leave_axes_without_lines() -> None:
    empty = SizeDistribution(NTA.edges_nm, np.zeros(1000), "1/mL", NTA.measurand)
    svg = render_svg(draw_size_distribution([one_series(empty)], limits=[SizeLimit(200.0, "D50 ≤ 200 nm")]))
    assert "Hydrodynamic diameter" in svg
    assert "NaN" not in svg


def test_shares_of_a_budget_add_to_one_also_with_a_shared_source() -> None:
    """Rung 1: u = 3 and 4 % give 9/25 and 16/25; two of one source add before they are squared."""
    plain = relative_budget(("counting", 0.03, None, None), ("between videos", 0.04, 4.0, None))
    assert [share for _, share in variance_shares(plain)] == pytest.approx([0.36, 0.64])
    shared = Budget(
        scale="relative",
        components=(
            Component(name="dilution of particles", standard_uncertainty=0.05, shared_id="dilution"),
            Component(name="dilution of protein", standard_uncertainty=0.02, shared_id="dilution", sensitivity=-1.0),
            Component(name="counting", standard_uncertainty=0.04),
        ),
    )
    assert [share for _, share in variance_shares(shared)] == pytest.approx([0.6, -0.24, 0.64])


def test_the_budget_chart_begins_at_zero_and_ends_at_one() -> None:
    budget = relative_budget(*((f"component {n}", 0.01 * (n + 1), None, None) for n in range(9)))
    spec = draw_budget([("D50 diameter", budget)])
    rows = spec["layer"][0]["data"]["values"]
    assert (rows[0]["start"], rows[-1]["end"]) == (0.0, pytest.approx(1.0))
    assert rows[-1]["component"] == "other components"
    assert encodings(spec, "x")[0]["scale"]["domain"] == [0, 1]


def test_ratios_show_intervals_margins_and_missing_ones() -> None:
    spec = draw_attribute_ratio(build_comparison().comparisons)
    text = json.dumps(spec, ensure_ascii=False)
    assert "1.04 (0.95 to 1.14)" in text
    assert "Ratio B-018 ÷ B-017, log scale" in text
    missing = [layer for layer in spec["layer"] if layer["mark"].get("fontStyle") == "italic"]
    assert [row["name"] for row in missing[0]["data"]["values"]] == ["– Particles per µg protein"]


def test_replicates_are_drawn_as_deviation_in_per_cent() -> None:
    points = (
        SpreadPoint("video 1", 1.04, "1.3e11 mL⁻¹", "f"),
        SpreadPoint("video 2", 2.1, "2.6e11", "f", False, "bubble"),
    )
    spec = draw_replicate_spread([SpreadRow("Particle concentration", points)])
    values = [row for layer in spec["layer"][1:] for row in layer["data"]["values"]]
    assert [(row["deviation"], row["state"]) for row in values] == [(4.0, "included"), (110.0, "excluded: bubble")]


def test_truth_stands_at_one() -> None:
    spec = draw_truth_ratio(
        [TruthRow("D50 diameter", 1.02, 0.98, 1.06, "text"), TruthRow("Mode", 0.7, None, None, "text")]
    )
    assert spec["layer"][0]["data"]["values"] == [{"ratio": 1}]
    low, high = encodings(spec, "x")[0]["scale"]["domain"]
    assert low < 0.7 < 1.06 < high


@pytest.mark.parametrize(
    ("limits", "dashes"), [((80.0, 200.0), 2), ((None, 200.0), 1), ((1e8, None), 1), ((None, None), 0)]
)
def test_a_strip_has_a_dash_at_each_limit(limits: tuple[float | None, float | None], dashes: int) -> None:
    svg = draw_limit_strip(122.0, low=117.0, high=126.0, limit_low=limits[0], limit_high=limits[1])
    assert svg.count("stroke-dasharray") == dashes
    assert ("<circle" in svg) == (dashes > 0)


def test_a_strip_puts_the_result_on_the_right_side_of_its_limit() -> None:
    def x_of(svg: str, mark: str) -> float:
        return float(svg.split(mark, 1)[1].split('"', 1)[0])

    above = draw_limit_strip(220.0, low=None, high=None, limit_low=None, limit_high=200.0)
    below = draw_limit_strip(180.0, low=None, high=None, limit_low=None, limit_high=200.0)
    assert x_of(above, 'cx="') > x_of(above, 'line x1="')
    assert x_of(below, 'cx="') < x_of(below, 'line x1="')


def test_letters_that_cannot_be_drawn_are_replaced() -> None:
    assert printable("a\x01b\u202ec\ud800") == "a\ufffdb\ufffdc\ufffd"
    assert printable("µm\n漢\t🧪") == "µm\n漢\t🧪"
    assert printable_data({"k\x00": ["\x02", 1.5, None]}) == {"k\ufffd": ["\ufffd", 1.5, None]}
    assert render_svg(draw_size_distribution([one_series(NTA, label="bell \x07")])).startswith("<svg")


def test_a_still_picture_leaves_out_what_only_catches_the_pointer() -> None:
    spec = draw_size_distribution([one_series(NTA)])
    assert any(str(layer.get("name")).startswith("hover") for layer in spec["layer"])
    assert render_svg(spec).count("mark-symbol") == 0


def test_png_is_a_picture() -> None:
    assert render_png(draw_size_distribution([one_series(NTA)])).startswith(b"\x89PNG")


def test_all_charts_are_json_without_nan() -> None:
    for chart in certificate_charts(build_certificate(simulated=True)):
        assert json.loads(json.dumps(chart.spec, allow_nan=False)) == chart.spec
        assert chart.spec["description"]


@pytest.mark.slow
def test_charts_keep_to_the_vega_lite_schema() -> None:
    """Rung 3: Altair carries the schema of Vega-Lite and checks against it."""
    altair = pytest.importorskip("altair")
    specs = [chart.spec for chart in certificate_charts(build_certificate(simulated=True))]
    for spec in [*specs, draw_attribute_ratio(build_comparison().comparisons)]:
        altair.Chart.from_dict(spec, validate=True)
