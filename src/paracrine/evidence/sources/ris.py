"""RIS as databases (Embase, Scopus, Cochrane, PsycINFO …) and programs (Zotero, EndNote, Covidence …) write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paracrine.core.run import Maturity
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.ris.work import read_pairs
from paracrine.evidence.source import Item, Refused, Source
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="ris",
    title="RIS, all dialects",
    gives="works",
    version="1",
    maturity=Maturity.TESTED,
    samples=("ris/", "ris_citation_formats/", "Dimensions_246.ris", "wos_test.ris", "zotero_export.ris.gz"),
    references=("https://en.wikipedia.org/wiki/RIS_(file_format)",),
    known_limits="the format has no raised and lowered letters; a missing end mark ends the record at the next start",
    is_text=True,
)
_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?", re.ASCII)
_TYPE = re.compile(r"\s*[A-Za-z0-9_-]{0,12}\s*", re.ASCII)
_PREAMBLE = re.compile(
    r"\s*(?:Record #\d+ of \d+|Provider: .*|Content: .*|\d+\.|Link to .*|Database: .*|Link:? .*)\s*", re.IGNORECASE
)
_LONGEST_RECORD_LINES = 200_000
_REMARKED = 20


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim text with a line `TY  -` near its start."""
    head = file.head_text
    if re.search(r"(?:^|\n)TY {1,2}-", head):
        return Sniffed(True, "a line `TY  -`")
    return Sniffed(False, "no line `TY  -`")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every record; whatever stands between records is told with its line."""
    record: list[tuple[str, str]] | None = None
    first_line = number = unknown = 0
    for line_number, line in file.lines():
        line = line.lstrip("\ufeff") if line_number == 1 else line
        found = _TAG.fullmatch(line.rstrip())
        tag, value = (found[1], (found[2] or "").strip()) if found else ("", "")
        if tag == "TY" and (record is None or _TYPE.fullmatch(value)):
            if record is not None:
                number += 1
                yield Refused(f"line {line_number}", "the record before has no end mark `ER  -`; it was kept", False)
                yield _finish(file, record, number, first_line)
            record, first_line = [(tag, value)], line_number
        elif tag == "ER" and not value and record is not None:
            number += 1
            yield _finish(file, record, number, first_line)
            record = None
        elif record is None:
            if line.strip() and not _PREAMBLE.fullmatch(line):
                unknown += 1
                if unknown <= _REMARKED:
                    yield Refused(f"line {line_number}", f"between records: {line.strip()[:60]!r}", False)
        elif tag and tag not in ("TY", "ER"):
            record.append((tag, value))
        elif line.strip():
            before, text = record[-1]
            # A list of keywords goes on line by line without its tag.
            joined = (before, f"{text} {line.strip()}".strip()) if before != "KW" else ("KW", line.strip())
            record[-1:] = [joined] if before != "KW" else [record[-1], joined]
        if record is not None and len(record) > _LONGEST_RECORD_LINES:
            yield Refused(f"line {first_line}", "a record of over 200 000 fields")
            return
    if unknown > _REMARKED:
        yield Refused("", f"{unknown - _REMARKED} more lines between records", False)
    if record is not None:
        locator = f"line {first_line}"
        yield Refused(locator, "the last record has no end mark `ER  -`: the file may be cut off; it was kept", False)
        yield _finish(file, record, number + 1, first_line)


def _finish(file: EvidenceFile, record: list[tuple[str, str]], number: int, line: int) -> Item:
    return read_pairs(record, SOURCE.origin(file.name, file.sha256, f"record {number}, line {line}"))
