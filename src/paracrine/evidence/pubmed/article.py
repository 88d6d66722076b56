"""A PubmedArticle element into a work; a loop over children, since paths cost twice the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from paracrine.evidence.dates import find_year, iso, read_date
from paracrine.evidence.identifiers import clean_doi, clean_pmc, registry_of
from paracrine.evidence.markup import element_text, one_line, without_mail
from paracrine.evidence.origin import Origin
from paracrine.evidence.work import Author, Extra, Heading, Reference, Relation, Section, Work

if TYPE_CHECKING:
    from lxml.etree import _Element

RELATIONS = {
    "RetractionIn": "retraction in",
    "RetractionOf": "retraction of",
    "PartialRetractionIn": "partial retraction in",
    "PartialRetractionOf": "partial retraction of",
    "RetractedandRepublishedIn": "retracted and republished in",
    "RetractedandRepublishedFrom": "retracted and republished from",
    "ErratumIn": "erratum in",
    "ErratumFor": "erratum for",
    "CorrectedandRepublishedIn": "corrected and republished in",
    "CorrectedandRepublishedFrom": "corrected and republished from",
    "ExpressionOfConcernIn": "expression of concern in",
    "ExpressionOfConcernFor": "expression of concern for",
    "CommentIn": "comment in",
    "CommentOn": "comment on",
    "UpdateIn": "update in",
    "UpdateOf": "update of",
    "SummaryForPatientsIn": "summary for patients in",
    "OriginalReportIn": "original report in",
    "ReprintIn": "reprint in",
    "ReprintOf": "reprint of",
    "AssociatedDataset": "dataset",
    "AssociatedPublication": "publication",
    "Cites": "cites",
}
_TYPES = {"preprint": "preprint", "dataset": "dataset"}


def read_article(
    element: _Element, origin: Origin, lists: Mapping[str, tuple[object, ...]] | None = None
) -> Work | None:
    """Return the work in a PubmedArticle, None when it has no PMID.

    Args:
        element: the record.
        origin: where it stands.
        lists: what `take_lists` took out of it; an empty element stands where each was.
    """
    citation, data = element.find("MedlineCitation"), element.find("PubmedData")
    pmid = one_line(citation.findtext("PMID")) if citation is not None else ""
    if citation is None or not pmid:
        return None
    found: dict[str, object] = {}
    for child in citation:
        handler = _CITATION.get(child.tag)
        if handler:
            handler(child, found)
    if data is not None:
        for child in data:
            handler = _DATA.get(child.tag)
            if handler:
                handler(child, found)
    found.update(lists or {})
    types = found.get("publication_types", ())
    assert isinstance(types, tuple)
    kinds = [_TYPES[kind.lower()] for kind in types if kind.lower() in _TYPES]
    return Work(
        origin=origin,
        database="pubmed",
        accession=pmid,
        pmid=pmid,
        work_type=kinds[0] if kinds else "article",
        status=citation.get("Status", ""),
        **found,  # type: ignore[arg-type]
    )


Found = dict[str, object]


def _more(found: Found, name: str, values: tuple[object, ...]) -> None:
    if values:
        found[name] = (*found.get(name, ()), *values)  # type: ignore[misc]


def _article(element: _Element, found: Found) -> None:
    for child in element:
        handler = _ARTICLE.get(child.tag)
        if handler:
            handler(child, found)


def _journal(element: _Element, found: Found) -> None:
    for child in element:
        tag = child.tag
        if tag == "ISSN":
            _more(found, "issn", (one_line(child.text),))
        elif tag == "Title":
            found["journal"] = one_line(child.text)
        elif tag == "ISOAbbreviation":
            found["journal_short"] = one_line(child.text)
        elif tag == "JournalIssue":
            for part in child:
                if part.tag == "Volume":
                    found["volume"] = one_line(part.text)
                elif part.tag == "Issue":
                    found["issue"] = one_line(part.text)
                elif part.tag == "PubDate":
                    _issue_date(part, found)


def _issue_date(element: _Element, found: Found) -> None:
    written = element.findtext("MedlineDate")
    if written is not None:
        found["date_text"] = one_line(written)
        found["year"] = find_year(written)
        found["date"] = read_date(written) or str(found["year"] or "")
        return
    date, year = _date_of(element)
    found["date"], found["year"] = date, int(year) if year else None
    season = element.findtext("Season")
    if season:
        found["date_text"] = f"{year} {one_line(season)}"


def _date_of(element: _Element) -> tuple[str, str]:
    year = month = day = ""
    for part in element:
        if part.tag == "Year":
            year = one_line(part.text)
        elif part.tag == "Month":
            month = one_line(part.text)
        elif part.tag == "Day":
            day = one_line(part.text)
    date = iso(year, month, day)
    return date, date[:4]


def _title(element: _Element, found: Found) -> None:
    found["title"] = element_text(element)


def _original_title(element: _Element, found: Found) -> None:
    found["title_original"] = element_text(element)


def _pages(element: _Element, found: Found) -> None:
    parts = {child.tag: one_line(child.text) for child in element}
    start, end = parts.get("StartPage", ""), parts.get("EndPage", "")
    found["pages"] = parts.get("MedlinePgn") or (f"{start}-{end}" if end else start)


def _location(element: _Element, found: Found) -> None:
    if element.get("EIdType") == "doi" and element.get("ValidYN", "Y") == "Y":
        found["doi"] = clean_doi(element.text or "")
    elif element.get("EIdType") == "pii":
        _more(found, "extra", (Extra("pii", one_line(element.text)),))


def read_sections(element: _Element) -> tuple[Section, ...]:
    """Return the parts of an abstract with their labels."""
    return tuple(
        Section(one_line(child.get("Label")), element_text(child)) for child in element if child.tag == "AbstractText"
    )


def _abstract(element: _Element, found: Found) -> None:
    found["abstract"] = tuple(section for section in read_sections(element) if section.text)
    rights = element.findtext("CopyrightInformation")
    if rights:
        _more(found, "other_abstracts", (Section("copyright", one_line(rights)),))


def _other_abstract(element: _Element, found: Found) -> None:
    label = " ".join(filter(None, (element.get("Type"), element.get("Language"))))
    parts = [
        f"{section.label}: {section.text}" if section.label else section.text for section in read_sections(element)
    ]
    _more(found, "other_abstracts", (Section(label, "\n".join(parts)),))


def read_authors(element: _Element) -> tuple[Author, ...]:
    """Return the persons and groups of an author list."""
    return tuple(author for author in map(_author, element) if author.family)


def _authors(element: _Element, found: Found) -> None:
    found["authors"] = read_authors(element)


def _author(element: _Element) -> Author:
    family = given = initials = suffix = group = orcid = ""
    affiliations: list[str] = []
    for child in element:
        tag = child.tag
        if tag == "LastName":
            family = one_line(child.text)
        elif tag == "ForeName":
            given = one_line(child.text)
        elif tag == "Initials":
            initials = one_line(child.text)
        elif tag == "Suffix":
            suffix = one_line(child.text)
        elif tag == "CollectiveName":
            group = element_text(child)
        elif tag == "AffiliationInfo":
            affiliations += filter(None, (without_mail(element_text(part)) for part in child.iter("Affiliation")))
        elif tag == "Affiliation":
            affiliations.append(without_mail(element_text(child)))
        elif tag == "Identifier" and child.get("Source") == "ORCID":
            orcid = one_line(child.text).rpartition("/")[2]
    if group:
        return Author(group, "", "", orcid, tuple(affiliations), True)
    return Author(f"{family} {suffix}" if suffix else family, given, initials, orcid, tuple(affiliations))


def _language(element: _Element, found: Found) -> None:
    _more(found, "languages", (one_line(element.text),))


def _types(element: _Element, found: Found) -> None:
    found["publication_types"] = tuple(one_line(child.text) for child in element if child.text)


def _grants(element: _Element, found: Found) -> None:
    grants = (
        " ".join(filter(None, (one_line(grant.findtext("GrantID")), one_line(grant.findtext("Agency")))))
        for grant in element
    )
    found["grants"] = tuple(filter(None, grants))


def _data_banks(element: _Element, found: Found) -> None:
    for bank in element:
        name = one_line(bank.findtext("DataBankName"))
        for number in bank.iter("AccessionNumber"):
            text = one_line(number.text)
            registry, normal = registry_of(text)
            if registry:
                _more(found, "trial_ids", (normal,))
            else:
                _more(found, "extra", (Extra(f"data bank {name}", text),))


def _article_date(element: _Element, found: Found) -> None:
    date, year = _date_of(element)
    if date:
        _more(found, "extra", (Extra("electronic date", date),))
        if not found.get("year"):
            found["date"], found["year"] = date, int(year)


def _headings(element: _Element, found: Found) -> None:
    found["headings"] = tuple(filter(None, map(_heading, element)))


def _heading(element: _Element) -> Heading | None:
    term = ui = ""
    is_major = False
    qualifiers: list[str] = []
    for one in element:
        is_major = is_major or one.get("MajorTopicYN") == "Y"
        if one.tag == "DescriptorName":
            term, ui = one_line(one.text), one.get("UI", "")
        else:
            qualifiers.append(one_line(one.text))
    return Heading(term, ui, is_major, tuple(qualifiers)) if term else None


def _substances(element: _Element, found: Found) -> None:
    found["substances"] = tuple(one_line(child.findtext("NameOfSubstance")) for child in element)


def _keywords(element: _Element, found: Found) -> None:
    _more(found, "keywords", tuple(filter(None, map(element_text, element))))


def _comments(element: _Element, found: Found) -> None:
    _more(
        found,
        "relations",
        tuple(
            Relation(
                RELATIONS.get(child.get("RefType", ""), child.get("RefType", "").lower()),
                element_text(child.find("RefSource")),
                one_line(child.findtext("PMID")),
            )
            for child in element
        ),
    )


def _revised(element: _Element, found: Found) -> None:
    found["revised"] = _date_of(element)[0]


def _country(element: _Element, found: Found) -> None:
    parts = {child.tag: one_line(child.text) for child in element}
    found["place"] = parts.get("Country", "")
    if number := parts.get("NlmUniqueID"):
        _more(found, "extra", (Extra("NLM journal", number),))


def _ids(element: _Element, found: Found) -> None:
    for child in element:
        kind = child.get("IdType")
        if kind == "doi" and not found.get("doi"):
            found["doi"] = clean_doi(child.text or "")
        elif kind == "pmc":
            found["pmc"] = clean_pmc(child.text or "")


def _references(element: _Element, found: Found) -> None:
    """Read reference lists, which may nest: one walk over the three kinds of element that matter."""
    gathered: list[Reference] = []
    text = pmid = doi = pmc = ""
    started = False
    for one in element.iter("Reference", "Citation", "ArticleId"):
        tag = one.tag
        if tag == "ArticleId":
            value = one.text
            kind = one.get("IdType")
            if not value:
                continue
            if kind == "pubmed":
                pmid = value.strip()
            elif kind == "doi":
                doi = clean_doi(value)
            elif kind == "pmc":
                pmc = clean_pmc(value)
        elif tag == "Citation":
            text = element_text(one)
        else:
            if started:
                gathered.append(Reference(text, pmid, doi, pmc))
            text = pmid = doi = pmc = ""
            started = True
    if started:
        gathered.append(Reference(text, pmid, doi, pmc))
    _more(found, "references", tuple(gathered))


_ARTICLE = {
    "Journal": _journal,
    "ArticleTitle": _title,
    "VernacularTitle": _original_title,
    "Pagination": _pages,
    "ELocationID": _location,
    "Abstract": _abstract,
    "AuthorList": _authors,
    "Language": _language,
    "PublicationTypeList": _types,
    "GrantList": _grants,
    "DataBankList": _data_banks,
    "ArticleDate": _article_date,
}
_CITATION = {
    "Article": _article,
    "MeshHeadingList": _headings,
    "ChemicalList": _substances,
    "KeywordList": _keywords,
    "CommentsCorrectionsList": _comments,
    "DateRevised": _revised,
    "MedlineJournalInfo": _country,
    "OtherAbstract": _other_abstract,
}
_DATA = {"ArticleIdList": _ids, "ReferenceList": _references}
