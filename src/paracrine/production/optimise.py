"""Designs of a line that no other beats, and what limits each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.core.parameter import Parameter
from paracrine.numerics.pareto import search_pareto
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.design import LineDesign
from paracrine.production.findings import RatioFinding, band_of, loss_table, ratio_finding
from paracrine.production.line import run_line
from paracrine.production.prior import Posterior
from paracrine.production.space import Variable, require_variable, with_design, with_values

SHORT_NAMES = {"yield": "yield_particles", "purity": "particles_per_ug_protein", "recovery": "recovery_frac"}
OUTPUT_NAMES = {name: short for short, name in SHORT_NAMES.items()}
POTENCY = "Potency is not modelled: a design that yields more may work less."
SHOWN_DRAWS = 200
_AT_BOUND = 0.02
_CONSTRAINT = re.compile(r"^\s*([a-z0-9_]+)\s*(<=|>=)\s*([-+0-9.eE]+)\s*$")


@dataclass(frozen=True, slots=True)
class Objective:
    """An output to be made large or small."""

    output: str
    maximise: bool


@dataclass(frozen=True, slots=True)
class Constraint:
    """An output that must stay on one side of a number."""

    output: str
    at_most: bool
    limit: float


@dataclass(frozen=True)
class FrontPoint:
    """One design.

    Attributes:
        values: by variable, canonical units.
        ratios: by objective, over the line as designed, central case: what the search went by.
        found: by objective, the same over draws, with what decides it.
        limits: what holds it back, in words.
    """

    values: Mapping[str, float]
    ratios: Mapping[str, float]
    found: Mapping[str, RatioFinding]
    limits: str


@dataclass(frozen=True)
class LineFront:
    """Designs that no other beats, in the order of what each adds.

    Attributes:
        points: designs.
        objectives: what was asked.
        variables: what varied.
        evaluations_count: lines evaluated.
        parameters: of the line, by scoped name.
        fitted: what a posterior rests on; empty: ratios are prior-driven.
    """

    points: tuple[FrontPoint, ...]
    objectives: tuple[Objective, ...]
    variables: tuple[Variable, ...]
    evaluations_count: int
    parameters: Mapping[str, Parameter]
    fitted: str = ""


def parse_constraint(text: str) -> Constraint:
    """Return a constraint such as `hours<=130`.

    Raises:
        InputError: when it is none.
    """
    match = _CONSTRAINT.match(text)
    if match is None:
        raise InputError(f"{text!r} is no constraint", where="constrain", hint="such as hours<=130 or purity>=1e9")
    name, sign, limit = match.groups()
    return Constraint(SHORT_NAMES.get(name, name), sign == "<=", float(limit))


def line_evaluator(
    design: LineDesign,
    variables: Sequence[Variable],
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint] = (),
    *,
    posterior: Posterior | None = None,
) -> Callable[[FloatArray], tuple[FloatArray, FloatArray]]:
    """Return the line as a function from shares (n, variables) to objectives (n, m) and violation (n,).

    Objectives are minimised: logarithms to base 10, so that a difference of 1 is a factor of ten.
    """

    def evaluate(shares: FloatArray) -> tuple[FloatArray, FloatArray]:
        beyond = np.zeros(len(shares))
        varied = with_values(design, variables, shares)
        outputs = run_line(
            varied, draws_count=len(shares) - 1, posterior=posterior, others_central=True, beyond=beyond
        ).outputs()
        columns = [(-1.0 if o.maximise else 1.0) * np.log10(np.maximum(outputs[o.output], 1e-300)) for o in objectives]
        for constraint in constraints:
            gap = outputs[constraint.output] / constraint.limit - 1
            beyond = beyond + np.maximum(0.0, gap if constraint.at_most else -gap)
        return np.stack(columns, axis=1), beyond

    return evaluate


def optimise_line(
    design: LineDesign,
    variables: Sequence[Variable],
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint] = (),
    *,
    evaluations: int = 10000,
    population: int = 100,
    seed: int = 1,
    posterior: Posterior | None = None,
    on_round: Callable[[], None] = lambda: None,
) -> LineFront:
    """Search for designs that no other beats.

    Raises:
        InputError: when nothing may vary, a range makes no sense, or no design meets the constraints.
        UnknownName: when an objective or constraint names no output of the line.
    """
    objectives = tuple(Objective(SHORT_NAMES.get(o.output, o.output), o.maximise) for o in objectives)
    _require(design, variables, objectives, constraints)
    evaluate = line_evaluator(design, variables, objectives, constraints, posterior=posterior)
    front = search_pareto(
        evaluate, len(variables), evaluations=evaluations, population=population, seed=seed, on_round=on_round
    )
    base = run_line(design, draws_count=SHOWN_DRAWS, posterior=posterior)
    central, points = base.outputs(), []
    for shares in front.variables:
        result = run_line(with_design(design, variables, shares), draws_count=SHOWN_DRAWS, posterior=posterior)
        outputs = result.outputs()
        names = [o.output for o in objectives]
        points.append(
            FrontPoint(
                values={v.what: float(v.value(shares[i])) for i, v in enumerate(variables)},
                ratios={n: float(outputs[n][0] / central[n][0]) for n in names},
                found={n: ratio_finding(base, result, n) for n in names},
                limits=_limits(variables, shares, loss_table(result), result.harvest.cell_derived),
            )
        )
    return LineFront(
        points=tuple(points),
        objectives=objectives,
        variables=tuple(variables),
        evaluations_count=front.evaluations_count,
        parameters=base.parameters,
        fitted=posterior.source if posterior else "",
    )


def _require(
    design: LineDesign,
    variables: Sequence[Variable],
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint],
) -> None:
    if not variables:
        raise InputError("nothing may vary", where="optimise", hint="add [[vary]] tables with what, low, high")
    if not 2 <= len(objectives) <= 3:
        said = f"two or three objectives are optimised, not {len(objectives)}"
        example = "paracrine line optimise line.toml --maximise yield --minimise cost"
        raise InputError(said, where="optimise", hint=example)
    for variable in variables:
        require_variable(design, variable)
    known = run_line(design, draws_count=0).outputs()
    for name in (*(o.output for o in objectives), *(c.output for c in constraints)):
        if name.startswith("cost") and name not in known:
            raise InputError("the line has no prices, so its cost is not assessed", where="optimise", hint="add [cost]")
        if name not in known:
            raise UnknownName(
                f"a line has no output {name!r}", where="optimise", hint=nearest(name, (*known, *SHORT_NAMES))
            )


def _limits(
    variables: Sequence[Variable],
    shares: FloatArray,
    losses: Sequence[tuple[str, str, FloatArray]],
    harvest: FloatArray,
) -> str:
    found = []
    for variable, share in zip(variables, shares, strict=True):
        if share < _AT_BOUND or share > 1 - _AT_BOUND:
            found.append(f"{variable.what} at its {'lower' if share < _AT_BOUND else 'upper'} bound")
    after = [row for row in losses if row[0] != losses[0][0]] or losses
    place, name, lost = max(after, key=lambda row: float(np.median(row[2])))
    step = (place.partition(". ")[2] or place).lower()
    band = band_of(100 * lost / harvest)
    found.append(f"largest loss {band.low:.0f} to {band.high:.0f} % of the harvest: {name}, {step}")
    return "; ".join(found)
