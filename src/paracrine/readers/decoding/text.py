"""Bytes to text and text to numbers, without guessing twice."""

from __future__ import annotations

import math
import re

import numpy as np

from paracrine.core.errors import InputError

MISSING = frozenset({"", "n/a", "na", "nan", "not recorded", "unknown", "none", "-", "--", "#n/a"})
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)


def decode(data: bytes, *, where: str) -> str:
    """Decode instrument text: BOM decides, then UTF-8, then cp1252 with Latin-1 for its five holes.

    Line ends become a single line feed; no byte is dropped, since units hang on them.

    Raises:
        InputError: when the bytes are no text (NUL bytes that no 16-bit encoding explains).
    """
    text = _decode_exactly(data, where)
    if text.isascii() and not _has_lone_return(data):
        return text.replace("\r", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _has_lone_return(data: bytes) -> bool:
    """Whether a carriage return stands without a line feed behind it; cheaper to ask than to replace pairs."""
    raw = np.frombuffer(data, dtype=np.uint8)
    returns = np.flatnonzero(raw == ord("\r"))
    return bool(returns.size and (returns[-1] == raw.size - 1 or np.any(raw[returns + 1] != ord("\n"))))


def _decode_exactly(data: bytes, where: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(data, "utf-16", where)
    if data.startswith(b"\xef\xbb\xbf"):
        return _strict(data[3:], "utf-8", where)
    guess = _utf16_without_bom(data[:4096])
    if guess:
        return _strict(data, guess, where)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _strict(data: bytes, encoding: str, where: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not valid {encoding} at byte {error.start}", where=where, hint="the file may be truncated"
        ) from error


def _utf16_without_bom(head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 4 and odd == 0 else ""


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value; a true 0 is a value."""
    return cell.strip().lower() in MISSING


def to_number(cell: str, *, decimal: str, where: str) -> float | None:
    """Read one number with the file's decimal mark; None when missing.

    Raises:
        InputError: when the cell is no number, or uses the other decimal mark.
    """
    text = cell.strip()
    if is_missing(text):
        return None
    other = "," if decimal == "." else "."
    if other in text or not _NUMBER.fullmatch(text):
        raise InputError(
            f"{cell!r} is not a number with decimal {'comma' if decimal == ',' else 'point'}",
            where=where,
            hint="export again with one decimal mark throughout",
        )
    value = float(text.replace(",", "."))
    if not math.isfinite(value):
        raise InputError(f"{cell!r} is beyond any number", where=where)
    return value


def require_number(cell: str, *, decimal: str, where: str) -> float:
    """Read one number that must be there.

    Raises:
        InputError: when it is missing or no number.
    """
    value = to_number(cell, decimal=decimal, where=where)
    if value is None:
        raise InputError("a number is missing", where=where)
    return value
