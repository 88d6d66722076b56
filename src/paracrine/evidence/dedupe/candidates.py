"""Pairs worth comparing: records that share a number, a title, or a place in a journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from paracrine.evidence.dedupe.features import Features

_LARGEST_BLOCK = 60


def candidate_pairs(features: Sequence[Features]) -> Iterator[tuple[int, int]]:
    """Yield each pair (i < j) once; blocks so large that they tell nothing are left out."""
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, one in enumerate(features):
        for block in _blocks(one):
            blocks[block].append(number)
    seen: set[tuple[int, int]] = set()
    for members in blocks.values():
        if len(members) <= _LARGEST_BLOCK:
            for pair in combinations(members, 2):
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _blocks(one: Features) -> Iterator[tuple[str, ...]]:
    if one.doi:
        yield "doi", one.doi
    if one.pmid:
        yield "pmid", one.pmid
    if len(one.title) >= 12:
        yield "title", one.title[:30]
        yield "title end", one.title[-30:]
        yield "title middle", one.title[len(one.title) // 2 - 12 : len(one.title) // 2 + 12]
    if one.author and one.year:
        for year in (one.year, one.year + 1):
            if one.page:
                yield "page", one.author, str(year), one.page
            if one.volume:
                yield "volume", one.author, str(year), one.volume
    if one.page and one.volume and one.last_page:
        yield "place", one.volume, one.page, one.last_page
