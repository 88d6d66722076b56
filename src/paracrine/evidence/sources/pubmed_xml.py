"""PubMed XML (PubmedArticleSet), as efetch, the baseline files and PubMed's own export write it."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.run import Maturity
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.pubmed.article import read_article
from paracrine.evidence.pubmed.book import read_book
from paracrine.evidence.pubmed.lists import Lists, take_lists
from paracrine.evidence.source import Item, Refused, Remark, Source
from paracrine.evidence.xml_records import parse, pieces, root_tag
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="pubmed_xml",
    title="PubMed XML, plain or gzip",
    gives="works",
    version="1",
    maturity=Maturity.TESTED,
    samples=("pubmed1.xml", "pubmed2.xml", "pubmed4.xml", "pubmed5.xml", "pubmed6.xml", "pubmed7.xml"),
    references=("https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/190101/index.html",),
    known_limits="tables inside abstracts become text; investigators (not authors) are not read",
)
_ROOTS = ("PubmedArticleSet", "PubmedArticle", "PubmedBookArticle", "PubmedBookArticleSet")
_TAGS = ("PubmedArticle", "PubmedBookArticle", "DeleteCitation")


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim files whose root is a PubMed article set."""
    root = root_tag(file)
    if root in _ROOTS:
        return Sniffed(True, f"root element {root}")
    return Sniffed(False, f"root element is {root}, not PubmedArticleSet" if root else "no XML")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every article and book chapter."""
    for piece in pieces(file, _TAGS):
        lists = take_lists(piece.data)
        parsed = parse(piece._replace(data=lists.rest))
        if parsed.element is None and lists.values:
            # The whole record once more, so that the message names the right line.
            lists, parsed = Lists(piece.data, {}), parse(piece)
        element = parsed.element
        if element is None:
            yield Refused(piece.locator, parsed.error)
        elif element.tag == "DeleteCitation":
            withdrawn = ", ".join(child.text or "" for child in element)
            yield Remark(f"PubMed withdrew these numbers: {withdrawn}")
        else:
            origin = SOURCE.origin(file.name, file.sha256, piece.locator)
            is_article = element.tag == "PubmedArticle"
            work = read_article(element, origin, lists.values) if is_article else read_book(element, origin)
            yield work if work is not None else Refused(piece.locator, "a record without PMID")
