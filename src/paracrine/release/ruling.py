"""An outcome with its reason, before it becomes a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

from paracrine.core.specification import Outcome


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the limit's own rule says, why, and what the other rule would say."""

    outcome: Outcome
    reason: str
    other: Outcome | None = None

    def with_remark(self, remark: str) -> Ruling:
        """Return this ruling with a remark behind the reason."""
        return replace(self, reason=f"{self.reason}; {remark}")
