"""ClinicalTrials.gov API version 2: one study, a page of studies, or a downloaded list."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.errors import InputError
from paracrine.core.run import Maturity
from paracrine.evidence.ctgov.study import read_study
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.json_records import objects
from paracrine.evidence.source import Item, Refused, Source
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="ctgov_v2_json",
    title="ClinicalTrials.gov JSON, API version 2",
    gives="trials",
    version="1",
    maturity=Maturity.TESTED,
    samples=("ctgov_v2_json/",),
    references=("https://clinicaltrials.gov/data-api/about-api/study-data-structure",),
    known_limits="participant flow, baseline and the statistics of posted outcomes are not read; contacts are dropped",
)


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim JSON with a `protocolSection`."""
    head = file.head_text
    if head[:1] in ("{", "[") and '"protocolSection"' in head:
        return Sniffed(True, "JSON with protocolSection")
    return Sniffed(False, "no JSON with protocolSection")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every study."""
    number = 0
    try:
        for number, study in objects(file, "studies"):
            locator = f"study {number}"
            trial = read_study(study, SOURCE.origin(file.name, file.sha256, locator))
            yield trial if trial is not None else Refused(locator, "a study without NCT number")
    except InputError as error:
        yield Refused(f"study {number + 1}", f"{error.message}; the studies before were kept")
