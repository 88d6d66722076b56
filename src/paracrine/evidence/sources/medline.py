"""MEDLINE text: PubMed's nbib export and its PubMed format."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paracrine.core.run import Maturity
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.pubmed.tags import read_tags
from paracrine.evidence.source import Item, Refused, Source
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="medline",
    title="MEDLINE text (nbib, PubMed format)",
    gives="works",
    version="1",
    maturity=Maturity.TESTED,
    samples=("pubmed-balloongui-set.nbib", "pmc_medlars.txt", "pubmed_result2.txt", "_baseline_pubmed.ris"),
    references=("https://www.nlm.nih.gov/bsd/mms/medlineelements.html",),
    known_limits="raised and lowered letters are lost in this format before it is written; PubMed XML keeps them",
    is_text=True,
)
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)", re.ASCII)
_START = re.compile(r"(?:^|\n)PMID- ?\d", re.ASCII)
_LONGEST_RECORD_LINES = 200_000


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim text in which a record starts with `PMID- ` or has MEDLINE's own four-letter tags."""
    head = file.head_text
    if head.startswith("<") or "\nTY  - " in f"\n{head}":
        return Sniffed(False, "no MEDLINE tags")
    if _START.search(head) or re.match(r"(?:PMC|OWN|STAT|DCOM) ?- ", head):
        return Sniffed(True, "MEDLINE tags")
    return Sniffed(False, "no line `PMID- `")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every record; a record starts with `PMID` or follows a blank line."""
    record: list[tuple[str, str]] = []
    first_line = number = 0
    blank = True
    for line_number, line in file.lines():
        found = _TAG.fullmatch(line)
        if found and (blank or (found[1] == "PMID" and any(tag == "PMID" for tag, _ in record))):
            if record:
                number += 1
                yield _finish(file, record, number, first_line)
            record, first_line = [], line_number
        blank = not line.strip()
        if found:
            record.append((found[1], found[2].strip()))
        elif line.startswith("      ") and record:
            tag, value = record[-1]
            record[-1] = (tag, f"{value} {line.strip()}")
        elif not blank:
            yield Refused(f"line {line_number}", f"neither a tag nor its continuation: {line.strip()[:60]!r}", False)
        if len(record) > _LONGEST_RECORD_LINES:
            yield Refused(f"line {first_line}", "a record of over 200 000 fields")
            return
    if record:
        yield _finish(file, record, number + 1, first_line)


def _finish(file: EvidenceFile, record: list[tuple[str, str]], number: int, line: int) -> Item:
    locator = f"record {number}, line {line}"
    work = read_tags(record, SOURCE.origin(file.name, file.sha256, locator))
    return work if work is not None else Refused(locator, "a record without PMID, PMC number, DOI and title")
