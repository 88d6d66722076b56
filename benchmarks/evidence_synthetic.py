"""Synthetic abstracts and PubMed XML: a Zipf vocabulary, no third-party text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)


class Vocabulary:
    """Words of growing rarity; rank r has probability proportional to 1/(r+2)."""

    def __init__(self, size: int = 60_000, seed: int = 20261128) -> None:
        self.rng = np.random.default_rng(seed)
        letters = np.array(list("etaoinshrdlucmfwypvbgk"))
        lengths = self.rng.integers(3, 11, size)
        self.words = ["".join(self.rng.choice(letters, length)) for length in lengths]
        weights = 1 / (np.arange(size) + 2.0)
        self._cumulative = np.cumsum(weights / weights.sum())

    def text(self, count: int) -> str:
        ranks = np.searchsorted(self._cumulative, self.rng.random(count))
        return " ".join(self.words[min(rank, len(self.words) - 1)] for rank in ranks)


def abstracts(vocabulary: Vocabulary, count: int, words: int = 330) -> Iterator[tuple[str, str]]:
    """Yield (title, abstract) of about 2.4 kB."""
    for _ in range(count):
        yield vocabulary.text(13), vocabulary.text(words)


def article(vocabulary: Vocabulary, number: int) -> str:
    rng = vocabulary.rng
    pmid = 40_000_000 + number
    authors = "".join(
        f'<Author ValidYN="Y"><LastName>{vocabulary.text(1)}</LastName><ForeName>{vocabulary.text(1)}</ForeName>'
        f"<Initials>AB</Initials><AffiliationInfo><Affiliation>{vocabulary.text(12)}</Affiliation></AffiliationInfo></Author>"
        for _ in range(6)
    )
    headings = "".join(
        f'<MeshHeading><DescriptorName UI="D{number:06d}" MajorTopicYN="N">{vocabulary.text(2)}</DescriptorName>'
        f'<QualifierName UI="Q000001" MajorTopicYN="Y">{vocabulary.text(1)}</QualifierName></MeshHeading>'
        for _ in range(12)
    )
    references = "".join(
        f"<Reference><Citation>{vocabulary.text(18)}. 2019;{cited}(3):11-19.</Citation><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{30_000_000 + cited}</ArticleId>'
        f'<ArticleId IdType="doi">10.1000/x.{cited}</ArticleId></ArticleIdList></Reference>'
        for cited in rng.integers(1, 9_000_000, 25)
    )
    parts = "".join(
        f'<AbstractText Label="{label}" NlmCategory="{label}">{vocabulary.text(70)} 10<sup>9</sup> '
        f"{vocabulary.text(12)}</AbstractText>"
        for label in ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS")
    )
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>'
        "<DateRevised><Year>2025</Year><Month>02</Month><Day>03</Day></DateRevised>"
        '<Article PubModel="Print"><Journal><ISSN IssnType="Electronic">1234-5678</ISSN>'
        '<JournalIssue CitedMedium="Internet">'
        "<Volume>12</Volume><Issue>3</Issue><PubDate><Year>2024</Year><Month>Mar</Month></PubDate></JournalIssue>"
        f"<Title>{vocabulary.text(4)}</Title><ISOAbbreviation>{vocabulary.text(2)}</ISOAbbreviation></Journal>"
        f"<ArticleTitle>{vocabulary.text(13)} CD63<sub>2</sub>.</ArticleTitle><Pagination>"
        f"<MedlinePgn>11-29</MedlinePgn></Pagination>"
        f'<ELocationID EIdType="doi" ValidYN="Y">10.1000/p.{pmid}</ELocationID>'
        f"<Abstract>{parts}</Abstract>"
        f'<AuthorList CompleteYN="Y">{authors}</AuthorList><Language>eng</Language><PublicationTypeList>'
        '<PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>'
        "<MedlineJournalInfo><Country>Norway</Country><MedlineTA>X</MedlineTA><NlmUniqueID>101</NlmUniqueID>"
        f'</MedlineJournalInfo><MeshHeadingList>{headings}</MeshHeadingList><KeywordList Owner="NOTNLM">'
        f'<Keyword MajorTopicYN="N">{vocabulary.text(2)}</Keyword>'
        f'<Keyword MajorTopicYN="N">{vocabulary.text(1)}</Keyword>'
        f'</KeywordList></MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>'
        f'<ArticleId IdType="doi">10.1000/p.{pmid}</ArticleId></ArticleIdList>'
        f"<ReferenceList>{references}</ReferenceList></PubmedData></PubmedArticle>\n"
    )


def write_pubmed(path: Path, records: int, *, first: int = 0, repeat: int = 1) -> int:
    """Write a file of `records` articles `repeat` times over with other numbers; return its size in bytes."""
    vocabulary = Vocabulary()
    made = [article(vocabulary, first + number) for number in range(records)]
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEAD)
        for turn in range(repeat):
            for number, text in enumerate(made):
                old = str(40_000_000 + first + number)
                stream.write(text.replace(old, str(40_000_000 + first + turn * records + number)) if turn else text)
        stream.write("</PubmedArticleSet>\n")
    return path.stat().st_size
