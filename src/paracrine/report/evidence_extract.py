"""The page of an extraction: what each record says, with the words that say it marked in their sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from paracrine.evidence.extract.correcting import BY_HAND
from paracrine.evidence.extract.found import Dose, Extraction, Found
from paracrine.evidence.extract.products import ProductConflict
from paracrine.report.html_page import render_html
from paracrine.report.numbers import THIN, write_value

SHOWN = 400
_AROUND = 90
_FILTERS = ("given", "dosed", "unsure", "hand", "other")


class ShownValue(NamedTuple):
    """One value beside the words it came from."""

    item: str
    value: str
    confidence: str
    field: str
    before: str
    words: str
    after: str
    doubt: str = ""


class ShownRecord(NamedTuple):
    """One record of the page; `classes` is what the filters look at."""

    anchor: str
    key: str
    url: str
    classes: str
    extraction: Extraction
    values: tuple[ShownValue, ...]
    silent: str
    source: str
    route: str
    doses: str


def extract_html(
    found: Sequence[tuple[Extraction, Mapping[str, str]]],
    *,
    headline: str,
    origin: str,
    conflicts: Sequence[ProductConflict],
    tables: tuple[str, ...],
) -> str:
    """Return the page.

    Args:
        found: each extraction with the texts of its record by field, trials of vesicle therapy shown first.
        headline: the answer in one sentence.
        origin: what was read.
        conflicts: records that contradict one another.
        tables: names of the CSV files beside the page, which hold every record.
    """
    order = sorted(range(len(found)), key=lambda n: not found[n][0].is_vesicle_therapy)
    records = [_shown(number, *found[place]) for number, place in enumerate(order[:SHOWN], 1)]
    return render_html(
        "evidence_extract.html.j2",
        footer="What records say",
        title="What records say",
        headline=headline,
        records=records,
        counts={name: sum(name in one.classes.split() for one in records) for name in _FILTERS} | {"all": len(records)},
        hidden=len(found) - len(records),
        origin=origin,
        conflicts=[_conflict(one) for one in conflicts],
        tables=tables,
    )


def _shown(number: int, one: Extraction, texts: Mapping[str, str]) -> ShownRecord:
    stated = [value for value in one.values if value.status == "reported" and not _is_none(value)]
    values = [_value(value.item, value.value, value, texts) for value in stated]
    doses = [_value(f"dose ({dose.dose_kind})", _dose_text(dose), dose, texts, doubt=dose.doubt) for dose in one.doses]
    silent = [
        f"{status}: {', '.join(value.item for value in one.values if value.status == status)}"
        for status in ("not found", "not assessable")
        if any(value.status == status for value in one.values)
    ]
    sure = {value.confidence for value in (*values, *doses)}
    classes = [
        "given" if one.is_vesicle_therapy else "other",
        *(["dosed"] if one.doses else []),
        *(["unsure"] if sure & {"low", "medium"} or one.doubts else []),
        *(["hand"] if BY_HAND in sure else []),
    ]
    name = one.key.removeprefix("trial:")
    told = {value.item: value.value for value in one.values}
    return ShownRecord(
        f"record-{number}", one.key, _url(one.key, name), " ".join(classes), one, tuple(doses + values),
        "; ".join(silent), told.get("source", ""), told.get("route", ""),
        "; ".join(map(_dose_cell, one.doses)) or "not stated",
    )  # fmt: skip


def _dose_text(dose: Dose) -> str:
    ends = dict.fromkeys((_number(dose.low), _number(dose.high)))
    return f"{' to '.join(ends)}{THIN}{dose.unit}" + (f" per {dose.per}" if dose.per else "")


def _dose_cell(dose: Dose) -> str:
    kind = "" if dose.dose_kind == dose.unit else f" ({dose.dose_kind})"
    return _dose_text(dose) + kind


def _number(value: float) -> str:
    return write_value(value).replace(" ", "\u00a0")


def _conflict(one: ProductConflict) -> str:
    stated = "; ".join(f"{_number(said.particles)} in {said.key.removeprefix('trial:')}" for said in one.statements)
    return f"{one.product} {one.volume_ml:g}{THIN}ml is stated to hold different numbers of vesicles: {stated}"


def _is_none(value: Found) -> bool:
    return value.value == "none" and not value.words


def _value(item: str, value: str, said: Found | Dose, texts: Mapping[str, str], *, doubt: str = "") -> ShownValue:
    text = texts.get(said.field, "")
    if isinstance(said, Dose) and said.confidence == BY_HAND:
        # The words of a dose by hand are the person's, not the record's.
        return ShownValue(item, value, said.confidence, "", "", "", "", doubt)
    if said.start < 0 or not text:
        return ShownValue(item, value, said.confidence, said.field, "", said.words, "", doubt)
    start, end = max(0, said.start - _AROUND), said.end + _AROUND
    before = ("…" if start else "") + text[start : said.start]
    after = text[said.end : end] + ("…" if end < len(text) else "")
    return ShownValue(item, value, said.confidence, said.field, before, text[said.start : said.end], after, doubt)


def _url(key: str, name: str) -> str:
    if name.startswith("NCT"):
        return f"https://clinicaltrials.gov/study/{name}"
    kind, _, number = key.partition(":")
    return f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if kind == "pubmed" else ""
