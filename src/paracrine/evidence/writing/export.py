"""Works as RIS, CSV or JSON; the RIS that is written reads back as the same works."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping

from paracrine.evidence.work import Work

_TYPES = {
    "article": "JOUR", "conference": "CONF", "chapter": "CHAP", "book": "BOOK", "thesis": "THES", "report": "RPRT",
    "preprint": "UNPB", "dataset": "DATA", "web": "ELEC",
}  # fmt: skip
COLUMNS = (
    "key", "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "abstract",
    "keywords", "url", "verdict", "reason",
)  # fmt: skip
Marks = Mapping[str, tuple[str, str]]
"""(verdict, reason) by key."""


def write_ris(works: Iterable[Work], marks: Marks) -> str:
    """Return RIS; a verdict is a note that other programs show."""
    return "\r\n".join(line for work in works for line in _ris(work, marks.get(work.key))) + "\r\n"


def write_csv(works: Iterable[Work], marks: Marks) -> str:
    """Return CSV with a header; a cell a spreadsheet would take for a formula starts with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for work in works:
        verdict, reason = marks.get(work.key, ("", ""))
        cells = (
            work.key, work.title, "; ".join(author.text for author in work.authors), work.year or "",
            work.journal or work.journal_short, work.volume, work.issue, work.pages, work.doi, work.pmid,
            work.abstract_text, "; ".join(work.keywords), work.urls[0] if work.urls else "", verdict, reason,
        )  # fmt: skip
        writer.writerow([_harmless(str(cell)) for cell in cells])
    return text.getvalue()


def write_json(works: Iterable[Work], marks: Marks) -> str:
    """Return JSON with every field."""
    rows = []
    for work in works:
        verdict, reason = marks.get(work.key, ("", ""))
        rows.append({**work.to_data(), "key": work.key, "verdict": verdict, "reason": reason})
    return json.dumps(rows, ensure_ascii=False, indent=1)


WRITERS: dict[str, Callable[[Iterable[Work], Marks], str]] = {
    ".ris": write_ris,
    ".csv": write_csv,
    ".json": write_json,
}


def _ris(work: Work, mark: tuple[str, str] | None) -> list[str]:
    start, _, end = work.pages.partition("-")
    pairs = [
        ("TY", _TYPES.get(work.work_type, "GEN")),
        ("TI", work.title),
        *(
            ("AU", f"{one.family}, {one.given or one.initials}" if one.given or one.initials else one.family)
            for one in work.authors
        ),
        ("PY", str(work.year or "")),
        ("DA", work.date.replace("-", "/") if len(work.date) > 4 else ""),
        ("JF", work.journal),
        ("JA", work.journal_short),
        ("VL", work.volume),
        ("IS", work.issue),
        ("SP", start),
        ("EP", end),
        ("DO", work.doi),
        ("SN", work.issn[0] if work.issn else ""),
        ("AB", " ".join(work.abstract_text.split())),
        *(("KW", word) for word in work.keywords),
        *(("UR", url) for url in work.urls),
        ("DB", work.database),
        ("AN", work.accession),
        ("N1", f"screening: {mark[0]}{': ' + mark[1] if mark[1] else ''}" if mark else ""),
    ]
    return [f"{tag}  - {' '.join(value.split())}" for tag, value in pairs if value] + ["ER  - ", ""]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
