"""One record as the trends count it, whatever it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from paracrine.evidence.extract.extraction import extract_trial
from paracrine.evidence.extract.found import NOT_STATED
from paracrine.evidence.extract.lexicon import read_lexicon
from paracrine.evidence.extract.passages import CELLS, EV, passages
from paracrine.evidence.extract.terms import find_source
from paracrine.evidence.extract.therapy import judge_therapy
from paracrine.evidence.trends.comparing import Comparison, compare_arms, compare_in_text
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

STAGES = ("cells or animals", "phase 1", "phase 1/2", "phase 2", "phase 2/3", "phase 3", "phase 4")
VESICLES, CELL_THERAPY, OTHER = "MSC-EV", "MSC", "other"
_ANIMAL = re.compile(
    r"\b(?:mice|mouse|murine|rats?|rabbits?|pigs?|porcine|sheep|dogs?|in[- ]vitro|zebrafish)\b", re.IGNORECASE
)
_REVIEW = re.compile(r"\breview\b|meta-analysis|protocol|perspective", re.IGNORECASE)
_HUMAN = re.compile(r"\b(?:patients?|clinical trial|volunteers|participants|randomi[sz]ed)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is counted of one record; empty means not stated."""

    key: str
    kind: str
    """`trial` or `publication`."""
    group: str
    """`MSC-EV`, `MSC` or `other`."""
    title: str
    year: int | None = None
    conditions: tuple[str, ...] = ()
    source: str = ""
    stage: str = ""
    countries: tuple[str, ...] = ()
    comparison: Comparison | None = None
    """Where vesicles and the cells are set side by side."""
    has_results: bool | None = None


def see_trial(trial: Trial) -> Seen:
    """Return a registered trial as it is counted."""
    is_vesicles, _ = judge_therapy(trial)
    text = f"{trial.title} {trial.scientific_title} " + " ".join(one.name for one in trial.interventions)
    group = VESICLES if is_vesicles else CELL_THERAPY if CELLS.search(text) else OTHER
    source = extract_trial(trial).value("source").value if is_vesicles else _source_of(trial)
    conditions, stage, year = name_conditions(trial.conditions), stage_of(trial.phases), _year(trial)
    return Seen(
        key=trial.key,
        kind="trial",
        group=group,
        title=trial.title or trial.scientific_title,
        year=year,
        conditions=conditions,
        source="" if source == NOT_STATED else source,
        stage=stage,
        countries=trial.countries,
        comparison=compare_arms(trial, conditions=conditions, stage=stage, year=year) if is_vesicles else None,
        has_results=trial.has_results if trial.has_results is not None else bool(trial.event_groups) or None,
    )


def see_work(work: Work) -> Seen:
    """Return a publication as it is counted; the stage is read from title and abstract."""
    text = " ".join(part.text for part in passages(work))
    has_cells = bool(CELLS.search(text))
    group = VESICLES if EV.search(text) and has_cells else CELL_THERAPY if has_cells else OTHER
    source = _source_of(work)
    stage = ""
    if not _REVIEW.search(work.title) and _ANIMAL.search(text) and not _HUMAN.search(work.title):
        stage = STAGES[0]
    named = tuple(name for name in name_conditions((text,)) if name != text.lower())
    compared = compare_in_text(work, conditions=named, stage=stage) if group == VESICLES else None
    return Seen(
        key=work.key,
        kind="publication",
        group=group,
        title=work.title,
        year=work.year,
        source="" if source == NOT_STATED else source,
        stage=stage,
        comparison=compared,
    )


def name_conditions(conditions: tuple[str, ...]) -> tuple[str, ...]:
    """Return conditions under their usual names, each once; those the dictionary does not know as registered."""
    lexicon = read_lexicon("condition")
    found = []
    for condition in conditions:
        known = [name for name, term in lexicon.items() if any(one.search(condition) for one in term.patterns)]
        found.extend(known or [condition.lower()])
    return tuple(dict.fromkeys(found))


def _source_of(record: Trial | Work) -> str:
    return find_source(passages(record), read_lexicon("source")).value


def stage_of(phases: tuple[str, ...]) -> str:
    """Return the stage of a trial from its phases as records hold them (`early 1`, `1`, `2` …)."""
    plain = sorted({phase.replace("early ", "") for phase in phases})
    stage = f"phase {'/'.join(plain)}" if plain else ""
    return stage if stage in STAGES else ""


def _year(trial: Trial) -> int | None:
    date = trial.started or trial.registered
    return int(date[:4]) if date[:4].isdigit() else None
