"""The three long lists of an article (authors, headings, references) read from the text, without a tree.

A pattern fits a list whole or not at all: a list it does not fit, with markup, comments, numbered characters or
another order of elements, stays in the record and goes the way of the tree, which reads the same fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from paracrine.evidence.identifiers import clean_doi, clean_pmc
from paracrine.evidence.markup import one_line, without_mail
from paracrine.evidence.work import Author, Heading, Reference

_MARKS = r'(?: [A-Za-z]+="[^<>"&]*")*'
_AUTHOR = (
    rf"<Author{_MARKS}>(?:<LastName>(TEXT)</LastName>(?:<ForeName>(TEXT)</ForeName>)?"
    r"(?:<Initials>(TEXT)</Initials>)?(?:<Suffix>(TEXT)</Suffix>)?|<CollectiveName>(TEXT)</CollectiveName>)"
    rf"((?:<Identifier{_MARKS}>TEXT</Identifier>)*)"
    rf"((?:<AffiliationInfo><Affiliation>TEXT</Affiliation>(?:<Identifier{_MARKS}>TEXT</Identifier>)*</AffiliationInfo>)*)"
    r"</Author>"
)
_HEADING = (
    r'<MeshHeading><DescriptorName UI="(\w*)" MajorTopicYN="([YN])"(?: Type="\w+")?>(TEXT)</DescriptorName>'
    r'((?:<QualifierName UI="\w*" MajorTopicYN="[YN]">TEXT</QualifierName>)*)</MeshHeading>'
)
_REFERENCE = (
    r'<Reference>(?:<Citation>(TEXT)</Citation>)?(?:<ArticleIdList>(?:<ArticleId IdType="'
    r'(?:pubmed">(TEXT)|doi">(TEXT)|pmc">(TEXT)|(?!pubmed"|doi"|pmc")[a-z]+">TEXT)</ArticleId>)*</ArticleIdList>)?'
    r"</Reference>"
)
_BETWEEN = re.compile(r">\s+<")
_NAMED = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_AMPERSAND = re.compile(r"&(?:lt|gt|quot|apos|amp);")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class _OddError(Exception):
    """The list is not in the plain layout."""


class Lists(NamedTuple):
    """A record with its plain lists taken out: an empty element stands where each was."""

    rest: bytes
    values: dict[str, tuple[object, ...]]
    """By field of the work: `authors`, `headings`, `references`."""


def take_lists(record: bytes) -> Lists:
    """Return a PubmedArticle without its plain lists, and what they hold; other records stay whole."""
    values: dict[str, tuple[object, ...]] = {}
    if not record.startswith(b"<PubmedArticle"):
        return Lists(record, values)
    # A comment or instruction may hide anything; its second letter alone is found much faster.
    if (b"!" in record and b"<!" in record) or (b"?" in record and b"<?" in record):
        return Lists(record, values)
    for name, opening, closing, read in _LISTS:
        end = record.rfind(closing)
        start = record.find(opening, 0, max(0, end))
        # A list inside the list fits no pattern below.
        if start < 0 or record.find(opening, end) >= 0:
            continue
        end += len(closing)
        try:
            values[name] = read(record[start:end].decode())
        except (_OddError, UnicodeDecodeError):
            continue
        record = b"%b%b/>%b" % (record[:start], opening, record[end:])
    return Lists(record, values)


Clean = Callable[[str], str]


class _Rows:
    """Rows of one kind of list: a strict pattern for texts that need no cleaning, a wide one for the others."""

    def __init__(self, pattern: str) -> None:
        self._plain = re.compile(pattern.replace("TEXT", "[^<&\\x00-\\x1f]*") + "|(.)", re.DOTALL)
        self._wide = re.compile(pattern.replace("TEXT", "[^<]*") + "|(.)", re.DOTALL)

    def __call__(self, text: str) -> tuple[list[tuple[str, ...]], Clean]:
        """Return the rows, and what their texts still need.

        Raises:
            _OddError: when the list does not fit the pattern as a whole.
        """
        text = text[text.index(">") + 1 : text.rindex("<")].strip()
        if "\n" in text or "> <" in text:
            text = _BETWEEN.sub("><", text)
        if (text.isascii() or text.isprintable()) and "  " not in text:
            rows = self._plain.findall(text)
            if not any(row[-1] for row in rows):
                return rows, str.strip
        rows = self._wide.findall(text)
        if any(row[-1] for row in rows):
            raise _OddError
        return rows, _clean


def _clean(text: str) -> str:
    if text.isprintable() and "  " not in text and "&" not in text:
        return text.strip()
    if _NO_XML.search(text):
        raise _OddError
    if "&" in text:
        if len(_AMPERSAND.findall(text)) != text.count("&"):
            raise _OddError
        text = _AMPERSAND.sub(lambda found: _NAMED[found[0]], text)
    return one_line(text)


_author_rows, _heading_rows, _reference_rows = _Rows(_AUTHOR), _Rows(_HEADING), _Rows(_REFERENCE)


def _authors(text: str) -> tuple[Author, ...]:
    rows, clean = _author_rows(text)
    authors = []
    for family, given, initials, suffix, group, identifiers, affiliations, _ in rows:
        parts = affiliations.split("<Affiliation>")[1:] if affiliations else ()
        places = tuple(filter(None, [without_mail(clean(one.partition("<")[0])) for one in parts]))
        orcid = ""
        if 'Source="ORCID"' in identifiers:
            orcid = clean(identifiers.rpartition('Source="ORCID"')[2].partition(">")[2].partition("<")[0])
            orcid = orcid.rpartition("/")[2]
        if group and (group := clean(group)):
            authors.append(Author(group, "", "", orcid, places, True))
            continue
        name = clean(family)
        if suffix and (suffix := clean(suffix)):
            name = f"{name} {suffix}"
        if name:
            authors.append(Author(name, clean(given), clean(initials), orcid, places))
    return tuple(authors)


def _headings(text: str) -> tuple[Heading, ...]:
    rows, clean = _heading_rows(text)
    headings = []
    for ui, mark, term, qualifiers, _ in rows:
        parts = qualifiers.split('">')[1:] if qualifiers else ()
        below = tuple([clean(one.partition("<")[0]) for one in parts])
        name = clean(term)
        if name:
            headings.append(Heading(name, ui, mark == "Y" or 'YN="Y"' in qualifiers, below))
    return tuple(headings)


def _references(text: str) -> tuple[Reference, ...]:
    rows, clean = _reference_rows(text)
    return tuple(
        [
            Reference(
                clean(citation), clean(pmid), clean_doi(clean(doi)) if doi else "", clean_pmc(clean(pmc)) if pmc else ""
            )
            for citation, pmid, doi, pmc, _ in rows
        ]
    )


# References first: they are the longest and stand last, so that the searches after them are short.
_LISTS: tuple[tuple[str, bytes, bytes, Callable[[str], tuple[object, ...]]], ...] = (
    ("references", b"<ReferenceList", b"</ReferenceList>", _references),
    ("headings", b"<MeshHeadingList", b"</MeshHeadingList>", _headings),
    ("authors", b"<AuthorList", b"</AuthorList>", _authors),
)
