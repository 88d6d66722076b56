"""Conditions of rules: what in the record answers a rule, or makes it apply."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Role
from paracrine.rulebooks.markers import MarkerResult, marker_results
from paracrine.rulebooks.record import ChecklistRecord

_NO = frozenset({"no", "none", "not done", "false", "n"})
_NOT_APPLICABLE = frozenset({"not applicable", "n/a", "does not apply"})


class Answer(StrEnum):
    """What the record says about a rule."""

    MET = "met"
    NOT_MET = "not met"
    NOT_ASSESSED = "not assessed"
    NOT_APPLICABLE = "not applicable"


_WORST_FIRST = (Answer.NOT_MET, Answer.NOT_ASSESSED, Answer.MET, Answer.NOT_APPLICABLE)
_BEST_FIRST = (Answer.MET, Answer.NOT_ASSESSED, Answer.NOT_MET, Answer.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer and why."""

    answer: Answer
    because: str


class Condition(ABC):
    """Something the record answers."""

    @abstractmethod
    def answer(self, record: ChecklistRecord) -> Answered:
        """Look the answer up in the record."""

    def applies(self, record: ChecklistRecord) -> Answered:
        """Tell whether a rule with this as its condition applies; unlike facts, what was not used is known."""
        return self.answer(record)

    def facts(self) -> tuple[str, ...]:
        """Return the keys of facts this condition asks for."""
        return ()


@dataclass(frozen=True, slots=True)
class Facts(Condition):
    """All these facts are stated; any text is an answer, `none` included."""

    keys: tuple[str, ...]

    def answer(self, record: ChecklistRecord) -> Answered:
        """Met when every key has text."""
        stated = {key: record.facts.get(key, "").strip() for key in self.keys}
        missing = [key for key, text in stated.items() if not text]
        if missing:
            return Answered(Answer.NOT_ASSESSED, f"not stated: {', '.join(missing)}")
        if all(text.casefold() in _NOT_APPLICABLE for text in stated.values()):
            return Answered(Answer.NOT_APPLICABLE, f"stated as not applicable: {', '.join(stated)}")
        return Answered(Answer.MET, "; ".join(f"{key} = {text}" for key, text in stated.items()))

    def facts(self) -> tuple[str, ...]:
        """Return the keys."""
        return self.keys


@dataclass(frozen=True, slots=True)
class Done(Condition):
    """All these were done; `no` is an answer, and then the rule is not met."""

    keys: tuple[str, ...]

    def answer(self, record: ChecklistRecord) -> Answered:
        """Met when every key is stated and none is refused."""
        stated = Facts(self.keys).answer(record)
        refused = [key for key in self.keys if record.facts.get(key, "").strip().casefold() in _NO]
        if refused:
            return Answered(Answer.NOT_MET, f"stated as not done: {', '.join(refused)}")
        return stated

    def facts(self) -> tuple[str, ...]:
        """Return the keys."""
        return self.keys


@dataclass(frozen=True, slots=True)
class Attributes(Condition):
    """At least so many of these attribute patterns (`protein_*`, alternatives by `|`) have a result."""

    patterns: tuple[str, ...]
    at_least: int = 1

    def answer(self, record: ChecklistRecord) -> Answered:
        """Count the patterns that a product measurement with a result matches."""
        product = [m for m in record.measurements if m.role is Role.PRODUCT]
        found = [names for pattern in self.patterns if (names := _matching(pattern, product, measured=True))]
        if len(found) >= self.at_least:
            return Answered(Answer.MET, f"measured: {', '.join(names[0] for names in found)}")
        tried = [name for pattern in self.patterns for name in _matching(pattern, product, measured=False)]
        because = f"{len(found)} of {self.at_least} found of {', '.join(self.patterns)}"
        return Answered(Answer.NOT_ASSESSED, because + (f"; without a result: {', '.join(tried)}" if tried else ""))


@dataclass(frozen=True, slots=True)
class Techniques(Condition):
    """At least so many of these techniques were used."""

    words: tuple[str, ...]
    at_least: int = 1

    def answer(self, record: ChecklistRecord) -> Answered:
        """Look for whole words in techniques and methods."""
        used = [*record.techniques, *(f"{m.technique}, {m.method}" for m in record.measurements if _has_result(m))]
        found = [word for word in self.words if any(_has_word(word, text) for text in used)]
        if len(found) >= self.at_least:
            return Answered(Answer.MET, f"used: {', '.join(found)}")
        return Answered(Answer.NOT_ASSESSED, f"{len(found)} of {self.at_least} used of {', '.join(self.words)}")

    def applies(self, record: ChecklistRecord) -> Answered:
        """Apply only where the technique was used."""
        answered = self.answer(record)
        return answered if answered.answer is Answer.MET else Answered(Answer.NOT_MET, answered.because)


@dataclass(frozen=True, slots=True)
class Roles(Condition):
    """Samples of all these roles were measured."""

    roles: tuple[str, ...]

    def answer(self, record: ChecklistRecord) -> Answered:
        """Met when no role is missing."""
        present = {*record.roles, *(m.role.value for m in record.measurements)}
        missing = [role for role in self.roles if role not in present]
        if missing:
            return Answered(Answer.NOT_ASSESSED, f"no sample with the role {', '.join(missing)}")
        return Answered(Answer.MET, f"measured: {', '.join(self.roles)}")


@dataclass(frozen=True, slots=True)
class Markers(Condition):
    """At least so many markers, by category or by symbol, were looked for (`any`), found or not found."""

    categories: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    finding: str = "any"
    at_least: int = 1

    def answer(self, record: ChecklistRecord) -> Answered:
        """Count the markers whose finding is the one asked for."""
        product = [m for m in record.measurements if m.role is Role.PRODUCT]
        looked_for = [result for result in marker_results(product) if self._concerns(result)]
        wanted = {"positive": (True,), "negative": (False,)}.get(self.finding, (True, False, None))
        fitting = list(dict.fromkeys(result.name for result in looked_for if result.positive in wanted))
        of = f"of category {' or '.join(self.categories)}" if self.categories else f"of {', '.join(self.symbols)}"
        word = "looked for" if self.finding == "any" else self.finding
        if len(fitting) >= self.at_least:
            return Answered(Answer.MET, f"{word}: {', '.join(fitting)}")
        count = f"{len(fitting)} of {self.at_least} markers {of} {word}"
        contrary = [result.name for result in looked_for if result.positive is (self.finding == "negative")]
        if contrary and self.finding != "any" and all(result.positive is not None for result in looked_for):
            return Answered(Answer.NOT_MET, f"{count}; otherwise: {', '.join(contrary)}")
        return Answered(Answer.NOT_ASSESSED, count)

    def _concerns(self, result: MarkerResult) -> bool:
        protein = result.protein
        return protein is not None and (protein.category in self.categories or protein.symbol in self.symbols)


@dataclass(frozen=True, slots=True)
class Every(Condition):
    """All parts are met."""

    parts: tuple[Condition, ...]

    def answer(self, record: ChecklistRecord) -> Answered:
        """The worst part decides: not met, then not assessed."""
        return _combine([part.answer(record) for part in self.parts], _WORST_FIRST)

    def applies(self, record: ChecklistRecord) -> Answered:
        """Apply when all parts do."""
        return _combine([part.applies(record) for part in self.parts], _WORST_FIRST)

    def facts(self) -> tuple[str, ...]:
        """Return the keys of all parts."""
        return tuple(key for part in self.parts for key in part.facts())


@dataclass(frozen=True, slots=True)
class Either(Condition):
    """One part is met."""

    parts: tuple[Condition, ...]

    def answer(self, record: ChecklistRecord) -> Answered:
        """The best part decides: met, then not assessed."""
        return _combine([part.answer(record) for part in self.parts], _BEST_FIRST)

    def applies(self, record: ChecklistRecord) -> Answered:
        """Apply when one part does."""
        return _combine([part.applies(record) for part in self.parts], _BEST_FIRST)

    def facts(self) -> tuple[str, ...]:
        """Return the keys of all parts."""
        return tuple(key for part in self.parts for key in part.facts())


def _combine(answers: Sequence[Answered], first_wins: Sequence[Answer]) -> Answered:
    decided = min((answered.answer for answered in answers), key=first_wins.index)
    because = dict.fromkeys(answered.because for answered in answers if answered.answer is decided)
    return Answered(decided, "; ".join(because))


def _matching(pattern: str, measurements: Sequence[Measurement], *, measured: bool) -> list[str]:
    names = dict.fromkeys(m.attribute for m in measurements if _has_result(m) == measured)
    return [name for name in names if any(fnmatchcase(name, one) for one in pattern.split("|"))]


def _has_result(measurement: Measurement) -> bool:
    return measurement.state is State.MEASURED


def _has_word(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None
