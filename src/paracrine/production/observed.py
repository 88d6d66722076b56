"""What a laboratory measured on its batches, laid out for a fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paracrine.payloads.size_distribution import FloatArray


@dataclass(frozen=True, slots=True)
class Observation:
    """One measured output of one batch.

    Attributes:
        batch: name.
        line: name of the line it was made on.
        output: name of an output of the line.
        value: measured, above 0.
        cv_frac: relative standard uncertainty of the measurement.
        donor: name; empty: a donor of its own.
    """

    batch: str
    line: str
    output: str
    value: float
    cv_frac: float
    donor: str = ""


class Cell(NamedTuple):
    """One output of one line: what batches of that line share."""

    line: str
    output: str


@dataclass(frozen=True)
class Data:
    """Observations as arrays.

    Attributes:
        log_value: shape (n,).
        noise: variance of the measurement on that scale, shape (n,).
        cell: position of each in the cells, shape (n,).
        donor: 1 where two observations share a donor, shape (n, n).
        batch: 1 where two share a batch, shape (n, n).
        rows: the observations themselves.
    """

    log_value: FloatArray
    noise: FloatArray
    cell: npt.NDArray[np.int64]
    donor: FloatArray
    batch: FloatArray
    rows: tuple[Observation, ...]

    @classmethod
    def of(cls, observations: Sequence[Observation], cells: Sequence[Cell]) -> Data:
        """Lay observations out."""
        return cls(
            log_value=np.log([o.value for o in observations]),
            noise=np.log1p(np.array([o.cv_frac for o in observations]) ** 2),
            cell=np.array([list(cells).index(Cell(o.line, o.output)) for o in observations]),
            donor=_same([o.donor or f"batch {o.batch}" for o in observations]),
            batch=_same([o.batch for o in observations]),
            rows=tuple(observations),
        )

    def spread(self, rate: FloatArray, donor_sd: float, batch_sd: float) -> FloatArray:
        """Return the covariance of the observations around the line."""
        shared = donor_sd**2 * self.donor + batch_sd**2 * self.batch
        return np.asarray(np.diag(self.noise) + shared * np.outer(rate, rate))


def _same(labels: Sequence[str]) -> FloatArray:
    column = np.array(labels)
    return np.asarray(column[:, None] == column[None, :], dtype=float)
