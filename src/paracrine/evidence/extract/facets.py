"""What rules read in a record, as values to count and filter by."""

from __future__ import annotations

from collections.abc import Mapping

from paracrine.evidence.extract.correcting import DOSE, read_doses
from paracrine.evidence.extract.dosing import find_doses
from paracrine.evidence.extract.found import NONE, NOT_STATED
from paracrine.evidence.extract.lexicon import read_lexicon
from paracrine.evidence.extract.passages import EV, SECRETOME, passages
from paracrine.evidence.extract.terms import find_route, find_source
from paracrine.evidence.extract.therapy import judge_therapy
from paracrine.evidence.trends.seen import name_conditions
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

FACETS = ("source", "route", "dose_kind", "condition")


def read_facets(record: Work | Trial) -> dict[str, tuple[str, ...]]:
    """Return source, route, dose kinds and condition of a record; none where it names neither vesicles nor secretome.

    A route or dose of a trial counts only where vesicles are given to people, as in the extraction itself.
    """
    parts = passages(record)
    if not any(EV.search(part.text) or SECRETOME.search(part.text) for part in parts):
        return {}
    is_given = isinstance(record, Work) or judge_therapy(record)[0]
    return {
        "source": (find_source(parts, read_lexicon("source")).value,),
        "route": (find_route(parts, read_lexicon("route")).value if is_given else NONE,),
        "dose_kind": tuple(dict.fromkeys(one.dose_kind for one in find_doses(parts))) or (NOT_STATED,)
        if is_given
        else (NONE,),
        "condition": _conditions(record) or (NOT_STATED,),
    }


def corrected_facets(record: Work | Trial, mine: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the facets of a record with what a person corrected, by item, in the place of what rules read."""
    facets = read_facets(record)
    for item in ("source", "route"):
        if item in mine:
            facets[item] = (mine[item],)
    if "condition" in mine:
        facets["condition"] = name_conditions(tuple(part.strip() for part in mine["condition"].split("|")))
    if DOSE in mine:
        doses = read_doses(mine[DOSE], where=record.key)
        facets["dose_kind"] = tuple(dict.fromkeys(one.dose_kind for one in doses)) or (NOT_STATED,)
    return facets


def _conditions(record: Work | Trial) -> tuple[str, ...]:
    if isinstance(record, Trial):
        return name_conditions(record.conditions)
    said = "\n".join((record.title, *record.keywords, *(heading.term for heading in record.headings)))
    terms = read_lexicon("condition").items()
    return tuple(name for name, term in terms if any(pattern.search(said) for pattern in term.patterns))
