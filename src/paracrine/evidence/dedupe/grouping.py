"""Matches into groups of one work each; a chain that joins contradicting records is cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paracrine.evidence.dedupe.candidates import candidate_pairs
from paracrine.evidence.dedupe.features import Features, features_of
from paracrine.evidence.dedupe.rules import PREPRINT, SAME, Match, compare
from paracrine.evidence.work import Work


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one work, and the matches that join them."""

    keys: tuple[str, ...]
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What was found among some records."""

    records_count: int
    groups: tuple[Group, ...]
    preprints: tuple[Match, ...]
    possible: tuple[Match, ...]

    @property
    def works_count(self) -> int:
        """How many works are left."""
        return self.records_count - sum(len(group.keys) - 1 for group in self.groups)


def find_duplicates(works: Iterable[Work], *, apart: Iterable[frozenset[str]] = ()) -> Duplicates:
    """Find records of one work.

    Args:
        works: the records; their keys must differ.
        apart: pairs of keys a person has judged to be different works.
    """
    features = [features_of(work) for work in works]
    forbidden = set(apart)
    matches = [
        match
        for i, j in candidate_pairs(features)
        if frozenset((features[i].key, features[j].key)) not in forbidden
        and (match := compare(features[i], features[j])) is not None
    ]
    groups = _grouped([match for match in matches if match.verdict == SAME], features, forbidden)
    together = {key: number for number, group in enumerate(groups) for key in group.keys}

    def between(match: Match) -> bool:
        return together.get(match.one, -1) != together.get(match.other, -2)

    return Duplicates(
        len(features),
        groups,
        tuple(match for match in matches if match.verdict == PREPRINT and between(match)),
        tuple(match for match in matches if match.verdict not in (SAME, PREPRINT) and between(match)),
    )


def _grouped(matches: Sequence[Match], features: Sequence[Features], apart: set[frozenset[str]]) -> tuple[Group, ...]:
    """Join the surest matches first; two groups that hold different DOIs or PMIDs, or a pair kept apart, stay apart."""
    told = {one.key: one for one in features}
    members: dict[str, set[str]] = {}
    used: dict[str, list[Match]] = defaultdict(list)
    for match in sorted(matches, key=lambda match: (len(match.doubts), -len(match.reasons))):
        one = members.setdefault(match.one, {match.one})
        other = members.setdefault(match.other, {match.other})
        if one is other:
            used[min(one)].append(match)
            continue
        if len(one) + len(other) > 2 and _contradict(one, other, told, apart):
            continue
        before = used.pop(min(one), []) + used.pop(min(other), []) + [match]
        one |= other
        for key in one:
            members[key] = one
        used[min(one)] = before
    seen: dict[int, set[str]] = {id(keys): keys for keys in members.values() if len(keys) > 1}
    order = {one.key: number for number, one in enumerate(features)}
    groups = [Group(tuple(sorted(keys, key=order.__getitem__)), tuple(used[min(keys)])) for keys in seen.values()]
    return tuple(sorted(groups, key=lambda group: order[group.keys[0]]))


def _contradict(one: set[str], other: set[str], told: dict[str, Features], apart: set[frozenset[str]]) -> bool:
    for name in ("pmid", "doi"):
        mine = {getattr(told[key], name) for key in one} - {""}
        theirs = {getattr(told[key], name) for key in other} - {""}
        if mine and theirs and not mine & theirs:
            return True
    return any(frozenset((first, second)) in apart for first in one for second in other)
