"""WHO ICTRP search export, XML."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.run import Maturity
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.ictrp.trial import read_trial
from paracrine.evidence.source import Item, Refused, Source
from paracrine.evidence.xml_records import elements, root_tag
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="ictrp_xml",
    title="WHO ICTRP XML",
    gives="trials",
    version="1",
    maturity=Maturity.TESTED,
    samples=("ICTRP-Results_18Mar2020_nocontacts.xml",),
    references=("https://trialsearch.who.int/",),
    known_limits="interventions and outcomes are one text each, parted at semicolons; contacts are dropped",
)


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim XML whose root is Trials_downloaded_from_ICTRP."""
    if root_tag(file) == "Trials_downloaded_from_ICTRP":
        return Sniffed(True, "root element Trials_downloaded_from_ICTRP")
    return Sniffed(False, "root element is not Trials_downloaded_from_ICTRP")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every trial."""
    for piece in elements(file, ("Trial",)):
        if piece.element is None:
            yield Refused(piece.locator, piece.error)
            continue
        cells = {str(child.tag).lower(): child.text or "" for child in piece.element}
        trial = read_trial(cells, SOURCE.origin(file.name, file.sha256, piece.locator))
        yield trial if trial is not None else Refused(piece.locator, "a trial without number")
