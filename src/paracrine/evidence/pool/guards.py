"""What must not be pooled without being said: animals with people, doses of different kinds, effects that depend."""

from __future__ import annotations

from collections import Counter

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.evidence.pool.table import StudyTable
from paracrine.numerics.pooling.weighted import FloatArray

HUMAN = frozenset(
    {
        "human", "humans", "patient", "patients", "people", "homo sapiens", "participants", "volunteers", "adults",
        "children", "men", "women",
    }
)  # fmt: skip


def require_one_kind_of_subject(table: StudyTable, *, by: str) -> tuple[Notice, ...]:
    """Refuse to pool animals with people; tell when species of animals are mixed or nothing is said.

    Raises:
        InputError: when the column `species` holds people and animals and the pooling is not by species.
    """
    column = table.find("species")
    if not column:
        return ()
    species = Counter(word.lower() for word in table.words(column))
    human = sorted(name for name in species if name in HUMAN)
    animal = sorted(name for name in species if name and name not in HUMAN)
    if human and animal and by.lower() != column:
        raise InputError(
            f"people and animals ({', '.join(animal)}) are never pooled silently",
            where=table.name,
            hint=f"--where {column}={human[0]}, or evidence pool --by {column} for an answer each",
        )
    found = []
    if len(animal) > 1 and by.lower() != column:
        message = f"Species are pooled together: {', '.join(animal)}."
        found.append(_notice("species-mixed", message, f"Pool --by {column}."))
    if species[""] and len(species) > 1:
        message = f"{species['']} of {len(table.rows)} rows do not say whether they are about people or animals."
        found.append(_notice("species-not-stated", message, f"Fill in the column {column}.", Severity.SERIOUS))
    return tuple(found)


def require_one_dose_unit(table: StudyTable, axes: tuple[str, ...]) -> tuple[Notice, ...]:
    """Refuse a dose axis that mixes units.

    Args:
        table: of studies.
        axes: columns along which studies are laid out: moderators, and the order.

    Raises:
        InputError: when a dose is among them and `dose_unit` is missing or holds several units.
    """
    doses = [name for name in axes if "dose" in name.lower() and name.lower() != "dose_unit"]
    if not doses:
        return ()
    if "dose_unit" not in table.columns:
        raise InputError("a dose needs the column dose_unit", where=table.name, hint="particles, ug protein, cells …")
    units = sorted({word.lower() or "not stated" for word in table.words("dose_unit")})
    if len(units) > 1:
        raise InputError(
            f"doses in {', '.join(units)} share no axis and are never converted into one another",
            where=table.name,
            hint=f"--where dose_unit={units[0]}, one unit at a time",
        )
    return (_notice("dose-unit", f"The dose axis is in {units[0]}.", "", Severity.NOTE),)


def split_shared_controls(
    table: StudyTable, columns: dict[str, FloatArray]
) -> tuple[dict[str, FloatArray], tuple[Notice, ...]]:
    """Divide the people and events of a control that several comparisons share (column `control`) among them."""
    if "control" not in table.columns:
        return columns, ()
    labels = _controls(table)
    counts = Counter(label for label in labels if label)
    share = np.array([float(counts[label]) if label and counts[label] > 1 else 1.0 for label in labels])
    if (share == 1).all():
        return columns, ()
    changed = dict(columns)
    for name in ("events_2", "n_2", "time_2"):
        if name in changed:
            changed[name] = changed[name] / share
    several = ", ".join(sorted(label for label, count in counts.items() if count > 1))
    message = f"Controls used by several comparisons were split among them: {several}."
    return changed, (_notice("control-split", message, "Use --shared model to keep them whole.", Severity.NOTE),)


def shared_control_covariance(table: StudyTable, measure: str, columns: dict[str, FloatArray]) -> FloatArray | None:
    """Return the covariance (k, k) that shared controls make beside the variances; None where there are none.

    Raises:
        InputError: when the covariance is not known for the measure.
    """
    if "control" not in table.columns:
        return None
    labels = _controls(table)
    counts = Counter(label for label in labels if label)
    if not any(count > 1 for count in counts.values()):
        return None
    part = _control_part(measure, columns)
    matrix = np.zeros((len(labels), len(labels)))
    for i, one in enumerate(labels):
        for j, other in enumerate(labels):
            if i != j and one and one == other:
                matrix[i, j] = float(np.sqrt(part[i] * part[j]))
    return matrix


def _control_part(measure: str, columns: dict[str, FloatArray]) -> FloatArray:
    if measure in ("md",):
        return np.asarray(columns["sd_2"] ** 2 / columns["n_2"], float)
    if measure in ("rom",):
        return np.asarray(columns["sd_2"] ** 2 / (columns["n_2"] * columns["mean_2"] ** 2), float)
    if measure.startswith("smd"):
        return np.asarray(1 / columns["n_2"], float)
    if measure in ("rr", "or", "rd"):
        c, n = columns["events_2"], columns["n_2"]
        c = np.where((c == 0) | (c == n), c + 0.5, c)
        n = np.where((columns["events_2"] == 0) | (columns["events_2"] == columns["n_2"]), n + 1, n)
        return {"rr": 1 / c - 1 / n, "or": 1 / c + 1 / (n - c), "rd": c * (n - c) / n**3}[measure]
    raise InputError(f"the covariance of a shared control is not known for {measure}", hint="--shared split")


def _controls(table: StudyTable) -> list[str]:
    studies = table.labels
    return [f"{study} {word}" if word else "" for study, word in zip(studies, table.words("control"), strict=True)]


def _notice(code: str, message: str, action: str, severity: Severity = Severity.CAUTION) -> Notice:
    return Notice(code=code, message=message, severity=severity, action=action)
