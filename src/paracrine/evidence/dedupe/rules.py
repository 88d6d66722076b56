"""Whether two records describe one work, with the reasons in words."""

from __future__ import annotations

from dataclasses import dataclass

from paracrine.evidence.dedupe.features import Features, likeness

SAME, PREPRINT, POSSIBLE = "same work", "preprint and article", "possibly the same"


@dataclass(frozen=True, slots=True)
class Match:
    """Two records and what they are to each other."""

    one: str
    other: str
    verdict: str
    reasons: tuple[str, ...]
    doubts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """One sentence."""
        against = f"; against it: {', '.join(self.doubts)}" if self.doubts else ""
        return f"{self.one} and {self.other}: {self.verdict}: {', '.join(self.reasons)}{against}"


@dataclass(frozen=True, slots=True)
class _Compared:
    title: float
    same_doi: bool
    other_doi: bool
    same_pmid: bool
    other_pmid: bool
    year_gap: int | None
    same_author: bool
    other_author: bool
    same_journal: bool
    other_journal: bool
    same_volume: bool
    other_volume: bool
    same_page: bool
    other_page: bool
    abstract: float | None
    same_numbers: bool


def compare(one: Features, other: Features) -> Match | None:
    """Return what two records are to each other, None when they are different works."""
    found = _compare(one, other)
    reasons, doubts = _words(one, other, found)
    verdict = _verdict(one, other, found)
    return Match(one.key, other.key, verdict, tuple(reasons), tuple(doubts)) if verdict else None


def _verdict(one: Features, other: Features, found: _Compared) -> str:
    if one.is_notice != other.is_notice and not (found.same_doi or found.same_pmid):
        return ""
    if one.part and other.part and one.part != other.part:
        return ""
    alike = found.title >= 0.9 and found.same_numbers
    if found.same_pmid and (found.title >= 0.6 or not one.title or not other.title):
        return SAME
    if found.same_doi and found.title >= 0.7:
        return SAME
    if found.other_pmid and not found.same_doi:
        return ""
    far = found.year_gap is not None and found.year_gap > 1
    if one.is_preprint != other.is_preprint:
        late = found.year_gap is None or found.year_gap <= 3
        akin = found.same_author or (found.abstract or 0) >= 0.7
        return PREPRINT if found.title >= 0.75 and akin and late else ""
    place = found.same_volume + found.same_page + found.same_journal
    against = found.other_volume + found.other_page + found.other_journal
    if found.other_doi:
        # Two DOIs are two works unless everything else agrees: then one of them was mistyped.
        return SAME if alike and place == 3 and not found.other_author and not far else ""
    if alike and not far:
        return _same_title(found, place, against)
    if found.title >= 0.7 and place == 3 and found.same_author and not far and found.same_numbers:
        return SAME
    if (found.abstract or 0) >= 0.85 and place >= 2 and not against and found.same_author:
        return SAME
    if found.title >= 0.55 and place == 3 and found.same_author and not far:
        return POSSIBLE
    return ""


def _same_title(found: _Compared, place: int, against: int) -> str:
    if found.other_author and (found.abstract or 0) < 0.7:
        return POSSIBLE if place >= 2 else ""
    if place >= 2 and against == 0:
        return SAME
    if place >= 1 and against == 0 and (found.same_author or (found.abstract or 0) >= 0.8):
        return SAME
    if place >= 2 and found.same_author:
        return SAME
    if against == 0 and found.same_author and (found.abstract is None or found.abstract >= 0.6):
        return SAME
    if place == 1 and against == 1 and found.same_author and (found.abstract or 0) >= 0.8:
        return SAME
    return POSSIBLE if found.same_author else ""


def _compare(one: Features, other: Features) -> _Compared:
    both = one.abstract_grams.total() > 150 and other.abstract_grams.total() > 150
    same_journal = _same_journal(one, other)
    return _Compared(
        title=1.0 if one.title == other.title and one.title else likeness(one.title_grams, other.title_grams),
        same_doi=bool(one.doi) and one.doi == other.doi,
        other_doi=bool(one.doi and other.doi) and one.doi != other.doi,
        same_pmid=bool(one.pmid) and one.pmid == other.pmid,
        other_pmid=bool(one.pmid and other.pmid) and one.pmid != other.pmid,
        year_gap=abs(one.year - other.year) if one.year and other.year else None,
        same_author=bool(one.author) and (one.author == other.author or _alike_authors(one, other)),
        other_author=bool(one.author and other.author)
        and not _alike_authors(one, other)
        and one.author != other.author,
        same_journal=same_journal,
        other_journal=bool(one.journal and other.journal) and not same_journal,
        same_volume=bool(one.volume) and one.volume == other.volume,
        other_volume=bool(one.volume and other.volume) and one.volume != other.volume,
        same_page=bool(one.page) and one.page == other.page,
        other_page=bool(one.page and other.page) and one.page != other.page,
        abstract=likeness(one.abstract_grams, other.abstract_grams) if both else None,
        same_numbers=one.numbers == other.numbers or one.title == other.title,
    )


def _alike_authors(one: Features, other: Features) -> bool:
    shared = len(one.authors & other.authors)
    return shared >= 2 and shared >= 0.5 * min(len(one.authors), len(other.authors))


def _same_journal(one: Features, other: Features) -> bool:
    if one.issn & other.issn:
        return True
    if not one.journal or not other.journal:
        return False
    if one.journal == other.journal or one.journal in other.journal or other.journal in one.journal:
        return True
    if one.journal_initials == other.journal_initials and len(one.journal_initials) >= 2:
        return True
    return one.journal[:3] == other.journal[:3] and one.journal_initials[:3] == other.journal_initials[:3]


def _words(one: Features, other: Features, found: _Compared) -> tuple[list[str], list[str]]:
    reasons = [f"titles alike {found.title:.0%}"] if found.title < 1 else ["same title"]
    doubts: list[str] = []
    named = (
        ("DOI", found.same_doi, found.other_doi, one.doi, other.doi),
        ("PMID", found.same_pmid, found.other_pmid, one.pmid, other.pmid),
        ("first author", found.same_author, found.other_author, one.author, other.author),
        ("journal", found.same_journal, found.other_journal, one.journal, other.journal),
        ("volume", found.same_volume, found.other_volume, one.volume, other.volume),
        ("first page", found.same_page, found.other_page, one.page, other.page),
    )
    for name, same, differs, first, second in named:
        if same:
            reasons.append(f"same {name}")
        elif differs:
            doubts.append(f"{name} {first} and {second}")
    if found.year_gap == 0:
        reasons.append("same year")
    elif found.year_gap:
        doubts.append(f"years {one.year} and {other.year}")
    if found.abstract is not None:
        (reasons if found.abstract >= 0.7 else doubts).append(f"abstracts alike {found.abstract:.0%}")
    return reasons, doubts
