"""Logarithmic size classes of light scattering as histograms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.notice import Notice, Severity
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution

SUM_TOLERANCE_PCT = 0.5


def class_edges_nm(sizes_nm: FloatArray) -> FloatArray:
    """Return class edges halfway between neighbouring sizes on the logarithmic axis.

    Args:
        sizes_nm: shape (n,), n >= 2, rising and positive, nm.

    Returns:
        Shape (n + 1,), nm; the outer classes are as wide as their neighbours.

    Raises:
        InputError: when the sizes are too few, not positive or do not rise.
    """
    if sizes_nm.size < 2:
        raise InputError(f"{sizes_nm.size} size classes are too few")
    if not np.all(sizes_nm > 0) or not np.all(np.diff(sizes_nm) > 0):
        raise InputError("size classes do not rise", hint="the row may be shifted or changed; export it again")
    inner = np.sqrt(sizes_nm[1:] * sizes_nm[:-1])
    return np.concatenate(([sizes_nm[0] ** 2 / inner[0]], inner, [sizes_nm[-1] ** 2 / inner[-1]]))


def make_distribution(sizes_nm: FloatArray, contents_pct: FloatArray, weighting: Weighting) -> SizeDistribution:
    """Return percentages per size class as a distribution of hydrodynamic diameters.

    Raises:
        InputError: when sizes and percentages do not fit.
    """
    return SizeDistribution(
        edges_nm=class_edges_nm(sizes_nm),
        contents=contents_pct,
        contents_unit="%",
        measurand=Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=weighting),
    )


def weighted_mean(axis: FloatArray, contents: FloatArray) -> float:
    """Return the mean of an axis weighted by contents that are not all zero."""
    return float((axis * contents).sum() / contents.sum())


def judge_sum(distribution: SizeDistribution) -> Iterator[Notice]:
    """Give a notice when the classes hold nothing, or do not add up to 100 %."""
    weighting = distribution.measurand.weighting
    label = f"the {weighting.value if weighting else 'size'} distribution"
    if distribution.is_empty:
        yield Notice(
            code="empty-distribution",
            message=f"{label} holds nothing: the instrument found no fit",
            concerns="size_distribution",
            action="look at the correlogram and measure again",
        )
    elif abs(distribution.total - 100) > SUM_TOLERANCE_PCT:
        yield Notice(
            code="classes-do-not-sum-to-100",
            message=f"{label} sums to {distribution.total:.1f} %, not 100 %",
            severity=Severity.SERIOUS,
            concerns="size_distribution",
            action="export again with all size classes",
        )
