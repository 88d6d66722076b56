"""Dates as databases write them, to ISO as far as known."""

from __future__ import annotations

import re

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january janvier enero", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"), 1
    )
    for name in names.split()
}  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", re.ASCII)
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*|\s\d\d:\d\d.*)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.\s]+(\d{1,2})(?:[/.\s]+(\d{1,2}))?[/\s]*(?:\s.*)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


def month_number(text: str) -> int | None:
    """Return the number of a month written as number or English name, None when it is neither."""
    word = text.strip().rstrip(".").casefold()
    if word.isascii() and word.isdigit() and 1 <= int(word) <= 12:
        return int(word)
    return _MONTHS.get(word)


def iso(year: str, month: str = "", day: str = "") -> str:
    """Return an ISO date from parts; a part that is no date ends it."""
    if not (len(year) == 4 and year.isascii() and year.isdigit()):
        return ""
    number = month_number(month) if month else None
    if number is None:
        return year
    if not (day.isascii() and day.isdigit() and 1 <= int(day) <= 31):
        return f"{year}-{number:02d}"
    return f"{year}-{number:02d}-{int(day):02d}"


def read_date(text: str) -> str:
    """Return a date in any of the layouts met as ISO, empty when it is none.

    Day and month of `16/02/2020` come in that order; a second part over 12 turns them round.
    """
    text = text.strip()
    if not text:
        return ""
    for layout in (_ISO, _COMPACT, _YEAR_FIRST):
        found = layout.fullmatch(text)
        if found:
            return iso(*(part or "" for part in found.groups()))
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        return iso(year, day, month) if int(month) > 12 else iso(year, month, day)
    return _worded(text)


def _worded(text: str) -> str:
    years = _YEAR.findall(text)
    if len(set(years)) != 1:
        return ""
    words = re.findall(r"[A-Za-z]+\.?|\d+", text)
    months = [word for word in words if word.rstrip(".").casefold() in _MONTHS]
    days = [word for word in words if word.isdigit() and len(word) <= 2 and 1 <= int(word) <= 31]
    if len(months) != 1:
        return str(years[0])
    return iso(years[0], months[0], days[0] if len(days) == 1 else "")


def find_year(text: str) -> int | None:
    """Return the first year of four digits in a text, None when there is none."""
    found = _YEAR.search(text)
    return int(found[1]) if found else None
