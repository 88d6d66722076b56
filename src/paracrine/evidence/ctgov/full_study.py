"""A study of the classic API (FullStudies) into the layout of version 2: lists are wrapped, names are prefixed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paracrine.evidence.ctgov.fields import Study, study_of_fields

Module = dict[str, Any]


def study_of_full(full: Module) -> Study:
    """Return the study in the layout of version 2."""
    fields: dict[str, list[str]] = {}
    for name, value in _leaves(full):
        fields.setdefault(name, []).append(value)
    study, _ = study_of_fields(fields)
    protocol, results = _dict(full.get("ProtocolSection")), _dict(full.get("ResultsSection"))
    arms = _dict(protocol.get("ArmsInterventionsModule"))
    sections = study["protocolSection"]
    sections["armsInterventionsModule"] = {
        "armGroups": [_arm(one) for one in _list(arms, "ArmGroup")],
        "interventions": [_intervention(one) for one in _list(arms, "Intervention")],
    }
    outcomes = _dict(protocol.get("OutcomesModule"))
    sections["outcomesModule"] = {
        f"{rank.lower()}Outcomes": [_renamed(one, f"{rank}Outcome") for one in _list(outcomes, f"{rank}Outcome")]
        for rank in ("Primary", "Secondary", "Other")
    }
    references = _list(_dict(protocol.get("ReferencesModule")), "Reference")
    sections["referencesModule"] = {"references": [_reference(one) for one in references]}
    if results:
        study["resultsSection"] = _results(results)
        study["hasResults"] = True
    return study


def _dict(value: object) -> Module:
    return value if isinstance(value, dict) else {}


def _list(module: Module, name: str) -> list[Module]:
    found = _dict(module.get(f"{name}List")).get(name, [])
    return found if isinstance(found, list) else [found]


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for inner, part in value.items():
            yield from _leaves(part, inner)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, name)
    elif isinstance(value, str):
        yield name, value


def _renamed(one: Module, prefix: str) -> Module:
    """Return the members without their prefix, first letter small: `PrimaryOutcomeMeasure` becomes `measure`."""
    bare = {name.removeprefix(prefix): value for name, value in one.items()}
    return {name[:1].lower() + name[1:]: value for name, value in bare.items()}


def _arm(one: Module) -> Module:
    return {**_renamed(one, "ArmGroup"), "interventionNames": _list(one, "ArmGroupIntervention") or _names(one)}


def _names(one: Module) -> list[Any]:
    return _dict(one.get("ArmGroupInterventionList")).get("ArmGroupInterventionName", [])  # type: ignore[no-any-return]


def _intervention(one: Module) -> Module:
    return {
        **_renamed(one, "Intervention"),
        "otherNames": _list(one, "InterventionOtherName"),
        "armGroupLabels": _list(one, "InterventionArmGroupLabel"),
    }


def _reference(one: Module) -> Module:
    found = _renamed(one, "Reference")
    return {**found, "pmid": one.get("ReferencePMID", ""), "type": str(found.get("type", "")).upper()}


def _results(results: Module) -> Module:
    events = _dict(results.get("AdverseEventsModule"))
    outcomes = _dict(results.get("OutcomeMeasuresModule"))
    return {
        "adverseEventsModule": {
            "timeFrame": events.get("EventsTimeFrame", ""),
            "frequencyThreshold": events.get("EventsFrequencyThreshold", ""),
            "eventGroups": [_renamed(one, "EventGroup") for one in _list(events, "EventGroup")],
            "seriousEvents": [_event(one, "SeriousEvent") for one in _list(events, "SeriousEvent")],
            "otherEvents": [_event(one, "OtherEvent") for one in _list(events, "OtherEvent")],
        },
        "outcomeMeasuresModule": {"outcomeMeasures": [_outcome(one) for one in _list(outcomes, "OutcomeMeasure")]},
    }


def _event(one: Module, prefix: str) -> Module:
    stats = [_renamed(stat, f"{prefix}Stats") for stat in _list(one, f"{prefix}Stats")]
    return {**_renamed(one, prefix), "stats": stats}


def _outcome(one: Module) -> Module:
    found = _renamed(one, "OutcomeMeasure")
    return {
        **found,
        "groups": [_renamed(group, "OutcomeGroup") for group in _list(one, "OutcomeGroup")],
        "denoms": [
            {
                "units": denom.get("OutcomeDenomUnits", ""),
                "counts": [_renamed(count, "OutcomeDenomCount") for count in _list(denom, "OutcomeDenomCount")],
            }
            for denom in _list(one, "OutcomeDenom")
        ],
        "classes": [
            {
                "title": row.get("OutcomeClassTitle", ""),
                "categories": [
                    {
                        "title": category.get("OutcomeCategoryTitle", ""),
                        "measurements": [
                            _renamed(number, "OutcomeMeasurement") for number in _list(category, "OutcomeMeasurement")
                        ],
                    }
                    for category in _list(row, "OutcomeCategory")
                ],
            }
            for row in _list(one, "OutcomeClass")
        ],
    }
