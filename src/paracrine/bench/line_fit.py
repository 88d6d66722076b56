"""A laboratory's batches for a line: read from a table or a workspace, fitted, kept as a posterior."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import ValidationError

from paracrine.bench.line_report import band_data
from paracrine.bench.line_table import number_in, read_rows
from paracrine.core.errors import InputError
from paracrine.core.measurement import Measurement, State
from paracrine.core.plan import StudyPlan
from paracrine.core.product import Role
from paracrine.core.records import Record
from paracrine.facts.production_facts import read_signs
from paracrine.production.design import LineDesign
from paracrine.production.findings import Band, band_of
from paracrine.production.fit import LineFit, fit_lines
from paracrine.production.line import LineResult, run_line
from paracrine.production.observed import Observation
from paracrine.production.prior import Posterior
from paracrine.report.line_fit import fit_headline, in_words, line_fit_html, moved_outputs, moved_parameters
from paracrine.store import Workspace

COLUMNS = ("batch", "line", "donor", "output", "value", "cv_pct")
_NEEDED = ("batch", "output", "value")
_CV_FRAC = 0.25
"""Taken where a table states no uncertainty: between one careful laboratory and a ring trial (24 to 53 %)."""
_LEAST_CV_FRAC = 0.01
_YIELD = "yield_as_nta_particles"
_CONCENTRATION = "particle_concentration_undiluted_per_ml"
_FROM_LEDGER = {
    ("final product", "total_particles"): _YIELD,
    ("harvest", _CONCENTRATION): "harvest_as_nta_per_ml",
    ("conditioned medium", _CONCENTRATION): "harvest_as_nta_per_ml",
}
_DONOR = "culture.donor"


class PosteriorRecord(Record):
    """What was learnt about a line, as a file."""

    kind: ClassVar[str] = "line_posterior"

    names: tuple[str, ...]
    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    source: str
    outputs: tuple[str, ...]
    platforms: tuple[str, ...]
    scatter_sd: float
    draws: tuple[tuple[float, ...], ...] = ()

    def posterior(self) -> Posterior:
        """Return it as draws take it."""
        return Posterior(
            names=self.names,
            mean=np.array(self.mean),
            covariance=np.array(self.covariance),
            source=self.source,
            outputs=self.outputs,
            platforms=self.platforms,
            scatter_sd=self.scatter_sd,
            draws=np.array(self.draws) if self.draws else None,
        )


@dataclass(frozen=True)
class FitReport:
    """What a fit found.

    Attributes:
        fit: scores, spreads, checks, interactions.
        before: the lines by prior.
        after: the lines by posterior.
        path: of the posterior file; None where none was written.
        contradictions: directions of the literature that the batches contradict.
        pages: files written, by name.
    """

    fit: LineFit
    before: tuple[LineResult, ...]
    after: tuple[LineResult, ...]
    path: Path | None = None
    contradictions: tuple[str, ...] = field(default=())
    pages: Mapping[str, Path] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """The answer: how much narrower the yield is, and whether the structure fits."""
        return fit_headline(self.fit, self.before, self.after)

    @property
    def misfits(self) -> tuple[str, ...]:
        """Where the structure misfits, in sentences."""
        return tuple(in_words(text) for text in self.fit.misfits)

    def parameter_rows(self) -> list[tuple[str, str, str, str]]:
        """Rows of parameter, prior, posterior, what is left of the spread; those the data moved, most first."""
        return [row.cells(row.key) for row in moved_parameters(self.fit, self.before)]

    def output_rows(self) -> list[tuple[str, str, str, str, str]]:
        """Rows of line, output, band by prior, band by posterior, how many times narrower."""
        return [row.cells() for row in moved_outputs(self.before, self.after)]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        fit = self.fit
        return {
            "headline": self.headline,
            "source": fit.posterior.source,
            "donor_sd": fit.donor_sd,
            "batch_sd": fit.batch_sd,
            "shrinkage": fit.shrinkage,
            "misfits": list(self.misfits),
            "contradicted_signs": list(self.contradictions),
            "checks": [
                {"asked": c.asked, "found": c.said, "p": c.p_frac, "limit": c.limit_frac, "misfit": c.is_misfit}
                for c in fit.checks
            ],
            "even_frac": fit.even_frac,
            "lines": [_line_data(b, a) for b, a in zip(self.before, self.after, strict=True)],
            "posterior": str(self.path) if self.path else None,
            "pages": {name: str(path) for name, path in self.pages.items()},
        }


def read_batches(path: Path, lines: Sequence[str]) -> tuple[Observation, ...]:
    """Read batches from a table with the columns batch, line, donor, output, value, cv_pct.

    Raises:
        InputError: naming the row and the reason; a table without `line` needs one line only.
    """
    rows = read_rows(path, _NEEDED, columns=COLUMNS)
    found = tuple(_observation(row, where, lines) for where, row in rows)
    if all(one.cv_frac < _LEAST_CV_FRAC for one in found):
        hint = "cv_pct is in per cent: write 20 for 20 %"
        raise InputError(f"cv_pct {100 * found[0].cv_frac:g} is below 1 % in every row", where=path.name, hint=hint)
    return found


def _observation(row: Mapping[str, str], where: str, lines: Sequence[str]) -> Observation:
    line = row.get("line", "")
    if not line and len(lines) > 1:
        raise InputError("which line? there are several", where=where, hint=f"line: one of {', '.join(lines)}")
    if not row["batch"]:
        raise InputError("the batch has no name", where=where)
    stated = bool(row.get("cv_pct"))
    return Observation(
        batch=row["batch"],
        line=line or lines[0],
        output=row["output"],
        value=number_in(row, "value", where=where),
        cv_frac=number_in(row, "cv_pct", where=where) / 100 if stated else _CV_FRAC,
        donor=row.get("donor", ""),
    )


def batches_of_workspace(workspace: Workspace, line: str) -> tuple[Observation, ...]:
    """Return what a workspace knows of its batches: yields, particles in the harvest, cells.

    Yields and harvests are measured results, the last of each batch, sample and method; cells are what the study
    states of a batch (`cells_count`). The donor is the study's `culture.donor` fact; without one a batch is a donor of
    its own.

    Raises:
        InputError: when no certificate states a yield.
    """
    batches = {
        batch.name: batch
        for entry in workspace.entries(StudyPlan.kind)
        for batch in StudyPlan.from_data(entry.body).batches
    }
    donors = {name: batch.facts.get(_DONOR, "").strip() for name, batch in batches.items()}
    found: dict[tuple[str, str, str], Observation] = {}
    for entry in workspace.entries(Measurement.kind):
        one = Measurement.from_data(entry.body)
        output = _FROM_LEDGER.get((one.stage, one.attribute))
        if output is None or one.quantity is None or one.state is not State.MEASURED or one.role is not Role.PRODUCT:
            continue
        relative = one.budget is not None and one.budget.scale == "relative"
        cv = one.budget.standard_uncertainty() if relative and one.budget else _CV_FRAC
        found[one.batch, one.sample, f"{one.attribute} {one.method}"] = Observation(
            one.batch, line, output, one.quantity.value, max(cv, 0.02), donors.get(one.batch, "")
        )
    if not any(one.output == _YIELD for one in found.values()):
        hint = "state product_volume_ml in the study, run it, or give a table of batches"
        raise InputError("no certificate states a yield (total_particles)", where=workspace.url, hint=hint)
    with_results = {one.batch for one in found.values()}
    counted = [
        Observation(name, line, "cells_at_peak", batch.cells_count, _CV_FRAC, donors[name])
        for name, batch in batches.items()
        if batch.cells_count and name in with_results
    ]
    return (*found.values(), *counted)


def fit_report(
    observations: Sequence[Observation],
    designs: Sequence[LineDesign],
    *,
    draws: int,
    seed: int,
    out: Path | None,
    page: Path | None = None,
    source: tuple[str, str] = ("", ""),
) -> FitReport:
    """Fit, run each line by prior and posterior, write the posterior file and the page.

    Args:
        observations: measured outputs.
        designs: lines by name.
        draws: of each line.
        seed: of the draws.
        out: posterior file.
        page: folder of the page.
        source: name and SHA-256 of what the batches were read from.
    """
    from paracrine.bench.outputs import write_outputs

    fit = fit_lines(observations, designs, seed=seed)
    before = tuple(run_line(design, draws_count=draws, seed=seed) for design in designs)
    after = tuple(run_line(design, draws_count=draws, seed=seed, posterior=fit.posterior) for design in designs)
    against = tuple(_contradictions(fit, before))
    pages: dict[str, Path] = {}
    if page is not None:
        html = line_fit_html(fit, before, after, contradictions=against, source=source)
        write_outputs(page, {"line_fit.html": html.encode()})
        pages = {"line_fit.html": page / "line_fit.html"}
    if out is not None:
        write_outputs(out.parent, {out.name: (_record(fit.posterior).to_json() + "\n").encode()})
    return FitReport(fit, before, after, out, against, pages)


def _record(posterior: Posterior) -> PosteriorRecord:
    return PosteriorRecord(
        names=posterior.names,
        mean=tuple(posterior.mean.tolist()),
        covariance=tuple(tuple(row) for row in posterior.covariance.tolist()),
        source=posterior.source,
        outputs=posterior.outputs,
        platforms=posterior.platforms,
        scatter_sd=posterior.scatter_sd,
        draws=() if posterior.draws is None else tuple(tuple(row) for row in posterior.draws.round(4).tolist()),
    )


def read_posterior(path: Path) -> Posterior:
    """Read a posterior file.

    Raises:
        InputError: when it is none.
    """
    try:
        return PosteriorRecord.from_data(json.loads(path.read_text(encoding="utf-8"))).posterior()
    except (OSError, ValueError, ValidationError) as error:
        raise InputError(f"is no posterior of a line: {error}", where=str(path)) from error


def _contradictions(fit: LineFit, before: Sequence[LineResult]) -> Iterator[str]:
    """Yield the stated directions that these batches contradict."""
    parameters = {name: p for result in before for name, p in result.parameters.items()}
    for sign in read_signs():
        if sign.parameter in fit.free_folds:
            low, _, high = (parameters[sign.parameter].value * end for end in fit.free_folds[sign.parameter])
            if high < 1 or (sign.expects_none and low > 1):
                yield (
                    f"{sign.change}: the literature says {sign.effect} ({sign.source}); "
                    f"these batches say {low:.2g} to {high:.2g} times"
                )


def _line_data(before: LineResult, after: LineResult) -> dict[str, Any]:
    old, new = before.outputs(), after.outputs()
    names = [name for name in old if name in new]
    pairs: dict[str, tuple[Band, Band]] = {name: (band_of(old[name]), band_of(new[name])) for name in names}
    return {
        "line": before.design.name,
        "outputs": {name: {"prior": band_data(a), "posterior": band_data(b)} for name, (a, b) in pairs.items()},
    }
