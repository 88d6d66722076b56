"""ClinicalTrials.gov study_fields (every value a list)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from paracrine.core.errors import InputError
from paracrine.core.run import Maturity
from paracrine.evidence.ctgov.fields import study_of_fields
from paracrine.evidence.ctgov.study import read_study
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.json_records import objects
from paracrine.evidence.source import Item, Refused, Source
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="ctgov_study_fields",
    title="ClinicalTrials.gov study_fields (every value a list)",
    gives="trials",
    version="1",
    maturity=Maturity.TESTED,
    samples=("msc_trials/",),
    references=("https://clinicaltrials.gov/data-api/about-api/api-migration",),
    known_limits="lists of unequal length are kept without their owner; posted outcomes are not read",
)


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim JSON or JSON lines whose NCTId is a list."""
    head = file.head_text
    if head[:1] in ("{", "[") and "".join(head.split()).find('"NCTId":["NCT') >= 0:
        return Sniffed(True, "JSON with NCTId as a list")
    return Sniffed(False, "no JSON with NCTId as a list")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every study."""
    number = 0
    try:
        for number, fields in objects(file, "StudyFields"):
            locator = f"study {number}"
            lists = {name: [str(one) for one in value] for name, value in fields.items() if isinstance(value, list)}
            study, doubts = study_of_fields(lists)
            trial = read_study(study, SOURCE.origin(file.name, file.sha256, locator))
            if trial is None:
                yield Refused(locator, "a study without NCT number")
            else:
                yield replace(trial, doubts=tuple(doubts)) if doubts else trial
    except InputError as error:
        yield Refused(f"study {number + 1}", f"{error.message}; the studies before were kept")
