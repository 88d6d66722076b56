"""Dictionaries as data: a canonical name, an ontology id where there is one, and the patterns that mean it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Term:
    """A canonical name with its ontology id and patterns."""

    name: str
    id: str
    patterns: tuple[re.Pattern[str], ...]


Lexicon = Mapping[str, Term]
LEXICONS = ("source", "route", "isolation", "characterisation", "condition")


@cache
def read_lexicon(name: str) -> Lexicon:
    """Return one dictionary, in the order of its file: more specific terms come first."""
    text = files("paracrine.evidence.extract").joinpath("lexicon", f"{name}.toml").read_text("utf-8")
    return {
        term: Term(term, row.get("id", ""), tuple(re.compile(one, re.IGNORECASE) for one in row["patterns"]))
        for term, row in tomllib.loads(text).items()
    }


def without_patterns(lexicon: Lexicon, patterns: frozenset[str]) -> Lexicon:
    """Return a dictionary without some of its patterns; terms without pattern go."""
    kept = {
        name: Term(name, term.id, tuple(one for one in term.patterns if one.pattern not in patterns))
        for name, term in lexicon.items()
    }
    return {name: term for name, term in kept.items() if term.patterns}
