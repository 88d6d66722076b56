"""A review: who screens what by which criteria, what each reviewer decided, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from paracrine.core.errors import UnknownName
from paracrine.core.records import Record


class Verdict(StrEnum):
    """What a reviewer says of a record."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    MAYBE = "maybe"
    """Goes on to the full text like `include`."""


class Stage(StrEnum):
    """What was read."""

    ABSTRACT = "abstract"
    FULL_TEXT = "full text"


def read_stage(word: str) -> Stage:
    """Return the stage of a name.

    Raises:
        UnknownName: when there is none.
    """
    if word not in set(Stage):
        raise UnknownName(f"no stage called {word!r}", hint=f"known: {', '.join(Stage)}")
    return Stage(word)


def read_verdict(word: str) -> Verdict:
    """Return the verdict of a name.

    Raises:
        UnknownName: when there is none.
    """
    if word not in set(Verdict):
        raise UnknownName(f"no verdict called {word!r}", hint=f"known: {', '.join(Verdict)}")
    return Verdict(word)


class ReviewPlan(Record):
    """What is screened, by which criteria, by how many."""

    kind: ClassVar[str] = "evidence_review"

    name: str
    question: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Reasons for exclusion, shared by all reviewers."""
    reviewers_count: int = Field(default=1, ge=1, le=2)
    target_recall: float = Field(default=0.95, gt=0.5, lt=1)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    query: str = ""
    where: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """The records, duplicates already set aside, in the order they came."""
    identified: tuple[tuple[str, int], ...] = ()
    """(database, records) as imported."""
    duplicates_count: int = 0


class Decision(Record):
    """What one reviewer decided on one record; the last word of a reviewer counts."""

    kind: ClassVar[str] = "evidence_decision"

    review: str
    key: str
    reviewer: str
    verdict: Verdict
    stage: Stage = Stage.ABSTRACT
    reason: str = ""
    note: str = ""
    settles: bool = False
    """Made to settle a conflict; then it alone counts."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of one record at one stage."""

    key: str
    votes: Mapping[str, Decision]
    settled: Decision | None
    reviewers_count: int

    @property
    def verdict(self) -> Verdict | None:
        """The common verdict, None while reviewers are missing or differ."""
        if self.settled is not None:
            return self.settled.verdict
        if len(self.votes) < self.reviewers_count or self.is_conflict:
            return None
        verdicts = {vote.verdict for vote in self.votes.values()}
        return Verdict.EXCLUDE if verdicts == {Verdict.EXCLUDE} else Verdict.INCLUDE

    @property
    def is_conflict(self) -> bool:
        """Whether reviewers differ and nobody has settled it."""
        if self.settled is not None or len(self.votes) < 2:
            return False
        return len({vote.verdict == Verdict.EXCLUDE for vote in self.votes.values()}) > 1

    @property
    def reason(self) -> str:
        """The reason of an exclusion, the first reviewer's where they differ."""
        if self.settled is not None:
            return self.settled.reason
        return next((vote.reason for vote in self.votes.values() if vote.reason), "")


def states_of(plan: ReviewPlan, decisions: Iterable[Decision], stage: Stage) -> dict[str, State]:
    """Return the state of every record that has a decision at a stage, in the order of the first decision."""
    votes: dict[str, dict[str, Decision]] = {}
    settled: dict[str, Decision] = {}
    for decision in decisions:
        if decision.stage != stage or decision.review != plan.name:
            continue
        mine = votes.setdefault(decision.key, {})
        if decision.settles:
            settled[decision.key] = decision
        else:
            mine[decision.reviewer] = decision
    return {key: State(key, mine, settled.get(key), plan.reviewers_count) for key, mine in votes.items()}


def agreement(states: Iterable[State]) -> tuple[int, float | None]:
    """Return on how many records two reviewers voted, and Cohen's kappa; None where it has no value."""
    pairs = [
        tuple(vote.verdict != Verdict.EXCLUDE for vote in state.votes.values())[:2]
        for state in states
        if len(state.votes) >= 2
    ]
    if not pairs:
        return 0, None
    same = sum(first == second for first, second in pairs) / len(pairs)
    one, other = (sum(pair[place] for pair in pairs) / len(pairs) for place in (0, 1))
    chance = one * other + (1 - one) * (1 - other)
    return len(pairs), (same - chance) / (1 - chance) if chance < 1 else None


@dataclass(frozen=True, slots=True)
class Flow:
    """The counts of a PRISMA 2020 flow diagram, new reviews, databases and registers."""

    identified: tuple[tuple[str, int], ...]
    duplicates_count: int
    screened_count: int
    unscreened_count: int
    excluded_count: int
    sought_count: int
    not_retrieved_count: int
    assessed_count: int
    excluded_reasons: tuple[tuple[str, int], ...]
    included_count: int
    conflicts_count: int

    @property
    def identified_count(self) -> int:
        """All records before duplicates were set aside."""
        return sum(count for _, count in self.identified)


NOT_RETRIEVED = "not retrieved"


def flow_of(plan: ReviewPlan, decisions: Sequence[Decision]) -> Flow:
    """Count the flow from the decisions; a record counts as excluded or included only when its reviewers agree."""
    abstract = states_of(plan, decisions, Stage.ABSTRACT)
    full = states_of(plan, decisions, Stage.FULL_TEXT)
    verdicts = {key: state.verdict for key, state in abstract.items()}
    sought = [key for key, verdict in verdicts.items() if verdict == Verdict.INCLUDE]
    last = {key: full[key] for key in sought if key in full and full[key].verdict is not None}
    missing = [key for key, state in last.items() if state.verdict == Verdict.EXCLUDE and state.reason == NOT_RETRIEVED]
    excluded = [state for key, state in last.items() if state.verdict == Verdict.EXCLUDE and key not in missing]
    reasons = Counter(state.reason or "no reason stated" for state in excluded)
    screened = sum(verdict is not None for verdict in verdicts.values())
    return Flow(
        identified=plan.identified,
        duplicates_count=plan.duplicates_count,
        screened_count=screened,
        unscreened_count=len(plan.keys) - screened,
        excluded_count=sum(verdict == Verdict.EXCLUDE for verdict in verdicts.values()),
        sought_count=len(sought),
        not_retrieved_count=len(missing),
        assessed_count=len(last) - len(missing),
        excluded_reasons=tuple(reasons.most_common()),
        included_count=sum(state.verdict == Verdict.INCLUDE for state in last.values()),
        conflicts_count=sum(state.is_conflict for state in (*abstract.values(), *full.values())),
    )
