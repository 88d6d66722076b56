"""One trial under two registry numbers, and the publications of a trial."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from paracrine.evidence.dedupe.features import letter_triples, likeness, plain
from paracrine.evidence.dedupe.rules import Match
from paracrine.evidence.identifiers import registry_ids
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

TWICE, RESULT, NAMES, CITED = "registered twice", "publication of the trial", "names the trial", "cited by the trial"
PART = "names the same study"
_SHORTEST_TITLE = 25
_ALIKE, _NEARLY_SAME, _TELLING_LETTERS = 0.85, 0.95, 60
_ALIKE_SAME_SIZE = 0.7
_STUDY_NAME = re.compile(r"\b([A-Z][A-Za-z-]{6,})(?=(?:\s+[\w-]+)?\s+(?:[Tt]rial|[Ss]tudy)\b)")
_MOST_PARTS = 12


def registry_links(trials: Sequence[Trial]) -> tuple[Match, ...]:
    """Return pairs of records of one trial in two registries.

    A number stated among a record's own secondary numbers joins; so does a title much alike under the
    same sponsor, one less alike with the same number of people too, or a long title nearly the same, in two
    registries. A study name that few titles hold ties the parts of an umbrella, which stay trials of their own.
    A number met in a text is a citation and joins nothing.
    """
    known = {number: trial for trial in trials for number in (trial.trial_id, *trial.aliases)}
    found: dict[frozenset[str], Match] = {}
    for trial in trials:
        for stated in trial.secondary_ids:
            for _, number in registry_ids(stated):
                other = known.get(number)
                if other is not None and other.key != trial.key:
                    _add(found, trial, other, (f"{trial.trial_id} states {number} as its own number",))
    for one, other in _alike(trials):
        alike = max(likeness(*pair) for pair in product(_titles(one), _titles(other)))
        sponsor = _same_sponsor(one, other)
        longest = max(sum(grams.values()) for trial in (one, other) for grams in _titles(trial))
        if alike >= _ALIKE and sponsor:
            _add(found, one, other, (f"titles alike {alike:.0%}", f"same sponsor {one.sponsor}"))
        elif alike >= _ALIKE_SAME_SIZE and sponsor and _same_size(one, other) and _near_start(one, other):
            reasons = (f"titles alike {alike:.0%}", f"same sponsor {one.sponsor}", f"same n {one.enrollment_count}")
            _add(found, one, other, reasons)
        elif alike >= _NEARLY_SAME and longest >= _TELLING_LETTERS and _near_start(one, other):
            _add(found, one, other, (f"titles alike {alike:.0%}",))
    for one, other, name in _named_alike(trials):
        pair = frozenset((one.key, other.key))
        found.setdefault(pair, Match(one.key, other.key, PART, (f"both titles name {name}",)))
    return tuple(found.values())


def _named_alike(trials: Sequence[Trial]) -> Iterator[tuple[Trial, Trial, str]]:
    """Yield pairs of two registries whose titles call themselves by one study name, in capitals at least once."""
    holders: dict[str, dict[str, Trial]] = defaultdict(dict)
    names = set()
    for trial in trials:
        for name in _study_names(trial):
            holders[name.casefold()][trial.key] = trial
            if name.isupper():
                names.add(name.casefold())
    for name in sorted(names):
        held = list(holders[name].values())
        if 2 <= len(held) <= _MOST_PARTS:
            for one, other in combinations(held, 2):
                if one.registry != other.registry and _near_start(one, other):
                    yield one, other, name.upper()


def _study_names(trial: Trial) -> set[str]:
    """Return words such as in `the SOLIDARITY trial`; a title mostly in capitals names nothing."""
    return {
        name
        for title in (trial.title, trial.scientific_title)
        if 3 * sum(letter.isupper() for letter in title) < len(title)
        for name in _STUDY_NAME.findall(title)
    }


def _same_size(one: Trial, other: Trial) -> bool:
    return bool(one.enrollment_count) and one.enrollment_count == other.enrollment_count


def _alike(trials: Sequence[Trial]) -> list[tuple[Trial, Trial]]:
    """Return pairs from two registries whose titles share a start, an end or a middle."""
    blocks: dict[tuple[str, str], dict[str, Trial]] = defaultdict(dict)
    for trial in trials:
        for title in (trial.title, trial.scientific_title):
            bare = plain(title).replace(" ", "")
            if len(bare) >= _SHORTEST_TITLE:
                middle = len(bare) // 2
                for block in (("start", bare[:20]), ("end", bare[-20:]), ("middle", bare[middle - 10 : middle + 10])):
                    blocks[block][trial.key] = trial
    pairs = {
        frozenset((one.key, other.key)): (one, other)
        for same in blocks.values()
        for one, other in combinations(list(same.values())[:30], 2)
        if one.registry != other.registry
    }
    return list(pairs.values())


def _titles(trial: Trial) -> list[Counter[str]]:
    return [letter_triples(plain(title)) for title in (trial.title, trial.scientific_title) if title] or [Counter()]


def _near_start(one: Trial, other: Trial) -> bool:
    return not (one.registered and other.registered) or abs(int(one.registered[:4]) - int(other.registered[:4])) <= 1


def publication_links(works: Iterable[Work], trials: Sequence[Trial]) -> tuple[Match, ...]:
    """Return ties between publications and trials, each with what states it."""
    known = {number: trial for trial in trials for number in (trial.trial_id, *trial.aliases)}
    results = {ref.pmid: trial for trial in trials for ref in trial.result_references if ref.pmid}
    cited = {ref.pmid: trial for trial in trials for ref in trial.references if ref.pmid}
    found: list[Match] = []
    for work in works:
        stated = {known[number].key for number in work.trial_ids if number in known}
        found += [Match(work.key, key, RESULT, ("the database links the registry number",)) for key in sorted(stated)]
        if work.pmid in results and results[work.pmid].key not in stated:
            found.append(Match(work.key, results[work.pmid].key, RESULT, ("the trial lists it as its result",)))
        elif work.pmid in cited and cited[work.pmid].key not in stated:
            found.append(Match(work.key, cited[work.pmid].key, CITED, ("in the trial's references",)))
        for _, number in registry_ids(f"{work.title} {work.abstract_text}"):
            if number in known and known[number].key not in stated:
                found.append(Match(work.key, known[number].key, NAMES, (f"{number} stands in its text",)))
    return tuple(found)


def _add(found: dict[frozenset[str], Match], one: Trial, other: Trial, reasons: tuple[str, ...]) -> None:
    doubts = []
    if one.enrollment_count and other.enrollment_count and one.enrollment_count != other.enrollment_count:
        doubts.append(f"n {one.enrollment_count} and {other.enrollment_count}")
    found.setdefault(frozenset((one.key, other.key)), Match(one.key, other.key, TWICE, reasons, tuple(doubts)))


def _same_sponsor(one: Trial, other: Trial) -> bool:
    first, second = set(plain(one.sponsor).split()), set(plain(other.sponsor).split())
    small = min(len(first), len(second))
    return bool(small) and len(first & second) >= 0.6 * small
