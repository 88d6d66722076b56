"""The parts of a record that may say something of the product, best first; eligibility and references never do."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

EV = re.compile(
    r"exosom\w*|extracellular[- ]vesicles?|micro-?vesicles?|nano-?\s?vesicles?|(?-i:\bs?EVs?\b)|MSCs?-?Exos?\b|-EX\b",
    re.IGNORECASE,
)
SECRETOME = re.compile(r"secretome|conditioned medi\w+|cell-free supernatant", re.IGNORECASE)
CELLS = re.compile(r"mesenchymal|stromal|stem[- ]cell|(?-i:\w*MSCs?\b)|\bASCs?\b", re.IGNORECASE)


class Passage(NamedTuple):
    """A text of a record with the field it stands in."""

    field: str
    text: str


def passages(record: Trial | Work) -> tuple[Passage, ...]:
    """Return the texts to look in, in the order of how far they are to be trusted."""
    if isinstance(record, Work):
        parts = [Passage("title", record.title)]
        parts += [Passage(f"abstract {s.label}".strip(), s.text) for s in record.abstract]
        return tuple(part for part in parts if part.text)
    parts = [Passage("scientific title", record.scientific_title), Passage("title", record.title)]
    parts += [Passage(f"arm {n}", f"{arm.label}: {arm.description}") for n, arm in enumerate(record.arms, 1)]
    for n, one in enumerate(record.interventions, 1):
        parts.append(Passage(f"intervention {n}", f"{one.name}: {one.description}"))
    parts.append(Passage("summary", record.summary))
    parts.append(Passage("description", record.description))
    parts += [Passage(f"outcome {n}", one.measure) for n, one in enumerate(record.outcomes, 1)]
    parts.append(Passage("design", record.design_text))
    return tuple(Passage(part.field, part.text) for part in parts if part.text.strip(" :"))


def sentences(text: str) -> list[tuple[int, int]]:
    """Return begin and end of each sentence; a point inside a number or short form ends none."""
    ends = [m.end() for m in re.finditer(r"(?<![A-Z\d][.])(?<=[.!?])\s+(?=[A-Z\d])|\n+", text)]
    edges = [0, *ends, len(text)]
    return [(a, b) for a, b in pairwise(edges) if text[a:b].strip()]
