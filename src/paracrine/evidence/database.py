"""Which database made a record that a reference manager passed on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_NUMBERS = (
    ("wos", re.compile(r"((?:WOS|BCI|MEDLINE|KJD|CABI|CCC|DIIDW|RSCI|SCIELO|ZOOREC):\w+)")),
    ("cochrane", re.compile(r"(CN-\d{6,9}|CD\d{6}(?:\.PUB\d+)?)", re.IGNORECASE)),
    ("rayyan", re.compile(r"rayyan-(\d+)")),
    ("psycinfo", re.compile(r"(\d{4}-\d{5}-\d{3})")),
    ("eric", re.compile(r"((?:EJ|ED)\d{6,7})")),
    ("scopus", re.compile(r"(2-s2\.0-\d+)")),
)
_LINKS = (
    ("embase", re.compile(r"embase\.com/.*?[?&]id=(L\d+)")),
    ("scopus", re.compile(r"(?:eid=|scp=)(2-s2\.0-\d+|\d{8,})")),
    ("wos", re.compile(r"((?:WOS|BCI):\w+)")),
    ("ebsco", re.compile(r"ebscohost\.com/.*[?&]db=(\w+)&(?:amp;)?AN=([\w.]+)")),
    ("proquest", re.compile(r"proquest\.com/docview/(\d+)")),
    ("dimensions", re.compile(r"dimensions\.ai/details/publication/(pub\.\d+)")),
    ("lens", re.compile(r"lens\.org/((?:\d{3}-){4}\d{2}[\dX])")),
    ("openalex", re.compile(r"openalex\.org/(W\d+)")),
    ("eric", re.compile(r"eric\.ed\.gov/\?id=(E[JD]\d+)")),
    ("cochrane", re.compile(r"central/(CN-\d+)")),
)


def name_database(tags: Mapping[str, Sequence[str]], urls: Sequence[str]) -> tuple[str, str]:
    """Return the database and its number for one record of RIS tags; both empty when nothing tells."""
    stated = " ".join((*tags.get("DB", ()), *tags.get("DP", ()))).casefold()
    number = next(iter(tags.get("AN", ())), "")
    if "embase" in stated and tags.get("U2"):
        return "embase", tags["U2"][0]
    if number.isdigit() and ("nlm" in stated or "pubmed" in stated or "medline" in stated) and len(number) <= 8:
        return "pubmed", number
    if number and "zotero" not in stated and re.fullmatch(r"L?\d{8,11}", number) and "embase" in stated:
        return "embase", number if number.startswith("L") else f"L{number}"
    for value in (
        *tags.get("AN", ()),
        *tags.get("UT", ()),
        *tags.get("ID", ()),
        *tags.get("U2", ()),
        *tags.get("N1", ()),
    ):
        if len(value) > 60:
            continue
        for database, pattern in _NUMBERS:
            if found := pattern.fullmatch(value.strip()):
                return database, found[1]
    for url in urls:
        for database, pattern in _LINKS:
            if found := pattern.search(url):
                if database == "ebsco":
                    return f"ebsco {found[1].lower()}", found[2]
                return database, found[1]
    return "", ""
