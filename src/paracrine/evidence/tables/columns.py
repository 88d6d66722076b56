"""Column names of many programs, brought to the tags of RIS."""

from __future__ import annotations

import re
from collections.abc import Mapping

TAGS = {
    "TI": "title, article title, item title, document title, title primary, display name, primary title, paper title",
    "AB": "abstract, abstract note, abstracts, summary",
    "AU": "authors, author, author/s, author(s), author names, authors primary, first authors,"
    " authorships.author.display name, author full names",
    "PY": "year, publication year, published year, pub year, date published, year of publication, publication date,"
    " date, cover date, date of publication",
    "JF": "journal, source title, publication title, journal title, periodical full, journal/book, publication, source,"
    " primary location.source.display name, secondary title, alternate title3, journal name, full journal name",
    "JA": "journal abbreviation, abbreviated source title, periodical abbrev, alternate title2",
    "VL": "volume, journal volume",
    "IS": "issue, number, issue number, journal issue",
    "SP": "start page, page start, first page, primary location.first page",
    "EP": "end page, page end, last page, other pages",
    "PG": "pages, page range, art. no., article number",
    "DO": "doi, item doi, ids.doi, digital object identifier, originalpaperdoi",
    "SN": "issn, isbn, issns, isbns, issn/isbn, primary location.source.issn l",
    "UR": "url, link, external url, urls, full text link, pdf link, plink, primary location.landing page url",
    "LA": "language, language of original document, article language",
    "PB": "publisher, book publisher",
    "CY": "place, place published, place of publication",
    "M3": "publication type, document type, item type, doctype, reference type, type of reference, type, content type,"
    " articletype",
    "N1": "notes, note, general notes",
    "DB": "database name, sub file/database",
    "AN": "accession number, ut (unique wos id), unique id",
    "TT": "original title, original foreign title",
}
KEYWORDS = (
    "keywords, author keywords, index keywords, mesh terms, mesh, subjects, subject, manual tags, automatic tags,"
    " emtree drug index terms, emtree medical index terms, emtree drug index terms (major focus),"
    " emtree medical index terms (major focus), ieee terms, chemicals, fields of study"
)
PMIDS = ("pmid", "pubmed id", "pubmedid", "medline pmid", "ids.pmid", "pubmed id", "originalpaperpubmedid")
PMCS = ("pmcid", "pmc id", "ids.pmcid")
DATABASES = (
    ("embase", "embase accession id"),
    ("embase", "pui"),
    ("scopus", "eid"),
    ("cochrane", "central id"),
    ("lens", "lens id"),
    ("wos", "ut (unique wos id)"),
    ("openalex", "id"),
    ("rayyan", "key"),
)


def tag_of(column: str) -> str:
    """Return the tag of a column, empty when it has none."""
    return _BY_NAME.get(column, "")


def is_keywords(column: str) -> bool:
    """Whether a column holds keywords."""
    return column in _KEYWORDS


def recognise(names: list[str]) -> bool:
    """Whether a row is the header of a table of works: a title or abstract and one column more that is known."""
    known = [name for name in names if tag_of(name) or is_keywords(name) or name in PMIDS]
    tags = {tag_of(name) for name in known}
    return len(known) >= 2 and bool({"TI", "AB"} & tags) and "trialid" not in names


def database_of(cells: Mapping[str, str]) -> tuple[str, str]:
    """Return the database and its number where a column of its own tells them."""
    for database, column in DATABASES:
        value = cells.get(column, "")
        if not value:
            continue
        if database == "openalex":
            found = re.search(r"(W\d{4,})$", value)
            if not found or "openalex" not in value:
                continue
            value = found[1]
        if database == "rayyan":
            if not value.startswith("rayyan-"):
                continue
            value = value.removeprefix("rayyan-")
        return database, value
    pmid = cells.get("pmid", "")
    return ("pubmed", pmid) if pmid and "journal/book" in cells else ("", "")


def split_authors(text: str) -> list[str]:
    """Return the names in one cell: separated by semicolons, bars, `and`, or commas between whole names."""
    text = text.strip()
    if text.startswith("["):
        return [first or second for first, second in re.findall(r"'([^']*)'|\"([^\"]*)\"", text)]
    for mark in (";", "|", "\n"):
        if mark in text:
            parts = (re.sub(r"^\s*and\s+", "", part).strip(" ,") for part in text.split(mark))
            return [part for part in parts if part]
    if re.search(r"\sand\s", text):
        return [part.strip(" ,") for part in re.split(r"\s+and\s+", text) if part.strip(" ,")]
    names = [name.strip() for name in text.split(",")]
    if len(names) > 1 and all(re.search(r"\s", name) for name in names[:-1]):
        return [name for name in names if name]
    return [text] if text else []


def split_keywords(text: str) -> list[str]:
    """Return the keywords in one cell."""
    if text.startswith("["):
        return re.findall(r"'([^']*)'", text)
    mark = next((mark for mark in (";", "|", ",") if mark in text), ";")
    return [word.strip(" *") for word in text.split(mark) if word.strip(" *")]


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


_BY_NAME = {name: tag for tag, names in TAGS.items() for name in _names(names)} | {"authors, primary": "AU"}
_KEYWORDS = frozenset(_names(KEYWORDS))
