"""Source, route and reported items: dictionary terms, linked to the product where it matters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from paracrine.evidence.extract.found import NOT_STATED, Found
from paracrine.evidence.extract.lexicon import Lexicon
from paracrine.evidence.extract.passages import CELLS, EV, Passage, sentences

_GIVEN = re.compile(r"treat(?:ed|ment)|administ|infus|inject|receiv|apply|application|given", re.IGNORECASE)
_NEAR = 150
_COMPARATOR = re.compile(r"placebo|saline|control|sham", re.IGNORECASE)


def find_source(parts: Sequence[Passage], lexicon: Lexicon) -> Found:
    """Return the tissue the vesicles' cells come from: tied to vesicles first, to cells that are given second."""
    for part in parts:
        for start, end in sentences(part.text):
            found = _tied_source(part, start, end, lexicon)
            if found:
                return found
    for part in parts:
        if part.field not in ("description", "design"):
            for start, end in sentences(part.text):
                sentence = part.text[start:end]
                if CELLS.search(sentence) and (_GIVEN.search(sentence) or "title" in part.field):
                    found = _first_term(part, start, end, lexicon, confidence="medium")
                    if found:
                        return found
    return _nothing("source")


def _tied_source(part: Passage, start: int, end: int, lexicon: Lexicon) -> Found | None:
    sentence = part.text[start:end]
    vesicles = [m.start() for m in EV.finditer(sentence)]
    if not vesicles:
        return None
    best: tuple[int, Found] | None = None
    for name, term in lexicon.items():
        for pattern in term.patterns:
            for match in pattern.finditer(sentence):
                after = [place - match.end() for place in vesicles if -_NEAR <= place - match.end() <= _NEAR]
                between = sentence[match.end() : match.end() + 60]
                if not after or not (CELLS.search(between) or CELLS.search(match.group()) or EV.search(between)):
                    continue
                if best is None or match.start() < best[0]:
                    found = _found("source", name, part, start + match.start(), match.group(), term.id)
                    best = (match.start(), found)
    return best[1] if best else None


def _first_term(part: Passage, start: int, end: int, lexicon: Lexicon, *, confidence: str) -> Found | None:
    hits = [
        (match.start(), name, term.id, match.group())
        for name, term in lexicon.items()
        for pattern in term.patterns
        for match in pattern.finditer(part.text, start, end)
    ]
    if not hits:
        return None
    place, name, known, words = min(hits)
    return _found("source", name, part, place, words, known, confidence=confidence)


def find_route(parts: Sequence[Passage], lexicon: Lexicon) -> Found:
    """Return how the vesicles are given: titles and what is given first, then sentences that name vesicles."""
    for wanted in (
        ("scientific title", "title"),
        ("arm", "intervention"),
        ("summary",),
        ("description", "design", "outcome", "abstract"),
    ):
        for part in parts:
            if not part.field.startswith(wanted):
                continue
            for start, end in sentences(part.text):
                sentence = part.text[start:end]
                in_titles = wanted[0] != "description"
                if part.field.startswith(("arm", "intervention")) and _only_comparator(sentence):
                    continue
                if not in_titles and not (EV.search(sentence) or _GIVEN.search(sentence)):
                    continue
                hits = _hits(part, start, end, lexicon)
                if hits:
                    return _chosen(part, hits)
    return _nothing("route")


def _only_comparator(sentence: str) -> bool:
    return bool(_COMPARATOR.search(sentence)) and not EV.search(sentence)


def _hits(part: Passage, start: int, end: int, lexicon: Lexicon) -> list[tuple[int, int, str, str]]:
    weak = part.field == "summary"
    return [
        (order, match.start(), name, match.group())
        for order, (name, term) in enumerate(lexicon.items())
        for pattern in term.patterns
        for match in pattern.finditer(part.text, start, end)
        if not (weak and match.group().lower().startswith("infus"))
    ]


def _chosen(part: Passage, hits: list[tuple[int, int, str, str]]) -> Found:
    _, place, name, words = min(hits)
    return _found("route", name, part, place, words, "")


def find_items(parts: Sequence[Passage], item: str, lexicon: Lexicon, *, is_full_text: bool) -> tuple[Found, ...]:
    """Return one finding a term: reported with its words, or not found; outside a full text silence is no absence."""
    found = []
    for name, term in lexicon.items():
        hit = next(
            (
                _found(f"{item}: {name}", name, part, match.start(), match.group(), term.id)
                for part in parts
                for pattern in term.patterns
                for match in pattern.finditer(part.text)
            ),
            None,
        )
        silent = "not found" if is_full_text else "not assessable"
        found.append(hit or Found(item=f"{item}: {name}", value=NOT_STATED, status=silent))
    return tuple(found)


def find_schedule(parts: Sequence[Passage]) -> Found:
    """Return how often, in the record's own words."""
    pattern = re.compile(
        r"(?:once|twice|three times|\d+ times|single dose|one dose|two doses|\d+ doses?)"
        r"(?:\s*(?:a|per|each|every)?\s*(?:day|daily|week|weekly|month))?"
        r"(?:[^.;]{0,40}?(?:for|during|,)?\s*\d+\s*(?:days?|weeks?))?"
        r"|every other day[^.;]{0,30}|weekly[^.;]{0,30}|\bTID\b[^.;]{0,30}"
        r"|\bDays? \d+(?:\s*(?:,|and|to|-)\s*(?:Day )?\d+)*",
        re.IGNORECASE,
    )
    for part in parts:
        if part.field.startswith(("arm", "intervention")) and not _only_comparator(part.text):
            match = pattern.search(part.text)
            if match:
                return _found("schedule", " ".join(match.group().split()), part, match.start(), match.group(), "")
    return _nothing("schedule")


def _found(
    item: str, value: str, part: Passage, start: int, words: str, known: str, *, confidence: str = "high"
) -> Found:
    return Found(
        item=item,
        value=value,
        status="reported",
        field=part.field,
        words=words,
        start=start,
        end=start + len(words),
        confidence=confidence,
        rule="dictionary",
        id=known,
    )


def _nothing(item: str) -> Found:
    return Found(item=item, value=NOT_STATED, status="not found")
