"""The time of an entry: UTC to the microsecond, and the zone the clock on the wall shows."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


def now() -> tuple[str, str]:
    """Return UTC as ISO 8601 with microseconds and `Z`, and the local zone as `+02:00[Europe/Vienna]`."""
    utc = datetime.now(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), _offset(utc) + _name()


def _offset(utc: datetime) -> str:
    offset = utc.astimezone().utcoffset() or timedelta(0)
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _name() -> str:
    """Return the IANA name in brackets, empty where the machine does not tell."""
    stated = os.environ.get("TZ", "").removeprefix(":")
    if not stated:
        try:
            stated = str(Path("/etc/localtime").readlink())
        except OSError:
            return ""
    name = stated.rpartition("zoneinfo/")[2]
    is_name = "/" in name or name == "UTC"
    return f"[{name}]" if is_name and not name.startswith(("/", ".")) else ""
