"""Records of one work as one record; the records themselves stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from paracrine.evidence.work import Extra, Work

_JOINED = (
    "trial_ids",
    "issn",
    "isbn",
    "keywords",
    "headings",
    "publication_types",
    "relations",
    "urls",
    "notes",
    "grants",
)
_PREFERRED = ("pubmed", "pmc", "embase", "cochrane", "wos", "scopus")


def merge(works: Sequence[Work]) -> Work:
    """Return the fullest record with every field the others add; lists are joined, texts are filled, never replaced."""
    order = sorted(works, key=_fullness)
    lead = order[0]
    taken: dict[str, Any] = {}
    for other in order[1:]:
        for name in (one.name for one in fields(Work)):
            mine, theirs = taken.get(name, getattr(lead, name)), getattr(other, name)
            if name in _JOINED:
                taken[name] = tuple(dict.fromkeys((*mine, *theirs)))
            elif mine in (None, "", ()) and theirs not in (None, "", ()):
                taken[name] = theirs
    joined = tuple(Extra("joined record", work.key) for work in order[1:])
    return replace(lead, **{**taken, "extra": (*taken.get("extra", lead.extra), *joined)})


def lead_key(works: Sequence[Work]) -> str:
    """Return the key of the record that stands for a group."""
    return min(works, key=_fullness).key


def _fullness(work: Work) -> tuple[int, int, str]:
    place = _PREFERRED.index(work.database) if work.database in _PREFERRED else len(_PREFERRED)
    empty = sum(getattr(work, one.name) in (None, "", ()) for one in fields(Work))
    return (place if work.abstract else place + 10, empty, work.key)
