"""Numbers as people write them in records: lost superscripts, words, ranges, computer notation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_WORDS = {"thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "billions": 1e9, "trillion": 1e12}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_RANGE = r"\s*(?:-|–|—|~|to)\s*"
_MANTISSA = rf"\(?\s*(?P<low>{_NUMBER})(?:{_RANGE}(?P<high>{_NUMBER}))?\s*\)?"
_SIGN = r"\s*[x×X*·✕]\s*"
_POWER = re.compile(
    rf"(?<![\d.A-Za-z]){_MANTISSA}{_SIGN}"
    r"(?:10\s*\^\s*\(?(?P<caret>\d{1,2})(?:-(?P<caret_high>\d{1,2}))?(?!\d)"
    r"|10\s*\(\s*(?P<bracket>\d{1,2})\s*\)"
    r"|10\s*[eE]\s*\+?(?P<letter>\d{1,2})(?!\d)"
    r"|10(?P<lost>\d{1,2})(?![\d.])"
    r"|10\s(?P<blank>\d{1,2})(?!\d|\s*(?:days?|weeks?|months?|years?|minutes?|times|patients|ml|mL|%))"
    r"|(?P<plain>1\d{3,12}|1(?:,000)+)(?!\d))"
)
_COMPUTER = re.compile(rf"(?<![\d.,A-Za-z])(?P<low>10(?=\s?[eE])|{_NUMBER})\s?[eE]\+?(?P<exponent>\d{{1,2}})(?![\d.])")
_BARE = re.compile(
    r"(?<![\d.,A-Za-z×xX*]\s)(?<![\d.,A-Za-z×xX*])10\s*\^\s*(?P<exponent>\d{1,2})(?:-(?P<high>\d{1,2}))?(?!\d)"
)
_NAMED = re.compile(
    rf"(?<![\d.A-Za-z]){_MANTISSA}\s*(?P<word>thousand|millions?|billions?|trillion)(?![A-Za-z])", re.IGNORECASE
)
_BEFORE = re.compile(rf"(?<![\^\d.,eExX×*(])(?P<items>(?:(?:{_NUMBER})\s*(?:,|and|or|/)\s*)+)$")
SMALLEST_EXPONENT, LARGEST_EXPONENT = 3, 14


@dataclass(frozen=True, slots=True)
class Amount:
    """A number or range with the words it was written in and where they stand.

    `doubt` says what in the writing leaves room for another reading; `agrees` is False where a bracket contradicts it.
    """

    low: float
    high: float
    words: str
    start: int
    end: int
    notation: str
    doubt: str = ""
    agrees: bool | None = None


def read_number(text: str) -> float:
    """Return a plain number; a comma is a decimal mark unless it groups thousands."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))


def find_amounts(text: str) -> tuple[Amount, ...]:
    """Return every large number of a text, in order; those that overlap a longer one are left out."""
    found: list[Amount] = [*_powers(text), *_named(text), *_computer(text), *_bare(text)]
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Amount] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(_with_lists(text, _confirmed(text, kept)))


def _powers(text: str) -> Iterator[Amount]:
    for match in _POWER.finditer(text):
        low = read_number(match["low"])
        high = read_number(match["high"]) if match["high"] else low
        name = next(key for key in ("caret", "bracket", "letter", "lost", "blank", "plain") if match[key])
        if name == "plain":
            factor = float(match["plain"].replace(",", ""))
            if not re.fullmatch(r"10+", match["plain"].replace(",", "")):
                continue
            yield _amount(match, low * factor, high * factor, "plain product")
            continue
        exponent = int(match[name])
        if not SMALLEST_EXPONENT <= exponent <= LARGEST_EXPONENT:
            continue
        top = int(match["caret_high"]) if name == "caret" and match["caret_high"] else exponent
        doubt = {"lost": "superscript lost", "blank": "superscript lost", "letter": "10e after a product sign"}
        yield _amount(match, low * 10.0**exponent, high * 10.0**top, name, doubt.get(name, ""))


def _named(text: str) -> Iterator[Amount]:
    for match in _NAMED.finditer(text):
        factor = _WORDS[match["word"].lower()]
        low = read_number(match["low"])
        high = read_number(match["high"]) if match["high"] else low
        yield _amount(match, low * factor, high * factor, "word")


def _computer(text: str) -> Iterator[Amount]:
    for match in _COMPUTER.finditer(text):
        exponent = int(match["exponent"])
        if not SMALLEST_EXPONENT <= exponent <= LARGEST_EXPONENT:
            continue
        if match["low"] == "10":
            value, doubt = 10.0**exponent, "10e6 alone read as 10^6"
        else:
            value, doubt = read_number(match["low"]) * 10.0**exponent, ""
        yield _amount(match, value, value, "computer", doubt)


def _bare(text: str) -> Iterator[Amount]:
    for match in _BARE.finditer(text):
        exponent = int(match["exponent"])
        top = int(match["high"]) if match["high"] else exponent
        if SMALLEST_EXPONENT <= exponent <= LARGEST_EXPONENT:
            yield _amount(match, 10.0**exponent, 10.0**top, "power alone")


def _amount(match: re.Match[str], low: float, high: float, notation: str, doubt: str = "") -> Amount:
    start, end = match.span()
    words = match.group()
    if words.startswith("(") and words.count("(") > words.count(")"):
        inside = len(words) - len(words[1:].lstrip())
        words, start = words[inside:], start + inside
    low, high = float(f"{low:.12g}"), float(f"{high:.12g}")
    return Amount(min(low, high), max(low, high), words.strip(), start, end, notation, doubt)


def _confirmed(text: str, found: list[Amount]) -> list[Amount]:
    """A bracket right behind that says the same number confirms it; another number contradicts it."""
    result: list[Amount] = []
    for index, one in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        if following and following.start - one.end <= 3 and text[one.end : following.start].strip() == "(":
            same = abs(following.low / one.low - 1) < 0.01
            result.append(replace(one, agrees=same, doubt="" if same else "the bracket says another number"))
        else:
            result.append(one)
    return result


def _with_lists(text: str, found: list[Amount]) -> Iterator[Amount]:
    """`5, 10 and 15 x 10^7`: the numbers before share the power."""
    for one in found:
        first = re.match(rf"{_NUMBER}", one.words)
        before = _BEFORE.search(text[max(0, one.start - 40) : one.start])
        if before and first and one.low == one.high and one.notation != "computer":
            factor = one.low / read_number(first.group())
            offset = max(0, one.start - 40) + before.start()
            for item in re.finditer(_NUMBER, before["items"]):
                value = float(f"{read_number(item.group()) * factor:.12g}")
                start, end = offset + item.start(), offset + item.end()
                yield Amount(value, value, item.group(), start, end, "shared power", "power taken from the next number")
        yield one
