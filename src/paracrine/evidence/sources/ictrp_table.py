"""WHO ICTRP search export as CSV or XLSX."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from paracrine.core.run import Maturity
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.ictrp.trial import read_trial
from paracrine.evidence.source import Item, Refused, Source
from paracrine.evidence.tables.rows import find_header, rows
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="ictrp_table",
    title="WHO ICTRP CSV or XLSX",
    gives="trials",
    version="1",
    maturity=Maturity.TESTED,
    samples=("COVID19-1135-trials_nocontacts.csv.gz", "COVID19-web_7Jul2020_part_nocontacts.xlsx", "ictrp.csv"),
    references=("https://trialsearch.who.int/",),
    known_limits="interventions and outcomes are one text each, parted at semicolons; contacts are dropped",
    is_text=True,
)


def recognise(names: list[str]) -> bool:
    """Whether a row is the header of an ICTRP table."""
    return ("trialid" in names or "trial id" in names) and any("title" in name or "countries" in name for name in names)


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim tables with a TrialID column."""
    if not file.is_zip and file.head_text[:1] in ("{", "[", "<", "@"):
        return Sniffed(False, "no table")
    if find_header(file, recognise) is None:
        return Sniffed(False, "no header with TrialID")
    return Sniffed(True, "a header with TrialID")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every trial."""
    for row in rows(file, recognise):
        trial = read_trial(row.cells, SOURCE.origin(file.name, file.sha256, row.locator))
        if trial is None:
            yield Refused(row.locator, "a row without TrialID")
        else:
            yield replace(trial, doubts=(row.doubt,)) if row.doubt else trial
