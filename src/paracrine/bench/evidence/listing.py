"""The formats the evidence base reads, as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paracrine.evidence.reading import load_sources
from paracrine.evidence.source import Source


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One source as `evidence formats` lists it."""

    declared: Source

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.declared.name,
            "title": self.declared.title,
            "gives": self.declared.gives,
            "version": self.declared.version,
            "maturity": self.declared.maturity.value,
            "samples": list(self.declared.samples),
            "references": list(self.declared.references),
            "known_limits": self.declared.known_limits,
        }


def list_sources() -> tuple[SourceInfo, ...]:
    """List all sources, ours and other people's."""
    return tuple(SourceInfo(module.SOURCE) for module in load_sources())
