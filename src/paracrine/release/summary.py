"""Count verdicts for the one sentence at the top of a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from paracrine.core.specification import Limit, LimitKind, Outcome, Verdict

_WORST_FIRST = (
    Outcome.FAIL,
    Outcome.BORDERLINE,
    Outcome.NOT_ASSESSED,
    Outcome.PASS,
    Outcome.REPORTED,
    Outcome.NOT_APPLICABLE,
)


class Overall(StrEnum):
    """What the verdicts on one batch add up to."""

    MEETS_ALL = "meets every limit"
    FAILS = "fails"
    BORDERLINE = "borderline"
    INCOMPLETE = "incomplete"
    """Nothing fails, but something required is not assessed."""
    NO_LIMITS = "no limits"


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """Counts of limits (not of verdicts), worst verdict first where a limit met several measurements."""

    batch: str
    overall: Overall
    limit_count: int
    """Limits that apply and are judged; those for report only and those not applicable are left out."""
    passed: tuple[Limit, ...]
    failed: tuple[Limit, ...]
    borderline: tuple[Limit, ...]
    not_assessed: tuple[Limit, ...]
    """Also a limit for report only that nobody measured."""
    not_applicable: tuple[Limit, ...]
    reported: tuple[Limit, ...]
    example: bool = False

    def sentence(self) -> str:
        """Return the answer in one sentence; it never calls an incomplete batch passed."""
        if self.overall is Overall.NO_LIMITS:
            return f"Batch {self.batch}: no limit applies."
        parts = [f"Batch {self.batch} passes {len(self.passed)} of {self.limit_count} limits"]
        for limits, word in (
            (self.failed, "fails"),
            (self.borderline, "borderline"),
            (self.not_assessed, "not assessed"),
        ):
            if limits:
                parts.append(f"{_names(limits)} {word}" if word != "fails" else f"fails {_names(limits)}")
        end = " The limits are a published example, not limits for this product." if self.example else ""
        return "; ".join(parts) + "." + end


def summarise(verdicts: Sequence[Verdict], *, example: bool = False) -> ReleaseSummary:
    """Count limits by their worst verdict.

    Args:
        verdicts: of one batch.
        example: the specification is a published example (`Specification.example`).

    Raises:
        ValueError: when the verdicts belong to several batches.
    """
    batches = {verdict.batch for verdict in verdicts}
    if len(batches) > 1:
        raise ValueError(f"one batch at a time, not {', '.join(sorted(batches))}")
    worst: dict[Limit, Outcome] = {}
    for verdict in verdicts:
        known = worst.get(verdict.limit, verdict.outcome)
        worst[verdict.limit] = min(known, verdict.outcome, key=_WORST_FIRST.index)
    of = {outcome: tuple(limit for limit, found in worst.items() if found is outcome) for outcome in Outcome}
    judged = [
        limit
        for limit, outcome in worst.items()
        if limit.limit_kind is not LimitKind.REPORT and outcome is not Outcome.NOT_APPLICABLE
    ]
    return ReleaseSummary(
        batch=batches.pop() if batches else "",
        overall=_overall(of, len(judged)),
        limit_count=len(judged),
        passed=of[Outcome.PASS],
        failed=of[Outcome.FAIL],
        borderline=of[Outcome.BORDERLINE],
        not_assessed=of[Outcome.NOT_ASSESSED],
        not_applicable=of[Outcome.NOT_APPLICABLE],
        reported=of[Outcome.REPORTED],
        example=example,
    )


def _overall(of: dict[Outcome, tuple[Limit, ...]], judged_count: int) -> Overall:
    if of[Outcome.FAIL]:
        return Overall.FAILS
    if of[Outcome.BORDERLINE]:
        return Overall.BORDERLINE
    if of[Outcome.NOT_ASSESSED]:
        return Overall.INCOMPLETE
    return Overall.MEETS_ALL if judged_count else Overall.NO_LIMITS


def _names(limits: Sequence[Limit]) -> str:
    titles = [limit.title or limit.attribute for limit in limits]
    names = [
        title if titles.count(title) == 1 else f"{title} ({limit.stage})"
        for title, limit in zip(titles, limits, strict=True)
    ]
    names = list(dict.fromkeys(names))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
