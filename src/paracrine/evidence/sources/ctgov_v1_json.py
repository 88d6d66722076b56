"""ClinicalTrials.gov JSON, classic API (FullStudies)."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.errors import InputError
from paracrine.core.run import Maturity
from paracrine.evidence.ctgov.full_study import study_of_full
from paracrine.evidence.ctgov.study import read_study
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.json_records import objects
from paracrine.evidence.source import Item, Refused, Source
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="ctgov_v1_json",
    title="ClinicalTrials.gov JSON, classic API (FullStudies)",
    gives="trials",
    version="1",
    maturity=Maturity.TESTED,
    samples=("ctgov_v1_json/",),
    references=("https://clinicaltrials.gov/data-api/about-api/api-migration",),
    known_limits="as for version 2",
)


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim JSON with a `FullStudiesResponse`."""
    if file.head_text[:1] == "{" and '"FullStudiesResponse"' in file.head_text[:2000]:
        return Sniffed(True, "JSON with FullStudiesResponse")
    return Sniffed(False, "no FullStudiesResponse")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every study."""
    number = 0
    try:
        for number, one in objects(file, "FullStudies"):
            locator = f"study {number}"
            study = study_of_full(one.get("Study", {}))
            trial = read_study(study, SOURCE.origin(file.name, file.sha256, locator))
            yield trial if trial is not None else Refused(locator, "a study without NCT number")
    except InputError as error:
        yield Refused(f"study {number + 1}", f"{error.message}; the studies before were kept")
