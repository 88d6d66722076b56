"""Designs that no other beats: dominance, volume and the search against analytic cases."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.numerics.pareto import (
    crowding,
    hypervolume,
    most_covering,
    nondominated,
    nondominated_of_many,
    search_pareto,
    sorted_ranks,
)


def test_dominance_by_hand() -> None:
    rows = np.array([[1.0, 5.0], [2.0, 2.0], [3.0, 3.0], [4.0, 1.0], [2.0, 2.0]])
    assert nondominated(rows).tolist() == [True, True, False, True, True]
    assert sorted_ranks(rows, np.zeros(5)).tolist() == [0, 0, 1, 0, 0]


def test_rows_that_break_constraints_come_last_least_broken_first() -> None:
    rows = np.array([[9.0, 9.0], [1.0, 1.0], [0.0, 0.0]])
    assert sorted_ranks(rows, np.array([0.0, 0.5, 0.2])).tolist() == [0, 2, 1]


def test_many_rows_give_the_same_front_as_all_at_once() -> None:
    rows = np.random.default_rng(4).random((900, 3))
    assert sorted(nondominated_of_many(rows, part=70)) == np.flatnonzero(nondominated(rows)).tolist()


def test_volume_of_boxes() -> None:
    """Rung 1: one box; two boxes by inclusion and exclusion, in two and three dimensions."""
    assert hypervolume(np.array([[0.25, 0.5, 0.1]]), np.array([1.0, 1.0, 1.0])) == pytest.approx(0.75 * 0.5 * 0.9)
    two = np.array([[0.2, 0.6], [0.5, 0.3]])
    assert hypervolume(two, np.array([1.0, 1.0])) == pytest.approx(0.8 * 0.4 + 0.5 * 0.7 - 0.5 * 0.4)
    three = np.array([[0.2, 0.6, 0.4], [0.5, 0.3, 0.7]])
    wanted = 0.8 * 0.4 * 0.6 + 0.5 * 0.7 * 0.3 - 0.5 * 0.4 * 0.3
    assert hypervolume(three, np.ones(3)) == pytest.approx(wanted)
    assert hypervolume(three + 1, np.ones(3)) == 0.0


def test_volume_of_many_boxes_is_that_of_their_union() -> None:
    """Rung 1: counting the cells of a lattice, on which the corners lie."""
    corners = np.random.default_rng(3).integers(0, 8, size=(12, 3)).astype(float)
    cells = np.array(list(itertools.product(range(8), repeat=3))) + 0.5
    union = sum(bool((corners <= cell).all(axis=1).any()) for cell in cells)
    assert hypervolume(corners, np.full(3, 8.0)) == pytest.approx(float(union))


def test_more_than_three_objectives_are_refused() -> None:
    with pytest.raises(InputError, match="4 objectives"):
        hypervolume(np.zeros((2, 4)), np.ones(4))


def test_the_loneliest_are_at_the_ends() -> None:
    found = crowding(np.array([[0.0, 1.0], [0.4, 0.5], [0.5, 0.45], [1.0, 0.0]]))
    assert np.isinf(found[[0, 3]]).all()
    assert np.isfinite(found[[1, 2]]).all()


def test_the_first_chosen_covers_most() -> None:
    rows = np.array([[0.9, 0.05], [0.3, 0.3], [0.05, 0.9]])
    assert most_covering(rows, np.ones(2), at_most=1).tolist() == [1]


def sphere(shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """DTLZ2 with three objectives: the front is the unit sphere in the positive octant."""
    a, b = shares[:, 0] * np.pi / 2, shares[:, 1] * np.pi / 2
    radius = 1 + ((shares[:, 2:] - 0.5) ** 2).sum(axis=1)
    objectives = np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)], axis=1) * radius[:, None]
    return objectives, np.zeros(len(shares))


def test_the_search_comes_to_the_sphere() -> None:
    """Rung 1: every point of the front has radius 1; a front without gaps has the volume 1.331 - pi / 6."""
    front = search_pareto(sphere, 7, evaluations=6000, population=100, seed=2)
    assert front.evaluations_count == 6000
    assert np.linalg.norm(front.objectives, axis=1) == pytest.approx(1.0, abs=0.03)
    volume = hypervolume(front.objectives, np.full(3, 1.1))
    assert 0.9 * (1.331 - np.pi / 6) < volume < 1.331 - np.pi / 6


def test_the_search_is_repeatable_and_keeps_constraints() -> None:
    def evaluate(shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return sphere(shares)[0], np.maximum(0.0, 0.4 - shares[:, 0])

    one, two = (search_pareto(evaluate, 4, evaluations=600, population=60, seed=5) for _ in range(2))
    assert (one.objectives == two.objectives).all()
    assert (one.variables[:, 0] >= 0.4).all()


def test_impossible_constraints_are_said() -> None:
    with pytest.raises(InputError, match="no design met the constraints"):
        search_pareto(lambda s: (sphere(s)[0], np.ones(len(s))), 3, evaluations=40, population=20)
