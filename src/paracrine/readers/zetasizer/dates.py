"""Dates with English month names, as Zetasizer software writes them whatever the locale."""

from __future__ import annotations

import re

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_DATE = re.compile(r"(?:[A-Za-z]+, )?(\d{1,2}) ([A-Za-z]+) (\d{4}) (\d{1,2}):(\d{2}):(\d{2})")


def iso_time(text: str) -> str:
    """Return `Friday, 28 March 2025 14:59:57` as `2025-03-28T14:59:57`, any other text unchanged."""
    match = _DATE.fullmatch(text.strip())
    if match is None or match.group(2).lower() not in _MONTHS:
        return text.strip()
    day, month, year, hour, minute, second = match.groups()
    number = _MONTHS.index(month.lower()) + 1
    return f"{year}-{number:02d}-{int(day):02d}T{int(hour):02d}:{minute}:{second}"
