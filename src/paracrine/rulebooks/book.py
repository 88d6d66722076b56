"""A rule book: rules typed as TOML, each with its source, its basis and what in a record answers it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError
from paracrine.core.product import Role
from paracrine.rulebooks.condition import (
    Attributes,
    Condition,
    Done,
    Either,
    Every,
    Facts,
    Markers,
    Roles,
    Techniques,
)

READ = "read"
TO_BE_CONFIRMED = "to be confirmed against the original"
LEVELS = ("mandatory", "mandatory if applicable", "recommended", "encouraged")
_BOOK_KEYS = ("title", "edition", "source", "scope", "note", "score", "rule")
_RULE_KEYS = ("id", "section", "level", "text", "source", "basis", "read_in", "applies_if", "answered_by")
_SCORE_KEYS = ("title", "text", "basis", "source")
_FINDINGS = ("any", "positive", "negative")


@dataclass(frozen=True, slots=True)
class Score:
    """A percentage a rule book defines: fulfilled over applicable."""

    title: str
    text: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, in our own words."""

    rule_id: str
    section: str
    level: str
    text: str
    source: str
    """`doi:` key."""
    basis: str
    read_in: str
    answered_by: Condition
    applies_if: Condition | None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules of one publication. A rule book shows what the record covers; it never decides a release."""

    name: str
    title: str
    edition: str
    source: str
    scope: str
    note: str
    rules: tuple[Rule, ...]
    score: Score | None = None

    def facts(self) -> tuple[str, ...]:
        """Return the keys of facts its rules ask for, in order, each once."""
        keys: dict[str, None] = {}
        for rule in self.rules:
            for condition in (rule.applies_if, rule.answered_by):
                keys |= dict.fromkeys(condition.facts() if condition else ())
        return tuple(keys)


def parse_rulebook(text: str, *, name: str) -> RuleBook:
    """Make a rule book from the text of its TOML file.

    Raises:
        InputError: naming the rule and the key that is wrong.
    """
    where = f"{name}.toml"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not TOML: {error}", where=where) from error
    _require_keys(data, _BOOK_KEYS, where)
    rules = tuple(_rule(row, data, where) for row in data.get("rule", []))
    ids = [rule.rule_id for rule in rules]
    twice = [rule_id for rule_id in ids if ids.count(rule_id) > 1]
    if twice:
        raise InputError(f"the rule {twice[0]!r} stands there twice", where=where)
    if not rules:
        raise InputError("holds no rule", where=where)
    return RuleBook(
        name=name,
        title=_text(data, "title", where),
        edition=_text(data, "edition", where),
        source=_doi(data, "source", where),
        scope=_text(data, "scope", where),
        note=_text(data, "note", where, default=""),
        rules=rules,
        score=_score(data, where),
    )


def _rule(row: Mapping[str, Any], book: Mapping[str, Any], where: str) -> Rule:
    where = f"{where}: rule {row.get('id', '?')!r}"
    _require_keys(row, _RULE_KEYS, where)
    level = _text(row, "level", where)
    if level not in LEVELS:
        raise InputError(f"unknown level {level!r}", where=where, hint=nearest(level, LEVELS))
    if "answered_by" not in row:
        raise InputError("the key 'answered_by' is missing", where=where)
    return Rule(
        rule_id=_text(row, "id", where),
        section=_text(row, "section", where, default=""),
        level=level,
        text=_text(row, "text", where),
        source=_doi(row if "source" in row else book, "source", where),
        basis=_basis(row, where),
        read_in=_text(row, "read_in", where, default=""),
        answered_by=_condition(row["answered_by"], f"{where}: answered_by"),
        applies_if=_condition(row["applies_if"], f"{where}: applies_if") if "applies_if" in row else None,
    )


def _score(data: Mapping[str, Any], where: str) -> Score | None:
    if "score" not in data:
        return None
    row, where = data["score"], f"{where}: [score]"
    _require_keys(row, _SCORE_KEYS, where)
    return Score(
        title=_text(row, "title", where),
        text=_text(row, "text", where),
        basis=_basis(row, where),
        source=_doi(row if "source" in row else data, "source", where),
    )


def _condition(row: Any, where: str) -> Condition:
    """Make a condition from its table; the one key besides options says which kind it is."""
    if not isinstance(row, Mapping):
        raise InputError("must be a table", where=where)
    kinds = [key for key in row if key in _MAKERS]
    if len(kinds) != 1:
        raise InputError(f"needs exactly one of {', '.join(_MAKERS)}", where=where)
    kind = kinds[0]
    maker, options = _MAKERS[kind]
    _require_keys(row, (kind, *options), where)
    values = row[kind]
    if not isinstance(values, list) or not values:
        raise InputError(f"{kind} must be a list", where=where)
    at_least = row.get("at_least", 1)
    if isinstance(at_least, bool) or not isinstance(at_least, int) or at_least < 1:
        raise InputError("at_least must be a whole number above 0", where=where)
    return maker(row, values, at_least, where)


def _parts(values: list[Any], where: str) -> tuple[Condition, ...]:
    return tuple(_condition(value, f"{where} part {index}") for index, value in enumerate(values, 1))


def _words(values: list[Any], where: str) -> tuple[str, ...]:
    if not all(isinstance(value, str) and value.strip() for value in values):
        raise InputError("must be a list of words", where=where)
    return tuple(values)


def _markers(row: Mapping[str, Any], values: list[Any], at_least: int, where: str) -> Condition:
    finding = row.get("finding", "any")
    if finding not in _FINDINGS:
        raise InputError(f"unknown finding {finding!r}", where=where, hint=nearest(str(finding), _FINDINGS))
    words = _words(values, where)
    if "marker_categories" in row:
        return Markers(categories=words, finding=finding, at_least=at_least)
    return Markers(symbols=words, finding=finding, at_least=at_least)


def _roles(values: list[Any], where: str) -> Condition:
    roles = [role.value for role in Role]
    for value in _words(values, where):
        if value not in roles:
            raise InputError(f"unknown role {value!r}", where=where, hint=nearest(value, roles))
    return Roles(tuple(values))


_Maker = Callable[[Mapping[str, Any], list[Any], int, str], Condition]
_MAKERS: dict[str, tuple[_Maker, tuple[str, ...]]] = {
    "facts": (lambda _, values, __, where: Facts(_words(values, where)), ()),
    "done": (lambda _, values, __, where: Done(_words(values, where)), ()),
    "attributes": (lambda _, values, n, where: Attributes(_words(values, where), n), ("at_least",)),
    "techniques": (lambda _, values, n, where: Techniques(_words(values, where), n), ("at_least",)),
    "roles": (lambda _, values, __, where: _roles(values, where), ()),
    "marker_categories": (_markers, ("finding", "at_least")),
    "markers": (_markers, ("finding", "at_least")),
    "every": (lambda _, values, __, where: Every(_parts(values, where)), ()),
    "either": (lambda _, values, __, where: Either(_parts(values, where)), ()),
}


def _require_keys(row: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in row:
        if key not in known:
            raise InputError(f"unknown key {key!r}", where=where, hint=nearest(key, known))


def _text(row: Mapping[str, Any], key: str, where: str, *, default: str | None = None) -> str:
    value = row.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise InputError(f"{key} must be text", where=where)
    return value


def _basis(row: Mapping[str, Any], where: str) -> str:
    basis = _text(row, "basis", where)
    if basis not in (READ, TO_BE_CONFIRMED):
        raise InputError(f"basis must be {READ!r} or {TO_BE_CONFIRMED!r}", where=where)
    return basis


def _doi(row: Mapping[str, Any], key: str, where: str) -> str:
    source = _text(row, key, where)
    if not source.startswith("doi:10."):
        raise InputError(f"{key} must be a doi: key", where=where)
    return source
