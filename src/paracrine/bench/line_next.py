"""What to try next on a line, as a table with reasons."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.design import LineDesign
from paracrine.production.line import run_line
from paracrine.production.optimise import POTENCY, SHORT_NAMES
from paracrine.production.prior import Posterior
from paracrine.production.space import Variable, with_design
from paracrine.production.suggest import LEAST_RESULTS, Suggestion, suggest_bayesian, suggest_far
from paracrine.report.numbers import write_value


@dataclass(frozen=True)
class NextReport:
    """Experiments to do next.

    Attributes:
        design: the line.
        variables: what varies.
        suggestions: in order.
        ratios: what the line predicts for each, over the line as it is.
        output: which output the ratios are of.
        method: how they were chosen, in words.
    """

    design: LineDesign
    variables: tuple[Variable, ...]
    suggestions: tuple[Suggestion, ...]
    ratios: tuple[float, ...]
    output: str
    method: str

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        return f"{len(self.suggestions)} experiments for {self.design.name}, {self.method}. {POTENCY}"

    def values(self, suggestion: Suggestion) -> list[float]:
        """Return the values of the variables, canonical units."""
        return [float(v.value(np.asarray(s))) for v, s in zip(self.variables, suggestion.shares, strict=True)]

    def rows(self) -> list[tuple[str, ...]]:
        """Rows of values, the line's prediction over the line as it is, and why."""
        return [
            (*(write_value(v, digits=3) for v in self.values(one)), write_value(ratio, digits=2), one.why)
            for one, ratio in zip(self.suggestions, self.ratios, strict=True)
        ]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        names = [variable.what for variable in self.variables]
        return {
            "headline": self.headline,
            "method": self.method,
            "output": self.output,
            "experiments": [
                {"values": dict(zip(names, self.values(one), strict=True)), "predicted_ratio": ratio, "why": one.why}
                for one, ratio in zip(self.suggestions, self.ratios, strict=True)
            ],
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
) -> NextReport:
    """Choose experiments: far from all tried while results are few, Bayesian from then on."""
    output = SHORT_NAMES.get(output, output)
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
    base = run_line(design, draws_count=0, posterior=posterior).outputs()
    if output not in base:
        raise InputError(f"the line has no output {output!r}", where="line next")
    ratios = []
    for one in chosen:
        outputs = run_line(with_design(design, variables, one.shares), draws_count=0, posterior=posterior).outputs()
        ratios.append(float(outputs[output][0] / base[output][0]))
    return NextReport(design, variables, chosen, tuple(ratios), output, method)


def _read(path: Path, variables: Sequence[Variable], output: str) -> tuple[FloatArray, FloatArray]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from error
    columns = [*(variable.what for variable in variables), output]
    missing = [name for name in columns if rows and name not in rows[0]]
    if missing:
        raise InputError(
            f"the column {missing[0]!r} is missing", where=path.name, hint=f"columns: {', '.join(columns)}"
        )
    shares, results = [], []
    for number, row in enumerate(rows, 2):
        try:
            values = [float(row[name]) for name in columns]
        except (TypeError, ValueError) as error:
            raise InputError("a cell is not a number", where=f"{path.name}: row {number}") from error
        shares.append(
            [_share(v, value, f"{path.name}: row {number}") for v, value in zip(variables, values, strict=False)]
        )
        results.append(values[-1])
    return np.array(shares).reshape(-1, len(variables)), np.array(results)


def _share(variable: Variable, value: float, where: str) -> float:
    if not variable.low * (1 - 1e-9) <= value <= variable.high * (1 + 1e-9):
        raise InputError(f"{variable.what} {value:g} lies outside {variable.low:g} to {variable.high:g}", where=where)
    if variable.log:
        return float(np.log(value / variable.low) / np.log(variable.high / variable.low))
    return (value - variable.low) / (variable.high - variable.low)
