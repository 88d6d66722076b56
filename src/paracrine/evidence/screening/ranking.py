"""The order of what is left to read: a linear support vector machine on words and word pairs, retrained as labels come.

Squared hinge loss with a weight for each class, solved exactly by Newton's method over the set of support vectors,
which is kept from one retraining to the next: most retrainings then take one linear system of the size of the labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paracrine.core.errors import InputError, MissingExtra

COST = 0.11
INCLUDED_PER_EXCLUDED_WEIGHT = 9.8
_MOST_STEPS = 40
Scores = NDArray[np.float64]


class Ranker:
    """Scores of all records from the labels of some.

    Args:
        texts: title and abstract of each record.

    Raises:
        MissingExtra: when scikit-learn is not installed.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = word_matrix(texts)
        self._kernel = np.zeros((0, 0))
        self._labelled: list[int] = []
        self._signs = np.zeros(0)
        self._support: NDArray[np.bool_] = np.zeros(0, dtype=bool)

    def scores(self, labels: Mapping[int, bool]) -> Scores:
        """Return one score a record, higher is more likely relevant.

        Args:
            labels: verdict by place of the record; at least one of each kind. Labels may be added or changed.

        Raises:
            InputError: when only one kind of label is there.
        """
        if len(set(labels.values())) < 2:
            raise InputError("ranking needs at least one included and one excluded record")
        self._learn(labels)
        signs, kernel = self._signs, self._kernel
        included = float(np.sum(signs > 0))
        weights = np.where(signs > 0, 1.0, included / (INCLUDED_PER_EXCLUDED_WEIGHT * (len(signs) - included)))
        ridge = 1.0 / (2.0 * COST * weights * (len(weights) / weights.sum()))
        support = self._support
        for _ in range(_MOST_STEPS):
            rows = np.flatnonzero(support)
            system = kernel[np.ix_(rows, rows)]
            system[np.diag_indices_from(system)] += ridge[rows]
            dual = np.linalg.solve(system, signs[rows])
            margins = signs * (kernel[:, rows] @ dual)
            wanted = margins < 1.0
            if np.array_equal(wanted, support):
                break
            support = wanted
        self._support = support
        direction = self._words[np.array(self._labelled)[rows]].T @ dual
        return np.asarray(self._words @ direction, dtype=float)

    def _learn(self, labels: Mapping[int, bool]) -> None:
        """Add new labels to the kernel of the labelled; a removed label starts anew."""
        if any(place not in labels for place in self._labelled):
            self._labelled, self._kernel = [], np.zeros((0, 0))
            self._support = np.zeros(0, dtype=bool)
        known = set(self._labelled)
        new = [place for place in labels if place not in known]
        if new:
            old, self._labelled = len(self._labelled), self._labelled + new
            rows = self._words[new]
            # The bias is one more feature of value 1, hence the 1 added to every product.
            products = np.asarray((rows @ self._words[self._labelled].T).todense()) + 1.0
            kernel = np.empty((len(self._labelled), len(self._labelled)))
            kernel[:old, :old] = self._kernel
            kernel[old:, :] = products
            kernel[:, old:] = products.T
            self._kernel = kernel
            self._support = np.concatenate([self._support, np.ones(len(new), dtype=bool)])
        self._signs = np.array([1.0 if labels[place] else -1.0 for place in self._labelled])


def word_matrix(texts: Sequence[str]) -> Any:
    """Return the sparse matrix of records by words and word pairs, rows of length one.

    Raises:
        MissingExtra: when scikit-learn is not installed.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingExtra(
            "ordering by likely relevance needs scikit-learn", hint="pip install 'paracrine[screening]'"
        ) from error
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, min_df=1, max_df=0.95 if len(texts) > 20 else 1.0
    )
    try:
        return vectorizer.fit_transform(texts).tocsr()
    except ValueError as error:
        raise InputError("the records hold no words to learn from", hint="screen them in any order") from error
