"""A registered trial as one registry describes it; contact persons are never kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from paracrine.evidence.origin import Origin
from paracrine.evidence.plain_data import PlainData
from paracrine.evidence.work import Extra, Reference


class Arm(NamedTuple):
    """A group of the trial."""

    label: str
    role: str = ""
    """As registered: `Experimental`, `Placebo Comparator` …"""
    description: str = ""
    interventions: tuple[str, ...] = ()


class Intervention(NamedTuple):
    """What is given."""

    name: str
    category: str = ""
    """`drug`, `biological` … in lower case."""
    description: str = ""
    other_names: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """What is measured."""

    rank: str
    """`primary`, `secondary` or `other`."""
    measure: str
    time_frame: str = ""
    description: str = ""


class EventGroup(NamedTuple):
    """Posted counts of people with an adverse event; None where nothing is posted, which is not zero."""

    label: str
    description: str = ""
    deaths_count: int | None = None
    deaths_at_risk_count: int | None = None
    serious_count: int | None = None
    serious_at_risk_count: int | None = None
    other_count: int | None = None
    other_at_risk_count: int | None = None
    group_id: str = ""


class AdverseEvent(NamedTuple):
    """A posted event in one group."""

    term: str
    organ_system: str
    is_serious: bool
    group_id: str
    people_count: int | None = None
    events_count: int | None = None
    at_risk_count: int | None = None


class Value(NamedTuple):
    """A posted number of an outcome in one group, as text: registries post `NA` and `<0.001`."""

    group: str
    category: str
    value: str
    spread: str = ""
    low: str = ""
    high: str = ""


class PostedOutcome(NamedTuple):
    """A posted result."""

    rank: str
    measure: str
    time_frame: str
    unit: str
    parameter: str
    dispersion: str
    participants: tuple[Value, ...]
    """Number analysed in each group."""
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial(PlainData):
    """One registry record. What is not stated is empty or None, never a default."""

    kind: ClassVar[str] = "trial"

    origin: Origin
    registry: str = ""
    """`ClinicalTrials.gov`, `ChiCTR`, `ISRCTN`, `EUCTR` …"""
    trial_id: str = ""
    """Upper case, without the country suffix of EUCTR exports."""
    aliases: tuple[str, ...] = ()
    """Former numbers of this very record (`nct_alias`)."""
    secondary_ids: tuple[str, ...] = ()
    """Other numbers the sponsor states for this trial: sponsor's, funder's, other registries'."""
    title: str = ""
    scientific_title: str = ""
    acronym: str = ""
    summary: str = ""
    description: str = ""
    status: str = ""
    """As registered, lower case with blanks: `recruiting`, `active, not recruiting`."""
    why_stopped: str = ""
    study_type: str = ""
    """`interventional`, `observational`, `expanded access`."""
    phases: tuple[str, ...] = ()
    """`early 1`, `1`, `2`, `3`, `4`; empty when not applicable or not stated (`phase_text` tells which)."""
    phase_text: str = ""
    """As written."""
    enrollment_count: int | None = None
    enrollment_basis: str = ""
    """`actual`, `estimated`, or empty."""
    enrollment_text: str = ""
    """As written, where it is no plain number: `Exocrine group:13;Control group:13;`."""
    allocation: str = ""
    design_model: str = ""
    masking: str = ""
    purpose: str = ""
    design_text: str = ""
    conditions: tuple[str, ...] = ()
    condition_headings: tuple[str, ...] = ()
    intervention_headings: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    arms: tuple[Arm, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    eligibility: str = ""
    sex: str = ""
    minimum_age: str = ""
    maximum_age: str = ""
    sponsor: str = ""
    collaborators: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    registered: str = ""
    """Dates are ISO as far as known."""
    started: str = ""
    primary_completed: str = ""
    completed: str = ""
    updated: str = ""
    results_posted: str = ""
    has_results: bool | None = None
    """None where the format cannot tell."""
    event_groups: tuple[EventGroup, ...] = ()
    adverse_events: tuple[AdverseEvent, ...] = ()
    events_time_frame: str = ""
    events_threshold_pct: str = ""
    posted_outcomes: tuple[PostedOutcome, ...] = ()
    references: tuple[Reference, ...] = ()
    result_references: tuple[Reference, ...] = ()
    """Those the record itself calls results of this trial."""
    url: str = ""
    extra: tuple[Extra, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The record's own identity: `trial:NCT00000000`."""
        return f"trial:{self.trial_id}"
