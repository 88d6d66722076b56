"""ISI text: Web of Science's own export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from paracrine.core.run import Maturity
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.identifiers import clean_doi, clean_pmid
from paracrine.evidence.ris.work import read_pairs
from paracrine.evidence.source import Item, Refused, Source
from paracrine.evidence.work import Reference
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="isi",
    title="ISI text (Web of Science plain text)",
    gives="works",
    version="1",
    maturity=Maturity.TESTED,
    samples=("example_wos.ris", "wos_sample.txt"),
    references=("https://images.webofknowledge.com/images/help/WOS/hs_wos_fieldtags.html",),
    known_limits="researcher numbers and citation counts are kept as unplaced fields",
    is_text=True,
)
_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?", re.ASCII)
_LISTS = frozenset({"AU", "AF", "CR", "C1", "BE", "ED"})
_RENAMED = {
    "SO": "JF", "JI": "JA", "BP": "SP", "AR": "PG", "DI": "DO", "EI": "SN", "BN": "SN", "DT": "M3", "UT": "AN",
    "PU": "PB", "PI": "CY", "C1": "AD", "AF": "AU",
}  # fmt: skip
_TYPES = {"J": "JOUR", "B": "BOOK", "S": "SER", "P": "PAT", "C": "CONF"}


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim text that starts with `FN ` or `PT ` and has tags without a dash."""
    head = file.head_text
    if re.match(r"(?:FN |VR |PT [A-Z]\n)", head) and re.search(r"\nPT [A-Z]\b", f"\n{head}"):
        return Sniffed(True, "ISI tags")
    return Sniffed(False, "does not start with `FN ` or `PT `")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every record from PT to ER."""
    record: list[tuple[str, str]] = []
    first_line = number = 0
    for line_number, line in file.lines():
        found = _TAG.fullmatch(line.lstrip("\ufeff").rstrip())
        if found and found[1] == "PT" and not record:
            first_line = line_number
        if found and found[1] == "ER" and record:
            number += 1
            yield _finish(file, record, number, first_line)
            record = []
        elif found and found[1] not in ("FN", "VR", "EF", "ER"):
            record.append((found[1], (found[2] or "").strip()))
        elif line.startswith("   ") and record:
            tag, value = record[-1]
            record[-1:] = [(tag, value), (tag, line.strip())] if tag in _LISTS else [(tag, f"{value} {line.strip()}")]
    if record:
        yield Refused(f"line {first_line}", "the last record has no end mark `ER`; it was kept", False)
        yield _finish(file, record, number + 1, first_line)


def _finish(file: EvidenceFile, record: list[tuple[str, str]], number: int, line: int) -> Item:
    full = any(tag == "AF" for tag, _ in record)
    pairs: list[tuple[str, str]] = []
    for tag, value in record:
        if tag == "PT":
            pairs.append(("TY", _TYPES.get(value, "GEN")))
        elif tag in ("DE", "ID"):
            pairs += [("KW", word) for word in value.split("; ")]
        elif tag not in ("CR", "EM", "PM") and not (tag == "AU" and full):
            pairs.append((_RENAMED.get(tag, tag), value))
    values = dict(record)
    work = read_pairs(pairs, SOURCE.origin(file.name, file.sha256, f"record {number}, line {line}"))
    return replace(
        work,
        pmid=clean_pmid(values.get("PM", "")) or work.pmid,
        doi=clean_doi(values.get("DI", "")),
        references=tuple(
            Reference(value, "", clean_doi(value) if "DOI" in value else "") for tag, value in record if tag == "CR"
        ),
    )
