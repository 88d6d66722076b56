"""What may vary in a line, as a form, and what searching it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paracrine.bench.line_form import line_of, number_with_unit, read_line_toml
from paracrine.bench.line_report import ratio_data
from paracrine.bench.toml_form import require_known, take_tables
from paracrine.core.errors import InputError
from paracrine.production.design import LineDesign
from paracrine.production.optimise import OUTPUT_NAMES, POTENCY, LineFront
from paracrine.production.space import Variable, require_variable, unit_of
from paracrine.report.line_front import front_headline, ratio_cell, value_cells, variable_title


@dataclass(frozen=True)
class FrontReport:
    """Designs that no other beats.

    Attributes:
        design: the line as it is.
        front: the designs.
        pages: files written, by name.
    """

    design: LineDesign
    front: LineFront
    pages: Mapping[str, Path] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        return front_headline(self.front, name=self.design.name)

    def rows(self, *, at_most: int = 12) -> list[tuple[str, ...]]:
        """Rows of ratios (ranges where an assumption decides) and values, the design that adds most first."""
        front = self.front
        return [
            (*(ratio_cell(front, p, i) for i in range(len(front.objectives))), *value_cells(front, p))
            for p in front.points[:at_most]
        ]

    def heads(self) -> tuple[str, ...]:
        """Heads of the rows: objectives by their short names, then what varies."""
        named = [OUTPUT_NAMES.get(o.output, o.output) for o in self.front.objectives]
        return (*(f"{name} ×, range" for name in named), *(variable_title(v) for v in self.front.variables))

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        front = self.front
        return {
            "headline": self.headline,
            "line": self.design.name,
            "fitted": front.fitted,
            "relative": not front.fitted,
            "potency": POTENCY,
            "evaluations": front.evaluations_count,
            "objectives": [{"output": o.output, "maximise": o.maximise} for o in front.objectives],
            "designs": [
                {
                    "values": dict(p.values),
                    "ratios": {name: ratio_data(found) for name, found in p.found.items()},
                    "limits": p.limits,
                    "searched_by": dict(p.ratios),
                }
                for p in front.points
            ],
            "pages": {name: str(path) for name, path in self.pages.items()},
        }


def read_line_and_space(path: Path) -> tuple[LineDesign, tuple[Variable, ...]]:
    """Read a line and the numbers that may vary in it (`[[vary]]`).

    Raises:
        InputError: naming the key and the reason.
    """
    data = read_line_toml(path)
    design = line_of(data, where=path.name)
    variables = tuple(
        _variable(table, design, f"{path.name}: vary {number}")
        for number, table in enumerate(take_tables(data, "vary", where=path.name), 1)
    )
    named = [variable.what for variable in variables]
    if len(set(named)) < len(named):
        raise InputError(f"{max(named, key=named.count)!r} varies twice", where=path.name)
    return design, variables


def _variable(table: Mapping[str, Any], design: LineDesign, where: str) -> Variable:
    require_known(dict(table), ("what", "low", "high", "scale"), where=where)
    for key in ("what", "low", "high"):
        if key not in table:
            raise InputError(f"the key {key!r} is missing", where=where)
    if table.get("scale", "linear") not in ("linear", "log"):
        raise InputError(f"scale must be linear or log, not {table['scale']!r}", where=where)
    what = str(table["what"])
    unit = unit_of(design, what)
    low, high = (number_with_unit(table[end], unit, where=f"{where}: {end}") for end in ("low", "high"))
    found = Variable(what, low, high, unit, log=table.get("scale") == "log")
    require_variable(design, found)
    return found


def require_space(variables: Sequence[Variable], where: str) -> None:
    """Refuse a line in which nothing may vary.

    Raises:
        InputError: saying what to add.
    """
    if not variables:
        hint = 'add [[vary]] with what = "culture.seeded", low = "1000 cells/cm2", high = "8000 cells/cm2"'
        raise InputError("nothing may vary in this line", where=where, hint=hint)
