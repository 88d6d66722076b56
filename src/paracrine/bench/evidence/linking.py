"""Duplicates, preprints, registry numbers and publications of the base, found, explained, and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from paracrine.bench.evidence.ledger_records import DuplicatesRecord, LinkDecision
from paracrine.bench.evidence.opening import EvidenceBase
from paracrine.core.errors import InputError
from paracrine.evidence.dedupe.grouping import Duplicates, find_duplicates
from paracrine.evidence.dedupe.merging import lead_key, merge
from paracrine.evidence.dedupe.registries import publication_links, registry_links
from paracrine.evidence.dedupe.rules import Match
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

RULES_VERSION = "1"
_FACET = "duplicate"
_LISTED = 5000


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What belongs together in the base."""

    works_count: int
    groups: tuple[tuple[str, ...], ...]
    matches: tuple[Match, ...]
    """Those that join the groups."""
    possible: tuple[Match, ...]
    links: tuple[Match, ...]
    """Preprints, trials registered twice, publications of trials: linked, never merged."""
    entry: int = 0

    @property
    def headline(self) -> str:
        """One sentence."""
        removed = sum(len(group) - 1 for group in self.groups)
        return (
            f"{self.works_count} records are {self.works_count - removed} works: {removed} duplicates in "
            f"{len(self.groups)} groups; {len(self.possible)} pairs to look at, {len(self.links)} links."
        )

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "records": self.works_count,
            "works": self.works_count - sum(len(group) - 1 for group in self.groups),
            "groups": [list(group) for group in self.groups],
            "matches": [_match(match) for match in self.matches],
            "possible": [_match(match) for match in self.possible],
            "links": [_match(match) for match in self.links],
            "entry": self.entry,
        }


def link_records(base: EvidenceBase) -> LinkReport:
    """Find what belongs together, mark the duplicates in the index, and enter it in the ledger."""
    works = {work.key: work for work in base.records(Work.kind) if isinstance(work, Work)}
    trials = [trial for trial in base.records(Trial.kind) if isinstance(trial, Trial)]
    decisions = link_decisions(base)
    apart = [pair for pair, together in decisions.items() if not together]
    found = find_duplicates(works.values(), apart=apart)
    groups = _groups(found, works, [pair for pair, together in decisions.items() if together])
    links = (*found.preprints, *registry_links(trials), *publication_links(works.values(), trials))
    matches = tuple(match for group in found.groups for match in group.matches)
    record = DuplicatesRecord(
        rules_version=RULES_VERSION,
        records_count=len(works),
        groups=groups,
        reasons=tuple(
            (one.one, one.other, one.verdict, ", ".join(one.reasons)) for one in (*matches, *links)[:_LISTED]
        ),
    )
    before = base.workspace.latest(DuplicatesRecord.kind, "base")
    if before is None or before.body != record.to_data():
        before = base.remember(record, key="base", reason="looked for duplicates")
    with base.index.writing():
        for key in works:
            base.index.tag(key, _FACET, ())
        for group in groups:
            for key in group[1:]:
                base.index.tag(key, _FACET, (group[0],))
    return LinkReport(len(works), groups, matches, found.possible, links, before.number)


def decide_link(base: EvidenceBase, one: str, other: str, *, together: bool, reason: str) -> int:
    """Enter a person's decision on two records; it holds at every later search for duplicates.

    Raises:
        InputError: when there is no reason, or the records are one.
        UnknownName: when a record does not exist.
    """
    if not reason.strip():
        raise InputError("a decision needs a reason", hint="--reason 'same trial, other outcome'")
    first, second = base.record(one).key, base.record(other).key
    if first == second:
        raise InputError("a record cannot be linked to itself", where=one)
    record = LinkDecision(one=first, other=second, together=together, reason=reason.strip())
    return base.remember(record, key=f"{first} {second}", reason=reason.strip()).number


def link_decisions(base: EvidenceBase) -> dict[frozenset[str], bool]:
    """Return what persons decided, the last word on each pair."""
    decided: dict[frozenset[str], bool] = {}
    for entry in base.workspace.entries(LinkDecision.kind):
        body = LinkDecision.from_data(entry.body)
        decided[frozenset((body.one, body.other))] = body.together
    return decided


def duplicate_groups(base: EvidenceBase) -> tuple[tuple[str, ...], ...]:
    """Return the groups found last, none when nobody has looked yet."""
    entry = base.workspace.latest(DuplicatesRecord.kind, "base")
    return DuplicatesRecord.from_data(entry.body).groups if entry else ()


def distinct_works(base: EvidenceBase) -> dict[str, Work]:
    """Return one work for each group, with every field its records add, by the key that stands for it."""
    works = {work.key: work for work in base.records(Work.kind) if isinstance(work, Work)}
    for group in duplicate_groups(base):
        present = [works[key] for key in group if key in works]
        if len(present) > 1:
            merged = merge(present)
            for key in group[1:]:
                works.pop(key, None)
            works[group[0]] = merged
    return works


def _groups(
    found: Duplicates, works: dict[str, Work], together: Iterable[frozenset[str]]
) -> tuple[tuple[str, ...], ...]:
    sets = [set(group.keys) for group in found.groups]
    for pair in together:
        if not pair <= works.keys():
            continue
        touching = [one for one in sets if one & pair]
        sets = [one for one in sets if not one & pair] + [set(pair).union(*touching)]
    groups = []
    for keys in sets:
        lead = lead_key([works[key] for key in sorted(keys)])
        groups.append((lead, *sorted(keys - {lead})))
    return tuple(sorted(groups))


def _match(match: Match) -> dict[str, Any]:
    return {
        "one": match.one,
        "other": match.other,
        "verdict": match.verdict,
        "reasons": list(match.reasons),
        "doubts": list(match.doubts),
    }
