"""Stated doses: a number, what it counts and what it is per, tied to the vesicles; kinds stay apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from paracrine.evidence.extract.amounts import Amount, find_amounts, read_number
from paracrine.evidence.extract.found import Dose
from paracrine.evidence.extract.passages import EV, Passage, sentences

PARTICLES = re.compile(
    r"^\W*(?:of\s+)?(?:[a-z]+\s)?(?:nano\s?-?vesicles?|nano-?particles?|particles?|(?:extracellular |micro)?vesicles?|"
    r"s?EVs?\b|exosomes?)",
    re.IGNORECASE,
)
_CELLS = re.compile(r"^\W*(?:of\s+)?(?:[\w-]+\s){0,3}?(?:cells?\b|[\w-]*MSCs?\b)", re.IGNORECASE)
_PER = re.compile(
    r"^[^.;]{0,40}?(?:/|\bper\s+|\bfor each\s+)\s*(?P<per>\d*\s?(?:kg|ml|mL|cm2|cm\^2|cm²|g\b|dose|L\b))", re.IGNORECASE
)
_MASS = re.compile(
    r"(?<![\d.,A-Za-z])(?P<value>\d+(?:[.,]\d+)?)\s*(?P<unit>[µμu]g|mcg|mg|ng)(?![A-Za-z])"
    r"(?:[\w ]{0,24}?/\s*(?P<per>g|kg|ml|mL)(?![A-Za-z]))?"
)
_PHOSPHOLIPID = re.compile(
    r"(?P<value>\d+(?:[.,]\d+)?)\s*(?P<unit>pmol|nmol)\s+phospholipids?\s*(?:/|per)\s*(?P<per>kg)"
)
_VOLUME = re.compile(r"(?<![\d.,A-Za-z])(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>ml|mL|ML)(?![A-Za-z])")
_PRODUCT = re.compile(r"(?:vesicles?|exosomes?)(?: Product| \(?EVs?\)?)?,\s+([A-Z]\w{3,})|\bIP\b")
_OTHER_FLUID = re.compile(r"saline|blood|plasma|serum|PBS|placebo|total volume|cream|sodium", re.IGNORECASE)
_LABORATORY = re.compile(
    r"count|platelet|leuko|neutrophil|lymphocyt|creatinin|bilirubin|h(?:a?)emoglobin|ferritin|"
    r"ANC\b|PMN|/L\b|albumin|prednis|heparin",
    re.IGNORECASE,
)


def find_doses(parts: Sequence[Passage]) -> tuple[Dose, ...]:
    """Return every dose stated of the vesicles, one a distinct value, in the order of the record."""
    names = product_names(parts)
    tied_by_field = _vesicle_fields(parts)
    found: dict[tuple[str, float, float, str], Dose] = {}
    for part in parts:
        if part.field.startswith("outcome"):
            continue
        for start, end in sentences(part.text):
            for dose in _in_sentence(part, start, end, names, tied=part.field in tied_by_field):
                found.setdefault((dose.dose_kind, dose.low, dose.high, dose.unit), dose)
    return tuple(_one_kind_of_cells(list(found.values())))


def _vesicle_fields(parts: Sequence[Passage]) -> set[str]:
    return {part.field for part in parts if EV.search(part.text)}


def product_names(parts: Sequence[Passage]) -> tuple[str, ...]:
    """Return names that stand in apposition to vesicles (`vesicles, NAME`), and `IP` where it is used."""
    names = {match.group(1) or "IP" for part in parts for match in _PRODUCT.finditer(part.text)}
    return tuple(sorted(names))


def _in_sentence(part: Passage, start: int, end: int, names: tuple[str, ...], *, tied: bool) -> Iterator[Dose]:
    text = part.text[start:end]
    if _LABORATORY.search(text) and not EV.search(text):
        return
    for amount in find_amounts(text):
        dose = _counted(part, start, text, amount, tied=tied)
        if dose:
            yield dose
    for pattern, kind in ((_PHOSPHOLIPID, "phospholipid"), (_MASS, "mass")):
        for match in pattern.finditer(text):
            if kind == "mass" and not (_near_product(text, match, names) or (tied and part.field.startswith("inter"))):
                continue
            yield _measured(part, start, match, kind)
    for match in _VOLUME.finditer(text):
        if _is_product_volume(text, match, names):
            value = read_number(match["value"])
            yield Dose(
                dose_kind="volume", low=value, high=value, unit="ml", field=part.field, words=match.group(),
                start=start + match.start(), end=start + match.end(),
            )  # fmt: skip


def _counted(part: Passage, start: int, text: str, amount: Amount, *, tied: bool) -> Dose | None:
    after = text[amount.end : amount.end + 70]
    per = _PER.match(after)
    kind, confidence = "", "high"
    if PARTICLES.match(after):
        kind, unit = "particles", "particles"
    elif _CELLS.match(after):
        unit = "cells"
        kind = "producing cells" if _about_vesicles(text, amount) else "cells"
    elif re.search(r"(?:cells?|MSCs?)\s*\(?\s*$", text[max(0, amount.start - 12) : amount.start]):
        kind, unit = "cells", "cells"
    elif EV.search(text) and re.search(r"dose|\d\s*$|^\W*(?:/|[,;]|and|\))", after[:12] or " ") and amount.low >= 1e7:
        kind, unit, confidence = "particles", "particles", "medium"
    elif re.match(r"^\s*\)?\s*/\s*kg", after) and tied:
        kind, unit, confidence = "producing cells", "cells", "medium"
    elif (
        re.search(r"escalat\w+ dose|dose escalation|\bdose\b", text, re.IGNORECASE)
        and amount.low >= 1e7
        and (per or amount.notation == "caret")
    ):
        kind, unit, confidence = "particles", "particles", "low"
    if not kind:
        return None
    if amount.agrees is None and amount.doubt and confidence == "high":
        confidence = "medium"
    return Dose(
        dose_kind=kind,
        low=amount.low,
        high=amount.high,
        unit=unit,
        per=" ".join(per["per"].split()) if per else "",
        field=part.field,
        words=text[amount.start : amount.end + (per.end() if per else 0)].strip(),
        start=start + amount.start,
        end=start + amount.end,
        confidence=confidence,
        doubt=amount.doubt,
    )


def _about_vesicles(text: str, amount: Amount) -> bool:
    near = text[max(0, amount.start - 90) : amount.end + 90]
    return bool(EV.search(near)) and not re.search(r"plus|followed by|then", near, re.IGNORECASE)


def _near_product(text: str, match: re.Match[str], names: tuple[str, ...]) -> bool:
    before, after = text[max(0, match.start() - 60) : match.start()], text[match.end("unit") : match.end("unit") + 45]
    return bool(EV.search(before) or EV.search(after) or any(name in before + after for name in names))


def _measured(part: Passage, start: int, match: re.Match[str], kind: str) -> Dose:
    value = read_number(match["value"])
    per = match["per"] or ""
    unit = match["unit"].replace("µ", "u").replace("μ", "u").replace("mcg", "ug")
    end = match.end("per") if match["per"] else match.end("unit")
    words = match.string[match.start() : end]
    if kind == "mass" and per == "g":
        kind = "mass concentration"
    doubt = "mass of what is not said" if kind == "mass" and "protein" not in match.string.lower() else ""
    return Dose(
        dose_kind=kind, low=value, high=value, unit=unit, per=per, field=part.field, words=words,
        start=start + match.start(), end=start + end, doubt=doubt,
    )  # fmt: skip


def _is_product_volume(text: str, match: re.Match[str], names: tuple[str, ...]) -> bool:
    before, after = text[max(0, match.start() - 22) : match.start()], text[match.end() : match.end() + 22]
    if _OTHER_FLUID.search(before) and not re.search(r"and|plus|\+", before):
        return False
    if re.match(r"\s*of\s+(?:\w+\s)?(?:exosome|vesicle|EV)", after, re.IGNORECASE):
        return True
    if re.match(r"\s*(?:of|in)?\s*(?:normal )?saline|\s*(?:of )?(?:blood|plasma|PBS)", after, re.IGNORECASE):
        return False
    return any(re.search(rf"\b{re.escape(name)}\W{{0,4}}\s*$", before) or re.match(rf"\s*(?:of )?{name}\b", after)
               for name in names) or bool(re.match(r"\s*dose\b", after) and names)  # fmt: skip


def _one_kind_of_cells(doses: list[Dose]) -> Iterator[Dose]:
    """Volumes beside counts stay; cells beside particles are a different product and stay marked as cells."""
    yield from doses
