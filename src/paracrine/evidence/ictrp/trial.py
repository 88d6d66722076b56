"""One ICTRP record into a trial; contact columns are never read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from paracrine.evidence.ctgov.words import phases_of
from paracrine.evidence.dates import read_date
from paracrine.evidence.identifiers import registry_ids, registry_of
from paracrine.evidence.markup import one_line, scrubbed, tagged_text
from paracrine.evidence.origin import Origin
from paracrine.evidence.trial import Intervention, Outcome, Trial
from paracrine.evidence.work import Extra

_ESCAPED = re.compile(r"_x000[dD]_")
_GROUPS = re.compile(r":\s*(\d+)\s*;", re.ASCII)
_PHASE = re.compile(r"\b(?:phase\s*)?(early 1|0|IV|III|II|I|[1-4])\b(?!\s*(?:year|month|day))", re.IGNORECASE)
_EUCTR_PHASES = re.compile(r"\(Phase (I|II|III|IV)\):\s*yes", re.IGNORECASE)
_UNREAD = frozenset(
    {
        "last refreshed on",
        "export date",
        "bridged type",
        "bridging flag truefalse",
        "date registration3",
        "retrospective flag",
    }
)


def read_trial(cells: Mapping[str, str], origin: Origin) -> Trial | None:
    """Return the trial in the fields of a record (names in lower case with blanks), None when it has no number."""
    fields = {name.replace("_", " "): _clean(value) for name, value in cells.items() if "contact" not in name}
    written = fields.get("trialid", "") or fields.get("trial id", "")
    if not written:
        return None
    registry, number = registry_of(written)
    count, basis, doubt = _size(fields.get("target size", "") or fields.get("target size", ""))
    status = fields.get("recruitment status", "").lower()
    phase = fields.get("phase", "")
    results = fields.get("results yes no", "").lower() == "yes" or bool(fields.get("results date posted"))
    others = fields.get("secondary ids", "")
    criteria = "\n".join(filter(None, (fields.get("inclusion criteria", ""), fields.get("exclusion criteria", ""))))
    return Trial(
        origin=origin,
        registry=registry or fields.get("source register", ""),
        trial_id=number,
        aliases=(written.upper(),) if written.upper() != number else (),
        secondary_ids=tuple(dict.fromkeys((*(number for _, number in registry_ids(others)), *others.split("; "))))
        if others
        else (),
        title=fields.get("public title", ""),
        scientific_title=fields.get("scientific title", ""),
        acronym=fields.get("acronym", ""),
        status=status,
        study_type=_study_type(fields.get("study type", "")),
        phases=_phases(phase),
        phase_text=phase,
        enrollment_count=count,
        enrollment_basis=basis,
        enrollment_text=doubt,
        design_text=fields.get("study design", ""),
        conditions=tuple(filter(None, map(one_line, re.split(r"[;|]|<br>", fields.get("condition", ""))))),
        interventions=tuple(Intervention(name) for name in _parts(fields.get("intervention", ""))),
        outcomes=tuple(Outcome("primary", one) for one in _parts(fields.get("primary outcome", "")))
        + tuple(Outcome("secondary", one) for one in _parts(fields.get("secondary outcomes", ""))),
        eligibility=criteria,
        sex=fields.get("inclusion gender", "").lower(),
        minimum_age=fields.get("inclusion agemin", ""),
        maximum_age=fields.get("inclusion agemax", ""),
        sponsor=fields.get("primary sponsor", ""),
        countries=tuple(dict.fromkeys(filter(None, map(str.strip, fields.get("countries", "").split(";"))))),
        registered=read_date(fields.get("date registration", "")) or read_date(fields.get("date registration3", "")),
        started=read_date(fields.get("date enrollement", "")),
        completed=read_date(fields.get("results date completed", "")),
        updated=read_date(fields.get("last refreshed on", "")),
        results_posted=read_date(fields.get("results date posted", "")),
        has_results=True if results else False if "results yes no" in fields else None,
        url=fields.get("web address", ""),
        extra=tuple(
            Extra(name, value) for name, value in fields.items() if name in ("other records", "ethics status") and value
        ),
    )


def _clean(value: str) -> str:
    return scrubbed(tagged_text(_ESCAPED.sub(" ", value).replace("<br>", " ; ")))


def _parts(text: str) -> list[str]:
    return [part for part in map(one_line, re.split(r"\s*;\s*", text)) if part]


def _size(text: str) -> tuple[int | None, str, str]:
    """Return count, basis and what was written, where it is the sum of groups or no number."""
    plain = text.replace(",", "").strip()
    if re.fullmatch(r"\d+", plain, re.ASCII):
        return int(plain), "", ""
    groups = _GROUPS.findall(f"{plain.rstrip(';')};")
    return (sum(map(int, groups)), "", text) if groups else (None, "", text)


def _study_type(text: str) -> str:
    word = text.lower()
    if "intervention" in word:
        return "interventional"
    return "observational" if "observation" in word else word


def _phases(text: str) -> tuple[str, ...]:
    marked = _EUCTR_PHASES.findall(text)
    if marked:
        return phases_of(marked)
    if len(text) > 40 or text.strip().upper() in ("N/A", "NA", "0", ""):
        return phases_of(("0",)) if text.strip() == "0" else ()
    return phases_of(found.upper() for found in _PHASE.findall(text))
