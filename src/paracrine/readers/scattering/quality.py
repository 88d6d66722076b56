"""Signs in a correlation function that the numbers beside it cannot be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.notice import Notice, Severity

LOW_INTERCEPT = 0.1
HIGH_INTERCEPT = 1.0


def judge_intercept(intercept: float) -> Iterator[Notice]:
    """Give a notice when g2 - 1 starts where no good run can start."""
    if intercept > HIGH_INTERCEPT:
        yield Notice(
            code="intercept-above-one",
            message=f"g2-1 starts at {intercept:.3g}: a good run cannot exceed 1 (dust, or very few particles)",
            severity=Severity.SERIOUS,
            concerns="intercept",
            action="filter or concentrate the sample and measure again",
        )
    elif intercept < LOW_INTERCEPT:
        yield Notice(
            code="intercept-below-tenth",
            message=f"g2-1 starts at {intercept:.3g}: below {LOW_INTERCEPT:g} there is no usable signal",
            severity=Severity.SERIOUS,
            concerns="intercept",
            action="concentrate the sample and measure again",
        )
