"""One record of MEDLINE tags into a work."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from paracrine.evidence.dates import find_year, read_date
from paracrine.evidence.identifiers import clean_doi, clean_pmc, clean_pmid, registry_of
from paracrine.evidence.markup import one_line, without_mail
from paracrine.evidence.origin import Origin
from paracrine.evidence.work import Author, Extra, Heading, Relation, Section, Work

RELATIONS = {
    "RIN": "retraction in",
    "ROF": "retraction of",
    "PRIN": "partial retraction in",
    "PROF": "partial retraction of",
    "RRI": "retracted and republished in",
    "RRF": "retracted and republished from",
    "EIN": "erratum in",
    "EFR": "erratum for",
    "CRI": "corrected and republished in",
    "CRF": "corrected and republished from",
    "ECI": "expression of concern in",
    "ECF": "expression of concern for",
    "CIN": "comment in",
    "CON": "comment on",
    "UIN": "update in",
    "UOF": "update of",
    "SPIN": "summary for patients in",
    "ORI": "original report in",
    "DDIN": "dataset",
    "DRIN": "dataset use",
}
_PLACED = frozenset(
    [
        "PMID",
        "PMC",
        "LID",
        "AID",
        "SO",
        "TI",
        "BTI",
        "CTI",
        "TT",
        "AB",
        "OAB",
        "OABL",
        "AU",
        "FAU",
        "CN",
        "AUID",
        "AD",
        "JT",
        "TA",
        "IS",
        "ISBN",
        "VI",
        "IP",
        "PG",
        "DP",
        "DEP",
        "LR",
        "LA",
        "PT",
        "MH",
        "OT",
        "RN",
        "NM",
        "GR",
        "SI",
        "STAT",
        "OWN",
        "CI",
        "PB",
        "PL",
        "JID",
        "PMCR",
        "PHST",
        "EDAT",
        "MHDA",
        "CRDT",
        "DCOM",
        "DA",
        "SB",
        "PUBM",
    ]
)
_SECTION = re.compile(r"(?:^|(?<=[.?!)] ))([A-Z][A-Z ,/&()'-]{3,60}): ")
_PMID = re.compile(r"PMID: ?(\d+)", re.ASCII)
_ISSN = re.compile(r"[\dX]{4}-[\dX]{4}", re.IGNORECASE)


def read_tags(record: Iterable[tuple[str, str]], origin: Origin) -> Work | None:
    """Return the work in (tag, value) pairs, None when nothing tells it apart."""
    tags: dict[str, list[str]] = defaultdict(list)
    pairs = [(tag, one_line(value)) for tag, value in record if value.strip()]
    for tag, value in pairs:
        tags[tag].append(value)
    pmid, pmc, doi = clean_pmid(_first(tags, "PMID")), _pmc(tags), _doi(tags)
    chapter, book = _first(tags, "TI"), _first(tags, "BTI", "CTI")
    title = chapter or book
    if not (pmid or pmc or doi or title):
        return None
    date_text = _first(tags, "DP")
    date = read_date(date_text)
    types = tuple(tags["PT"])
    return Work(
        origin=origin,
        database="pubmed" if pmid else "pmc" if pmc else "",
        accession=pmid or pmc,
        pmid=pmid,
        pmc=pmc,
        doi=doi,
        trial_ids=tuple(number for registry, number in map(_trial, tags["SI"]) if registry),
        work_type=_work_type(types, chapter, book),
        title=title,
        title_original=_first(tags, "TT"),
        abstract=split_abstract(" ".join(tags["AB"])),
        other_abstracts=(
            *(Section("other", text) for text in tags["OAB"]),
            *(Section("copyright", text) for text in tags["CI"]),
        ),
        authors=_authors(pairs),
        journal=book if chapter and book else _first(tags, "JT"),
        journal_short=_first(tags, "TA"),
        issn=tuple(dict.fromkeys(number for value in tags["IS"] for number in _ISSN.findall(value))),
        isbn=tuple(value.split(" ")[0] for value in tags["ISBN"]),
        publisher=_first(tags, "PB"),
        place=_first(tags, "PL"),
        volume=_first(tags, "VI"),
        issue=_first(tags, "IP"),
        pages=_first(tags, "PG"),
        year=find_year(date_text),
        date=date,
        date_text="" if len(date) > 4 or date == date_text else date_text,
        revised=read_date(_first(tags, "LR")),
        languages=tuple(tags["LA"]),
        publication_types=types,
        headings=tuple(map(_heading, tags["MH"])),
        keywords=tuple(tags["OT"]),
        substances=tuple(value.partition(" (")[2].rstrip(")") or value for value in tags["RN"]),
        grants=tuple(tags["GR"]),
        relations=_relations(tags),
        status=_first(tags, "STAT"),
        extra=tuple(Extra(tag, value) for tag, value in pairs if _is_extra(tag, value)),
    )


def _work_type(types: tuple[str, ...], chapter: str, book: str) -> str:
    if "Preprint" in types:
        return "preprint"
    return "chapter" if chapter and book else "book" if book else "article"


def _is_extra(tag: str, value: str) -> bool:
    return tag not in _PLACED and tag not in RELATIONS and "@" not in value


def split_abstract(text: str) -> tuple[Section, ...]:
    """Return the sections of an abstract whose labels stand in capitals, else the abstract as one."""
    if not text:
        return ()
    marks = list(_SECTION.finditer(text))
    if len(marks) < 2:
        return (Section("", text),)
    parts = [Section("", text[: marks[0].start()].strip())] if marks[0].start() else []
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    parts += [Section(mark[1], text[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]
    return tuple(part for part in parts if part.text)


def _first(tags: dict[str, list[str]], *names: str) -> str:
    return next((tags[name][0] for name in names if tags.get(name)), "")


def _pmc(tags: dict[str, list[str]]) -> str:
    return clean_pmc(_first(tags, "PMC"))


def _doi(tags: dict[str, list[str]]) -> str:
    values = (*tags["LID"], *tags["AID"], *tags["SO"])
    marked = (value for value in values if "[doi]" in value or "doi:" in value.lower())
    return next((doi for doi in map(_after_mark, marked) if doi), "")


def _after_mark(value: str) -> str:
    return clean_doi(value.replace("[doi]", "").strip() if "[doi]" in value else value[value.lower().index("doi:") :])


def _trial(value: str) -> tuple[str, str]:
    return registry_of(value.rpartition("/")[2] if value.count("/") == 1 else value.partition("/")[2])


def _heading(value: str) -> Heading:
    term, *qualifiers = value.split("/")
    is_major = any(part.startswith("*") for part in (term, *qualifiers))
    return Heading(term.lstrip("*"), "", is_major, tuple(part.lstrip("*") for part in qualifiers))


def _relations(tags: dict[str, list[str]]) -> tuple[Relation, ...]:
    return tuple(
        Relation(words, value, found[1] if (found := _PMID.search(value)) else "")
        for tag, words in RELATIONS.items()
        for value in tags.get(tag, ())
    )


def _authors(pairs: list[tuple[str, str]]) -> tuple[Author, ...]:
    """Pair full and short names in order; an affiliation or identifier belongs to the author before it."""
    authors: list[Author] = []
    full = any(tag == "FAU" for tag, _ in pairs)
    for tag, value in pairs:
        if tag == "FAU":
            family, _, given = value.partition(", ")
            authors.append(Author(family, given))
        elif tag == "AU" and full and authors and not authors[-1].is_group:
            authors[-1] = authors[-1]._replace(initials=value.rpartition(" ")[2])
        elif tag == "AU":
            family, _, initials = value.rpartition(" ")
            authors.append(Author(family or value, "", initials if family else ""))
        elif tag == "CN":
            authors.append(Author(value, is_group=True))
        elif tag == "AUID" and authors and "ORCID" in value.upper():
            authors[-1] = authors[-1]._replace(orcid=value.rpartition("/")[2].rpartition(" ")[2])
        elif tag == "AD" and authors and (place := without_mail(value)):
            authors[-1] = authors[-1]._replace(affiliations=(*authors[-1].affiliations, place))
    return tuple(authors)
