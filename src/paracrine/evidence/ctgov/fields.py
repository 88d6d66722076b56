"""Fields of the classic API, each a list of texts under its own name, into the layout of version 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Fields = Mapping[str, Sequence[str]]
Study = dict[str, Any]

_SCALARS = {
    "NCTId": "identificationModule.nctId",
    "OrgStudyId": "identificationModule.orgStudyIdInfo.id",
    "BriefTitle": "identificationModule.briefTitle",
    "OfficialTitle": "identificationModule.officialTitle",
    "Acronym": "identificationModule.acronym",
    "OverallStatus": "statusModule.overallStatus",
    "WhyStopped": "statusModule.whyStopped",
    "StatusVerifiedDate": "statusModule.statusVerifiedDate",
    "StartDate": "statusModule.startDateStruct.date",
    "PrimaryCompletionDate": "statusModule.primaryCompletionDateStruct.date",
    "CompletionDate": "statusModule.completionDateStruct.date",
    "StudyFirstSubmitDate": "statusModule.studyFirstSubmitDate",
    "LastUpdateSubmitDate": "statusModule.lastUpdateSubmitDate",
    "LastUpdatePostDate": "statusModule.lastUpdatePostDateStruct.date",
    "ResultsFirstPostDate": "statusModule.resultsFirstPostDateStruct.date",
    "LeadSponsorName": "sponsorCollaboratorsModule.leadSponsor.name",
    "BriefSummary": "descriptionModule.briefSummary",
    "DetailedDescription": "descriptionModule.detailedDescription",
    "StudyType": "designModule.studyType",
    "DesignAllocation": "designModule.designInfo.allocation",
    "DesignInterventionModel": "designModule.designInfo.interventionModel",
    "DesignObservationalModel": "designModule.designInfo.observationalModel",
    "DesignPrimaryPurpose": "designModule.designInfo.primaryPurpose",
    "DesignTimePerspective": "designModule.designInfo.timePerspective",
    "DesignMasking": "designModule.designInfo.maskingInfo.masking",
    "EnrollmentCount": "designModule.enrollmentInfo.count",
    "EnrollmentType": "designModule.enrollmentInfo.type",
    "EligibilityCriteria": "eligibilityModule.eligibilityCriteria",
    "Gender": "eligibilityModule.sex",
    "MinimumAge": "eligibilityModule.minimumAge",
    "MaximumAge": "eligibilityModule.maximumAge",
}
_LISTS = {
    "NCTIdAlias": "identificationModule.nctIdAliases",
    "Condition": "conditionsModule.conditions",
    "Keyword": "conditionsModule.keywords",
    "Phase": "designModule.phases",
}
_OBJECTS = {
    "SecondaryId": ("identificationModule.secondaryIdInfos", "id"),
    "CollaboratorName": ("sponsorCollaboratorsModule.collaborators", "name"),
    "LocationCountry": ("contactsLocationsModule.locations", "country"),
}
_GROUPS = {
    "armsInterventionsModule.armGroups": {
        "ArmGroupLabel": "label", "ArmGroupType": "type", "ArmGroupDescription": "description",
    },
    "armsInterventionsModule.interventions": {
        "InterventionName": "name", "InterventionType": "type", "InterventionDescription": "description",
    },
    "outcomesModule.primaryOutcomes": {
        "PrimaryOutcomeMeasure": "measure", "PrimaryOutcomeTimeFrame": "timeFrame",
        "PrimaryOutcomeDescription": "description",
    },
    "outcomesModule.secondaryOutcomes": {
        "SecondaryOutcomeMeasure": "measure", "SecondaryOutcomeTimeFrame": "timeFrame",
        "SecondaryOutcomeDescription": "description",
    },
    "outcomesModule.otherOutcomes": {
        "OtherOutcomeMeasure": "measure", "OtherOutcomeTimeFrame": "timeFrame",
        "OtherOutcomeDescription": "description",
    },
    "referencesModule.references": {
        "ReferenceCitation": "citation", "ReferencePMID": "pmid", "ReferenceType": "type",
    },
}  # fmt: skip
_EVENT_GROUPS = {
    "EventGroupId": "id", "EventGroupTitle": "title", "EventGroupDescription": "description",
    "EventGroupDeathsNumAffected": "deathsNumAffected", "EventGroupDeathsNumAtRisk": "deathsNumAtRisk",
    "EventGroupSeriousNumAffected": "seriousNumAffected", "EventGroupSeriousNumAtRisk": "seriousNumAtRisk",
    "EventGroupOtherNumAffected": "otherNumAffected", "EventGroupOtherNumAtRisk": "otherNumAtRisk",
}  # fmt: skip


def study_of_fields(fields: Fields) -> tuple[Study, list[str]]:
    """Return the study in the layout of version 2, and what could not be assigned.

    Parallel lists belong together only where they are equally long; a shorter one lost its gaps, so its texts are
    kept without their owner.
    """
    study: Study = {"protocolSection": {}, "derivedSection": {}}
    protocol, doubts = study["protocolSection"], []
    for name, path in _SCALARS.items():
        if fields.get(name):
            _place(protocol, path, fields[name][0])
    for name, path in _LISTS.items():
        if fields.get(name):
            _place(protocol, path, list(fields[name]))
    for name, (path, member) in _OBJECTS.items():
        if fields.get(name):
            _place(protocol, path, [{member: value} for value in fields[name]])
    for path, names in _GROUPS.items():
        rows, left = _aligned(fields, names)
        doubts += [f"{name}: {count} texts cannot be assigned to their group" for name, count in left]
        if rows:
            _place(protocol, path, rows)
    for kind in ("Condition", "Intervention"):
        terms = [{"term": term} for term in fields.get(f"{kind}MeshTerm", ())]
        study["derivedSection"][f"{kind.lower()}BrowseModule"] = {"meshes": terms}
    events, _ = _aligned(fields, _EVENT_GROUPS)
    if events or fields.get("ResultsFirstPostDate"):
        study["resultsSection"] = {"adverseEventsModule": {"eventGroups": events, **_events(fields)}}
    study["hasResults"] = "resultsSection" in study
    return study, doubts


def _events(fields: Fields) -> dict[str, str]:
    named = {"EventsTimeFrame": "timeFrame", "EventsFrequencyThreshold": "frequencyThreshold"}
    return {member: fields[name][0] for name, member in named.items() if fields.get(name)}


def _aligned(fields: Fields, names: Mapping[str, str]) -> tuple[list[dict[str, str]], list[tuple[str, int]]]:
    leading = fields.get(next(iter(names)), ())
    rows: list[dict[str, str]] = [{} for _ in leading]
    left = []
    for name, member in names.items():
        values = fields.get(name, ())
        if len(values) == len(leading):
            for row, value in zip(rows, values, strict=False):
                row[member] = value
        elif values:
            left.append((name, len(values)))
            rows += [{member: value} for value in values]
    return rows, left


def _place(tree: dict[str, Any], path: str, value: object) -> None:
    *outer, last = path.split(".")
    for part in outer:
        tree = tree.setdefault(part, {})
    tree[last] = value
