"""What one measurement is about: a sample, or the biological replicates of one material together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paracrine.core.product import Role, Sample


@dataclass(frozen=True, slots=True)
class Material:
    """One sample, or several that are biological replicates of one another."""

    samples: tuple[Sample, ...]

    @property
    def name(self) -> str:
        """Name on the certificate."""
        return " + ".join(sample.name for sample in self.samples)

    @property
    def role(self) -> Role:
        """What it is for."""
        return self.samples[0].role

    @property
    def stage(self) -> str:
        """Where it was drawn."""
        return self.samples[0].stage

    def biological_replicate(self, sample: str) -> str:
        """Return the biological replicate a sample belongs to; empty when nobody stated one."""
        return next(own.biological_replicate for own in self.samples if own.name == sample)

    def __contains__(self, sample: str) -> bool:
        return any(own.name == sample for own in self.samples)


def group_samples(samples: Iterable[Sample]) -> tuple[Material, ...]:
    """Put samples of one role and stage together when they state different biological replicates."""
    groups: dict[tuple[str, ...], list[Sample]] = {}
    for sample in samples:
        own = (sample.name,) if not sample.biological_replicate else ()
        groups.setdefault((sample.role.value, sample.stage, *own), []).append(sample)
    materials: list[Material] = []
    for members in groups.values():
        if len({member.biological_replicate for member in members}) > 1:
            materials.append(Material(tuple(members)))
        else:
            materials.extend(Material((member,)) for member in members)
    return tuple(materials)
