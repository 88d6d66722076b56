"""ClinicalTrials.gov XML, classic (clinical_study)."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.run import Maturity
from paracrine.evidence.ctgov.element import study_of_element
from paracrine.evidence.ctgov.study import read_study
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.source import Item, Refused, Source
from paracrine.evidence.xml_records import elements, root_tag
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="ctgov_v1_xml",
    title="ClinicalTrials.gov XML, classic (clinical_study)",
    gives="trials",
    version="1",
    maturity=Maturity.TESTED,
    samples=("ctgov_v1_xml/",),
    references=("https://clinicaltrials.gov/data-api/about-api/api-migration",),
    known_limits="as for version 2",
)


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim XML whose root is clinical_study, or a set of them."""
    root = root_tag(file)
    if root in ("clinical_study", "clinical_studies"):
        return Sniffed(True, f"root element {root}")
    return Sniffed(False, "root element is not clinical_study")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every study."""
    for piece in elements(file, ("clinical_study",)):
        if piece.element is None:
            yield Refused(piece.locator, piece.error)
            continue
        study = study_of_element(piece.element)
        trial = read_study(study, SOURCE.origin(file.name, file.sha256, piece.locator))
        yield trial if trial is not None else Refused(piece.locator, "a study without NCT number")
