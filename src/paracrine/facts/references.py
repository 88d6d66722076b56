"""The works the code cites, one line each, from the bibliography that ships with the package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

_ENTRY = re.compile(r"@(\w+)\s*\{\s*([^,\s]+)\s*,(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"(\w+)\s*=\s*[{\"](.*?)[}\"]\s*,?\s*$", re.MULTILINE)


@cache
def read_references() -> dict[str, str]:
    """Return `doi:...` keys in lower case with a one-line reference each."""
    text = files("paracrine.facts").joinpath("references.bib").read_text(encoding="utf-8")
    return {f"doi:{fields['doi'].lower()}": _line(fields) for fields in _entries(text) if "doi" in fields}


def reference_lines(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each key once with its reference; a key without entry says that it has none."""
    known = read_references()
    for key in dict.fromkeys(keys):
        yield key, known.get(key.lower(), "reference not in the bibliography")


def _entries(text: str) -> Iterator[dict[str, str]]:
    for _, _, body in _ENTRY.findall(text):
        yield {name.lower(): re.sub(r"[{}]", "", value).strip() for name, value in _FIELD.findall(body)}


def _line(fields: dict[str, str]) -> str:
    authors = fields.get("author", "").split(" and ")
    who = f"{authors[0].split(',')[0]} et al." if len(authors) > 1 else authors[0].split(",")[0]
    where = fields.get("journal") or fields.get("publisher") or fields.get("howpublished", "")
    parts = (who, fields.get("year", ""), fields.get("title", ""), where)
    return ". ".join(part for part in parts if part)
