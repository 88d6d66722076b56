"""Vesicles against the cells they come from: who compared them, how, on what, with which result."""

from __future__ import annotations

import re
from dataclasses import dataclass

from paracrine.evidence.extract.passages import CELLS, EV, passages, sentences
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

_OF_CELLS = re.compile(
    r"(?:mesenchymal|stem|stromal|progenitor|cells?|\w*MSCs?|\bASCs?|[-–\s,()'’/]|derived|human|secreted|released|"
    r"bone|marrow|adipose|tissue|umbilical|cord|\b(?:BM|UC|AD|WJ|h)\b)*"
    r"(?:exosom\w*|extracellular vesicles?|micro-?vesicles?|(?-i:\bs?EVs?\b)|-?Exos?\b)"
    r"(?:[^.;,]{0,40}?\b(?:from|of|by|in)\b[^.;,]{0,60}?(?:stem cells?|stromal cells?|\w*MSCs?\b))?",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\bcompar(?:ed|able|ing|ison)\b|\bversus\b|\bvs\b|\bthan\b|\bequivalent\b|\bsimilar(?:ly)? to\b|\bsuperior\b|"
    r"\binferior\b|\bas (?:effective|potent|efficient\w*|good|well) as\b|\bequal\w*\b|\binstead of\b",
    re.IGNORECASE,
)
# How vesicles are made from cells is compared in the same words.
_MAKING = re.compile(
    r"\bcultur\w+|\bmedi(?:um|a)\b|\bpassage|\bisolat\w+|\byields?\b|\bdonors?\b|bioreactor", re.IGNORECASE
)
_ADDED = re.compile(r"\+|\bplus\b|\band\b|\bfollowed by\b|\bcombin\w+|\bwith\b", re.IGNORECASE)
_ANIMALS = re.compile(
    r"\b(mice|mouse|murine|rats?|rabbits?|pigs?|porcine|swine|sheep|dogs?|canine|zebrafish|monkeys?)\b", re.IGNORECASE
)
_MOST_QUOTES, _MOST_ARMS = 2, 6
INSTEAD, ADDED = "vesicles instead of cells", "vesicles on top of cells"


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of the outcome, and where it stands."""

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One study in which vesicles and cells are set side by side."""

    key: str
    kind: str
    """`trial` or `publication`."""
    title: str
    year: int | None
    who: str
    how: str
    """Vesicles instead of the cells, or on top of them; empty where only a sentence says so."""
    subjects: str
    """People with their condition, or the animals that are named."""
    stage: str
    arms: tuple[str, ...]
    results: tuple[Result, ...]


def compare_arms(trial: Trial, *, conditions: tuple[str, ...], stage: str, year: int | None) -> Comparison | None:
    """Return how a vesicle trial sets vesicles beside cells, None if no arm of it has the cells alone."""
    texts = [(arm.label, f"{arm.label} {arm.description} {' '.join(arm.interventions)}") for arm in trial.arms] or [
        (one.name, f"{one.name} {one.description}") for one in trial.interventions
    ]
    cells = [text for _, text in texts if not EV.search(text) and CELLS.search(text)]
    vesicles = [text for _, text in texts if EV.search(text)]
    if not cells or not vesicles:
        return None
    with_cells = [text for text in vesicles if CELLS.search(_OF_CELLS.sub(" ", text)) and _ADDED.search(text)]
    people = f"{trial.enrollment_count} people, " if trial.enrollment_count else "people, "
    where = f" ({', '.join(dict.fromkeys(trial.countries))})" if trial.countries else ""
    return Comparison(
        key=trial.key,
        kind="trial",
        title=trial.title or trial.scientific_title,
        year=year,
        who=f"{trial.sponsor or 'sponsor not stated'}{where}",
        how=ADDED if len(with_cells) == len(vesicles) else INSTEAD,
        subjects=people + ", ".join(conditions or trial.conditions or ("condition not stated",)),
        stage=stage,
        arms=tuple(label for label, _ in texts if label)[:_MOST_ARMS],
        results=_posted(trial),
    )


def _posted(trial: Trial) -> tuple[Result, ...]:
    found = []
    for what in ("deaths", "serious"):
        counts = [
            f"{group.label} {getattr(group, f'{what}_count')}/{getattr(group, f'{what}_at_risk_count')}"
            for group in trial.event_groups
            if getattr(group, f"{what}_count") is not None and getattr(group, f"{what}_at_risk_count")
        ]
        if counts:
            found.append(
                Result(f"{'deaths' if what == 'deaths' else 'serious events'}: {', '.join(counts)}", trial.url)
            )
    return tuple(found)


def compare_in_text(work: Work, *, conditions: tuple[str, ...], stage: str) -> Comparison | None:
    """Return a publication whose title or abstract sets vesicles against cells in one sentence, with that sentence."""
    quotes = [quote for part in passages(work) for quote in _quotes(part.text)][:_MOST_QUOTES]
    if not quotes:
        return None
    text = " ".join(part.text for part in passages(work))
    animals = dict.fromkeys(word.lower() for word in _ANIMALS.findall(text))
    first = work.authors[0].text if work.authors else "authors not stated"
    source = f"https://doi.org/{work.doi}" if work.doi else ""
    return Comparison(
        key=work.key,
        kind="publication",
        title=work.title,
        year=work.year,
        who=f"{first}{' and others' if len(work.authors) > 1 else ''}",
        how="",
        subjects=", ".join((*animals, *conditions)) or "not stated",
        stage=stage,
        arms=(),
        results=tuple(Result(quote, source) for quote in quotes),
    )


def _quotes(text: str) -> list[str]:
    found = []
    for begin, end in sentences(text):
        one = text[begin:end].strip()
        if not EV.search(one) or not _AGAINST.search(one) or _MAKING.search(one):
            continue
        if CELLS.search(_OF_CELLS.sub(" ", one)):
            found.append(one)
    return found
