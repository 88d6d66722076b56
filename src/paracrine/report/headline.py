"""The one sentence that answers."""

from __future__ import annotations

from collections.abc import Sequence

from paracrine.core.product import Batch
from paracrine.core.specification import Outcome, Verdict
from paracrine.report.words import join_words, title_of

_JUDGED = (Outcome.PASS, Outcome.FAIL, Outcome.BORDERLINE, Outcome.NOT_ASSESSED)
_NAMED_AT_MOST = 3


def headline(batch: Batch, verdicts: Sequence[Verdict]) -> str:
    """Say in one sentence what became of a batch.

    Limits that only ask for a report, or do not apply, are not counted.

    Args:
        batch: the batch; its name begins the sentence.
        verdicts: one a limit; empty when no specification was given.
    """
    name = f"Batch {batch.name}"
    if not verdicts:
        return f"{name} was measured but not judged: no specification was given."
    by_outcome = {outcome: [v for v in verdicts if v.outcome is outcome] for outcome in _JUDGED}
    judged = sum(len(found) for found in by_outcome.values())
    if not judged:
        return f"{name} has results but no limit that applies, so nothing was judged."
    passed, failed = len(by_outcome[Outcome.PASS]), by_outcome[Outcome.FAIL]
    limits = "limit" if judged == 1 else "limits"
    rest = [
        f"{_names(by_outcome[outcome])} {outcome.value}"
        for outcome in (Outcome.BORDERLINE, Outcome.NOT_ASSESSED)
        if by_outcome[outcome]
    ]
    if failed:
        parts = [f"fails {len(failed)} of {judged} {limits} ({_names(failed)})", *rest, f"{passed} passed"]
    elif passed == judged:
        parts = ["passes its one limit" if judged == 1 else f"passes all {judged} limits"]
    elif passed:
        parts = [f"passes {passed} of {judged} {limits}", *rest]
    else:
        parts = [f"passes none of its {judged} {limits}" if judged > 1 else "does not pass its one limit", *rest]
    return f"{name} {'; '.join(parts)}."


def _names(verdicts: Sequence[Verdict]) -> str:
    titles = list(dict.fromkeys(_in_sentence(title_of(v.limit.attribute, v.limit.title)) for v in verdicts))
    if len(titles) > _NAMED_AT_MOST:
        return f"{len(titles)} others" if len(titles) == len(verdicts) else f"{len(verdicts)} results"
    return join_words(titles)


def _in_sentence(title: str) -> str:
    """Lower the first letter unless the word is an abbreviation such as D50 or CD63."""
    first = title.split(" ", 1)[0]
    return title if any(letter.isupper() or letter.isdigit() for letter in first[1:]) else title[:1].lower() + title[1:]
