"""In which order to eliminate the states of a system, and which sums that leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Place = tuple[int, int]


@dataclass(frozen=True)
class Elimination:
    """A sparse factorisation without pivoting, as a list of things to do.

    Safe for `I/(gamma h) - J` of a compartment system: whatever leaves a state arrives in at most one other, so that
    every column is dominated by its diagonal, in any order.
    """

    order: tuple[int, ...]
    places: tuple[Place, ...]
    """Entries of the factors: those of the matrix, then the fill."""
    below: tuple[tuple[int, ...], ...]
    """For each pivot in order: rows eliminated with it."""
    beyond: tuple[tuple[int, ...], ...]
    """For each pivot in order: columns to the right of it."""

    @property
    def products_count(self) -> int:
        """Multiplications of one factorisation: what the order is chosen to keep low."""
        return sum(len(rows) * (1 + len(columns)) for rows, columns in zip(self.below, self.beyond, strict=True))


def plan_elimination(places: Iterable[Place], size: int) -> Elimination:
    """Choose at every turn the pivot that costs least (Markowitz).

    Args:
        places: (row, column) of entries that are not zero; the diagonal is taken as not zero.
        size: rows.
    """
    filled = dict.fromkeys([*places, *((index, index) for index in range(size))])
    rows = {index: {column for row, column in filled if row == index} for index in range(size)}
    columns = {index: {row for row, column in filled if column == index} for index in range(size)}
    left = set(range(size))
    order, below, beyond = [], [], []
    while left:
        pivot = min(left, key=lambda one: ((len(rows[one] & left) - 1) * (len(columns[one] & left) - 1), one))
        left.remove(pivot)
        under, right = sorted(columns[pivot] & left), sorted(rows[pivot] & left)
        for row in under:
            for column in right:
                filled.setdefault((row, column))
                rows[row].add(column)
                columns[column].add(row)
        order.append(pivot)
        below.append(tuple(under))
        beyond.append(tuple(right))
    return Elimination(tuple(order), tuple(filled), tuple(below), tuple(beyond))
