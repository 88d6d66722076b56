"""One number, or one finding, on one sample by one method: the only thing `release` looks at."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from pydantic import model_validator

from paracrine.core.measurand import Measurand
from paracrine.core.notice import Notice
from paracrine.core.product import Role
from paracrine.core.provenance import Provenance, SourceRef
from paracrine.core.quantity import Budget, Quantity
from paracrine.core.records import Record


class State(StrEnum):
    """Whether there is a result."""

    MEASURED = "measured"
    NOT_ASSESSED = "not assessed"
    NOT_APPLICABLE = "not applicable"


class ReplicateValue(Record):
    """The value of one run, kept visible also when it is excluded."""

    kind: ClassVar[str] = "replicate_value"

    run: str
    """Run name, unique within the sample."""
    value: float | None
    unit: str
    source: SourceRef
    included: bool = True
    reason: str = ""
    """Why it is excluded, and by whom."""


class Beside(Record):
    """A number shown beside ours: the vendor's, another convention, or the value before an exclusion."""

    kind: ClassVar[str] = "beside"

    label: str
    quantity: Quantity
    source: SourceRef | None = None


class Measurement(Record):
    """A quantity or a finding with budget, replicates, provenance and notices."""

    kind: ClassVar[str] = "measurement"

    attribute: str
    """Name with unit, such as `particle_concentration_per_ml` or `sterility`."""
    title: str
    batch: str
    sample: str
    role: Role = Role.PRODUCT
    stage: str = "final product"
    method: str
    technique: str = ""
    laboratory: str = ""
    performed_by: str = ""
    performed_at: str = ""
    state: State = State.MEASURED
    reason: str = ""
    """Why it is not assessed or not applicable."""
    quantity: Quantity | None = None
    finding: str | None = None
    """A qualitative result as reported, such as `no growth` or `positive`."""
    measurand: Measurand | None = None
    budget: Budget | None = None
    replicates: tuple[ReplicateValue, ...] = ()
    beside: tuple[Beside, ...] = ()
    provenance: Provenance = Provenance()
    notices: tuple[Notice, ...] = ()

    @model_validator(mode="after")
    def _says_exactly_one_thing(self) -> Self:
        has_result = (self.quantity is not None) or (self.finding is not None)
        if (self.state is State.MEASURED) != has_result:
            raise ValueError("a measured result needs a quantity or a finding, any other state has neither")
        if self.state is not State.MEASURED and not self.reason:
            raise ValueError(f"{self.state.value} needs a reason")
        return self
