"""Read a product's limits from spec.toml."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from paracrine.core.attribute import attribute_title, attribute_word, is_known_unit, named_unit, stored_unit
from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError
from paracrine.core.specification import DecisionRule, Limit, LimitKind, Specification
from paracrine.core.units import convert, spelling
from paracrine.release.rounding import exact_decimal

SPECIFICATION_NAME = "spec.toml"
_TOP_KEYS = ("product", "edition", "source", "example", "limit")
_BOUNDS = ("low", "above", "high", "below")
_TEXTS = ("attribute", "title", "kind", "stage", "unit", "rule", "method", "group", "source")
_WINDOW = ("window_low_nm", "window_high_nm")
_LIMIT_KEYS = (*_TEXTS, *_BOUNDS, *_WINDOW, "tolerance_pct", "accept", "decimals", "own_word")
_KIND_WORDS = {kind.value: kind for kind in LimitKind} | {"percent": LimitKind.PERCENT_IN_RANGE}
_NUMBERS_OF_KIND = {
    LimitKind.NUMERIC: _BOUNDS,
    LimitKind.PERCENT_IN_RANGE: _BOUNDS,
    LimitKind.LABEL: ("tolerance_pct",),
    LimitKind.FINDING: (),
    LimitKind.REPORT: (),
}
_UNIT_OF_KIND = {LimitKind.LABEL: "1/mL", LimitKind.PERCENT_IN_RANGE: "%"}
_NEAR_MISS = 0.85
_WIDEST_DECIMALS = 12


def read_specification(path: Path, *, known_attributes: Iterable[str] = ()) -> Specification:
    """Read limits, convert them to the units values are kept in, and keep the digits they are written with.

    `known_attributes` are the numeric attributes that can be measured here; a limit on a name that nearly is one of
    them is refused as a slip, unless the limit says `own_word = true`.

    Raises:
        InputError: naming the limit, its line, the key and what to write instead.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 at byte {error.start}", where=path.name, hint="save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    return parse_specification(text, where=path.name, known_attributes=known_attributes)


def parse_specification(text: str, *, where: str, known_attributes: Iterable[str] = ()) -> Specification:
    """Make a specification from the text of a spec.toml.

    Raises:
        InputError: naming the limit, its line, the key and what to write instead.
    """
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not TOML: {error}", where=where, hint="text needs quotes, numbers a point") from error
    _require_keys(data, _TOP_KEYS, where)
    for key in ("product", "edition", "source"):
        _take_text(data, key, where)
    if not data.get("product"):
        raise InputError("the product is not named", where=where, hint='add product = "..." at the top')
    if not isinstance(data.get("example", False), bool):
        raise InputError("example must be true or false", where=where)
    tables = data.get("limit", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError("limits must be written as [[limit]] tables", where=where)
    if not tables:
        raise InputError("there is no limit", where=where, hint="add [[limit]] with attribute = ...")
    known, lines = tuple(known_attributes), _lines_of_limits(text)
    limits = []
    for index, table in enumerate(tables, 1):
        line = f" (line {lines[index - 1]})" if len(lines) == len(tables) else ""
        name = f" {table['attribute']!r}" if isinstance(table.get("attribute"), str) else ""
        limits.append(_read_limit(table, f"{where}: limit {index}{name}{line}", known))
    return Specification(
        product=data["product"],
        edition=data.get("edition", ""),
        source=data.get("source", ""),
        example=data.get("example", False),
        limits=tuple(limits),
    )


def _lines_of_limits(text: str) -> list[int]:
    rows = enumerate(text.splitlines(), 1)
    return [number for number, row in rows if row.replace(" ", "").startswith("[[limit]]")]


def _read_limit(table: dict[str, Any], where: str, known: tuple[str, ...]) -> Limit:
    _require_keys(table, _LIMIT_KEYS, where)
    words = {key: _take_text(table, key, where) for key in _TEXTS}
    attribute = attribute_word(words["attribute"])
    if not attribute:
        raise InputError("the key 'attribute' is missing", where=where)
    accept = _take_accept(table, where)
    kind = _take_kind(table, words["kind"], bool(accept), where)
    if kind is not LimitKind.FINDING and not _flag(table, "own_word", where):
        _require_no_slip(attribute, known, where)
    numbers = _read_numbers(table, kind, attribute, words["unit"], where)
    try:
        return Limit(
            attribute=attribute,
            title=words["title"] or attribute_title(attribute),
            limit_kind=kind,
            stage=words["stage"] or Limit.model_fields["stage"].default,
            accept=accept,
            rule=_take_rule(words["rule"], where),
            method=words["method"],
            group=words["group"],
            source=words["source"],
            **numbers,
        )
    except ValidationError as error:
        raise InputError(error.errors()[0]["msg"].removeprefix("Value error, "), where=where) from error


def _read_numbers(table: dict[str, Any], kind: LimitKind, attribute: str, unit: str, where: str) -> dict[str, Any]:
    for key in (*_BOUNDS, *_WINDOW, "tolerance_pct"):
        if key in table and key not in (*_NUMBERS_OF_KIND[kind], *_windows_of(kind)):
            raise InputError(f"a {kind.value} limit takes no {key!r}", where=where)
    if kind is LimitKind.FINDING:
        if unit or "decimals" in table:
            raise InputError("a finding limit takes neither unit nor decimals", where=where)
        return {}
    try:
        kept = stored_unit(attribute, unit or named_unit(attribute) or _UNIT_OF_KIND.get(kind, ""))
    except InputError as error:
        raise InputError(error.message, where=f"{where}: unit", hint=error.hint) from error
    written = {key: _take_number(table, key, where) for key in _NUMBERS_OF_KIND[kind] if key in table}
    digits = _digits(list(written.values()), _take_decimals(table, where))
    if kind is LimitKind.REPORT:
        return {"unit": kept}
    if kind is LimitKind.LABEL:
        if "tolerance_pct" not in written:
            raise InputError("the key 'tolerance_pct' is missing", where=where)
        if written["tolerance_pct"] <= 0:
            raise InputError("tolerance_pct must be above 0", where=where)
        return {"unit": kept, "tolerance_pct": float(written["tolerance_pct"]), "decimals": digits.decimals}
    return {"unit": kept, **_bounds_in(kept, unit, written, digits, where), **_window(table, where)}


def _windows_of(kind: LimitKind) -> tuple[str, ...]:
    return _WINDOW if kind in (LimitKind.NUMERIC, LimitKind.PERCENT_IN_RANGE) else ()


@dataclass(frozen=True, slots=True)
class _Digits:
    decimals: int
    power_of_ten: bool


def _digits(numbers: list[Decimal], stated: int | None) -> _Digits:
    """Take the digits from how the numbers are written: the finer of two, mantissa digits for `1.0e10`."""
    shapes = [number.as_tuple() for number in numbers if number]
    exponents = [int(shape.exponent) for shape in shapes]
    if exponents and all(exponent > 0 for exponent in exponents):
        finest = max(len(shape.digits) - 1 for shape in shapes)
        return _Digits(finest if stated is None else stated, power_of_ten=True)
    written = max((max(0, -int(number.as_tuple().exponent)) for number in numbers), default=0)
    return _Digits(written if stated is None else stated, power_of_ten=False)


def _bounds_in(kept: str, unit: str, written: dict[str, Decimal], digits: _Digits, where: str) -> dict[str, Any]:
    """Put low, high, their inclusiveness and the digits into the unit kept."""
    for one, other in (("low", "above"), ("high", "below")):
        if one in written and other in written:
            raise InputError(f"give {one!r} or {other!r}, not both", where=where)
    if not written:
        raise InputError("a numeric limit needs low, above, high or below", where=where)
    shift = _power_between(unit or kept, kept, where)
    low, high = (written.get(one, written.get(other)) for one, other in (("low", "above"), ("high", "below")))
    if low is not None and high is not None and low > high:
        raise InputError(f"the lower end {low} is above the upper end {high}", where=where)
    if low is not None and low == high and ("above" in written or "below" in written):
        raise InputError("no value can meet this limit", where=where, hint="use low and high to include the ends")
    return {
        "low": None if low is None else float(low.scaleb(shift)),
        "high": None if high is None else float(high.scaleb(shift)),
        "low_inclusive": "above" not in written,
        "high_inclusive": "below" not in written,
        "decimals": digits.decimals if digits.power_of_ten else digits.decimals - shift,
        "power_of_ten": digits.power_of_ten,
    }


def _window(table: dict[str, Any], where: str) -> dict[str, float]:
    window = {key: float(_take_number(table, key, where)) for key in _WINDOW if key in table}
    if len(window) == 1:
        raise InputError("a size window needs window_low_nm and window_high_nm", where=where)
    if window and not 0 <= window["window_low_nm"] < window["window_high_nm"]:
        raise InputError("the size window is empty", where=where)
    return window


def _power_between(unit: str, kept: str, where: str) -> int:
    if not is_known_unit(unit) or spelling(unit) == kept:
        return 0
    zero, one = (exact_decimal(convert(value, unit, kept)) for value in (0.0, 1.0))
    factor = one - zero
    if zero or factor.scaleb(-factor.adjusted()) != 1:
        raise InputError(f"digits written in {unit!r} mean nothing in {kept}", where=where, hint=f"write it in {kept}")
    return factor.adjusted()


def _require_keys(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise InputError(f"unknown key {key!r}", where=where, hint=nearest(key, known))


def _require_no_slip(attribute: str, known: tuple[str, ...], where: str) -> None:
    close = difflib.get_close_matches(attribute, known, n=1, cutoff=_NEAR_MISS)
    if close and attribute not in known:
        raise InputError(
            f"attribute: nothing measures {attribute!r}",
            where=where,
            hint=f"did you mean {close[0]!r}? If the name is meant as it is, add own_word = true",
        )


def _take_text(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise InputError(f"{key} must be text", where=where, hint=f'write {key} = "..."')
    return value.strip()


def _flag(table: dict[str, Any], key: str, where: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"{key} must be true or false", where=where)
    return value


def _take_accept(table: dict[str, Any], where: str) -> tuple[str, ...]:
    words = table.get("accept", [])
    if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
        raise InputError("accept must be a list of words", where=where, hint='write accept = ["negative"]')
    if "accept" in table and not words:
        raise InputError("accept is empty, so nothing could pass", where=where)
    return tuple(word.strip() for word in words)


def _take_kind(table: dict[str, Any], word: str, has_accept: bool, where: str) -> LimitKind:
    if word:
        if word not in _KIND_WORDS:
            raise InputError(f"kind: no limit is called {word!r}", where=where, hint=nearest(word, _KIND_WORDS))
        kind = _KIND_WORDS[word]
    elif has_accept:
        kind = LimitKind.FINDING
    elif "tolerance_pct" in table:
        kind = LimitKind.LABEL
    else:
        kind = LimitKind.NUMERIC
    if has_accept and kind is not LimitKind.FINDING:
        raise InputError(f"a {kind.value} limit takes no 'accept'", where=where)
    return kind


def _take_rule(word: str, where: str) -> DecisionRule:
    if not word:
        return DecisionRule.SIMPLE
    rules = [rule.value for rule in DecisionRule]
    if word not in rules:
        raise InputError(f"rule: no decision rule is called {word!r}", where=where, hint=nearest(word, rules))
    return DecisionRule(word)


def _take_number(table: dict[str, Any], key: str, where: str) -> Decimal:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InputError(f"{key} must be a number", where=where, hint=f"write {key} = 0.5, without quotes or unit")
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 100:
        raise InputError(f"{key} is not a usable number", where=where)
    return number


def _take_decimals(table: dict[str, Any], where: str) -> int | None:
    value = table.get("decimals")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _WIDEST_DECIMALS:
        raise InputError(f"decimals must be a whole number from 0 to {_WIDEST_DECIMALS}", where=where)
    return value
