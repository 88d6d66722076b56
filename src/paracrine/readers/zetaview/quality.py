"""The instrument's own quality flags, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.notice import Notice, Severity
from paracrine.readers.zetaview.header import Header

FEW_TRACKS_COUNT = 300
PARTICLES_PER_FRAME = (50.0, 200.0)
_GOOD = frozenset({"good", "very good", "ok", "excellent", "passed"})
_NEVER = "1904-01-01"


def judge_quality(header: Header, *, decimal: str, traces_count: float) -> Iterator[Notice]:
    """Give a notice for every flag the instrument set and every check nobody made."""
    yield from _judge_drift(header)
    yield from judge_cell(header)
    if 0 < traces_count < FEW_TRACKS_COUNT:
        yield Notice(
            code="few-tracks",
            message=f"only {traces_count:.0f} particles were tracked: "
            f"counting alone leaves {100 / traces_count**0.5:.0f} % uncertainty",
            action="measure more positions or a less diluted sample",
        )
    yield from _judge_particles_per_frame(header, decimal)
    wavelength = header.text("Filter Wavelength nm")
    if wavelength and wavelength.lower() != "scatter":
        yield Notice(
            code="fluorescence-mode",
            message=f"measured through a {wavelength} nm filter: only labelled particles are counted",
            action="do not read the concentration as that of all particles",
        )


def _judge_drift(header: Header) -> Iterator[Notice]:
    checked, result = header.text("Particle Drift Checked"), header.text("Particle Drift Check Result")
    if checked.startswith(_NEVER) or not checked:
        yield Notice(
            code="drift-never-checked",
            message="particle drift was never checked on the instrument",
            action="run the drift check before the next measurement",
        )
    if result and result.lower() not in _GOOD:
        code = "drift-too-high" if result.lower() == "too high" else "drift-flagged"
        yield Notice(
            code=code,
            message=f"the instrument calls the particle drift {result!r}: sizes may be too small",
            action="let the cell settle and measure again",
        )


def judge_cell(header: Header) -> Iterator[Notice]:
    """Give a notice when the measuring cell was not checked, or not found good."""
    checked, result = header.text("Cell Checked"), header.text("Cell Check Result")
    if not result or checked.startswith(_NEVER):
        yield Notice(
            code="cell-never-checked",
            message="the measuring cell was never checked on the instrument",
            severity=Severity.NOTE,
            action="run the cell check before the next measurement",
        )
    if result and result.lower() not in _GOOD:
        yield Notice(
            code="cell-check-not-good",
            message=f"the instrument calls the measuring cell {result!r}",
            action="clean and align the cell, then measure again",
        )


def _judge_particles_per_frame(header: Header, decimal: str) -> Iterator[Notice]:
    mean = header.number("Average Number of Particles", decimal=decimal)
    low, high = PARTICLES_PER_FRAME
    if mean is not None and mean > 0 and not low <= mean <= high:
        cure = "less" if mean < low else "more"
        yield Notice(
            code="particles-per-frame",
            message=f"{mean:g} particles per frame lie outside the usual {low:g} to {high:g} (rule of thumb)",
            severity=Severity.NOTE,
            action=f"dilute {cure} and compare",
        )
