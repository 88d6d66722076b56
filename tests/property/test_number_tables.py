"""Tables parsed in whole arrays hold the very numbers that `float` gives cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paracrine.core.errors import InputError
from paracrine.readers.decoding.table import read_table

SEED = st.integers(0, 2**32 - 1)


def table_text(rng: np.random.Generator, *, decimals: list[int], most_digits: int, padding: int) -> list[list[str]]:
    rows = []
    for _ in range(400):
        cells = []
        for places in decimals:
            whole = "".join(rng.choice(list("0123456789"), size=rng.integers(1, most_digits + 1)))
            cells.append(whole if not places else f"{whole}.{''.join(rng.choice(list('0123456789'), size=places))}")
        rows.append([*cells, *[""] * padding])
    return rows


@settings(max_examples=20, deadline=None)
@given(
    seed=SEED,
    decimals=st.lists(st.integers(0, 3), min_size=5, max_size=7),
    most_digits=st.sampled_from([1, 4, 9, 12, 15, 22]),
    padding=st.integers(0, 3),
    marks=st.sampled_from([(",", "."), (";", ","), ("\t", ".")]),
)
def test_every_cell_is_the_float_of_its_text(
    seed: int, decimals: list[int], most_digits: int, padding: int, marks: tuple[str, str]
) -> None:
    """Rung 1: the language's own correctly rounded conversion."""
    delimiter, decimal = marks
    rows = table_text(np.random.default_rng(seed), decimals=decimals, most_digits=most_digits, padding=padding)
    block = "\n".join(delimiter.join(cell.replace(".", decimal) for cell in row) for row in rows)
    found = read_table(block, delimiter=delimiter, decimal=decimal, columns=len(decimals), where="")
    expected = [[float(cell) for cell in row[: len(decimals)]] for row in rows]
    assert found.tolist() == expected


@settings(max_examples=40, deadline=None)
@given(seed=SEED, wrong=st.sampled_from(["", "-", "1e", "1.2.3", "x7", "1 2", "0x1f", "nan", "1_0", "７", "1,5"]))
def test_one_wrong_cell_is_refused_wherever_it_stands(seed: int, wrong: str) -> None:
    rng = np.random.default_rng(seed)
    rows = table_text(rng, decimals=[1, 0, 0, 0, 0, 0], most_digits=8, padding=0)
    rows[int(rng.integers(400))][int(rng.integers(1, 6))] = wrong
    with pytest.raises(InputError):
        read_table("\n".join(map(",".join, rows)), delimiter=",", decimal=".", columns=6, where="bins")


def test_quoted_cells_and_exponents_are_read() -> None:
    block = '"0,5";"1,25E+3";7\n1,5;2;"9"'
    found = read_table(block, delimiter=";", decimal=",", columns=3, where="")
    assert found.tolist() == [[0.5, 1250, 7], [1.5, 2, 9]]
