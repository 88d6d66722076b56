"""What is meant to be made, what was made, and what was drawn where."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from paracrine.core.records import Record


class Role(StrEnum):
    """What a sample is for."""

    PRODUCT = "product"
    DILUENT_BLANK = "diluent blank"
    PROCESS_BLANK = "process blank"
    DETERGENT_CONTROL = "detergent control"
    REFERENCE_BEAD = "reference bead"
    PROTEIN_STANDARD = "protein standard"


class DilutionBy(StrEnum):
    """Who multiplied by the dilution factor; it happens once."""

    INSTRUMENT = "instrument"
    """The file's numbers are already multiplied."""
    PARACRINE = "paracrine"
    """The file states numbers of the diluted sample; we multiply."""
    UNKNOWN = "unknown"


class Product(Record):
    """What is meant to be made."""

    kind: ClassVar[str] = "product"

    name: str
    cell_source: str = ""
    description: str = ""


class Step(Record):
    """One step of a protocol, as the user states it."""

    kind: ClassVar[str] = "step"

    name: str
    detail: str = ""


class Protocol(Record):
    """How a product is made: named steps in order."""

    kind: ClassVar[str] = "protocol"

    name: str
    steps: tuple[Step, ...] = ()


class Sample(Record):
    """Something drawn from a batch, or measured beside it, and what is known of it."""

    kind: ClassVar[str] = "sample"

    name: str
    batch: str
    role: Role = Role.PRODUCT
    stage: str = "final product"
    dilution_factor: float | None = None
    """Dilution before the measurement; None when nobody stated it."""
    dilution_steps: int = 1
    pipetting_cv_pct: float | None = None
    """Relative standard uncertainty of one dilution step, stated by the user."""
    nominal_diameter_nm: float | None = None
    nominal_diameter_u_nm: float | None = None
    nominal_concentration_per_ml: float | None = None
    nominal_concentration_u_per_ml: float | None = None
    volume_ml: float | None = None
    """Volume of the material this sample was drawn from; the final product's is the batch's product volume."""
    biological_replicate: str = ""


class Batch(Record):
    """What was made: amounts needed for yields are the user's."""

    kind: ClassVar[str] = "batch"

    name: str
    product: str
    made_on: str = ""
    cells_count: float | None = None
    medium_volume_ml: float | None = None
    product_volume_ml: float | None = None
    label_particles_per_ml: float | None = None
    facts: dict[str, str] = Field(default_factory=dict)
    """Answers for rule books (`culture.medium = ...`), as the user typed them."""
