"""Fill a rule book's checklist from a record. Rule books show coverage; they never decide a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable

from paracrine.core.catalog import nearest
from paracrine.core.errors import UnknownName
from paracrine.rulebooks.book import Rule, RuleBook, parse_rulebook
from paracrine.rulebooks.condition import Answer, Answered
from paracrine.rulebooks.line import ChecklistLine
from paracrine.rulebooks.record import ChecklistRecord, record_of_batch

__all__ = [
    "ChecklistRecord",
    "Coverage",
    "RuleBook",
    "check",
    "list_rulebooks",
    "load_rulebook",
    "record_of_batch",
    "summarise_coverage",
]

ENTRY_POINTS = "paracrine.rulebooks"
"""Entry-point group of other people's rule books: name -> package that holds `<name>.toml`."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a rule book a record answers."""

    rulebook: str
    title: str
    met: int
    not_met: int
    not_assessed: int
    not_applicable: int
    to_be_confirmed: int
    """Applicable rules whose wording nobody held against the original."""
    score_pct: float | None = None
    """Only where the rule book defines a score: fulfilled over applicable; what is not assessed is not fulfilled."""
    score_title: str = ""
    score_basis: str = ""

    @property
    def applicable(self) -> int:
        """Rules that apply, or may."""
        return self.met + self.not_met + self.not_assessed


def list_rulebooks() -> tuple[str, ...]:
    """Return the names of all rule books, ours first."""
    return (*_own(), *sorted(set(_foreign()) - set(_own())))


@cache
def load_rulebook(name: str) -> RuleBook:
    """Return a rule book.

    Raises:
        UnknownName: when there is none of that name; the hint names the nearest.
        InputError: when its file is not a rule book.
    """
    if name in _own():
        folder: Traversable = _folder()
    elif name in (foreign := _foreign()):
        folder = files(foreign[name].value)
    else:
        raise UnknownName(f"no rule book called {name!r}", hint=nearest(name, list_rulebooks()))
    return parse_rulebook((folder / f"{name}.toml").read_text("utf-8"), name=name)


def check(book: RuleBook, record: ChecklistRecord) -> tuple[ChecklistLine, ...]:
    """Return one line for each rule, in the order of the book."""
    return tuple(_line(book, rule, record) for rule in book.rules)


def summarise_coverage(book: RuleBook, lines: Sequence[ChecklistLine]) -> Coverage:
    """Count the lines by answer, and compute the book's score where it defines one."""
    count = {answer: sum(line.answer == answer.value for line in lines) for answer in Answer}
    applicable = sum(count.values()) - count[Answer.NOT_APPLICABLE]
    unconfirmed = sum(line.basis != "read" and line.answer != Answer.NOT_APPLICABLE.value for line in lines)
    scored = book.score is not None and applicable > 0
    return Coverage(
        rulebook=book.name,
        title=book.title,
        met=count[Answer.MET],
        not_met=count[Answer.NOT_MET],
        not_assessed=count[Answer.NOT_ASSESSED],
        not_applicable=count[Answer.NOT_APPLICABLE],
        to_be_confirmed=unconfirmed,
        score_pct=100.0 * count[Answer.MET] / applicable if scored else None,
        score_title=book.score.title if book.score else "",
        score_basis=book.score.basis if book.score else "",
    )


def _line(book: RuleBook, rule: Rule, record: ChecklistRecord) -> ChecklistLine:
    answered = _answer(rule, record)
    return ChecklistLine(
        rulebook=book.name,
        rule_id=rule.rule_id,
        level=rule.level,
        text=rule.text,
        answer=answered.answer.value,
        because=answered.because,
        basis=rule.basis,
        section=rule.section,
        source=rule.source,
        read_in=rule.read_in,
    )


def _answer(rule: Rule, record: ChecklistRecord) -> Answered:
    """Ask first whether the rule applies; evidence that is there counts also where that is not known."""
    answered = rule.answered_by.answer(record)
    if rule.applies_if is None:
        return answered
    applies = rule.applies_if.applies(record)
    if applies.answer in (Answer.NOT_MET, Answer.NOT_APPLICABLE):
        return Answered(Answer.NOT_APPLICABLE, applies.because)
    if applies.answer is Answer.NOT_ASSESSED and answered.answer is not Answer.MET:
        return Answered(Answer.NOT_ASSESSED, f"it is not known whether the rule applies: {applies.because}")
    return answered


def _folder() -> Traversable:
    return files("paracrine.rulebooks") / "books"


@cache
def _own() -> tuple[str, ...]:
    names = (item.name for item in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def _foreign() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}
