"""Texts as rows of numbers: words and pairs of neighbours, weighted by how rare they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paracrine.core.errors import InputError, MissingExtra

_MOST_RECORDS_SHARE, _FEW_RECORDS = 0.95, 20


@dataclass(frozen=True)
class WordRows:
    """Records as rows of length one.

    `shared` is sparse (records, features) and holds the features of two or more records; `alone` (records,) is the
    squared length that each row has in features of its own, which no other record ever meets.
    """

    shared: Any
    alone: NDArray[np.float64]


def read_words(texts: Sequence[str]) -> WordRows:
    """Return words and word pairs of every text; those in more than 95 % of the records are left out.

    Args:
        texts: one a record.

    Raises:
        InputError: when no word is left.
        MissingExtra: when scikit-learn is not installed.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingExtra(
            "ordering by likely relevance needs scikit-learn", hint="pip install 'paracrine[screening]'"
        ) from error
    most = _MOST_RECORDS_SHARE if len(texts) > _FEW_RECORDS else 1.0
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=most)
    try:
        rows = vectorizer.fit_transform(texts).tocsr()
    except ValueError as error:
        raise InputError("the records hold no words to learn from", hint="screen them in any order") from error
    held_by = np.bincount(rows.indices, minlength=rows.shape[1])
    inside = held_by[rows.indices] == 1
    record = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    alone = np.bincount(record[inside], weights=rows.data[inside] ** 2, minlength=rows.shape[0])
    return WordRows(rows[:, np.flatnonzero(held_by > 1)], np.asarray(alone, dtype=float))
