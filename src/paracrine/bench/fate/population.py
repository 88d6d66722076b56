"""A population followed, drawn and written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from paracrine.bench.outputs import write_outputs
from paracrine.core.progress import Progress
from paracrine.fate.population import FEW, PopulationQuestion, describe_population, simulate_population
from paracrine.fate.sensitivity import SobolIndex, sobol_indices
from paracrine.fate.spread import SOBOL_PLACES, Spread, describe_spread
from paracrine.report.population_page import exposure_text, fold_text, population_headline, population_html, sobol_text

_BASE_SAMPLES = 1024
_FEW_SAMPLES = 16


@dataclass(frozen=True)
class PopulationReport:
    """The spread, its sentence and where the page is."""

    spread: Spread
    headline: str
    page: Path | None

    def exposure_rows(self) -> list[tuple[str, ...]]:
        """Rows of place, exposure, fold between the ends, grade."""
        return [(one.title, exposure_text(one), fold_text(one), one.grade.value) for one in self.spread.places]

    def sobol_rows(self) -> list[tuple[str, ...]]:
        """Rows of group, and its total index for each place, the largest first."""
        return sobol_text(self.spread)

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        page = None if self.page is None else str(self.page)
        return {"headline": self.headline, "page": page, **self.spread.to_data()}


def run_population(
    question: PopulationQuestion, *, sensitivity: bool, workers: int, out: Path | None, progress: Progress
) -> PopulationReport:
    """Follow all bodies, find what makes them differ, and write the page where a place is given."""
    found = describe_population(question)
    threads = workers or os.cpu_count() or 1
    rng = np.random.default_rng(question.seed)
    points = rng.random((question.individuals_count, len(found.inputs)))
    outcome = simulate_population(found, points, workers=threads, progress=progress)
    indices: tuple[SobolIndex, ...] = ()
    if sensitivity:
        places = [one for one in SOBOL_PLACES if one in outcome.places]

        def exposures(points: np.ndarray) -> dict[str, np.ndarray]:
            done = simulate_population(found, points, workers=threads, progress=progress, label="Sobol indices")
            return {place: done.exposure(place) for place in places}

        count = _BASE_SAMPLES if question.individuals_count > FEW else _FEW_SAMPLES
        indices = sobol_indices(found, exposures, samples_count=count, places=places)
    spread = describe_spread(found, outcome, indices)
    if out is not None:
        write_outputs(out.parent, {out.name: population_html(spread).encode()})
    return PopulationReport(spread, population_headline(spread), out)
