"""A clinical_study element (classic XML) into the layout of version 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paracrine.evidence.markup import one_line

if TYPE_CHECKING:
    from lxml.etree import _Element

Module = dict[str, Any]


def study_of_element(element: _Element) -> Module:
    """Return the study in the layout of version 2."""
    one = _Reader(element)
    protocol: Module = {
        "identificationModule": {
            "nctId": one.text("id_info/nct_id"),
            "nctIdAliases": one.texts("id_info/nct_alias"),
            "orgStudyIdInfo": {"id": one.text("id_info/org_study_id")},
            "secondaryIdInfos": [{"id": number} for number in one.texts("id_info/secondary_id")],
            "briefTitle": one.text("brief_title"),
            "officialTitle": one.text("official_title"),
            "acronym": one.text("acronym"),
        },
        "statusModule": _status(one),
        "sponsorCollaboratorsModule": {
            "leadSponsor": {"name": one.text("sponsors/lead_sponsor/agency")},
            "collaborators": [{"name": name} for name in one.texts("sponsors/collaborator/agency")],
        },
        "descriptionModule": {
            "briefSummary": one.block("brief_summary/textblock"),
            "detailedDescription": one.block("detailed_description/textblock"),
        },
        "conditionsModule": {"conditions": one.texts("condition"), "keywords": one.texts("keyword")},
        "designModule": _design(one),
        "armsInterventionsModule": {
            "armGroups": [_arm(_Reader(arm)) for arm in element.iterfind("arm_group")],
            "interventions": [_intervention(_Reader(given)) for given in element.iterfind("intervention")],
        },
        "outcomesModule": {
            f"{rank}Outcomes": [_outcome(_Reader(out)) for out in element.iterfind(f"{rank}_outcome")]
            for rank in ("primary", "secondary", "other")
        },
        "eligibilityModule": {
            "eligibilityCriteria": one.block("eligibility/criteria/textblock"),
            "sex": one.text("eligibility/gender"),
            "minimumAge": one.text("eligibility/minimum_age").replace("N/A", ""),
            "maximumAge": one.text("eligibility/maximum_age").replace("N/A", ""),
        },
        "contactsLocationsModule": {
            "locations": [{"country": country} for country in one.texts("location_countries/country")]
        },
        "referencesModule": {
            "references": [*_references(element, "reference"), *_references(element, "results_reference")]
        },
    }
    results = element.find("clinical_results")
    return {
        "protocolSection": protocol,
        "hasResults": results is not None,
        "resultsSection": _results(results) if results is not None else {},
        "derivedSection": {
            f"{kind}BrowseModule": {"meshes": [{"term": term} for term in one.texts(f"{kind}_browse/mesh_term")]}
            for kind in ("condition", "intervention")
        },
    }


class _Reader:
    """Texts of an element by path."""

    def __init__(self, element: _Element) -> None:
        self.element = element

    def text(self, path: str) -> str:
        return one_line(self.element.findtext(path))

    def texts(self, path: str) -> list[str]:
        return [one_line(found.text) for found in self.element.iterfind(path) if found.text]

    def block(self, path: str) -> str:
        """Return a text whose lines were indented and filled: paragraphs stay, fill blanks go."""
        lines = (self.element.findtext(path) or "").strip().split("\n")
        paragraphs = "\n".join(line.strip() for line in lines).split("\n\n")
        return "\n\n".join(" ".join(part.split()) for part in paragraphs if part.strip())


def _status(one: _Reader) -> Module:
    return {
        "overallStatus": one.text("overall_status"),
        "whyStopped": one.text("why_stopped"),
        "statusVerifiedDate": one.text("verification_date"),
        "startDateStruct": {"date": one.text("start_date")},
        "primaryCompletionDateStruct": {"date": one.text("primary_completion_date")},
        "completionDateStruct": {"date": one.text("completion_date")},
        "studyFirstSubmitDate": one.text("study_first_submitted"),
        "lastUpdateSubmitDate": one.text("last_update_submitted"),
        "lastUpdatePostDateStruct": {"date": one.text("last_update_posted")},
        "resultsFirstPostDateStruct": {"date": one.text("results_first_posted")},
    }


def _design(one: _Reader) -> Module:
    phase = one.text("phase")
    enrolment = one.element.find("enrollment")
    return {
        "studyType": one.text("study_type"),
        "phases": [phase] if phase else [],
        "designInfo": {
            "allocation": one.text("study_design_info/allocation"),
            "interventionModel": one.text("study_design_info/intervention_model"),
            "observationalModel": one.text("study_design_info/observational_model"),
            "primaryPurpose": one.text("study_design_info/primary_purpose"),
            "timePerspective": one.text("study_design_info/time_perspective"),
            "maskingInfo": {"masking": one.text("study_design_info/masking")},
        },
        "enrollmentInfo": {
            "count": one.text("enrollment"),
            "type": enrolment.get("type", "") if enrolment is not None else "",
        },
    }


def _arm(one: _Reader) -> Module:
    return {
        "label": one.text("arm_group_label"),
        "type": one.text("arm_group_type"),
        "description": one.block("description"),
    }


def _intervention(one: _Reader) -> Module:
    return {
        "name": one.text("intervention_name"),
        "type": one.text("intervention_type"),
        "description": one.block("description"),
        "otherNames": one.texts("other_name"),
        "armGroupLabels": one.texts("arm_group_label"),
    }


def _outcome(one: _Reader) -> Module:
    return {
        "measure": one.text("measure"),
        "timeFrame": one.text("time_frame"),
        "description": one.block("description"),
    }


def _references(element: _Element, tag: str) -> list[Module]:
    kind = "RESULT" if tag == "results_reference" else ""
    return [
        {"citation": one_line(found.findtext("citation")), "pmid": one_line(found.findtext("PMID")), "type": kind}
        for found in element.iterfind(tag)
    ]


def _results(element: _Element) -> Module:
    events = element.find("reported_events")
    outcomes = element.iterfind("outcome_list/outcome")
    return {
        "adverseEventsModule": _events(events) if events is not None else {},
        "outcomeMeasuresModule": {"outcomeMeasures": [_posted(outcome) for outcome in outcomes]},
    }


def _events(element: _Element) -> Module:
    groups = {
        group.get("group_id", ""): {
            "id": group.get("group_id", ""),
            "title": one_line(group.findtext("title")),
            "description": one_line(group.findtext("description")),
        }
        for group in element.iterfind("group_list/group")
    }
    found: Module = {
        "timeFrame": one_line(element.findtext("time_frame")),
        "frequencyThreshold": one_line(element.findtext("other_events/frequency_threshold")),
        "eventGroups": list(groups.values()),
    }
    for rank in ("serious", "other"):
        found[f"{rank}Events"] = events = []
        for category in element.iterfind(f"{rank}_events/category_list/category"):
            organ = one_line(category.findtext("title"))
            for event in category.iterfind("event_list/event"):
                stats = [_counts(counts) for counts in event.iterfind("counts")]
                if organ == "Total":
                    for stat in stats:
                        _total(groups.get(stat["groupId"], {}), rank, event, stat)
                else:
                    events.append({"term": one_line(event.findtext("sub_title")), "organSystem": organ, "stats": stats})
    return found


def _counts(counts: _Element) -> Module:
    return {
        "groupId": counts.get("group_id", ""),
        "numAffected": counts.get("subjects_affected"),
        "numEvents": counts.get("events"),
        "numAtRisk": counts.get("subjects_at_risk"),
    }


def _total(group: Module, rank: str, event: _Element, stat: Module) -> None:
    what = "deaths" if "all-cause mortality" in one_line(event.findtext("sub_title")).lower() else rank
    group[f"{what}NumAffected"] = stat["numAffected"]
    group[f"{what}NumAtRisk"] = stat["numAtRisk"]


def _posted(element: _Element) -> Module:
    one = _Reader(element)
    return {
        "type": one.text("type"),
        "title": one.text("title"),
        "timeFrame": one.text("time_frame"),
        "unitOfMeasure": one.text("measure/units"),
        "paramType": one.text("measure/param"),
        "dispersionType": one.text("measure/dispersion"),
        "groups": [
            {"id": group.get("group_id", ""), "title": one_line(group.findtext("title"))}
            for group in element.iterfind("group_list/group")
        ],
        "denoms": [
            {
                "units": one_line(analysed.findtext("units")),
                "counts": [
                    {"groupId": count.get("group_id", ""), "value": count.get("value", "")}
                    for count in analysed.iterfind("count_list/count")
                ],
            }
            for analysed in element.iterfind("measure/analyzed_list/analyzed")
        ],
        "classes": [
            {
                "title": one_line(row.findtext("title")),
                "categories": [
                    {
                        "title": one_line(category.findtext("title")),
                        "measurements": [
                            {
                                "groupId": number.get("group_id", ""),
                                "value": number.get("value", ""),
                                "spread": number.get("spread", ""),
                                "lowerLimit": number.get("lower_limit", ""),
                                "upperLimit": number.get("upper_limit", ""),
                            }
                            for number in category.iterfind("measurement_list/measurement")
                        ],
                    }
                    for category in row.iterfind("category_list/category")
                ],
            }
            for row in element.iterfind("measure/class_list/class")
        ],
    }
