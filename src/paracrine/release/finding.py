"""Judge a result reported in words."""

from __future__ import annotations

import re

from paracrine.core.specification import Limit, Outcome
from paracrine.release.ruling import Ruling

_ABSENCE = frozenset(
    {"negative", "absent", "not detected", "none detected", "not found", "no growth", "undetected", "neg"}
)
_PRESENCE = frozenset({"positive", "present", "detected", "found", "growth", "pos"})
_NO_ANSWER = frozenset(
    {"inconclusive", "indeterminate", "equivocal", "invalid", "pending", "in progress", "not tested", "not done"}
)
_BLANKS = re.compile(r"[\s\-_]+")


def plain_words(text: str) -> str:
    """Return words without case, hyphens and double blanks, for comparing."""
    return _BLANKS.sub(" ", text).strip(" .").casefold()


def judge_finding(limit: Limit, finding: str) -> Ruling:
    """Pass when the finding is one of the accepted words, else fail.

    A finding that is no answer (`inconclusive`), or means the same as an accepted word without being one
    (`no growth` where only `negative` is accepted), is not assessed: a person must decide.
    """
    said, accepted = plain_words(finding), {plain_words(word) for word in limit.accept}
    listed = ", ".join(limit.accept)
    if said in accepted:
        return Ruling(Outcome.PASS, f"reported {finding!r}, which is accepted")
    if said in _NO_ANSWER:
        return Ruling(Outcome.NOT_ASSESSED, f"reported {finding!r}, which is no answer")
    for family in (_ABSENCE, _PRESENCE):
        if said in family and accepted & family:
            return Ruling(
                Outcome.NOT_ASSESSED, f"{finding!r} is not among the accepted words ({listed}); add it if it is meant"
            )
    return Ruling(Outcome.FAIL, f"reported {finding!r}; accepted: {listed}")
