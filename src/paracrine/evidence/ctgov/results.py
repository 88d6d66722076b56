"""Posted results of a study: adverse events by group and outcomes, read exactly as posted."""

from __future__ import annotations

from typing import Any

from paracrine.evidence.ctgov.words import count_of, plain
from paracrine.evidence.markup import one_line
from paracrine.evidence.trial import AdverseEvent, EventGroup, PostedOutcome, Value

Module = dict[str, Any]


def read_results(section: Module) -> dict[str, Any]:
    """Return the fields of a trial that a resultsSection fills."""
    if not section:
        return {}
    events = _dict(section.get("adverseEventsModule"))
    return {
        "event_groups": tuple(map(_group, events.get("eventGroups", ()))),
        "adverse_events": (
            *_events(events.get("seriousEvents", ()), is_serious=True),
            *_events(events.get("otherEvents", ()), is_serious=False),
        ),
        "events_time_frame": _text(events, "timeFrame"),
        "events_threshold_pct": _text(events, "frequencyThreshold"),
        "posted_outcomes": tuple(map(_outcome, _dict(section.get("outcomeMeasuresModule")).get("outcomeMeasures", ()))),
    }


def _dict(value: object) -> Module:
    return value if isinstance(value, dict) else {}


def _text(module: Module, name: str) -> str:
    value = module.get(name)
    return one_line(value) if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _group(one: Module) -> EventGroup:
    return EventGroup(
        _text(one, "title"),
        _text(one, "description"),
        count_of(one.get("deathsNumAffected")),
        count_of(one.get("deathsNumAtRisk")),
        count_of(one.get("seriousNumAffected")),
        count_of(one.get("seriousNumAtRisk")),
        count_of(one.get("otherNumAffected")),
        count_of(one.get("otherNumAtRisk")),
        _text(one, "id"),
    )


def _events(events: list[Module], *, is_serious: bool) -> list[AdverseEvent]:
    return [
        AdverseEvent(
            _text(event, "term"),
            _text(event, "organSystem"),
            is_serious,
            _text(stat, "groupId"),
            count_of(stat.get("numAffected")),
            count_of(stat.get("numEvents")),
            count_of(stat.get("numAtRisk")),
        )
        for event in events
        for stat in event.get("stats", ())
    ]


def _outcome(one: Module) -> PostedOutcome:
    titles = {_text(group, "id"): _text(group, "title") for group in one.get("groups", ())}
    values = [
        Value(
            titles.get(_text(number, "groupId"), _text(number, "groupId")),
            " / ".join(filter(None, (_text(row, "title"), _text(category, "title")))),
            _text(number, "value"),
            _text(number, "spread"),
            _text(number, "lowerLimit"),
            _text(number, "upperLimit"),
        )
        for row in one.get("classes", ())
        for category in row.get("categories", ())
        for number in category.get("measurements", ())
    ]
    analysed = [
        Value(
            titles.get(_text(count, "groupId"), _text(count, "groupId")), _text(denom, "units"), _text(count, "value")
        )
        for denom in one.get("denoms", ())
        for count in denom.get("counts", ())
    ]
    return PostedOutcome(
        plain(_text(one, "type")),
        _text(one, "title"),
        _text(one, "timeFrame"),
        _text(one, "unitOfMeasure"),
        plain(_text(one, "paramType")),
        plain(_text(one, "dispersionType")),
        tuple(analysed),
        tuple(values),
    )
