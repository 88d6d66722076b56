"""What a reader module declares about itself."""

from __future__ import annotations

from dataclasses import dataclass

from paracrine.core.run import Maturity, Technique


@dataclass(frozen=True, slots=True)
class Format:
    """Identity of a reader; `FORMAT` in each module of `readers/formats/`."""

    name: str
    """Word used on the command line and in provenance, such as `nanosight_summary`."""
    title: str
    technique: Technique
    version: str
    """Rises whenever the same bytes could give other numbers."""
    maturity: Maturity
    maturity_by_version: tuple[tuple[str, Maturity], ...] = ()
    """Where software versions differ: (`NTA 3.3`, candidate)."""
    suffixes: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    """Real files held against (names in the development collection) or `none`."""
    references: tuple[str, ...] = ()
    known_limits: str = ""
    generic: bool = False
    """A table anybody could have made: asked only when no instrument's own format claims the file."""
    open_ended: bool = False
    """Rows follow one another without count or end mark: a file cut between two rows looks complete."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A reader's answer to `is this yours`: yes or no, and why."""

    claims: bool
    why: str
