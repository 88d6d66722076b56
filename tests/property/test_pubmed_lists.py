"""Lists read from the text say what the tree says: whatever the layout, no field of a work depends on the way."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.origin import Origin
from paracrine.evidence.pubmed.article import read_article
from paracrine.evidence.pubmed.lists import take_lists
from paracrine.evidence.work import Reference, Work
from paracrine.evidence.xml_records import parse, pieces

ORIGIN = Origin("a.xml", "0" * 64, "record 1", "pubmed_xml", "1")
PIECES = (
    "Cell",
    " ",
    "  ",
    "\n  ",
    "&amp;",
    "&lt;i&gt;",
    "&#945;",
    "é",
    "\u00a0",
    "10",
    "<i>x</i>",
    "<sup>9</sup>",
    "]",
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
PLAIN = st.lists(st.sampled_from([one for one in PIECES if not one.startswith("<")]), max_size=4).map("".join)
GAP = st.sampled_from(("", "\n", "\n    "))
MARK = st.sampled_from(("Y", "N"))
KIND = st.sampled_from(("pubmed", "doi", "pmc", "pii"))
NUMBER = st.sampled_from(
    ("123", "PMC77", "10.1000/a.B", "10.1002/(SICI)1&lt;2::AID-3&gt;3.0", "https://doi.org/10.1/x", " 9 ")
)


@st.composite
def references(draw: st.DrawFn) -> str:
    gap = draw(GAP)
    citation = f"<Citation>{draw(TEXT)}</Citation>{gap}" if draw(st.booleans()) else ""
    ids = draw(st.lists(st.tuples(KIND, NUMBER), max_size=3, unique_by=lambda pair: pair[0]))
    inside = "".join(f'<ArticleId IdType="{kind}">{number}</ArticleId>{gap}' for kind, number in ids)
    listed = f"<ArticleIdList>{gap}{inside}</ArticleIdList>{gap}" if ids else ""
    return f"<Reference>{gap}{citation}{listed}</Reference>{gap}"


@st.composite
def authors(draw: st.DrawFn) -> str:
    gap = draw(GAP)
    name = f"<LastName>{draw(PLAIN)}</LastName>{gap}<ForeName>{draw(PLAIN)}</ForeName><Initials>AB</Initials>{gap}"
    if draw(st.booleans()):
        name = f"<CollectiveName>{draw(TEXT)}</CollectiveName>{gap}"
    elif draw(st.booleans()):
        name += f"<Suffix>{draw(TEXT)}</Suffix>"
    orcid = '<Identifier Source="ORCID">https://orcid.org/0000-0001</Identifier>' if draw(st.booleans()) else ""
    places = "".join(
        f"<AffiliationInfo>{gap}<Affiliation>{place} a.b@c.org</Affiliation>{gap}</AffiliationInfo>{gap}"
        for place in draw(st.lists(TEXT, max_size=2))
    )
    return f'<Author ValidYN="Y">{gap}{name}{orcid}{places}</Author>{gap}'


@st.composite
def headings(draw: st.DrawFn) -> str:
    gap = draw(GAP)
    below = "".join(
        f'<QualifierName UI="Q000{n}" MajorTopicYN="{draw(MARK)}">{text}</QualifierName>{gap}'
        for n, text in enumerate(draw(st.lists(PLAIN, max_size=2)))
    )
    term = f'<DescriptorName UI="D01" MajorTopicYN="{draw(MARK)}">{draw(PLAIN)}</DescriptorName>'
    return f"<MeshHeading>{gap}{term}{gap}{below}</MeshHeading>{gap}"


def record(authors: str, headings: str, references: str) -> bytes:
    return (
        f"<PubmedArticle><MedlineCitation><PMID>11</PMID><Article><ArticleTitle>T</ArticleTitle>"
        f"<AuthorList>{authors}</AuthorList></Article><MeshHeadingList>{headings}</MeshHeadingList></MedlineCitation>"
        f"<PubmedData><ReferenceList>{references}</ReferenceList></PubmedData></PubmedArticle>"
    ).encode()


def both_ways(data: bytes) -> tuple[Work | None, Work | None]:
    lists = take_lists(data)
    by_tree = read_article(etree.fromstring(data), ORIGIN)
    return read_article(etree.fromstring(lists.rest), ORIGIN, lists.values), by_tree


@settings(max_examples=300, deadline=None)
@given(
    st.lists(authors(), max_size=3).map("".join),
    st.lists(headings(), max_size=3).map("".join),
    st.lists(references(), max_size=3).map("".join),
)
def test_lists_from_the_text_equal_those_of_the_tree(authors: str, headings: str, references: str) -> None:
    by_text, by_tree = both_ways(record(authors, headings, references))
    assert by_text == by_tree


def test_plain_lists_are_taken_and_odd_ones_left() -> None:
    plain = "<Reference><Citation>A &amp; B. 1990.</Citation></Reference>"
    taken = take_lists(record("", "", plain)).values
    assert taken["references"] == (Reference("A & B. 1990."),)
    for odd in (
        plain.replace("1990", "<i>1990</i>"),
        plain.replace("&amp;", "&#38;"),
        plain.replace("<Citation>", "<Citation><!-- -->"),
        plain.replace("</Citation>", ""),
        f"<Title>Further reading</Title>{plain}",
        f"<ReferenceList>{plain}</ReferenceList>",
        plain.replace("A ", "A \x01"),
    ):
        assert "references" not in take_lists(record("", "", odd)).values, odd


def test_real_files_read_the_same_both_ways(evidence_files: Path) -> None:
    taken = 0
    for path in sorted((evidence_files / "pubmed_xml").glob("pubmed*.xml")):
        for piece in pieces(EvidenceFile(path), ("PubmedArticle",)):
            lists = take_lists(piece.data)
            element, whole = parse(piece._replace(data=lists.rest)).element, parse(piece).element
            assert element is not None
            assert whole is not None
            assert read_article(element, ORIGIN, lists.values) == read_article(whole, ORIGIN)
            taken += len(lists.values)
    assert taken
