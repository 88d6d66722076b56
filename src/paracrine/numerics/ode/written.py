"""Completes the time stepping for one flow system: its slopes, its factorisation, its substitution, as code."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from paracrine.numerics.ode.elimination import Elimination, plan_elimination
from paracrine.numerics.ode.expression import written
from paracrine.numerics.ode.flows import FlowSystem
from paracrine.numerics.ode.normal_form import NormalForm, normal_form

_BEGIN, _END = "# -- written for each system --\n", "# -- end --\n"
_LANES = 8


def written_system(system: FlowSystem) -> str:
    """Return the text of a module that steps this system."""
    template = files("paracrine.numerics.ode").joinpath("stepper.py").read_text("utf-8")
    head, _, rest = template.partition(_BEGIN)
    tail = rest.partition(_END)[2]
    return head + "\n".join(_Writer(normal_form(system)).lines()) + "\n\n\n" + tail


class _Writer:
    def __init__(self, form: NormalForm) -> None:
        self.form = form
        size = len(form.states)
        self.plan: Elimination = plan_elimination([*form.linear, *form.bent_jacobian], size)
        self.factor = {place: index for index, place in enumerate(self.plan.places)}
        factors = 12 * size
        coefficients = factors + len(self.factor)
        self.row = {name: coefficients + index for index, name in enumerate(form.coefficients)}
        self.first_factor = factors
        self.names = {name: f"y{index}" for index, name in enumerate(form.states)}
        self.names |= {name: self.at(row) for name, row in self.row.items()}

    def at(self, row: int) -> str:
        return f"w[{row * _LANES} + lane]"

    def e(self, row: int, column: int) -> str:
        return self.at(self.first_factor + self.factor[row, column])

    def lines(self) -> Iterator[str]:
        counts = (len(self.form.states), len(self.factor), len(self.row))
        yield f"STATES_COUNT, FACTORS_COUNT, COEFFICIENTS_COUNT = {counts[0]}, {counts[1]}, {counts[2]}"
        yield from self._function("prepare(values, first, w)", self._prepare())
        yield from self._function("slopes(w)", self._slopes())
        yield from self._function("factorise(w, diagonal)", self._factorise())
        yield from self._function("substitute(w)", self._substitute())

    def _function(self, head: str, body: Iterator[str]) -> Iterator[str]:
        yield "\n\n@kernel"
        yield f"def {head}:"
        yield f"    for lane in range({_LANES}):"
        yield from (f"        {line}" for line in body)

    def _prepare(self) -> Iterator[str]:
        used = {name: f"values[at, {index}]" for index, name in enumerate(self.form.parameters)}
        yield "at = min(first + lane, values.shape[0] - 1)"
        for name, formula in self.form.coefficients.items():
            yield f"{self.at(self.row[name])} = {written(formula, used)}"

    def _load(self, block: int) -> Iterator[str]:
        size = len(self.form.states)
        yield from (f"y{index} = {self.at(block * size + index)}" for index in range(size))

    def _slopes(self) -> Iterator[str]:
        yield from self._load(1)
        size = len(self.form.states)
        terms: list[list[str]] = [[] for _ in range(size)]
        for (row, column), name in self.form.linear.items():
            terms[row].append(f"+ {self.names[name]} * y{column}")
        for index, flow in enumerate(self.form.bent):
            yield f"r{index} = {written(flow.rate, self.names)}"
            if flow.source is not None:
                terms[self.form.states.index(flow.source)].append(f"- r{index}")
            if flow.target is not None:
                terms[self.form.states.index(flow.target)].append(f"+ r{index}")
        for row in range(size):
            total = " ".join(terms[row]).removeprefix("+ ") or "0.0"
            yield f"{self.at(2 * size + row)} = {total}"

    def _factorise(self) -> Iterator[str]:
        if self.form.bent_jacobian:
            yield from self._load(0)
        for place in self.plan.places:
            parts = [f"- {self.names[self.form.linear[place]]}"] if place in self.form.linear else []
            if place in self.form.bent_jacobian:
                parts.append(f"- ({written(self.form.bent_jacobian[place], self.names)})")
            start = "diagonal" if place[0] == place[1] else "0.0"
            yield f"e{self.factor[place]} = {start} {' '.join(parts)}".rstrip()
        for pivot, rows, columns in zip(self.plan.order, self.plan.below, self.plan.beyond, strict=True):
            here = self.factor[pivot, pivot]
            yield f"e{here} = 1.0 / e{here}"
            for row in rows:
                yield f"e{self.factor[row, pivot]} *= e{here}"
                for column in columns:
                    target = self.factor[row, column]
                    yield f"e{target} -= e{self.factor[row, pivot]} * e{self.factor[pivot, column]}"
        for place, index in self.factor.items():
            yield f"{self.e(*place)} = e{index}"

    def _substitute(self) -> Iterator[str]:
        size = len(self.form.states)
        yield from (f"b{index} = {self.at(2 * size + index)}" for index in range(size))
        for pivot, rows in zip(self.plan.order, self.plan.below, strict=True):
            yield from (f"b{row} -= {self.e(row, pivot)} * b{pivot}" for row in rows)
        for pivot, columns in reversed(list(zip(self.plan.order, self.plan.beyond, strict=True))):
            less = "".join(f" - {self.e(pivot, column)} * b{column}" for column in columns)
            yield f"b{pivot} = (b{pivot}{less}) * {self.e(pivot, pivot)}"
        yield from (f"{self.at(2 * size + index)} = b{index}" for index in range(size))
