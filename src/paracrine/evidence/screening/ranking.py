"""The order of what is left to read: a linear support vector machine on words and word pairs, retrained as labels come.

Squared hinge loss with a weight for each class, solved by Newton's method over the set of support vectors. Set and
solution are kept from one retraining to the next, so that a few products with the kernel of the labelled suffice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paracrine.core.errors import InputError
from paracrine.evidence.screening.words import read_words

COST = 0.11
INCLUDED_PER_EXCLUDED_WEIGHT = 9.8
_MOST_STEPS, _MOST_PRODUCTS = 40, 200
_TOLERANCE = 1e-9
Scores = NDArray[np.float64]


class Ranker:
    """Scores of all records from the labels of some.

    Args:
        texts: title and abstract of each record.

    Raises:
        InputError: when the texts hold no words.
        MissingExtra: when scikit-learn is not installed.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = read_words(texts)
        self._labelled = _Labelled()
        self._kernel = np.zeros((64, 64))
        self._support: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._dual = np.zeros(0)

    def scores(self, labels: Mapping[int, bool]) -> Scores:
        """Return one score a record, higher is more likely relevant.

        Args:
            labels: verdict by place of the record; at least one of each kind. Labels may be added or changed.

        Raises:
            InputError: when only one kind of label is there.
        """
        if len(set(labels.values())) < 2:
            raise InputError("ranking needs at least one included and one excluded record")
        if any(place not in labels for place in self._labelled.places):
            self._forget()
        for place in [place for place in labels if place not in self._labelled.places]:
            self._learn(place)
        places = list(self._labelled.places)
        signs = np.array([1.0 if labels[place] else -1.0 for place in places])
        included = float(np.sum(signs > 0))
        weights = np.where(signs > 0, 1.0, included / (INCLUDED_PER_EXCLUDED_WEIGHT * (len(signs) - included)))
        ridge = 1.0 / (2.0 * COST * weights * (len(weights) / weights.sum()))
        kernel = self._kernel[: len(signs), : len(signs)]
        for _ in range(_MOST_STEPS):
            self._dual, products = _solve(kernel, ridge, signs, self._support, self._dual)
            wanted = signs * products < 1.0
            if np.array_equal(wanted, self._support):
                break
            self._support = wanted
        shared = self._words.shared
        scores = np.asarray(shared @ self._labelled.matrix(shared.shape[1]).T.dot(self._dual), dtype=float)
        scores[places] += self._dual * self._words.alone[places]
        return scores

    def _forget(self) -> None:
        self._labelled, self._support, self._dual = _Labelled(), np.zeros(0, dtype=bool), np.zeros(0)

    def _learn(self, place: int) -> None:
        """Add one record to the kernel of the labelled."""
        shared = self._words.shared
        start, end = shared.indptr[place], shared.indptr[place + 1]
        indices, values = shared.indices[start:end], shared.data[start:end]
        self._labelled.add(place, indices, values)
        row = np.zeros(shared.shape[1])
        row[indices] = values
        count = len(self._labelled.places)
        if count > len(self._kernel):
            larger = np.zeros((2 * count, 2 * count))
            larger[: count - 1, : count - 1] = self._kernel[: count - 1, : count - 1]
            self._kernel = larger
        # The bias is one more feature of value 1, hence the 1 added to every product.
        products = self._labelled.matrix(shared.shape[1]) @ row + 1.0
        products[-1] += self._words.alone[place]
        self._kernel[:count, count - 1] = self._kernel[count - 1, :count] = products
        self._support = np.append(self._support, True)
        self._dual = np.append(self._dual, 0.0)


class _Labelled:
    """Rows of the labelled records one below the other, in arrays that grow."""

    def __init__(self) -> None:
        self.places: dict[int, None] = {}
        self._indices, self._values = np.zeros(4096, np.int32), np.zeros(4096)
        self._ends = [0]

    def add(self, place: int, indices: NDArray[np.int32], values: Scores) -> None:
        """Add a row."""
        start, end = self._ends[-1], self._ends[-1] + len(indices)
        if end > len(self._values):
            self._indices = np.resize(self._indices, 2 * end)
            self._values = np.resize(self._values, 2 * end)
        self._indices[start:end], self._values[start:end] = indices, values
        self._ends.append(end)
        self.places[place] = None

    def matrix(self, features_count: int) -> Any:
        """Return the rows as a sparse matrix."""
        from scipy.sparse import csr_matrix

        end = self._ends[-1]
        parts = (self._values[:end], self._indices[:end], np.array(self._ends, np.int32))
        return csr_matrix(parts, shape=(len(self.places), features_count))


def _solve(
    kernel: Scores, ridge: Scores, signs: Scores, support: NDArray[np.bool_], start: Scores
) -> tuple[Scores, Scores]:
    """Solve (kernel + ridge) dual = signs on the support by conjugate gradients; return it and kernel times it."""
    scale = np.where(support, 1.0 / (kernel.diagonal() + ridge), 0.0)
    dual = np.where(support, start, 0.0)
    products = kernel @ dual
    gap = np.where(support, signs - products - ridge * dual, 0.0)
    step = scale * gap
    size = float(gap @ step)
    for _ in range(_MOST_PRODUCTS):
        if float(np.abs(gap).max()) < _TOLERANCE:
            break
        moved = kernel @ step
        bent = moved + ridge * step
        length = size / float(step @ bent)
        dual = dual + length * step
        products = products + length * moved
        gap = np.where(support, gap - length * bent, 0.0)
        scaled = scale * gap
        size, before = float(gap @ scaled), size
        step = scaled + (size / before) * step
    return dual, products
