"""When screening may stop: a stated recall at a stated confidence, from a hypergeometric test on the records read last.

The test asks how surprising the few relevant records among those read last would be if the target were missed. It holds
exactly when those were drawn at random from what was left; reading in the order of a ranker finds relevant records
earlier than chance does, which makes the test stop later, not sooner. What it cannot see is a kind of relevant
record that the ranker puts last (doi:10.1186/s13643-020-01521-4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

TARGET_RECALL, CONFIDENCE = 0.95, 0.95


@dataclass(frozen=True, slots=True)
class Stopping:
    """Whether the target recall was reached, and the recall that the records read so far support."""

    records_count: int
    read_count: int
    relevant_count: int
    target_recall: float
    confidence: float
    p_missed: float
    """How likely so few relevant records among the last ones would be if the target recall were missed."""
    recall_at_least: float
    """Lower end of the recall at the stated confidence."""

    @property
    def may_stop(self) -> bool:
        """Whether the rule says so."""
        return self.p_missed < 1 - self.confidence

    @property
    def text(self) -> str:
        """One sentence."""
        reached = f"recall is at least {self.recall_at_least:.0%} ({self.confidence:.0%} confidence)"
        if self.read_count == self.records_count:
            return f"Everything is read: {self.relevant_count} relevant records."
        advice = "you may stop" if self.may_stop else "go on"
        return (
            f"{self.read_count} of {self.records_count} read, {self.relevant_count} relevant; {reached}; "
            f"target {self.target_recall:.0%}: {advice} (p = {self.p_missed:.3f})."
        )


def judge_stopping(
    verdicts: Sequence[bool],
    records_count: int,
    *,
    target_recall: float = TARGET_RECALL,
    confidence: float = CONFIDENCE,
) -> Stopping:
    """Return the state of the stopping rule.

    Args:
        verdicts: relevant or not, in the order the records were read.
        records_count: of all records.
        target_recall: 0 to 1.
        confidence: 0 to 1.
    """
    relevant, read = sum(verdicts), len(verdicts)
    if read >= records_count or not relevant:
        done = read >= records_count
        p, recall = (0.0, 1.0) if done else (1.0, 0.0)
        return Stopping(records_count, read, relevant, target_recall, confidence, p, recall)
    p_missed = p_of_missing(verdicts, records_count, target_recall)
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        if p_of_missing(verdicts, records_count, middle) < 1 - confidence:
            low = middle
        else:
            high = middle
    return Stopping(records_count, read, relevant, target_recall, confidence, p_missed, low)


def p_of_missing(verdicts: Sequence[bool], records_count: int, target_recall: float) -> float:
    """Return the smallest p over all runs of last records, each taken as a random sample of what was left before it."""
    import numpy as np
    from scipy.stats import hypergeom

    found = np.concatenate([[0], np.cumsum(np.asarray(verdicts, dtype=int))])
    read, relevant = len(verdicts), int(found[-1])
    starts = np.arange(read)
    # Were the target missed, at least so many relevant records would have been left at each start.
    whole = math.floor(relevant / target_recall) + 1 if target_recall > 0 else records_count
    left = whole - found[:-1]
    urn, drawn, seen = records_count - starts, read - starts, relevant - found[:-1]
    if whole - relevant > records_count - read:
        return 0.0
    return float(np.min(hypergeom.cdf(seen, urn, left, drawn)))
