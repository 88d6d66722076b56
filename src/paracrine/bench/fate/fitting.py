"""A user's time courses fitted, drawn and written."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from paracrine.bench.outputs import write_outputs
from paracrine.core.notice import Notice
from paracrine.core.progress import Progress
from paracrine.fate.fitting import Fit, fit_studies
from paracrine.fate.mixed import PARAMETERS
from paracrine.fate.posterior import read_posterior
from paracrine.fate.time_courses import read_time_courses
from paracrine.report.fit_page import fit_headline, fit_html, fit_notices, moved_rows


@dataclass(frozen=True)
class FitReport:
    """The fit, its sentence, and where page and posterior are."""

    fit: Fit
    headline: str
    notices: tuple[Notice, ...]
    page: Path | None
    posterior: Path | None

    def rows(self) -> list[tuple[str, ...]]:
        """Rows of parameter, before, after, unit, shrinkage, verdict."""
        return [tuple(row) for row in moved_rows(self.fit)]

    def held_rows(self) -> list[tuple[str, str, str]]:
        """Rows of study, values, values inside the interval predicted from the others."""
        return [(one.study, str(one.rows), str(one.inside)) for one in self.fit.held_out]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "headline": self.headline,
            "page": None if self.page is None else str(self.page),
            "posterior": None if self.posterior is None else str(self.posterior),
            "studies": dict(self.fit.studies),
            "parameters": [{**asdict(one), "verdict": one.verdict} for one in self.fit.moved],
            "left_out": [asdict(one) for one in self.fit.held_out],
            "coverage": self.fit.coverage,
            "effective_count": self.fit.effective_count,
            "khat": self.fit.khat,
            "notices": [notice.to_data() for notice in self.notices],
        }


def fit_file(path: Path, *, perfused: bool, out: Path | None, progress: Progress) -> FitReport:
    """Fit a file of time courses; page and posterior go to `out` and beside it."""
    studies = read_time_courses(path, perfused=perfused)
    label = "fitting"
    progress.start(label, 1 + (len(studies) if len(studies) > 1 else 0))
    found = fit_studies(studies, step=lambda: progress.advance(label))
    kept = None
    if out is not None:
        kept = out.with_suffix(".json")
        species = sorted({arm.name.split(", ")[2] for arms in studies.values() for arm in arms})
        files = {out.name: fit_html(found, name=path.name).encode(), kept.name: _posterior(found, path, species)}
        write_outputs(out.parent, files)
    return FitReport(found, fit_headline(found), fit_notices(found), out, kept)


def _posterior(found: Fit, path: Path, species: list[str]) -> bytes:
    """The draws in the form that `fate simulate --posterior` reads, with the facts of the shipped ones."""
    shipped = read_posterior()
    facts = {name: value for name, value in shipped.facts.items() if name not in ("posterior_version", "draws_count")}
    data = {
        **facts, "version": f"{shipped.version} and {path.name}", "columns": PARAMETERS,
        "measured_organs": found.organs, "measured_species": species, "fit_khat": found.khat,
        "vesicles": np.round(found.draws, 4).tolist(), "population": shipped.population.tolist(),
    }  # fmt: skip
    return (json.dumps(data, separators=(",", ":")) + "\n").encode()
