"""A PEtab problem from a user's time courses: model, conditions, observables, measurements, parameters."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from paracrine.facts.species import Species, read_species
from paracrine.facts.table import Row, number, read_fact_table
from paracrine.fate.amount import in_particles, read_amount
from paracrine.fate.body import body_of
from paracrine.fate.exchange.sbml import Network, write_sbml
from paracrine.fate.mixed import MODEL, UPTAKE_ORGANS
from paracrine.fate.model import FateModel, Form, load_model
from paracrine.fate.time_courses import COLUMNS, read_time_courses

_FITTED = (*(f"{organ}_uptake_ml_h" for organ in UPTAKE_ORGANS), "cell_breakdown_per_h")
_LOSS = "label_loss_per_h"
_ARM = ("study", "species", "weight_g", "label", "dose")
_UNIT_DOSE = 1.0
"""Stands for a dose that is no number of particles: the model is linear where phagocytes do not fill."""
_NOISE = "sd_log10"


def write_petab(data: Path, *, perfused: bool = False) -> dict[str, bytes]:
    """Return the files of a PEtab problem (version 1) by name.

    Uptake, breakdown in cells, one loss of label for each label and the spread of the measurements are to be estimated,
    on a log10 scale within the bounds of the model file; the bodies of the arms are conditions.

    Args:
        data: CSV of time courses, as for `fate fit`.
        perfused: whether blood was washed out of the organs.

    Raises:
        UnknownName: when an organ, unit, species, label or route does not exist.
        InputError: when a value cannot be meant.
        MissingExtra: without python-libsbml.
    """
    read_time_courses(data, perfused=perfused)
    rows = read_fact_table(data, columns=COLUMNS)
    model = load_model(MODEL)
    arms = list(dict.fromkeys(tuple(row[name] for name in _ARM) for row in rows))
    organs = list(dict.fromkeys(row["organ"] for row in rows))
    values = model.defaults | {"blood_breakdown_per_h": 0.0}
    network = Network(MODEL, model.system, values, (), model.meanings)
    return {
        "model.xml": write_sbml(network).encode(),
        "parameters.tsv": _table(_parameters(model, sorted({row["label"] for row in rows}))),
        "conditions.tsv": _table(_conditions(model, arms)),
        "observables.tsv": _table(_observables(model, organs, perfused=perfused)),
        "measurements.tsv": _table(_measurements(rows, arms)),
        "problem.yaml": _PROBLEM.encode(),
    }


_PROBLEM = """format_version: 1
parameter_file: parameters.tsv
problems:
- sbml_files: [model.xml]
  condition_files: [conditions.tsv]
  observable_files: [observables.tsv]
  measurement_files: [measurements.tsv]
"""


def _table(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _parameters(model: FateModel, labels: list[str]) -> Iterable[Sequence[object]]:
    yield "parameterId", "parameterName", "parameterScale", "lowerBound", "upperBound", "nominalValue", "estimate"
    known = {one.name: one for one in model.parameters}
    named = [(name, known[name]) for name in _FITTED] + [(f"{_LOSS}_{label}", known[_LOSS]) for label in labels]
    for name, one in named:
        low = one.low if one.low else 1e-3 * one.value
        yield name, one.meaning, "log10", low, one.high, one.value, 1
    yield _NOISE, "spread of log10 of a measurement", "log10", 0.01, 2.0, 0.2, 1


def _conditions(model: FateModel, arms: Sequence[tuple[str, ...]]) -> Iterable[Sequence[object]]:
    bodies = [body_of(_species(arm), model).values for arm in arms]
    free = sorted({name for body in bodies for name in body if name not in _FITTED})
    yield "conditionId", "conditionName", model.entry, _LOSS, *free
    for index, (arm, body) in enumerate(zip(arms, bodies, strict=True), 1):
        given = dict(zip(_ARM, arm, strict=True))
        values = [body.get(name, model.defaults[name]) for name in free]
        yield f"arm_{index}", ", ".join(arm), _particles(given["dose"]), f"{_LOSS}_{given['label']}", *values


def _species(arm: tuple[str, ...]) -> Species:
    given = dict(zip(_ARM, arm, strict=True))
    weight = number(given["weight_g"], where="weight_g") if given["weight_g"] else None
    return read_species(given["species"], weight_g=weight)


def _particles(dose: str) -> float:
    amount = read_amount(dose)
    return in_particles(amount, "") if amount.unit == "particles" else _UNIT_DOSE


def _observables(model: FateModel, organs: Sequence[str], *, perfused: bool) -> Iterable[Sequence[object]]:
    """The label in a place over dose and size, which a measurement brings along."""
    yield (
        "observableId", "observableName", "observableFormula", "observableTransformation", "noiseFormula",
        "noiseDistribution",
    )  # fmt: skip
    for organ in organs:
        forms = (Form.HELD, Form.REMNANT) if perfused else (Form.CIRCULATING, Form.HELD, Form.REMNANT)
        seen = [
            state.name
            for state in model.states
            if (state.form is Form.CIRCULATING if organ == "blood" else state.organ == organ and state.form in forms)
        ]
        formula = f"100 * ({' + '.join(seen)}) / observableParameter1_seen_{organ}"
        yield f"seen_{organ}", f"{organ}, % of the dose or per g", formula, "log10", _NOISE, "normal"


def _measurements(rows: Sequence[Row], arms: Sequence[tuple[str, ...]]) -> Iterable[Sequence[object]]:
    yield "observableId", "simulationConditionId", "measurement", "time", "observableParameters", "datasetId"
    for row in rows:
        arm = tuple(row[name] for name in _ARM)
        species = _species(arm)
        organ = species.organ(row["organ"])
        size_ml = 1.0 if row["unit"] == "%ID" else species.blood_ml if organ is None else organ.volume_ml
        place, value, time_h = f"seen_{row['organ']}", float(row["value"]), float(row["time_h"])
        scale = _particles(row["dose"]) * size_ml
        yield place, f"arm_{arms.index(arm) + 1}", value, time_h, repr(scale), f"{row['study']} {row['organ']}"
