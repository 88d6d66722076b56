"""A PubmedBookArticle element (a book or chapter of NCBI Bookshelf) into a work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paracrine.evidence.dates import find_year, iso
from paracrine.evidence.identifiers import clean_doi
from paracrine.evidence.markup import element_text, one_line
from paracrine.evidence.origin import Origin
from paracrine.evidence.pubmed.article import read_authors, read_sections
from paracrine.evidence.work import Work

if TYPE_CHECKING:
    from lxml.etree import _Element


def read_book(element: _Element, origin: Origin) -> Work | None:
    """Return the work in a PubmedBookArticle, None when it has no PMID."""
    document = element.find("BookDocument")
    pmid = one_line(document.findtext("PMID")) if document is not None else ""
    if document is None or not pmid:
        return None
    chapter, book = document.find("ArticleTitle"), document.find("Book")
    book_title = element_text(document.find("Book/BookTitle"))
    authors, abstract = document.find("AuthorList"), document.find("Abstract")
    year = one_line(document.findtext("Book/PubDate/Year"))
    numbers = {child.get("IdType"): child.text or "" for child in document.iterfind("ArticleIdList/ArticleId")}
    return Work(
        origin=origin,
        database="pubmed",
        accession=pmid,
        pmid=pmid,
        doi=clean_doi(numbers.get("doi", "")),
        work_type="chapter" if chapter is not None else "book",
        title=element_text(chapter) or book_title,
        journal=book_title if chapter is not None else "",
        abstract=read_sections(abstract) if abstract is not None else (),
        authors=read_authors(authors) if authors is not None else (),
        publisher=one_line(document.findtext("Book/Publisher/PublisherName")),
        place=one_line(document.findtext("Book/Publisher/PublisherLocation")),
        isbn=tuple(one_line(child.text) for child in (book if book is not None else ()) if child.tag == "Isbn"),
        year=find_year(year),
        date=iso(year, one_line(document.findtext("Book/PubDate/Month"))),
        languages=tuple(one_line(child.text) for child in document.iterfind("Language")),
        publication_types=tuple(one_line(child.text) for child in document.iterfind("PublicationType")),
        keywords=tuple(filter(None, map(element_text, document.iterfind("KeywordList/Keyword")))),
    )
