"""JATS and NLM full texts: one article, a PMC set, or several articles in a file."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.run import Maturity
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.jats.article import read_article
from paracrine.evidence.source import Item, Refused, Source
from paracrine.evidence.xml_records import elements, root_tag
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="jats",
    title="JATS full text (PMC, publishers)",
    gives="works",
    version="1",
    maturity=Maturity.TESTED,
    samples=("jats/", "efetch_pmc.xml"),
    references=("https://jats.nlm.nih.gov/",),
    known_limits="tables and formulas become text; sub-articles (letters, responses) are left out",
)
_ROOTS = ("article", "articles", "pmc-articleset")


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim XML whose root is an article or a set of them."""
    root = root_tag(file)
    if root in _ROOTS:
        return Sniffed(True, f"root element {root}")
    return Sniffed(False, "root element is no article")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every article."""
    for piece in elements(file, ("article",)):
        if piece.element is None:
            yield Refused(piece.locator, piece.error)
            continue
        work = read_article(piece.element, SOURCE.origin(file.name, file.sha256, piece.locator))
        yield work if work.title or work.doi else Refused(piece.locator, "an article without title and DOI")
