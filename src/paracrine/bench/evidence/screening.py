"""`bench.evidence.screening`: reviews, blinded decisions, the order of reading, when to stop, the flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from paracrine.bench.evidence.linking import distinct_works, duplicate_groups
from paracrine.bench.evidence.opening import EvidenceBase
from paracrine.bench.evidence.searching import read_filters
from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.evidence.query import parse_query
from paracrine.evidence.screening.review import (
    NOT_RETRIEVED,
    Decision,
    Flow,
    ReviewPlan,
    Stage,
    State,
    Verdict,
    agreement,
    flow_of,
    read_stage,
    states_of,
)
from paracrine.evidence.screening.stopping import Stopping, judge_stopping
from paracrine.evidence.work import Work
from paracrine.store.searching import find

if TYPE_CHECKING:
    from paracrine.bench.evidence.namespace import Evidence
    from paracrine.evidence.screening.ranking import Ranker

_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class ScreeningStatus:
    """Where a review stands, for the person who asks."""

    plan: ReviewPlan
    flow: Flow
    stopping: Stopping
    pairs_count: int
    kappa: float | None
    conflicts: tuple[State, ...]
    mine_count: int

    @property
    def headline(self) -> str:
        """One sentence."""
        return f"{self.plan.name}: {self.stopping.text}"

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "review": self.plan.name,
            "criteria": {"include": self.plan.include, "exclude": self.plan.exclude},
            "flow": asdict(self.flow),
            "stopping": {**asdict(self.stopping), "may_stop": self.stopping.may_stop, "text": self.stopping.text},
            "pairs": self.pairs_count,
            "kappa": self.kappa,
            "conflicts": [conflict_data(state) for state in self.conflicts],
            "mine": self.mine_count,
        }


class Screening:
    """Verbs of screening over one evidence base."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def start(
        self,
        name: str,
        *,
        question: str = "",
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        reviewers: int = 1,
        query: str = "",
        where: Iterable[str] = (),
        target_recall: float = 0.95,
        confidence: float = 0.95,
    ) -> ReviewPlan:
        """Begin a review over the works of the base, or over those a search finds; duplicates are set aside.

        Raises:
            InputError: when the review exists, there is nothing to screen, or a number is out of range.
        """
        for what, value in (("target recall", target_recall), ("confidence", confidence)):
            if not 0.5 < value < 1:
                raise InputError(f"the {what} lies between 0.5 and 1, not at {value:g}", hint="0.95 is usual")
        if reviewers not in (1, 2):
            raise InputError(f"one or two reviewers read a record, not {reviewers}")
        with self._evidence.open() as base:
            if base.workspace.latest(ReviewPlan.kind, name) is not None:
                raise InputError(f"there is a review {name!r} already", hint="choose another name")
            where = tuple(where)
            keys, identified, duplicates = _chosen(base, query, where)
            if not keys:
                raise InputError("there is no work to screen", hint="add files first, or widen the search")
            plan = ReviewPlan(
                name=name, question=question, include=tuple(include), exclude=tuple(exclude), reviewers_count=reviewers,
                query=query, where=where, target_recall=target_recall, confidence=confidence, keys=keys,
                identified=identified, duplicates_count=duplicates,
            )  # fmt: skip
            base.remember(plan, key=name, reason=f"began the review {name}")
            return plan

    def session(self, name: str, *, stage: str = Stage.ABSTRACT.value) -> ScreeningSession:
        """Open a review for one person; use it in a `with` block.

        Raises:
            UnknownName: when there is no such review or stage.
        """
        chosen = read_stage(stage)
        return ScreeningSession(self._evidence.open(), name, chosen)

    def next(self, name: str, *, count: int = 1, stage: str = Stage.ABSTRACT.value) -> list[dict[str, Any]]:
        """Return the records this person should read next, with the criteria and without anybody else's verdict."""
        with self.session(name, stage=stage) as session:
            return [session.shown(key) for key in session.next_keys(count)]

    def decide(self, name: str, decisions: Iterable[Mapping[str, Any]], *, stage: str = Stage.ABSTRACT.value) -> int:
        """Enter decisions: mappings with `key`, `verdict` and, where they apply, `reason`, `note`, `settles`.

        Returns:
            How many were entered; all or none.

        Raises:
            InputError: when a verdict is unknown, a reason is none of the review's, or nothing is there to settle.
            UnknownName: when a record is not in the review.
        """
        with self.session(name, stage=stage) as session:
            return session.decide(decisions)

    def status(self, name: str) -> ScreeningStatus:
        """Return counts, agreement, conflicts and the state of the stopping rule."""
        with self.session(name) as session:
            return session.status()

    def write(self, name: str, out: str | Path) -> Path:
        """Write the flow diagram: `.html` page, `.svg` picture or `.json` counts.

        Raises:
            InputError: for another ending.
        """
        from paracrine.bench.evidence.screening_page import write_flow

        return write_flow(self.status(name), Path(out), ledger=self._evidence.ledger())


class ScreeningSession:
    """One person at one stage of one review; the order is learnt from this person's own decisions."""

    def __init__(self, base: EvidenceBase, name: str, stage: Stage) -> None:
        self._base = base
        self.stage = stage
        try:
            self.plan = _plan(base, name)
        except BaseException:
            base.close()
            raise
        self._decisions = [Decision.from_data(entry.body) for entry in base.workspace.entries(Decision.kind, name)]
        self._works: dict[str, Work] | None = None
        self._ranker: Ranker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    @property
    def reviewer(self) -> str:
        """Who screens."""
        return self._base.actor.person

    def mine(self) -> dict[str, Decision]:
        """Return this person's decisions at this stage, the last on each record, in the order they were first made."""
        found: dict[str, Decision] = {}
        for one in self._decisions:
            if one.reviewer == self.reviewer and one.stage == self.stage and not one.settles:
                found[one.key] = one
        return found

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reasons for exclusion at this stage: a full text may also not be had."""
        return (*self.plan.exclude, NOT_RETRIEVED) if self.stage == Stage.FULL_TEXT else self.plan.exclude

    def conflicts(self) -> tuple[State, ...]:
        """Return the records at this stage on which reviewers differ and nobody has decided."""
        states = states_of(self.plan, self._decisions, self.stage)
        return tuple(state for state in states.values() if state.is_conflict)

    def next_keys(self, count: int = 1) -> list[str]:
        """Return the records to read next, likeliest first once one of each kind is decided."""
        mine = self.mine()
        left = [key for key in self._candidates() if key not in mine]
        verdicts = {key: one.verdict != Verdict.EXCLUDE for key, one in mine.items()}
        if self.stage == Stage.ABSTRACT and len(set(verdicts.values())) == 2 and len(left) > 1:
            scores = self._scores(verdicts)
            left.sort(key=lambda key: -scores[key])
        return left[:count]

    def shown(self, key: str) -> dict[str, Any]:
        """Return a record as a reviewer sees it."""
        work = self._all_works()[key]
        return {
            "key": key,
            "title": work.title,
            "abstract": work.abstract_text,
            "authors": [author.text for author in work.authors],
            "journal": work.journal or work.journal_short,
            "year": work.year,
            "doi": work.doi,
            "pmid": work.pmid,
            "keywords": list(work.keywords),
            "retracted": work.is_retracted,
            "include": list(self.plan.include),
            "exclude": list(self.plan.exclude),
        }

    def decide(self, decisions: Iterable[Mapping[str, Any]]) -> int:
        """Enter decisions, all or none; see `Screening.decide`."""
        made = [self._read(one) for one in decisions]
        if not made:
            raise InputError("there is no decision to enter")
        drafts = [(one, self.plan.name) for one in made]
        self._base.workspace.append_many(drafts, actor=self._base.actor, reason=f"screened for {self.plan.name}")
        self._decisions += made
        return len(made)

    def status(self) -> ScreeningStatus:
        """Return where the review stands."""
        states = states_of(self.plan, self._decisions, Stage.ABSTRACT)
        full = states_of(self.plan, self._decisions, Stage.FULL_TEXT)
        verdicts = [state.verdict == Verdict.INCLUDE for state in states.values() if state.verdict is not None]
        stopping = judge_stopping(
            verdicts, len(self.plan.keys), target_recall=self.plan.target_recall, confidence=self.plan.confidence
        )
        pairs, kappa = agreement(states.values())
        conflicts = tuple(state for state in (*states.values(), *full.values()) if state.is_conflict)
        flow = flow_of(self.plan, self._decisions)
        return ScreeningStatus(self.plan, flow, stopping, pairs, kappa, conflicts, len(self.mine()))

    def _candidates(self) -> Sequence[str]:
        if self.stage == Stage.ABSTRACT:
            return self.plan.keys
        states = states_of(self.plan, self._decisions, Stage.ABSTRACT)
        return [key for key in self.plan.keys if key in states and states[key].verdict == Verdict.INCLUDE]

    def _all_works(self) -> dict[str, Work]:
        if self._works is None:
            works = distinct_works(self._base)
            self._works = {key: works.get(key) or _work(self._base, key) for key in self.plan.keys}
        return self._works

    def _scores(self, verdicts: Mapping[str, bool]) -> dict[str, float]:
        from paracrine.evidence.screening.ranking import Ranker

        if self._ranker is None:
            works = self._all_works()
            self._ranker = Ranker([f"{works[key].title} {works[key].abstract_text}" for key in self.plan.keys])
        place = {key: number for number, key in enumerate(self.plan.keys)}
        scores = self._ranker.scores({place[key]: verdict for key, verdict in verdicts.items() if key in place})
        return dict(zip(self.plan.keys, scores.tolist(), strict=True))

    def _read(self, one: Mapping[str, Any]) -> Decision:
        key = str(one.get("key", ""))
        if key not in set(self.plan.keys):
            raise UnknownName(f"the review has no record {key!r}", hint=nearest(key, self.plan.keys[:5000]))
        try:
            verdict = Verdict(str(one.get("verdict", "")))
        except ValueError as error:
            raise InputError(
                f"{one.get('verdict')!r} is no verdict", where=key, hint="include, exclude, maybe"
            ) from error
        reason, settles = str(one.get("reason", "")).strip(), bool(one.get("settles", False))
        if reason and self.plan.exclude and reason not in self.reasons:
            raise InputError(
                f"{reason!r} is none of the review's reasons", where=key, hint=nearest(reason, self.reasons)
            )
        if settles and key not in {state.key for state in self.conflicts()}:
            raise InputError("there is no conflict to settle", where=key)
        return Decision(
            review=self.plan.name, key=key, reviewer=self.reviewer, verdict=verdict, stage=self.stage, reason=reason,
            note=str(one.get("note", "")), settles=settles,
        )  # fmt: skip


def conflict_data(state: State) -> dict[str, Any]:
    """Return a conflict with both sides, for whoever settles it."""
    return {
        "key": state.key,
        "votes": [
            {"reviewer": vote.reviewer, "verdict": vote.verdict.value, "reason": vote.reason, "note": vote.note}
            for vote in state.votes.values()
        ],
    }


def included_keys(base: EvidenceBase, name: str, verdict: Verdict, stage: Stage) -> list[str]:
    """Return the records of a review with a common verdict at a stage."""
    plan = _plan(base, name)
    decisions = [Decision.from_data(entry.body) for entry in base.workspace.entries(Decision.kind, name)]
    states = states_of(plan, decisions, stage)
    return [key for key in plan.keys if key in states and states[key].verdict == verdict]


def read_marks(base: EvidenceBase, name: str, stage: Stage) -> dict[str, tuple[str, str]]:
    """Return (common verdict, reason) of every decided record of a review at a stage."""
    plan = _plan(base, name)
    decisions = [Decision.from_data(entry.body) for entry in base.workspace.entries(Decision.kind, name)]
    states = states_of(plan, decisions, stage)
    return {key: (one.verdict.value, one.reason) for key, one in states.items() if one.verdict is not None}


def _plan(base: EvidenceBase, name: str) -> ReviewPlan:
    entry = base.workspace.latest(ReviewPlan.kind, name)
    if entry is None:
        known = {one.key for one in base.workspace.entries(ReviewPlan.kind)}
        hint = nearest(name, known) if known else "begin one with `paracrine evidence screen start`"
        raise UnknownName(f"there is no review {name!r}", hint=hint)
    return ReviewPlan.from_data(entry.body)


def _work(base: EvidenceBase, key: str) -> Work:
    record = base.record(key)
    if not isinstance(record, Work):
        raise InputError("is a trial, not a work", where=key)
    return record


def _chosen(
    base: EvidenceBase, query: str, where: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...], int]:
    """Return the keys to screen, records by database, and how many duplicates were set aside."""
    if query:
        filters = read_filters(base, where)
        keys = [hit.key for hit in find(base.index, parse_query(query).match, filters=filters, limit=_MOST)]
    elif where:
        raise InputError("a filter needs a search here", hint="--query 'exosome*' --where 'year>=2015'")
    else:
        keys = list(base.index.keys(Work.kind))
    databases: dict[str, int] = {}
    works = [key for key in keys if (record := base.find(key)) is not None and isinstance(record, Work)]
    for key in works:
        record = base.record(key)
        name = record.database if isinstance(record, Work) and record.database else "not stated"
        databases[name] = databases.get(name, 0) + 1
    stands_for = {key: group[0] for group in duplicate_groups(base) for key in group}
    distinct = tuple(dict.fromkeys(stands_for.get(key, key) for key in works))
    return distinct, tuple(sorted(databases.items())), len(works) - len(distinct)
