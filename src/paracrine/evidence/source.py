"""What an evidence source declares about itself, and what it yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from paracrine.core.run import Maturity
from paracrine.evidence.origin import Origin
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work


@dataclass(frozen=True, slots=True)
class Source:
    """Identity of a source; `SOURCE` in each module of `evidence/sources/`."""

    name: str
    """Word used in reports and origins, such as `pubmed_xml`."""
    title: str
    gives: str
    """`works`, `trials` or both."""
    version: str
    """Rises whenever the same bytes could give another record."""
    maturity: Maturity
    samples: tuple[str, ...] = ()
    """Real files held against (names in the development collection) or `none`."""
    references: tuple[str, ...] = ()
    known_limits: str = ""
    is_text: bool = False
    """Lines of text whose encoding has to be found out; XML and JSON state theirs."""

    def origin(self, file: str, sha256: str, locator: str) -> Origin:
        """Return the origin of one record."""
        return Origin(file, sha256, locator, self.name, self.version)


class Refused(NamedTuple):
    """A record or line that could not be used, where it stands, and why."""

    locator: str
    reason: str
    is_record: bool = True
    """False for a line or block between records."""


class Remark(NamedTuple):
    """Something about the whole file that its owner should know."""

    text: str


Item = Work | Trial | Refused | Remark
