"""A study of API version 2 (protocolSection, resultsSection, derivedSection) into a trial."""

from __future__ import annotations

from typing import Any

from paracrine.evidence.ctgov.results import read_results
from paracrine.evidence.ctgov.words import basis_word, count_of, phases_of, plain, status_word
from paracrine.evidence.dates import read_date
from paracrine.evidence.identifiers import clean_doi, clean_pmid
from paracrine.evidence.markup import one_line, scrubbed
from paracrine.evidence.origin import Origin
from paracrine.evidence.trial import Arm, Intervention, Outcome, Trial
from paracrine.evidence.work import Extra, Reference

Module = dict[str, Any]


def read_study(study: Module, origin: Origin) -> Trial | None:
    """Return the trial, None when it has no number."""
    protocol = _module(study, "protocolSection")
    identity, status = _module(protocol, "identificationModule"), _module(protocol, "statusModule")
    number = _text(identity, "nctId").upper()
    if not number:
        return None
    design, arms = _module(protocol, "designModule"), _module(protocol, "armsInterventionsModule")
    info, enrolment = _module(design, "designInfo"), _module(design, "enrollmentInfo")
    who, conditions = _module(protocol, "eligibilityModule"), _module(protocol, "conditionsModule")
    sponsors, described = _module(protocol, "sponsorCollaboratorsModule"), _module(protocol, "descriptionModule")
    phases = [str(phase) for phase in design.get("phases", ())]
    results, posted = _module(study, "resultsSection"), _date(status, "resultsFirstPostDateStruct")
    references = _module(protocol, "referencesModule").get("references", ())
    has_results = study.get("hasResults")
    return Trial(
        origin=origin,
        registry="ClinicalTrials.gov",
        trial_id=number,
        aliases=tuple(str(alias).upper() for alias in identity.get("nctIdAliases", ())),
        secondary_ids=_secondary(identity),
        title=_text(identity, "briefTitle"),
        scientific_title=_text(identity, "officialTitle"),
        acronym=_text(identity, "acronym"),
        summary=_long(described, "briefSummary"),
        description=_long(described, "detailedDescription"),
        status=status_word(_text(status, "overallStatus")),
        why_stopped=_text(status, "whyStopped"),
        study_type=plain(_text(design, "studyType")),
        phases=phases_of(phases),
        phase_text=", ".join(phases),
        enrollment_count=count_of(enrolment.get("count")),
        enrollment_basis=basis_word(_text(enrolment, "type")),
        allocation=plain(_text(info, "allocation")),
        design_model=plain(_text(info, "interventionModel") or _text(info, "observationalModel")),
        masking=plain(_text(_module(info, "maskingInfo"), "masking")),
        purpose=plain(_text(info, "primaryPurpose") or _text(info, "timePerspective")),
        conditions=_texts(conditions.get("conditions")),
        condition_headings=_meshes(study, "conditionBrowseModule"),
        intervention_headings=_meshes(study, "interventionBrowseModule"),
        keywords=_texts(conditions.get("keywords")),
        arms=tuple(map(_arm, arms.get("armGroups", ()))),
        interventions=tuple(map(_intervention, arms.get("interventions", ()))),
        outcomes=_outcomes(_module(protocol, "outcomesModule")),
        eligibility=_long(who, "eligibilityCriteria"),
        sex=plain(_text(who, "sex")),
        minimum_age=_text(who, "minimumAge"),
        maximum_age=_text(who, "maximumAge"),
        sponsor=_text(_module(sponsors, "leadSponsor"), "name"),
        collaborators=tuple(_text(one, "name") for one in sponsors.get("collaborators", ())),
        countries=_countries(protocol),
        results_posted=posted,
        has_results=has_results if isinstance(has_results, bool) else bool(results or posted),
        references=tuple(map(_reference, references)),
        result_references=tuple(_reference(one) for one in references if _text(one, "type") == "RESULT"),
        url=f"https://clinicaltrials.gov/study/{number}",
        extra=tuple(Extra(name, _text(status, name)) for name in ("statusVerifiedDate",) if _text(status, name)),
        **_dates(status),
        **read_results(results),
    )


def _dates(status: Module) -> dict[str, Any]:
    return {
        "registered": read_date(_text(status, "studyFirstSubmitDate")),
        "started": _date(status, "startDateStruct"),
        "primary_completed": _date(status, "primaryCompletionDateStruct"),
        "completed": _date(status, "completionDateStruct"),
        "updated": _date(status, "lastUpdatePostDateStruct") or read_date(_text(status, "lastUpdateSubmitDate")),
    }


def _module(parent: Module, name: str) -> Module:
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def _text(module: Module, name: str) -> str:
    value = module.get(name)
    return one_line(value) if isinstance(value, str) else ""


def _long(module: Module, name: str) -> str:
    value = module.get(name)
    return scrubbed(value.strip()) if isinstance(value, str) else ""


def _texts(values: object) -> tuple[str, ...]:
    return tuple(one_line(value) for value in values if isinstance(value, str)) if isinstance(values, list) else ()


def _date(module: Module, name: str) -> str:
    return read_date(_text(_module(module, name), "date"))


def _secondary(identity: Module) -> tuple[str, ...]:
    own = _text(_module(identity, "orgStudyIdInfo"), "id")
    others = (_text(one, "id") for one in identity.get("secondaryIdInfos", ()))
    return tuple(dict.fromkeys(filter(None, (own, *others))))


def _meshes(study: Module, name: str) -> tuple[str, ...]:
    browse = _module(_module(study, "derivedSection"), name)
    return tuple(filter(None, (_text(one, "term") for one in browse.get("meshes", ()))))


def _arm(one: Module) -> Arm:
    return Arm(
        _text(one, "label"), plain(_text(one, "type")), _long(one, "description"), _texts(one.get("interventionNames"))
    )


def _intervention(one: Module) -> Intervention:
    return Intervention(
        _text(one, "name"),
        plain(_text(one, "type")),
        _long(one, "description"),
        _texts(one.get("otherNames")),
        _texts(one.get("armGroupLabels")),
    )


def _outcomes(module: Module) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(rank, _text(one, "measure"), _text(one, "timeFrame"), _long(one, "description"))
        for rank in ("primary", "secondary", "other")
        for one in module.get(f"{rank}Outcomes", ())
    )


def _countries(protocol: Module) -> tuple[str, ...]:
    places = _module(protocol, "contactsLocationsModule").get("locations", ())
    return tuple(dict.fromkeys(filter(None, (_text(place, "country") for place in places))))


def _reference(one: Module) -> Reference:
    citation = _text(one, "citation")
    return Reference(citation, clean_pmid(_text(one, "pmid")), clean_doi(citation) if "10." in citation else "")
