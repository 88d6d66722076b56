"""A bibliographic record: a paper, preprint, abstract or chapter as one database describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from paracrine.evidence.origin import Origin
from paracrine.evidence.plain_data import PlainData


class Author(NamedTuple):
    """A person or a group; addresses for mail are never kept."""

    family: str
    """Family name; the whole name of a group."""
    given: str = ""
    initials: str = ""
    orcid: str = ""
    affiliations: tuple[str, ...] = ()
    is_group: bool = False

    @property
    def text(self) -> str:
        """`Family Initials`, or the group's name."""
        first = self.initials or self.given
        return f"{self.family} {first}" if first else self.family


class Section(NamedTuple):
    """A part of an abstract; `label` is empty where the abstract has none."""

    label: str
    text: str


class Reference(NamedTuple):
    """A work in the reference list."""

    text: str
    pmid: str = ""
    doi: str = ""
    pmc: str = ""


class Relation(NamedTuple):
    """A tie to another work that the database states: `retraction in`, `erratum in`, `comment on` and such."""

    what: str
    text: str = ""
    pmid: str = ""
    doi: str = ""


class Heading(NamedTuple):
    """A controlled subject term."""

    term: str
    ui: str = ""
    is_major: bool = False
    qualifiers: tuple[str, ...] = ()


class Extra(NamedTuple):
    """A field as the file names it that has no place of its own."""

    field: str
    value: str


RETRACTING = frozenset({"retraction in", "retracted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(PlainData):
    """One bibliographic record. Texts keep raised and lowered letters: `10^9`, `CD63₂`."""

    kind: ClassVar[str] = "work"

    origin: Origin
    database: str = ""
    """Where the record was made: `pubmed`, `embase`, `scopus`, `wos`, `cochrane` …; empty when not stated."""
    accession: str = ""
    """The database's own number."""
    pmid: str = ""
    pmc: str = ""
    doi: str = ""
    """Lower case, bare: `10.1000/x`."""
    trial_ids: tuple[str, ...] = ()
    """Registry numbers the database itself links (not numbers met in the text)."""
    work_type: str = ""
    """`article`, `preprint`, `conference`, `chapter`, `book`, `thesis`, `report`, `dataset`, `web`, `other`."""
    title: str = ""
    title_original: str = ""
    abstract: tuple[Section, ...] = ()
    other_abstracts: tuple[Section, ...] = ()
    """Plain-language, digest, copyright line, other languages; `label` says which."""
    authors: tuple[Author, ...] = ()
    journal: str = ""
    journal_short: str = ""
    issn: tuple[str, ...] = ()
    isbn: tuple[str, ...] = ()
    publisher: str = ""
    place: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    year: int | None = None
    date: str = ""
    """ISO as far as known: `2017`, `2017-06`, `2017-06-30`."""
    date_text: str = ""
    """As written, where it is no date: `1998 Dec-1999 Jan`."""
    revised: str = ""
    """When the database last changed the record, ISO."""
    languages: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    keywords: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    references: tuple[Reference, ...] = ()
    urls: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    status: str = ""
    full_text: tuple[Section, ...] = ()
    """Body of an open full text, section by section; empty for a bibliographic record."""
    extra: tuple[Extra, ...] = ()
    doubts: tuple[str, ...] = ()
    """What the reader could not settle: `year not understood: 10 15`."""

    @property
    def key(self) -> str:
        """The record's own identity: the same record in a newer export has the same key."""
        return work_key(self)

    @property
    def abstract_text(self) -> str:
        """The abstract as one text, labels in front of their parts."""
        return "\n".join(f"{part.label}: {part.text}" if part.label else part.text for part in self.abstract)

    @property
    def is_retracted(self) -> bool:
        """Whether the database says that the work was retracted."""
        return any(relation.what in RETRACTING for relation in self.relations) or any(
            kind.casefold() == "retracted publication" for kind in self.publication_types
        )


def work_key(work: Work) -> str:
    """Return `pubmed:PMID`, `database:accession`, `doi:…`, else a hash of what tells the work apart."""
    if work.database == "pubmed" and work.pmid:
        return f"pubmed:{work.pmid}"
    if work.database and work.accession:
        return f"{work.database}:{work.accession}"
    if work.pmid:
        return f"pmid:{work.pmid}"
    if work.doi:
        return f"doi:{work.doi}"
    import hashlib

    first = work.authors[0].family if work.authors else ""
    parts = (work.title, first, str(work.year or ""), work.journal, work.volume, work.pages)
    told = "\x1f".join("".join(part.casefold().split()) for part in parts)
    if not told.strip("\x1f"):
        told = f"{work.origin.sha256} {work.origin.locator}"
    return "text:" + hashlib.sha256(told.encode()).hexdigest()[:24]
