"""What tells two bibliographic records apart, brought to one form."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from paracrine.evidence.work import Work

PREPRINT_DOIS = (
    "10.1101/", "10.21203/", "10.2139/ssrn", "10.20944/preprints", "10.26434/chemrxiv", "10.48550/arxiv", "10.31219/",
    "10.31234/", "10.22541/", "10.36227/", "10.12688/", "10.7287/peerj.preprints", "10.64898/",
)  # fmt: skip
_PREPRINT_JOURNALS = re.compile(r"rxiv|research square|preprint|ssrn|peerj preprints", re.IGNORECASE)
_MARKS = re.compile(r"[^\w]+")
_STOP = frozenset({"the", "of", "and", "in", "a", "an", "for", "on", "to", "with", "by", "from", "journal", "j"})
_PAGE = re.compile(r"[A-Za-z]{0,3}\d+")
_REPLY = re.compile(
    r"\b(?:erratum|corrigendum|correction|retraction|reply|response|comment|letter|editorial)\b", re.IGNORECASE
)
_NUMBERS = re.compile(r"(?<![\d.])\d+(?:\.\d+)?")
_ROMAN = re.compile(r"\b(?:part|phase|study|chapter|section)\s+([ivx]+|\d+|[a-d])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Features:
    """One record as the rules see it; empty where the record does not say."""

    key: str
    title: str
    """Letters and digits only."""
    title_grams: Counter[str]
    numbers: frozenset[str]
    part: str
    is_notice: bool
    """Erratum, reply, comment: never the work it is about."""
    doi: str
    pmid: str
    year: int | None
    author: str
    authors: frozenset[str]
    journal: str
    journal_initials: str
    issn: frozenset[str]
    volume: str
    issue: str
    page: str
    last_page: str
    abstract_grams: Counter[str]
    is_preprint: bool
    is_conference: bool


def plain(text: str) -> str:
    """Return lower-case letters without accents, marks as blanks."""
    folded = unicodedata.normalize(
        "NFKD", text.translate({ord("ß"): "ss", ord("ø"): "o", ord("Ø"): "o", ord("ł"): "l"})
    )
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _MARKS.sub(" ", bare.casefold().replace("_", " ")).strip()


def features_of(work: Work) -> Features:
    """Return the features of a record."""
    title = re.sub(r"^\s*\[(.*?)\]\.?\s*$", r"\1", work.title)
    words = plain(title)
    part = _ROMAN.search(words)
    pages = _PAGE.findall(work.pages.replace("–", "-"))
    first = pages[0].lower().lstrip("s0") if pages else ""
    families = tuple(filter(None, (_family(author.family) for author in work.authors)))
    kinds = " ".join(work.publication_types).casefold()
    journal = plain(work.journal or work.journal_short)
    return Features(
        key=work.key,
        title=words.replace(" ", ""),
        title_grams=letter_triples(words),
        numbers=frozenset(_NUMBERS.findall(words)),
        part=part[1] if part else "",
        is_notice=bool(_REPLY.search(title)),
        doi=work.doi,
        pmid=work.pmid,
        year=work.year,
        author=families[0] if families else "",
        authors=frozenset(families),
        journal=journal.replace(" ", ""),
        journal_initials=_initials(journal),
        issn=frozenset(work.issn),
        volume=_number(work.volume),
        issue=_number(work.issue),
        page=first,
        last_page=_last_page(pages),
        abstract_grams=letter_triples(plain(work.abstract_text)[:1500]),
        is_preprint=work.work_type == "preprint"
        or work.doi.startswith(PREPRINT_DOIS)
        or bool(_PREPRINT_JOURNALS.search(work.journal)),
        is_conference=work.work_type == "conference" or "conference" in kinds or "meeting abstract" in kinds,
    )


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of letter triples two texts have in common, 0 to 1 (Dice)."""
    whole = one.total() + other.total()
    if not whole:
        return 0.0
    small, large = (one, other) if len(one) < len(other) else (other, one)
    return 2 * sum(min(count, large[gram]) for gram, count in small.items() if gram in large) / whole


def letter_triples(words: str) -> Counter[str]:
    """Return the letter triples of a text and how often each stands there."""
    text = words.replace(" ", "")
    return Counter(text[place : place + 3] for place in range(len(text) - 2))


@lru_cache(maxsize=100_000)
def _family(name: str) -> str:
    # Names run together, `Adeli K.Lewis G. F.`, begin with the first family name.
    head = re.split(r"\.(?=[A-Z])", name)[0]
    words = plain(head).split()
    kept = [word for word in words if len(word) > 1] or words
    return (
        "".join(kept[:2])
        if kept and kept[0] in ("van", "von", "de", "el", "al", "la", "le")
        else kept[0]
        if kept
        else ""
    )


def _initials(journal: str) -> str:
    return "".join(word[0] for word in journal.split() if word not in _STOP)


def _number(text: str) -> str:
    if text.count(")") > text.count("("):
        # `1)` is the rest of `5 (SUPPL. 1)` in a shifted row: no volume is known.
        return ""
    found = re.search(r"[A-Za-z]?\d+", text)
    return found[0].lower().lstrip("0") if found else plain(text).replace(" ", "")


def _last_page(pages: list[str]) -> str:
    if len(pages) < 2:
        return ""
    first, last = (re.sub(r"\D", "", page) for page in pages[:2])
    return first[: len(first) - len(last)] + last if len(last) < len(first) else last
