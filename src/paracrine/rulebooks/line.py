"""One line of a filled checklist."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One rule of a rule book and what the record says about it."""

    rulebook: str
    rule_id: str
    level: str
    text: str
    answer: str
    """`met`, `not met`, `not assessed`, `not applicable`."""
    because: str
    basis: str
    """`read` or `to be confirmed against the original`."""
    section: str = ""
    source: str = ""
    """`doi:` key of the work the rule comes from."""
    read_in: str = ""
    """Where the rule was read when not in that work itself."""
