"""What to try next on a line, as a table with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from paracrine.bench.line_report import ratio_data
from paracrine.bench.line_table import number_in, read_rows
from paracrine.bench.outputs import write_outputs
from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.design import LineDesign
from paracrine.production.findings import ratio_finding
from paracrine.production.line import run_line
from paracrine.production.optimise import OUTPUT_NAMES, POTENCY, SHORT_NAMES, SHOWN_DRAWS
from paracrine.production.prior import Posterior
from paracrine.production.space import Variable, with_design
from paracrine.production.suggest import LEAST_RESULTS, suggest_bayesian, suggest_far
from paracrine.report.line_front import variable_title
from paracrine.report.line_next import NextPlan, next_headline, next_html, next_rows


@dataclass(frozen=True)
class NextReport:
    """Experiments to do next.

    Attributes:
        plan: the experiments, what the line predicts of each, and how they were chosen.
        pages: files written, by name.
    """

    plan: NextPlan
    pages: Mapping[str, Path] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        return next_headline(self.plan)

    def rows(self) -> list[tuple[str, ...]]:
        """Rows of the range the line predicts over the line as it is, values, and why."""
        return next_rows(self.plan)

    def heads(self) -> tuple[str, ...]:
        """Heads of the rows: the output by its short name, what varies, why."""
        named = OUTPUT_NAMES.get(self.plan.output, self.plan.output)
        return (f"{named} ×, range", *(variable_title(v) for v in self.plan.variables), "why")

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plan = self.plan
        names = [variable.what for variable in plan.variables]
        return {
            "headline": self.headline,
            "method": plan.method,
            "output": plan.output,
            "potency": POTENCY,
            "experiments": [
                {
                    "values": dict(zip(names, plan.values(one), strict=True)),
                    "predicted_ratio": ratio_data(found),
                    "why": one.why,
                }
                for one, found in zip(plan.suggestions, plan.found, strict=True)
            ],
            "pages": {name: str(path) for name, path in self.pages.items()},
        }


def suggest_next(
    design: LineDesign,
    variables: tuple[Variable, ...],
    *,
    count: int,
    data: Path | None,
    output: str,
    maximise: bool,
    seed: int,
    posterior: Posterior | None,
    out: Path | None = None,
) -> NextReport:
    """Choose experiments: far from all tried while results are few, Bayesian from then on.

    Raises:
        InputError: when the table cannot be used.
        UnknownName: when the line has no such output.
    """
    output = SHORT_NAMES.get(output, output)
    known = run_line(design, draws_count=0, posterior=posterior).outputs()
    if output not in known:
        raise UnknownName(
            f"a line has no output {output!r}", where="line next", hint=nearest(output, (*known, *SHORT_NAMES))
        )
    tried, results = _read(data, variables, output) if data else (np.empty((0, len(variables))), np.empty(0))
    if len(results) >= LEAST_RESULTS:
        chosen = suggest_bayesian(
            variables, count=count, tried=tried, results=results, output=output, maximise=maximise, seed=seed
        )
        method = f"chosen by Bayesian optimisation from {len(results)} results"
    else:
        chosen = suggest_far(len(variables), count=count, tried=tried, seed=seed)
        few = f"; {len(results)} results are too few to learn from, {LEAST_RESULTS} are needed" if data else ""
        method = f"chosen to fill the space{few}"
    base = run_line(design, draws_count=SHOWN_DRAWS, posterior=posterior)
    found = []
    for one in chosen:
        tried_there = with_design(design, variables, one.shares)
        there = run_line(tried_there, draws_count=SHOWN_DRAWS, posterior=posterior)
        found.append(ratio_finding(base, there, output))
    plan = NextPlan(design.name, variables, chosen, tuple(found), output, method, base.parameters)
    pages: dict[str, Path] = {}
    if out is not None:
        write_outputs(out, {"next.html": next_html(plan).encode()})
        pages = {"next.html": out / "next.html"}
    return NextReport(plan, pages)


def _read(path: Path, variables: Sequence[Variable], output: str) -> tuple[FloatArray, FloatArray]:
    columns = [*(variable.what for variable in variables), output]
    shares, results = [], []
    for where, row in read_rows(path, columns, columns=columns):
        *values, result = (number_in(row, name, where=where) for name in columns)
        shares.append([_share(v, value, where) for v, value in zip(variables, values, strict=True)])
        results.append(result)
    return np.array(shares).reshape(-1, len(variables)), np.array(results)


def _share(variable: Variable, value: float, where: str) -> float:
    if not variable.low * (1 - 1e-9) <= value <= variable.high * (1 + 1e-9):
        raise InputError(f"{variable.what} {value:g} lies outside {variable.low:g} to {variable.high:g}", where=where)
    if variable.log:
        return float(np.log(value / variable.low) / np.log(variable.high / variable.low))
    return (value - variable.low) / (variable.high - variable.low)
