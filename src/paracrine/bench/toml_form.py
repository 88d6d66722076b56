"""TOML forms a person fills in: read once, checked against a record, refused with the place of the mistake."""

from __future__ import annotations

import json
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError
from paracrine.core.records import Record

Form = TypeVar("Form", bound=Record)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        InputError: when it is missing, not UTF-8 or not TOML; the message has line and column.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("no such file", where=str(path), hint=f"`paracrine init {path.parent}` drafts one") from error
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 at byte {error.start}", where=path.name, hint="save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path.name) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not TOML: {error}", where=path.name, hint="text needs quotes, numbers a point") from error


def fill(record: type[Form], table: dict[str, Any], *, where: str) -> Form:
    """Make a record from a TOML table.

    Raises:
        InputError: naming the key that is unknown, missing or of the wrong kind.
    """
    try:
        return record.model_validate_json(json.dumps(table, default=_plain))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            hint = nearest(key, record.model_fields)
            raise InputError(f"unknown key {key!r}", where=where, hint=hint) from error
        if first["type"] == "missing":
            raise InputError(f"the key {key!r} is missing", where=where) from error
        said = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{key}: {said}" if key else said, where=where, hint=_hint(first)) from error


def take_tables(data: dict[str, Any], key: str, *, where: str) -> list[dict[str, Any]]:
    """Return the list of tables under `[[key]]`, empty when absent.

    Raises:
        InputError: when the key holds something else.
    """
    tables = data.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError(f"{key} must be written as [[{key}]] tables", where=where)
    return tables


def take_table(data: dict[str, Any], key: str, *, where: str) -> dict[str, Any]:
    """Return the table under `[key]`, empty when absent.

    Raises:
        InputError: when the key holds something else.
    """
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise InputError(f"{key} must be written as a [{key}] table", where=where)
    return table


def require_known(data: dict[str, Any], known: tuple[str, ...], *, where: str) -> None:
    """Refuse keys that nobody reads.

    Raises:
        InputError: naming the first unknown key and the nearest known one.
    """
    for key in data:
        if key not in known:
            raise InputError(f"unknown key {key!r}", where=where, hint=nearest(key, known))


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"{value!r} is not a TOML value")


def _hint(error: Any) -> str:
    expected = error.get("ctx", {}).get("expected", "")
    return f"one of {expected}" if expected else ""
