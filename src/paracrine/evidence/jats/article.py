"""A JATS article into a work with its full text by section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from paracrine.evidence.dates import iso
from paracrine.evidence.identifiers import clean_doi, clean_pmc, clean_pmid
from paracrine.evidence.markup import element_text, one_line, without_mail
from paracrine.evidence.origin import Origin
from paracrine.evidence.work import Author, Extra, Reference, Relation, Section, Work

if TYPE_CHECKING:
    from lxml.etree import _Element

_HREF = "{http://www.w3.org/1999/xlink}href"
_RELATED = {
    "retracted-article": "retraction of", "corrected-article": "erratum for", "correction-forward": "erratum in",
    "retraction-forward": "retraction in", "commentary-article": "comment on", "companion": "companion",
}  # fmt: skip


def read_article(element: _Element, origin: Origin) -> Work:
    """Return the work of an article element."""
    journal = _first(element, "front/journal-meta")
    meta = _first(element, "front/article-meta")
    if meta is None:
        meta = element
    ids = {one.get("pub-id-type", ""): one_line(one.text) for one in meta.iterfind("article-id")}
    date = _date(meta)
    abstracts = list(meta.iterfind("abstract"))
    main = next((one for one in abstracts if not one.get("abstract-type")), abstracts[0] if abstracts else None)
    pages = [one_line(meta.findtext(name)) for name in ("fpage", "lpage")]
    kind = element.get("article-type", "")
    return Work(
        origin=origin,
        database="pmc",
        accession=clean_pmc(ids.get("pmc", "") or ids.get("pmcid", "")),
        pmid=clean_pmid(ids.get("pmid", "")),
        pmc=clean_pmc(ids.get("pmc", "") or ids.get("pmcid", "")),
        doi=clean_doi(ids.get("doi", "")),
        work_type="preprint" if kind == "preprint" else "article",
        title=element_text(_first(meta, "title-group/article-title")),
        abstract=_sections(main) if main is not None else (),
        other_abstracts=tuple(_side(one) for one in (*abstracts, *meta.iterfind("trans-abstract")) if one is not main),
        authors=tuple(_authors(meta)),
        journal=element_text(_any(journal, "journal-title-group/journal-title", "journal-title")),
        journal_short=element_text(_any(journal, "journal-title-group/abbrev-journal-title", "journal-id")),
        issn=tuple(one_line(one.text) for one in (journal.iterfind("issn") if journal is not None else ())),
        publisher=element_text(_any(journal, "publisher/publisher-name")),
        volume=one_line(meta.findtext("volume")),
        issue=one_line(meta.findtext("issue")),
        pages="-".join(dict.fromkeys(filter(None, pages))) or one_line(meta.findtext("elocation-id")),
        year=int(date[:4]) if date else None,
        date=date,
        publication_types=(kind,) if kind else (),
        keywords=tuple(filter(None, map(element_text, meta.iterfind("kwd-group/kwd")))),
        grants=tuple(filter(None, map(element_text, meta.iter("award-id")))),
        relations=tuple(map(_relation, meta.iterfind("related-article"))),
        references=tuple(map(_reference, element.iterfind("back//ref"))),
        full_text=tuple(_body(element)),
        extra=tuple(Extra("subject", element_text(one)) for one in meta.iterfind("article-categories//subject")),
    )


def _first(element: _Element | None, path: str) -> _Element | None:
    return element.find(path) if element is not None else None


def _any(element: _Element | None, *paths: str) -> _Element | None:
    return next((found for path in paths if (found := _first(element, path)) is not None), None)


def _date(meta: _Element) -> str:
    dates = [
        iso(*(one_line(one.findtext(part)) for part in ("year", "month", "day"))) for one in meta.iterfind("pub-date")
    ]
    return min((date for date in dates if date), default="")


def _sections(element: _Element) -> tuple[Section, ...]:
    parts = [Section("", text) for child in element if child.tag == "p" and (text := element_text(child))]
    for section in element.iterfind("sec"):
        label = element_text(section.find("title")).rstrip(":.")
        text = " ".join(element_text(child) for child in section if child.tag != "title")
        parts.append(Section(label, one_line(text)))
    if not parts and (text := element_text(element)):
        parts.append(Section("", text))
    return tuple(part for part in parts if part.text)


def _side(element: _Element) -> Section:
    label = element.get("abstract-type") or element.tag
    return Section(str(label), " ".join(part.text for part in _sections(element)))


def _authors(meta: _Element) -> Iterator[Author]:
    places = {one.get("id", ""): without_mail(_place(one)) for one in meta.iter("aff")}
    for one in meta.iterfind("contrib-group/contrib"):
        if one.get("contrib-type", "author") != "author":
            continue
        group = element_text(_any(one, "collab", "on-behalf-of"))
        name = _any(one, "name", "name-alternatives/name", "string-name")
        linked = [places.get(ref, "") for link in one.iterfind("xref") for ref in (link.get("rid") or "").split()]
        own = [without_mail(_place(place)) for place in one.iterfind("aff")]
        affiliations = tuple(dict.fromkeys(filter(None, (*linked, *own))))
        orcid = next(
            (one_line(i.text).rpartition("/")[2] for i in one.iterfind("contrib-id") if "orcid" in (i.text or "")), ""
        )
        if name is not None:
            family, given = one_line(name.findtext("surname")), one_line(name.findtext("given-names"))
            suffix = one_line(name.findtext("suffix"))
            yield Author(f"{family} {suffix}".strip() or element_text(name), given, "", orcid, affiliations)
        elif group:
            yield Author(group, "", "", orcid, affiliations, True)


def _place(element: _Element) -> str:
    """Return an affiliation without its mark; its parts may be elements of their own."""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in ("label", "sup"):
            parts.append(element_text(child))
        parts.append(child.tail or "")
    return one_line(" ".join(parts)).replace(" ,", ",")


def _relation(element: _Element) -> Relation:
    kind = element.get("related-article-type", "related")
    return Relation(
        _RELATED.get(kind, kind.replace("-", " ")), element_text(element), "", clean_doi(element.get(_HREF, ""))
    )


def _reference(element: _Element) -> Reference:
    cited = _any(element, "mixed-citation", "element-citation", "citation", "nlm-citation", "citation-alternatives")
    if cited is None:
        return Reference(element_text(element))
    numbers = {one.get("pub-id-type", ""): one_line(one.text) for one in cited.iter("pub-id")}
    text = one_line(" ".join(cited.itertext()))
    return Reference(
        text,
        clean_pmid(numbers.get("pmid", "")),
        clean_doi(numbers.get("doi", "")),
        clean_pmc(numbers.get("pmcid", "")),
    )


def _body(element: _Element) -> Iterator[Section]:
    body = element.find("body")
    if body is None:
        return
    yield from _walk(body, "")
    for note in element.iterfind("back/ack"):
        yield Section("acknowledgements", element_text(note))


def _walk(element: _Element, above: str) -> Iterator[Section]:
    title = element_text(element.find("title"))
    label = " > ".join(filter(None, (above, title)))
    own = [
        element_text(child)
        for child in element
        if isinstance(child.tag, str) and child.tag not in ("sec", "title", "label")
    ]
    text = "\n".join(filter(None, own))
    if text:
        yield Section(label, text)
    for section in element.iterfind("sec"):
        yield from _walk(section, label)
