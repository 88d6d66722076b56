"""Crossref works: a work-list, a list of items, or JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paracrine.core.errors import InputError
from paracrine.core.run import Maturity
from paracrine.evidence.dates import iso
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.identifiers import clean_doi
from paracrine.evidence.json_records import objects
from paracrine.evidence.markup import one_line, tagged_text, without_mail
from paracrine.evidence.origin import Origin
from paracrine.evidence.pubmed.tags import split_abstract
from paracrine.evidence.source import Item, Refused, Source
from paracrine.evidence.work import Author, Extra, Reference, Relation, Work
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="crossref_json",
    title="Crossref works (JSON)",
    gives="works",
    version="1",
    maturity=Maturity.TESTED,
    samples=("crossref_works_msc_ev.json",),
    references=("https://api.crossref.org/swagger-ui/index.html",),
    known_limits="licences and links to full texts are not read",
)
_TYPES = {
    "journal-article": "article", "posted-content": "preprint", "proceedings-article": "conference",
    "book-chapter": "chapter", "book": "book", "monograph": "book", "dissertation": "thesis", "report": "report",
    "dataset": "dataset",
}  # fmt: skip


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim JSON of a Crossref message or of items with a DOI and a deposit."""
    head = file.head_text
    if head[:1] in ("{", "[") and ('"message-type"' in head or ('"DOI"' in head and '"deposited"' in head)):
        return Sniffed(True, "Crossref JSON")
    return Sniffed(False, "no Crossref JSON")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every work."""
    number = 0
    try:
        for number, one in objects(file, "items"):
            message = one.get("message")
            one = message if isinstance(message, dict) else one
            locator = f"item {number}"
            work = _work(one, SOURCE.origin(file.name, file.sha256, locator))
            yield work if work.doi or work.title else Refused(locator, "an item without DOI and title")
    except InputError as error:
        yield Refused(f"item {number + 1}", f"{error.message}; the items before were kept")


def _work(one: dict[str, Any], origin: Origin) -> Work:
    parts = _dict(one.get("issued")).get("date-parts") or [[]]
    numbers = [str(part) for part in parts[0] if part]
    year, month, day = (*numbers, "", "", "")[:3]
    doi = clean_doi(str(one.get("DOI", "")))
    return Work(
        origin=origin,
        database="crossref",
        accession=doi,
        doi=doi,
        work_type=_TYPES.get(str(one.get("type", "")), "other"),
        title=_first(one, "title"),
        title_original=_first(one, "original-title"),
        abstract=split_abstract(tagged_text(str(one.get("abstract", "")))),
        authors=tuple(author for author in map(_author, _list(one, "author")) if author.family),
        journal=_first(one, "container-title"),
        journal_short=_first(one, "short-container-title"),
        issn=tuple(map(str, _list(one, "ISSN"))),
        isbn=tuple(map(str, _list(one, "ISBN"))),
        publisher=one_line(str(one.get("publisher", ""))),
        volume=str(one.get("volume", "")),
        issue=str(one.get("issue", "")),
        pages=str(one.get("page", "") or one.get("article-number", "")),
        year=int(year) if year.isdigit() else None,
        date=iso(year, month, day),
        revised=str(_dict(one.get("indexed")).get("date-time", ""))[:10],
        languages=tuple(filter(None, (str(one.get("language", "")),))),
        publication_types=(str(one.get("subtype") or one.get("type") or ""),),
        keywords=tuple(map(str, _list(one, "subject"))),
        grants=tuple(_grant(funder) for funder in _list(one, "funder")),
        relations=(*_relations(_dict(one.get("relation"))), *map(_update, _list(one, "update-to"))),
        references=tuple(map(_reference, _list(one, "reference"))),
        urls=tuple(filter(None, (str(one.get("URL", "")),))),
        extra=(Extra("cited by", str(one["is-referenced-by-count"])),) if "is-referenced-by-count" in one else (),
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(one: dict[str, Any], name: str) -> list[Any]:
    value = one.get(name)
    return value if isinstance(value, list) else []


def _first(one: dict[str, Any], name: str) -> str:
    value = one.get(name)
    return tagged_text(str(value[0] if isinstance(value, list) and value else value or ""))


def _author(one: dict[str, Any]) -> Author:
    places = tuple(
        filter(None, (without_mail(one_line(str(place.get("name", "")))) for place in _list(one, "affiliation")))
    )
    group = one_line(str(one.get("name", "")))
    if group and not one.get("family"):
        return Author(group, affiliations=places, is_group=True)
    orcid = str(one.get("ORCID", "")).rpartition("/")[2]
    return Author(one_line(str(one.get("family", ""))), one_line(str(one.get("given", ""))), "", orcid, places)


def _grant(one: dict[str, Any]) -> str:
    return " ".join((*map(str, _list(one, "award")), str(one.get("name", ""))))


def _relations(given: dict[str, Any]) -> list[Relation]:
    return [
        Relation(what.replace("-", " "), str(one.get("id", "")), "", clean_doi(str(one.get("id", ""))))
        for what, ones in given.items()
        for one in (ones if isinstance(ones, list) else [])
        if isinstance(one, dict)
    ]


def _update(one: dict[str, Any]) -> Relation:
    kind = str(one.get("type", "update"))
    words = {"retraction": "retraction of", "erratum": "erratum for", "correction": "erratum for"}
    return Relation(words.get(kind, f"{kind} of"), str(one.get("label", "")), "", clean_doi(str(one.get("DOI", ""))))


def _reference(one: dict[str, Any]) -> Reference:
    text = str(one.get("unstructured", "")) or " ".join(
        str(one[name])
        for name in ("author", "year", "article-title", "journal-title", "volume", "first-page")
        if name in one
    )
    return Reference(one_line(text), "", clean_doi(str(one.get("DOI", ""))))
