"""Screening replayed on labels that are known, to see what the order saves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.evidence.screening.ranking import Ranker, Scores


@dataclass(frozen=True, slots=True)
class Replay:
    """The records in the order they were read, until the recall was reached, and how often the order was learnt."""

    order: tuple[int, ...]
    retrainings: int


def batch_size(read: int) -> int:
    """Return after how many irrelevant records in a row the order is learnt again: every one, from 2 000 on 0.1 %.

    A relevant record always has the order learnt again at once.
    """
    return max(1, read // 1000)


def replay(
    titles: Sequence[str],
    abstracts: Sequence[str],
    labels: Sequence[int],
    *,
    first: Sequence[int],
    recall: float = 1.0,
) -> Replay:
    """Read the highest-scored record next until the recall is reached.

    Args:
        titles: one a record.
        abstracts: one a record.
        labels: 1 for relevant.
        first: records read before there is an order; at least one of each kind.
        recall: where to end, 0 to 1.
    """
    ranker = Ranker([f"{title} {abstract}" for title, abstract in zip(titles, abstracts, strict=True)])
    wanted = math.ceil(recall * sum(labels))
    order = list(dict.fromkeys(first))
    found = sum(labels[place] for place in order)
    retrainings = 0
    while found < wanted and len(order) < len(labels):
        scores = ranker.scores({place: bool(labels[place]) for place in order})
        retrainings += 1
        scores[order] = -np.inf
        for place in _highest(scores, min(batch_size(len(order)), len(labels) - len(order))):
            order.append(place)
            found += labels[place]
            if labels[place] or found >= wanted:
                break
    return Replay(tuple(order), retrainings)


def _highest(scores: Scores, count: int) -> list[int]:
    best = np.argpartition(-scores, count - 1)[:count]
    return [int(place) for place in best[np.argsort(-scores[best], kind="stable")]]
