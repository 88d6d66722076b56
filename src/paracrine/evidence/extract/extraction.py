"""Extract one record: rules over its texts, and registry fields read exactly."""

from __future__ import annotations

from collections.abc import Mapping

from paracrine.evidence.extract.dosing import find_doses
from paracrine.evidence.extract.found import NONE, NOT_STATED, Extraction, Found
from paracrine.evidence.extract.lexicon import LEXICONS, Lexicon, read_lexicon
from paracrine.evidence.extract.passages import Passage, passages
from paracrine.evidence.extract.safety import safety_rows
from paracrine.evidence.extract.terms import find_items, find_route, find_schedule, find_source
from paracrine.evidence.extract.therapy import judge_therapy
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work


def extract_trial(trial: Trial, *, lexicons: Mapping[str, Lexicon] | None = None) -> Extraction:
    """Return what a registered trial says of its product, dose, route, schedule, people and safety.

    Args:
        trial: one registry record.
        lexicons: dictionaries by name instead of those shipped, for cross-validation.
    """
    words = {name: read_lexicon(name) for name in LEXICONS} | dict(lexicons or {})
    parts = passages(trial)
    is_therapy, why = judge_therapy(trial)
    source = find_source(parts, words["source"])
    route = find_route(parts, words["route"])
    doses = find_doses(parts) if is_therapy else ()
    if not is_therapy:
        route = Found(item="route", value=NONE, status="reported", rule="no vesicle therapy")
    values = (
        source,
        route,
        find_schedule(parts),
        *_registry_values(trial),
        *find_items(parts, "isolation", words["isolation"], is_full_text=False),
        *find_items(parts, "characterisation", words["characterisation"], is_full_text=False),
    )
    return Extraction(
        key=trial.key,
        title=trial.title or trial.scientific_title,
        is_vesicle_therapy=is_therapy,
        why=why,
        values=values,
        doses=doses,
        safety=safety_rows(trial),
        doubts=(*trial.doubts, *_dose_doubts([(dose.dose_kind, dose.doubt) for dose in doses])),
    )


def extract_work(work: Work) -> Extraction:
    """Return what a paper says; an abstract's silence is not absence, and only a full text is scored."""
    words = {name: read_lexicon(name) for name in LEXICONS}
    parts, is_full = passages(work), bool(work.full_text)
    whole = (*parts, *(Passage(f"full text {one.label}".strip(), one.text) for one in work.full_text))
    isolation = find_items(whole, "isolation", words["isolation"], is_full_text=is_full)
    items = find_items(whole, "characterisation", words["characterisation"], is_full_text=is_full)
    values = (
        find_source(parts, words["source"]),
        find_route(parts, words["route"]),
        find_schedule(parts),
        *isolation,
        *items,
        _score(items, is_full_text=is_full),
    )
    return Extraction(
        key=work.key, title=work.title, is_vesicle_therapy=False, why="a paper is not judged", values=values,
        doses=find_doses(parts), safety=(), doubts=(),
    )  # fmt: skip


def _score(items: tuple[Found, ...], *, is_full_text: bool) -> Found:
    reported = sum(one.status == "reported" for one in items)
    if not is_full_text:
        return Found(item="characterisation score", value=NOT_STATED, status="not assessable")
    value = f"{reported} of {len(items)} kinds of evidence named"
    return Found(item="characterisation score", value=value, status="reported", rule="count over the full text")


def _registry_values(trial: Trial) -> tuple[Found, ...]:
    kinds = [arm.role for arm in trial.arms if "experimental" not in arm.role.lower()]
    count = "" if trial.enrollment_count is None else str(trial.enrollment_count)
    exact = {
        "phase": " | ".join(trial.phases) or trial.phase_text,
        "n": f"{count} ({trial.enrollment_basis})" if count and trial.enrollment_basis else count,
        "condition": " | ".join(trial.conditions),
        "comparator": " | ".join(dict.fromkeys(kind for kind in kinds if kind)),
        "outcomes": " | ".join(one.measure for one in trial.outcomes if one.rank == "primary"),
        "status": trial.status,
    }
    return tuple(
        Found(item=name, value=value, status="reported", field=f"registry: {name}", words=value, confidence="exact")
        if value
        else Found(item=name, value=NOT_STATED, status="not found", field=f"registry: {name}")
        for name, value in exact.items()
    )


def _dose_doubts(found: list[tuple[str, str]]) -> tuple[str, ...]:
    doubts = list(dict.fromkeys(f"dose: {doubt}" for _, doubt in found if doubt))
    kinds = list(dict.fromkeys(kind for kind, _ in found))
    if len(kinds) > 1:
        doubts.append(f"doses of several kinds stand side by side and are not converted: {', '.join(kinds)}")
    return tuple(doubts)
