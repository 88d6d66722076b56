"""Words and shapes the pages share: outcomes, units, limits, roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from paracrine.core.attribute import attribute_title
from paracrine.core.specification import DecisionRule, Limit, LimitKind, Outcome, Verdict
from paracrine.report.numbers import THIN, write_decimals

MARKS = {
    Outcome.PASS: "✓",
    Outcome.FAIL: "✕",
    Outcome.BORDERLINE: "◐",
    Outcome.NOT_ASSESSED: "–",
    Outcome.NOT_APPLICABLE: "○",
    Outcome.REPORTED: "·",
}
_WORST_FIRST = (Outcome.FAIL, Outcome.BORDERLINE, Outcome.NOT_ASSESSED, Outcome.PASS)
_SHORT_UNIT = 5
RULES = {DecisionRule.SIMPLE: "simple rule", DecisionRule.GUARD_BAND: "guard band"}

_UNITS = {
    "1/mL": "mL⁻¹",
    "1/cm3": "cm⁻³",
    "1/mm2": "mm⁻²",
    "um": "µm",
    "ug": "µg",
    "uL": "µL",
    "ug/mL": "µg/mL",
    "ug/uL": "µg/µL",
    "particles/ug": "particles/µg",
    "1/ug": "µg⁻¹",
    "degC": "°C",
    "mPa.s": "mPa·s",
    "um2/s": "µm²/s",
    "um.cm/(V.s)": "µm·cm/(V·s)",
    "1": "",
}


def worst_outcome(verdicts: Iterable[Verdict]) -> Outcome:
    """Return the outcome that decides about a batch; reported where nothing is judged."""
    outcomes = {verdict.outcome for verdict in verdicts}
    return next((outcome for outcome in _WORST_FIRST if outcome in outcomes), Outcome.REPORTED)


def write_unit(unit: str) -> str:
    """Return a unit as it is printed; dimensionless is empty."""
    return _UNITS.get(unit, unit)


def title_of(attribute: str, title: str = "") -> str:
    """Return the title of an attribute, made from its name where none was given."""
    return title or attribute_title(attribute)


def write_limit(limit: Limit) -> str:
    """Return a limit in words and signs, such as `80 to 200 nm` or `no growth`."""
    unit = write_unit(limit.unit)
    tail = "" if not unit else f"{THIN if len(unit) <= _SHORT_UNIT else ' '}{unit}"
    if limit.limit_kind is LimitKind.FINDING:
        return " or ".join(limit.accept)
    if limit.limit_kind is LimitKind.LABEL:
        return f"label ± {write_decimals(limit.tolerance_pct or 0.0, None)}{THIN}%"
    if limit.low is None and limit.high is None:
        return "report"
    low = None if limit.low is None else write_decimals(limit.low, limit.decimals, power=limit.power_of_ten)
    high = None if limit.high is None else write_decimals(limit.high, limit.decimals, power=limit.power_of_ten)
    if low is None:
        return f"{'≤' if limit.high_inclusive else '<'}{THIN}{high}{tail}"
    if high is None:
        return f"{'≥' if limit.low_inclusive else '>'}{THIN}{low}{tail}"
    open_ends = [word for word, kept in ((low, limit.low_inclusive), (high, limit.high_inclusive)) if not kept]
    excluding = f", without {' and '.join(open_ends)}" if open_ends else ""
    return f"{low} to {high}{tail}{excluding}"


def join_words(words: list[str]) -> str:
    """Join words as prose: `a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def write_bytes(size_bytes: int) -> str:
    """Write a file size in bytes, kB or MB."""
    if size_bytes < 1000:
        return f"{size_bytes}{THIN}B"
    return f"{size_bytes / 1e3:.0f}{THIN}kB" if size_bytes < 1e6 else f"{size_bytes / 1e6:.1f}{THIN}MB"


def capitalised(text: str) -> str:
    """Return a text with its first letter large and the others as they are."""
    return text[:1].upper() + text[1:]


def in_sentence(title: str) -> str:
    """Lower the first letter of a title unless its first word is an abbreviation such as D50 or CD63."""
    first = title.split(" ", 1)[0]
    is_abbreviation = any(letter.isupper() or letter.isdigit() for letter in first[1:]) or first[1:2] == "-"
    return title if is_abbreviation else title[:1].lower() + title[1:]


def write_time(text: str) -> str:
    """Write an ISO date and time with blanks instead of the `T` and before the zone; other text as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if "T" not in text:
        return text
    zone = "" if moment.tzinfo is None else f" UTC{moment.isoformat()[-6:]}" if moment.utcoffset() else " UTC"
    return f"{moment:%Y-%m-%d %H:%M}{zone}"


def sentence(text: str) -> str:
    """Begin large, unless with a name such as `study.toml`, and end with a full stop."""
    begun = capitalised(text) if text.partition(" ")[0].isalpha() else text
    return begun if not text or text[-1] in ".!?" else f"{begun}."
