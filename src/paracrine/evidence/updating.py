"""What a newer reading of a record changes, and what is only the same record again."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, NamedTuple

from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

_NOT_COMPARED = frozenset({"origin", "doubts", "extra", "revised", "updated"})
NEWS = {
    "status": "status",
    "relations": "corrections and retractions",
    "publication_types": "publication types",
    "has_results": "posted results",
    "results_posted": "posted results",
    "enrollment_count": "enrolment",
    "completed": "completion date",
    "primary_completed": "primary completion date",
    "phases": "phase",
}
_SHOWN = 200


class Change(NamedTuple):
    """One field of one record, before and after."""

    key: str
    field: str
    before: str
    after: str

    @property
    def is_news(self) -> bool:
        """Whether a reader of the evidence should be told: status, results, retraction and such."""
        return self.field in NEWS


class Update(NamedTuple):
    """The record to keep, and what it changes; nothing when it is the same again."""

    record: Work | Trial
    changes: tuple[Change, ...]


def update(old: Work | Trial, new: Work | Trial) -> Update:
    """Join two readings of one record.

    The newer reading of the same source replaces the older, field by field where it says something; a reading from
    another source, or from the same file, only fills what was empty, so that nothing is lost and nothing flickers.
    """
    if type(old) is not type(new):
        return Update(old, ())
    same_source = old.origin.source == new.origin.source and old.origin.sha256 != new.origin.sha256
    replaces = same_source and _version(new) >= _version(old)
    taken: dict[str, Any] = {}
    changes = []
    for name in (one.name for one in fields(old)):
        before, after = getattr(old, name), getattr(new, name)
        if name in _NOT_COMPARED or before == after or _is_empty(after):
            continue
        if replaces or _is_empty(before):
            taken[name] = after
            changes.append(Change(old.key, name, shown(before), shown(after)))
    if replaces:
        taken.update({name: getattr(new, name) for name in ("origin", "doubts", "extra", _date_field(new))})
    if not changes:
        return Update(old, ())
    return Update(replace(old, **taken), tuple(changes))


def shown(value: object) -> str:
    """Return a field's value as a short text."""
    if value is None or value == "" or value == ():
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        parts = [" ".join(str(part) for part in one if part) if isinstance(one, tuple) else str(one) for one in value]
        value = "; ".join(parts)
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _version(record: Work | Trial) -> str:
    # No date reads as the newest: what a person adds later is meant to be newer.
    return str(getattr(record, _date_field(record))) or "9999"


def _date_field(record: Work | Trial) -> str:
    return "revised" if isinstance(record, Work) else "updated"


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == ()
