"""Two batches compared on the log scale."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from paracrine.core.measurement import Measurement, ReplicateValue
from paracrine.core.product import Role
from paracrine.core.provenance import SourceRef
from paracrine.core.quantity import Budget, Component, Quantity
from paracrine.release.comparability import (
    ASSUMED_MARGIN_RATIO,
    LogRatio,
    compare_attribute,
    compare_batches,
    measure_log_ratio,
)

A = [1.00e10, 1.08e10, 0.95e10, 1.11e10]
B = [1.22e10, 1.31e10, 1.16e10]
SOURCE = SourceRef(name="f.csv", sha256="0" * 64)


def test_interval_and_ratio_agree_with_welch_in_scipy() -> None:
    """Rung 3: scipy's Welch test on the logs, 90 % interval."""
    welch = stats.ttest_ind(np.log(B), np.log(A), equal_var=False).confidence_interval(0.90)
    found = compare_attribute(A, B, margin_ratio=1.7)
    assert found.ratio == pytest.approx(stats.gmean(B) / stats.gmean(A), rel=1e-12)
    assert (found.ratio_low, found.ratio_high) == pytest.approx(np.exp([welch.low, welch.high]), rel=1e-9)


def test_equivalence_is_both_one_sided_tests_at_five_per_cent() -> None:
    """Rung 3: scipy's one-sided Welch tests, at margins on both sides of the decision."""
    for margin in (1.2, 1.3, 1.4, 1.5, 2.0):
        shift = math.log(margin)
        upper = stats.ttest_ind(np.log(B) - shift, np.log(A), equal_var=False, alternative="less").pvalue
        lower = stats.ttest_ind(np.log(B) + shift, np.log(A), equal_var=False, alternative="greater").pvalue
        found = compare_attribute(A, B, margin_ratio=margin)
        assert (found.outcome == "equivalent") == (max(upper, lower) < 0.05), margin


@pytest.mark.parametrize(
    ("factor", "outcome"), [(1.0, "equivalent"), (1.4, "not shown"), (2.5, "different"), (0.3, "different")]
)
def test_the_outcome_says_where_the_interval_lies(factor: float, outcome: str) -> None:
    assert compare_attribute(A, [value * factor for value in A], margin_ratio=1.5).outcome == outcome


def test_swapping_the_batches_inverts_the_ratio() -> None:
    one, other = compare_attribute(A, B, margin_ratio=1.3), compare_attribute(B, A, margin_ratio=1.3)
    assert one.ratio is not None
    assert other.ratio == pytest.approx(1 / one.ratio)
    assert one.smallest_ratio == pytest.approx(other.smallest_ratio)


@pytest.mark.parametrize("dof", [1.0, 1.7, 4.0, 40.0])
def test_the_smallest_ratio_is_found_in_four_of_five_simulated_studies(dof: float) -> None:
    """Rung 1: the definition of power, by simulation (200 000 draws, tolerance 4 standard errors)."""
    rng = np.random.default_rng(20240607)
    shift = math.log(LogRatio(0.0, 0.1, dof).smallest_ratio()) / 0.1
    draws = (rng.standard_normal(200_000) + shift) / np.sqrt(rng.chisquare(dof, 200_000) / dof)
    assert np.mean(draws > stats.t.isf(0.025, dof)) == pytest.approx(0.80, abs=0.0036)


def test_with_many_replicates_the_smallest_ratio_is_the_normal_one() -> None:
    """Rung 1: (z0.975 + z0.80) standard errors."""
    expected = math.exp((stats.norm.isf(0.025) + stats.norm.isf(0.20)) * 0.1)
    assert LogRatio(0.3, 0.1, 1e7).smallest_ratio() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("n_a", "n_b", "sd_b", "level"),
    [(3, 3, 0.10, 0.05), (4, 4, 0.05, 0.05), (2, 5, 0.02, 0.05), (3, 8, 0.05, 0.06)],
)
def test_batches_at_the_margin_are_seldom_called_equivalent(n_a: int, n_b: int, sd_b: float, level: float) -> None:
    """Rung 1: the level by simulation, 1 500 pairs at a true ratio of the margin; bound with 3 standard errors.

    The last case, three noisy against eight quiet replicates, is Welch's weakest: 5.9 % in 200 000 pairs.
    """
    rng = np.random.default_rng(778)
    margin, trials = 1.5, 1500
    wrong = 0
    for _ in range(trials):
        a = np.exp(rng.normal(1.0, 0.10, n_a))
        b = np.exp(rng.normal(1.0 + math.log(margin), sd_b, n_b))
        low, high = measure_log_ratio(a.tolist(), b.tolist()).interval()
        wrong += 1 / margin < low and high < margin
    assert wrong / trials <= level + 3 * math.sqrt(level * (1 - level) / trials)


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ([1.0], [1.0, 1.1], "only one replicate"),
        ([], [1.0, 1.1], "no replicates of its own"),
        ([1.0, 0.0], [1.0, 1.1], "zero or negative"),
        ([1.0, 1.2], [-1.0, 1.1], "zero or negative"),
        ([1.0, math.nan], [1.0, 1.1], "zero or negative"),
        ([1.0, 1.0], [2.0, 2.0], "do not scatter"),
    ],
)
def test_what_the_replicates_cannot_support_is_not_assessed(a: list[float], b: list[float], reason: str) -> None:
    found = compare_attribute(a, b, margin_ratio=1.5)
    assert (found.outcome, found.ratio, found.smallest_ratio) == ("not assessed", None, None)
    assert reason in found.reason


@pytest.mark.parametrize("margin", [1.0, 0.8, math.inf])
def test_a_margin_is_a_ratio_above_one(margin: float) -> None:
    with pytest.raises(ValueError, match="ratio above 1"):
        compare_attribute(A, B, margin_ratio=margin)


def sample(batch: str, values: list[float], **options: Any) -> Measurement:
    unit = options.pop("unit", "1/mL")
    excluded = options.pop("excluded", ())
    runs = tuple(
        ReplicateValue(run=f"r{i}", value=value, unit=unit, source=SOURCE, included=i not in excluded)
        for i, value in enumerate(values)
    )
    fields = {"attribute": "conc", "title": "Concentration", "batch": batch, "sample": "s1", "method": "NTA"} | options
    quantity = options.get("quantity", Quantity(value=float(np.mean(values)), unit=unit))
    return Measurement(**(fields | {"quantity": quantity, "replicates": runs}))


def test_one_sample_each_is_repeatability_and_says_so() -> None:
    (found,) = compare_batches([sample("B1", A)], [sample("B2", B)], margins={"conc": 1.3})
    assert found.ratio == pytest.approx(stats.gmean(B) / stats.gmean(A))
    assert (found.batch_a, found.batch_b, found.margin_ratio) == ("B1", "B2", 1.3)
    assert "repeatability" in found.reason
    assert "assumption" not in found.reason


def test_several_samples_each_are_compared_sample_by_sample() -> None:
    of_a = [sample("B1", [a, a * 1.2], sample=f"s{i}") for i, a in enumerate(A)]
    of_b = [sample("B2", [b, b * 1.2], sample=f"s{i}") for i, b in enumerate(B)]
    (found,) = compare_batches(of_a, of_b)
    assert found.ratio == pytest.approx(stats.gmean(B) / stats.gmean(A))
    assert "(4 and 3 replicates)" in found.reason
    assert "repeatability" not in found.reason
    assert found.margin_ratio == ASSUMED_MARGIN_RATIO
    assert "the margin 1.25 is an assumption" in found.reason


def test_an_excluded_replicate_does_not_count() -> None:
    (found,) = compare_batches([sample("B1", [*A, 9e12], excluded=(4,))], [sample("B2", B)])
    assert found.ratio == pytest.approx(stats.gmean(B) / stats.gmean(A))


def test_replicates_in_another_unit_are_converted() -> None:
    (found,) = compare_batches([sample("B1", A)], [sample("B2", [b / 1e3 for b in B], unit="1/uL")])
    assert found.ratio == pytest.approx(stats.gmean(B) / stats.gmean(A))


def budget(*parts: tuple[str, float]) -> Budget:
    components = (Component(name=shared, standard_uncertainty=u, shared_id=shared) for shared, u in parts)
    own = Component(name="replicates", standard_uncertainty=0.03, degrees_of_freedom=3.0)
    return Budget(scale="relative", components=(own, *components))


def test_what_replicates_share_widens_the_interval_and_one_calibration_cancels() -> None:
    """Rung 1: dilutions of 3 and 4 % add 5 % to the error of the logs; the same bead run adds nothing."""
    of_a = [sample("B1", A, budget=budget(("dilution:B1", 0.03), ("beads", 0.07)))]
    of_b = [sample("B2", B, budget=budget(("dilution:B2", 0.04), ("beads", 0.07)))]
    (found,) = compare_batches(of_a, of_b)
    alone = measure_log_ratio(A, B)
    variance = alone.standard_error**2 + 0.05**2
    dof = variance**2 / (alone.standard_error**4 / alone.degrees_of_freedom)
    half = stats.t.isf(0.05, dof) * math.sqrt(variance)
    assert (found.ratio_low, found.ratio_high) == pytest.approx(np.exp([alone.estimate - half, alone.estimate + half]))
    assert "an error of 5 % that replicates share is added" in found.reason


def test_between_samples_only_what_all_samples_share_is_added() -> None:
    """Rung 1: each sample's own dilution is in the scatter already; two bead runs are not."""
    of_a = [
        sample("B1", [a, a], sample=f"s{i}", budget=budget((f"d{i}", 0.5), ("beads 1", 0.06))) for i, a in enumerate(A)
    ]
    of_b = [
        sample("B2", [b, b], sample=f"s{i}", budget=budget((f"e{i}", 0.5), ("beads 2", 0.08))) for i, b in enumerate(B)
    ]
    (found,) = compare_batches(of_a, of_b)
    assert "an error of 10 % that replicates share is added" in found.reason


@pytest.mark.parametrize(
    ("of_a", "of_b", "reason"),
    [
        ([sample("B1", A)], [], "measured only in batch B1"),
        ([sample("B1", A)], [sample("B2", B), sample("B2", B, sample="s2")], "1 and 2 samples"),
        ([sample("B1", A)], [sample("B2", B, quantity=Quantity(value=1e9, unit="1/mL", comparator="<"))], "detection"),
        ([sample("B1", A)], [sample("B2", B, unit="nm")], "cannot convert"),
        ([sample("B1", A)], [sample("B2", B, unit="U/mg")], "no conversion is known"),
    ],
)
def test_batches_that_do_not_compare_say_why(of_a: list[Measurement], of_b: list[Measurement], reason: str) -> None:
    (found,) = compare_batches(of_a, of_b)
    assert found.outcome == "not assessed"
    assert reason in found.reason


def test_methods_stages_and_blanks_are_kept_apart() -> None:
    of_a = [sample("B1", A), sample("B1", B, method="TRPS"), sample("B1", B, role=Role.PROCESS_BLANK)]
    of_b = [sample("B2", B), sample("B2", A, method="TRPS")]
    found = compare_batches(of_a, of_b)
    assert [line.title for line in found] == [
        "Concentration (NTA, final product)",
        "Concentration (TRPS, final product)",
    ]
    assert found[0].ratio == pytest.approx(1 / (found[1].ratio or 0))
