"""Entries of a BibTeX file, one at a time, a broken one without harm to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from paracrine.evidence.file import EvidenceFile

_START = re.compile(r"\s*@([A-Za-z]+)\s*[{(]")
_FIELD = re.compile(r"\s*,?\s*([A-Za-z][\w.:+-]*)\s*=\s*")
_WORD = re.compile(r"[^\s,#{}\"]+")
_NOT_ENTRIES = frozenset({"comment", "string", "preamble"})
_LONGEST_LINES = 100_000


class Entry(NamedTuple):
    """One entry: type in lower case, fields in lower case; `error` says why it could not be read."""

    number: int
    line: int
    kind: str
    fields: dict[str, str]
    error: str = ""


def entries(file: EvidenceFile) -> Iterator[Entry]:
    """Yield the entries; an entry starts where a line begins with `@type{`."""
    block: list[str] = []
    first_line = number = 0
    for line_number, line in file.lines():
        if _START.match(line):
            if block:
                number += 1
                yield _parse(block, number, first_line)
            block, first_line = [line], line_number
        elif block:
            block.append(line)
            if len(block) > _LONGEST_LINES:
                yield Entry(number + 1, first_line, "", {}, "an entry of over 100 000 lines")
                return
    if block:
        yield from (entry for entry in (_parse(block, number + 1, first_line),) if entry.kind or entry.error)


def _parse(block: list[str], number: int, line: int) -> Entry:
    text = "\n".join(block)
    start = _START.match(text)
    assert start is not None
    kind = start[1].lower()
    place = text.find(",", start.end())
    if kind in _NOT_ENTRIES:
        return Entry(number, line, kind, {}, f"@{kind} is no work")
    fields: dict[str, str] = {}
    while place >= 0 and (found := _FIELD.match(text, place)):
        value, place = _value(text, found.end())
        if place < 0:
            return Entry(number, line, kind, fields, f"the value of {found[1]} never ends")
        fields[found[1].lower()] = value
    return Entry(number, line, kind, fields, "" if fields else "an entry without fields")


def _value(text: str, place: int) -> tuple[str, int]:
    """Return a value, its parts joined at `#`, and the place after it; -1 where it never ends."""
    parts = []
    while True:
        if text[place : place + 1] in ("{", '"'):
            end = _closing(text, place)
            if end < 0:
                return "", -1
            parts.append(text[place + 1 : end])
            place = end + 1
        else:
            word = _WORD.match(text, place)
            parts.append(word[0] if word else "")
            place = word.end() if word else place
        rest = re.compile(r"\s*#\s*").match(text, place)
        if not rest:
            return "".join(parts), place
        place = rest.end()


def _closing(text: str, place: int) -> int:
    quoted, depth = text[place] == '"', 0
    for index in range(place, len(text)):
        letter = text[index]
        if letter == "\\":
            continue
        if letter == "{" and text[index - 1 : index] != "\\":
            depth += 1
        elif letter == "}" and text[index - 1 : index] != "\\":
            depth -= 1
            if not quoted and depth == 0:
                return index
        elif letter == '"' and quoted and depth == 0 and index > place:
            return index
    return -1
