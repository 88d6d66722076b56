"""One acquisition as it came from an instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

from paracrine.core.notice import Notice
from paracrine.core.product import DilutionBy
from paracrine.core.provenance import SourceRef
from paracrine.core.quantity import Component


class Maturity(StrEnum):
    """How far to trust a reader."""

    TESTED = "tested"
    """Held against a real file."""
    CANDIDATE = "candidate"
    """Documented layout with known examples elsewhere."""
    DRAFT = "draft"
    """Only code describes the layout; please send a sample."""


class Technique(StrEnum):
    """Family of method, as release and rule books name it."""

    NTA = "NTA"
    DLS = "DLS"
    ELS = "ELS"
    """Electrophoretic light scattering (zeta potential)."""
    TRPS = "resistive pulse"
    PLATE = "plate reader"
    HISTOGRAM = "histogram"
    EXTERNAL = "external laboratory"


@runtime_checkable
class Payload(Protocol):
    """Arrays with meaning; `payload_kind` is a word such as `size_distribution`."""

    payload_kind: ClassVar[str]

    def summary(self) -> dict[str, Any]:
        """Return a few JSON values that describe the arrays."""
        ...


class VendorNumber(NamedTuple):
    """A number the instrument's software printed, kept as read.

    A named tuple because a file has a hundred of them, and a frozen dataclass takes three times as long to make.
    """

    name: str
    """Our metric name where one fits (`diameter_d50_nm`), else the file's own key."""
    value: float
    unit: str
    source_field: str
    """Section and key in the file, so that a reader can find it."""
    rounding: float = 0.0
    """Half of the last printed digit, the tolerance of a comparison."""


@dataclass(frozen=True, slots=True)
class Run:
    """One acquisition: source, instrument, settings, payloads, unread fields, notices."""

    source: SourceRef
    name: str
    """What the file calls this acquisition (video, record, well block)."""
    technique: Technique
    instrument: str
    software: str = ""
    measured_at: str = ""
    """Date and time as read, ISO where unambiguous; instrument clock, no zone assumed."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Conditions and settings as read, keyed `section / key`."""
    payloads: tuple[Payload, ...] = ()
    vendor: tuple[VendorNumber, ...] = ()
    rederived: tuple[VendorNumber, ...] = ()
    """The vendor's summary computed again from the payload by the vendor's own convention."""
    dilution_factor: float | None = None
    dilution_by: DilutionBy = DilutionBy.UNKNOWN
    sample_hint: str = ""
    """Sample name as the file gives it."""
    maturity: Maturity = Maturity.DRAFT
    unread: Mapping[str, str] = field(default_factory=dict)
    shared_parts: Mapping[str, tuple[Component, ...]] = field(default_factory=dict)
    """First words of an attribute's name (`diameter`) to what its value owes to settings, in the relative scale.
    Runs that share a `shared_id` share the effect, and their scatter cannot show it."""
    notices: tuple[Notice, ...] = ()

    def with_notices(self, *notices: Notice) -> Run:
        """Return this run with further notices."""
        return replace(self, notices=(*self.notices, *notices))
