"""The one sentence that answers."""

from __future__ import annotations

from collections.abc import Sequence

from paracrine.core.product import Batch
from paracrine.core.specification import Limit, LimitKind, Verdict
from paracrine.release.comparison import AttributeComparison
from paracrine.release.summary import summarise
from paracrine.report.words import capitalised, in_sentence, join_words, title_of

_NAMED_AT_MOST = 3


def headline(batch: Batch, verdicts: Sequence[Verdict]) -> str:
    """Say in one sentence what became of a batch.

    Limits are counted, not verdicts; those for report only, or that do not apply, are left out.

    Args:
        batch: its name begins the sentence.
        verdicts: on this batch; empty when no specification was given.
    """
    name = f"Batch {batch.name}"
    if not verdicts:
        return f"{name} is not judged: no specification was given."
    summary = summarise(verdicts)
    count, passed, failed = summary.limit_count, len(summary.passed), summary.failed
    if not count:
        return f"{name} is not judged: no limit applies."
    limits = "limit" if count == 1 else "limits"
    open_limits = [limit for limit in summary.not_assessed if limit.limit_kind is not LimitKind.REPORT]
    rest = [
        f"{_names(found)} {word}"
        for found, word in ((summary.borderline, "borderline"), (open_limits, "not assessed"))
        if found
    ]
    if failed:
        parts = [f"fails {len(failed)} of {count} {limits} ({_names(failed)})", *rest, f"{passed} passed"]
    elif passed == count:
        parts = ["passes its one limit" if count == 1 else f"passes all {count} limits"]
    elif passed:
        parts = [f"passes {passed} of {count} {limits}", *rest]
    else:
        parts = [f"passes none of its {count} limits" if count > 1 else "does not pass its one limit", *rest]
    return f"{name} {'; '.join(parts)}."


def comparison_headline(comparisons: Sequence[AttributeComparison]) -> str:
    """Say in one sentence whether batches are the same product, and in what they differ."""
    pairs: dict[tuple[str, str], list[AttributeComparison]] = {}
    for comparison in comparisons:
        pairs.setdefault((comparison.batch_b, comparison.batch_a), []).append(comparison)
    if not pairs:
        return "Nothing can be compared: no attribute was measured in two batches."
    said = "; ".join(_pair(batch, reference, found) for (batch, reference), found in pairs.items())
    return f"{capitalised(said)}."


def _pair(batch: str, reference: str, found: Sequence[AttributeComparison]) -> str:
    counts = {word: sum(c.outcome == word for c in found) for word in ("equivalent", "not shown", "not assessed")}
    if counts["equivalent"] == len(found):
        count = {1: "the one attribute", 2: "both attributes"}.get(len(found), f"all {len(found)} attributes")
        return f"batch {batch} is equivalent to {reference} in {count} compared"
    if counts["not assessed"] == len(found):
        return f"batch {batch} could not be compared with {reference}"
    different = list(dict.fromkeys(in_sentence(c.title) for c in found if c.outcome == "different"))
    shown = join_words(different) if len(different) <= _NAMED_AT_MOST else f"{len(different)} attributes"
    start = f"differs from {reference} in {shown}" if different else f"shows no difference from {reference}"
    rest = [f"{count} {word}" for word, count in counts.items() if count]
    if rest:
        rest[0] = rest[0].replace(" ", " attribute " if rest[0].startswith("1 ") else " attributes ", 1)
    return f"batch {batch} {start}" + (f" ({', '.join(rest)})" if rest else "")


def _names(limits: Sequence[Limit]) -> str:
    if len(limits) > _NAMED_AT_MOST:
        return f"{len(limits)} limits"
    titles = [in_sentence(title_of(limit.attribute, limit.title)) for limit in limits]
    named = [
        title if titles.count(title) == 1 else f"{title} ({limit.stage})"
        for title, limit in zip(titles, limits, strict=True)
    ]
    return join_words(list(dict.fromkeys(named)))
