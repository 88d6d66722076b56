"""Words and shapes the pages share: outcomes, units, limits, roles."""

from __future__ import annotations

from paracrine.core.specification import DecisionRule, Limit, LimitKind, Outcome
from paracrine.report.numbers import THIN, write_decimals

MARKS = {
    Outcome.PASS: "✓",
    Outcome.FAIL: "✕",
    Outcome.BORDERLINE: "◐",
    Outcome.NOT_ASSESSED: "–",
    Outcome.NOT_APPLICABLE: "○",
    Outcome.REPORTED: "·",
}
RULES = {DecisionRule.SIMPLE: "simple rule", DecisionRule.GUARD_BAND: "guard-band rule"}

_UNITS = {
    "1/mL": "mL⁻¹",
    "1/cm3": "cm⁻³",
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


def write_unit(unit: str) -> str:
    """Return a unit as it is printed; dimensionless is empty."""
    return _UNITS.get(unit, unit)


def title_of(attribute: str, title: str = "") -> str:
    """Return the title of an attribute, its name in words where none was given."""
    return title or attribute.replace("_", " ")


def write_limit(limit: Limit) -> str:
    """Return a limit in words and signs, such as `80 to 200 nm` or `no growth`."""
    unit = write_unit(limit.unit)
    tail = "" if not unit else f"{THIN}{unit}"
    if limit.limit_kind is LimitKind.FINDING:
        return " or ".join(limit.accept)
    if limit.limit_kind is LimitKind.LABEL:
        return f"label ± {write_decimals(limit.tolerance_pct or 0.0, None)}{THIN}%"
    if limit.low is None and limit.high is None:
        return "report"
    low = None if limit.low is None else write_decimals(limit.low, limit.decimals)
    high = None if limit.high is None else write_decimals(limit.high, limit.decimals)
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
