"""What a checklist may look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from paracrine.core.measurement import Measurement
from paracrine.core.product import Batch, Role

_BATCH_NUMBERS = ("cells_count", "medium_volume_ml", "product_volume_ml", "label_particles_per_ml", "made_on")


@dataclass(frozen=True, slots=True)
class ChecklistRecord:
    """Measurements, roles, techniques and facts of one batch."""

    measurements: Sequence[Measurement] = ()
    roles: Sequence[str] = ()
    """Roles of all samples measured, blanks and beads included."""
    techniques: Sequence[str] = ()
    """Techniques and methods used, besides those that the measurements name."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Answers as the user typed them, such as `culture.medium`; empty text is no answer."""


def record_of_batch(
    batch: Batch, measurements: Sequence[Measurement], *, roles: Sequence[str] = (), techniques: Sequence[str] = ()
) -> ChecklistRecord:
    """Collect what the record says of a batch; its amounts become facts such as `batch.cells_count`.

    Measurements of other batches count only when they are no product of theirs (a blank or a bead run is shared).
    """
    numbers = {f"batch.{name}": getattr(batch, name) for name in _BATCH_NUMBERS}
    stated = {key: str(value) for key, value in numbers.items() if value not in (None, "")}
    own = [m for m in measurements if m.batch == batch.name or m.role is not Role.PRODUCT]
    return ChecklistRecord(
        measurements=tuple(own),
        roles=tuple(dict.fromkeys([*roles, *(m.role.value for m in own)])),
        techniques=tuple(dict.fromkeys(techniques)),
        facts=stated | batch.facts,
    )
