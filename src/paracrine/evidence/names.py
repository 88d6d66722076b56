"""Names of authors as programs write them."""

from __future__ import annotations

import re

from paracrine.evidence.markup import one_line
from paracrine.evidence.work import Author

_GROUP = re.compile(
    r"\b(group|consortium|investigators|committee|collaborat|network|society|organi[sz]ation|study)\b", re.I
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,4}")


def read_name(text: str) -> Author:
    """Return an author from `Family, Given`, `Family FM`, `Given Family` or a group's name."""
    name = one_line(text).rstrip(";")
    family, comma, given = name.partition(",")
    if comma:
        given = given.strip(" ,")
        return _with_given(family.strip(), given)
    if _GROUP.search(name):
        return Author(name, is_group=True)
    head, _, tail = name.rpartition(" ")
    if head and tail.isupper() and len(tail.replace(".", "").replace("-", "")) <= 3:
        return Author(head, "", tail)
    if head and "." in name.split(" ")[0]:
        return _with_given(tail, head)
    return Author(name)


def _with_given(family: str, given: str) -> Author:
    if _INITIALS.fullmatch(given) and (given.isupper() or "." in given):
        return Author(family, "", given.replace(".", "").replace(" ", ""))
    return Author(family, given)
