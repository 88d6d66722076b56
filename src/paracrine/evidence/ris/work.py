"""RIS tags into a work: titles, dates, DOIs and abstracts stand under different tags in different programs."""

from __future__ import annotations

import re
from collections import defaultdict

from paracrine.evidence.database import name_database
from paracrine.evidence.dates import find_year, read_date
from paracrine.evidence.identifiers import clean_doi, clean_pmc, clean_pmid
from paracrine.evidence.markup import one_line, scrubbed, tagged_text, without_mail
from paracrine.evidence.names import read_name
from paracrine.evidence.origin import Origin
from paracrine.evidence.pubmed.tags import split_abstract
from paracrine.evidence.work import Author, Extra, Section, Work

Tags = dict[str, list[str]]

TYPES = {
    "JOUR": "article", "EJOUR": "article", "JFULL": "article", "MGZN": "article", "NEWS": "article", "INPR": "article",
    "ABST": "conference", "CONF": "conference", "CPAPER": "conference", "CHAP": "chapter", "ECHAP": "chapter",
    "BOOK": "book", "EBOOK": "book", "EDBOOK": "book", "SER": "book", "THES": "thesis", "RPRT": "report",
    "UNPB": "preprint", "DATA": "dataset", "DBASE": "dataset", "ELEC": "web", "WEB": "web", "BLOG": "web",
    "MANSCPT": "preprint",
}  # fmt: skip
_TITLES = ("TI", "T1", "CT", "BT", "ST")
_ABSTRACTS = ("AB", "N2")
_AUTHORS = ("AU", "A1")
_JOURNALS = ("JF", "T2", "JO", "BT")
_SHORT = ("JA", "J2", "JO", "JI", "J9", "NL")
_DATES = ("PY", "Y1", "DA", "Y2")
_DOIS = ("DO", "DI", "L3", "UR", "L2", "M1", "M3", "SO", "N1", "LK")
_URLS = ("UR", "L1", "L2", "LK")
_ACCESSIONS = ("AN", "U2", "U1", "C5", "C2", "C3", "ID", "M2")
_PLACED = frozenset(
    {*_TITLES, *_ABSTRACTS, *_AUTHORS, *_JOURNALS, *_SHORT, *_DATES, *_URLS, "TY", "ER", "DO", "DI", "AN", "U2", "SN"}
    | {"A2", "A3", "A4", "VL", "VO", "IS", "IP", "CP", "SP", "EP", "PB", "LA", "KW", "MH", "N1", "DB", "DP", "AD", "TT"}
    | {"PT", "M3", "T3", "CY", "PG"}
)
_RIGHTS = re.compile(r"^(?:copyright of |©|copyright ©|\(c\) )", re.IGNORECASE)
_PMID = re.compile(
    r"(?:PUBMED|PMID|MEDLINE)[: ]+(\d{5,8})|^(\d{5,8}) ?\[PMID\]|pubmed(?:\.ncbi\.nlm\.nih\.gov|/)/?(\d{5,8})",
    re.I | re.A,
)
_LIST = re.compile(r"\s*;\s*")


def read_pairs(pairs: list[tuple[str, str]], origin: Origin) -> Work:
    """Return the work in (tag, value) pairs; an empty record is a work with nothing but its place."""
    tags: Tags = defaultdict(list)
    for tag, value in pairs:
        if value:
            tags[tag].append(value)
    title_tag = next((tag for tag in _TITLES if tags.get(tag)), "")
    date_text, date, year, doubt = _date(tags)
    urls = tuple(dict.fromkeys(url for tag in _URLS for url in tags.get(tag, ()) if "://" in url))
    database, accession = name_database(tags, urls)
    pmid = _pmid(tags, database, accession, urls)
    abstract, rights = _abstract(tags)
    kind = tags["TY"][0].upper() if tags["TY"] else ""
    start, end = _first(tags, "SP"), _first(tags, "EP")
    return Work(
        origin=origin,
        database=database,
        accession=accession,
        pmid=pmid,
        pmc=next((clean_pmc(url.rpartition("/")[2]) for url in urls if "/PMC" in url.upper()), ""),
        doi=find_doi(tags),
        work_type=TYPES.get(kind, "other" if kind else ""),
        title=_clean(tags[title_tag][0]) if title_tag else "",
        title_original=_clean(_first(tags, "TT")),
        abstract=split_abstract(abstract),
        other_abstracts=rights,
        authors=_people(tags),
        journal=_clean(_first(tags, *(tag for tag in _JOURNALS if tag != title_tag))),
        journal_short=_clean(_first(tags, *_SHORT)),
        issn=tuple(number for value in tags["SN"] for number in find_issn(value)),
        isbn=tuple(number for value in tags["SN"] for number in find_isbn(value)),
        publisher=_clean(_first(tags, "PB")),
        place="" if "," in (place := _first(tags, "CY")) else _clean(place),
        volume=_clean(_first(tags, "VL", "VO")),
        issue=_clean(_first(tags, "IS", "IP", "CP")),
        pages=_pages(start, end) or _first(tags, "PG"),
        year=year,
        date=date,
        date_text=date_text,
        languages=tuple(tags["LA"]),
        publication_types=tuple(dict.fromkeys(map(_clean, (*tags["M3"], *tags["PT"])))),
        keywords=tuple(dict.fromkeys(_clean(word) for tag in ("KW", "MH", "OT") for word in tags.get(tag, ()))),
        urls=urls,
        notes=tuple(filter(None, (_clean(note) for note in tags["N1"]))),
        extra=tuple(
            Extra(tag, one_line(value)) for tag, value in pairs if value and tag not in _PLACED and "@" not in value
        ),
        doubts=(doubt,) if doubt else (),
    )


def find_doi(tags: Tags) -> str:
    """Return the first DOI under the tags where programs put it."""
    for tag in _DOIS:
        for value in tags.get(tag, ()):
            # A note or link may name another work's DOI; only a field that is one counts there.
            if tag in ("N1", "M1", "M3", "SO") and len(value) > 120:
                continue
            doi = clean_doi(value)
            if doi:
                return doi
    return ""


def find_issn(value: str) -> list[str]:
    """Return the ISSNs in a text as `1234-567X`."""
    found = re.findall(r"(?<![\dX-])(\d{4})-?(\d{3}[\dX])(?![\dX-])", value.upper(), re.ASCII)
    return list(dict.fromkeys(f"{first}-{second}" for first, second in found))


def find_isbn(value: str) -> list[str]:
    """Return the ISBNs in a text, digits only."""
    found = re.findall(r"(?<!\d)(?:97[89][- ]?)?(?:\d[- ]?){9}[\dX](?!\d)", value.upper(), re.ASCII)
    return list(dict.fromkeys(re.sub("[- ]", "", one) for one in found))


def _first(tags: Tags, *names: str) -> str:
    return next((tags[name][0] for name in names if tags.get(name)), "")


def _clean(value: str) -> str:
    return scrubbed(tagged_text(value))


def _date(tags: Tags) -> tuple[str, str, int | None, str]:
    """Return what was written where it says more than the date, the date, the year, and a doubt."""
    written = [(tag, value) for tag in _DATES for value in tags.get(tag, ()) if tag != "Y2"]
    dates = [(read_date(value.strip("/ ")), value) for _, value in written]
    best = max(dates, key=lambda pair: len(pair[0]), default=("", ""))
    if best[0]:
        year_tag = next((find_year(value) for tag, value in written if tag in ("PY", "Y1") and find_year(value)), None)
        if year_tag and str(year_tag) != best[0][:4]:
            return "", str(year_tag), year_tag, ""
        return "", best[0], int(best[0][:4]), ""
    if not written:
        return "", "", None, ""
    text = written[0][1]
    year = find_year(text)
    return text, str(year or ""), year, "" if year else f"year not understood: {text!r}"


def _abstract(tags: Tags) -> tuple[str, tuple[Section, ...]]:
    texts = [_clean(value) for tag in _ABSTRACTS for value in tags.get(tag, ())]
    rights = tuple(Section("copyright", text) for text in texts if _RIGHTS.match(text))
    own = [text for text in dict.fromkeys(texts) if not _RIGHTS.match(text)]
    return " ".join(own), rights


def _people(tags: Tags) -> tuple[Author, ...]:
    names = [name for tag in _AUTHORS for name in tags.get(tag, ())]
    authors = list(dict.fromkeys(read_name(name) for name in names if one_line(name)))
    places = tuple(dict.fromkeys(filter(None, (without_mail(one_line(place)) for place in tags.get("AD", ())))))
    if authors and places:
        authors[0] = authors[0]._replace(affiliations=places)
    return tuple(authors)


def _pages(start: str, end: str) -> str:
    if (start, end) == ("No", "Specified"):
        return ""
    return f"{start}-{end}" if start and end and end != start and "-" not in start else start


def _pmid(tags: Tags, database: str, accession: str, urls: tuple[str, ...]) -> str:
    if database == "pubmed":
        return clean_pmid(accession)
    if tags.get("C5") and database == "embase":
        return clean_pmid(tags["C5"][0])
    if database == "scopus" and tags.get("C2"):
        return clean_pmid(tags["C2"][0])
    for value in (*(value for tag in _ACCESSIONS for value in tags.get(tag, ())), *urls):
        found = _PMID.search(value)
        if found:
            return next((str(number) for number in found.groups() if number), "")
    return ""
