"""What the workspace remembers: who, when, why, what; and the seal that binds it to what came before."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from paracrine.core.errors import InputError, RecordError
from paracrine.core.records import Record, canonical_json
from paracrine.store.upgrading import upgraded

FIRST_PREVIOUS = "0" * 64
"""What the first entry names as the seal before it."""

SEALED_FIELDS = ("kind", "version", "key", "person", "role", "reason", "at_utc", "zone", "text")
"""The fields that a seal covers, in the order in which it does, after the previous seal and the number."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def require_legible(value: str, what: str) -> str:
    """Return `value` when every database and every reader can hold it.

    Raises:
        InputError: when it is blank, or holds a NUL or half a surrogate pair.
    """
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{what} is empty", where="ledger entry", hint="each entry says who, in which role and why")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InputError(f"{what} holds a character that is no text", where="ledger entry")
    return value


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, and in which role.

    Raises:
        InputError: when either is blank.
    """

    person: str
    role: str

    def __post_init__(self) -> None:
        require_legible(self.person, "the person")
        require_legible(self.role, "the role")


class FileRef(Record):
    """A file kept in the workspace; as a ledger entry, the claim that it is there."""

    kind: ClassVar[str] = "file_ref"

    sha256: str
    size_bytes: int
    name: str
    """Name it came with; the workspace keeps it under its hash."""


@dataclass(frozen=True)
class Entry:
    """One sealed line of the ledger; `text` is what was sealed, `body` is how it reads today."""

    number: int
    kind: str
    version: str
    key: str
    text: str
    person: str
    role: str
    reason: str
    at_utc: str
    """ISO 8601 with microseconds and `Z`."""
    zone: str
    """Offset of the clock's local zone, with its IANA name where known: `+02:00[Europe/Vienna]`."""
    previous_sha256: str
    seal_sha256: str

    @cached_property
    def body(self) -> dict[str, Any]:
        """The record as JSON values, brought to the newest known version.

        Raises:
            RecordError: when the text is not a JSON object.
        """
        try:
            body = json.loads(self.text)
        except ValueError as error:
            raise RecordError("the text is not JSON", where=f"entry {self.number}") from error
        if not isinstance(body, dict):
            raise RecordError("the text is not a JSON object", where=f"entry {self.number}")
        return upgraded(body)

    def sealed_again(self) -> str:
        """Return the seal that the fields of this entry give."""
        return seal(self.previous_sha256, self.number, *(getattr(self, name) for name in SEALED_FIELDS))


def seal(previous_sha256: str, number: int, *fields: str) -> str:
    """Hash one entry together with the seal before it; docs/format.md states the bytes.

    Args:
        previous_sha256: seal of the entry before, 64 zeros for the first.
        number: place in the ledger, from 1.
        fields: the values of `SEALED_FIELDS`.
    """
    return hashlib.sha256(canonical_json([previous_sha256, number, *fields]).encode()).hexdigest()


def record_text(record: Record | dict[str, Any]) -> tuple[str, str, str]:
    """Return kind, version and canonical JSON text of a record or of a mapping with `kind`.

    Raises:
        InputError: when the mapping names no kind.
        RecordError: when it is not JSON.
    """
    data = record.to_data() if isinstance(record, Record) else {"version": "1", **record}
    kind, version = data.get("kind"), data["version"]
    if not isinstance(kind, str) or not isinstance(version, str) or not kind or not version:
        raise InputError("a ledger entry needs the words `kind` and `version`", where="ledger entry")
    text = canonical_json(data)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RecordError("cannot be written as UTF-8 text", where=f"{kind} record") from error
    return require_legible(kind, "the kind"), require_legible(version, "the version"), text


def claims(text: str) -> list[tuple[str, str]]:
    """Return the stored content a sealed text says exists, as (`file` or `arrays`, sha256).

    A `file_ref` claims its `sha256`; anywhere else the keys `file_sha256` and `arrays_sha256` do.
    """
    if '_sha256"' not in text and f'"{FileRef.kind}"' not in text:
        return []
    body = json.loads(text)
    found: list[tuple[str, str]] = []
    if isinstance(body, dict) and body.get("kind") == FileRef.kind:
        found.append(("file", str(body.get("sha256"))))
    waiting = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in ("file_sha256", "arrays_sha256"):
                    each = inner if isinstance(inner, list) else [inner]
                    found.extend((name.removesuffix("_sha256"), str(one)) for one in each if one)
                else:
                    waiting.append(inner)
        elif isinstance(value, list):
            waiting.extend(value)
    return found


def is_sha256(text: str) -> bool:
    """Tell whether a text is a SHA-256 in lower-case hexadecimal."""
    return _SHA256.fullmatch(text) is not None
