"""How often two batches that differ by exactly the margin are called equivalent (type I error, 5 % wanted).

Replicates are lognormal, or gamma where the test's assumption is broken; one batch may scatter more or have fewer
replicates. Seeds are fixed beforehand: root, then the number of the row.

    python benchmarks/equivalence.py [--studies 20000] [--root 20261128]
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

import numpy as np

from paracrine.numerics.interval import binomial_limits
from paracrine.release.comparability import measure_log_ratio

MARGIN_RATIO = 1.25


@dataclass(frozen=True)
class Row:
    replicates: tuple[int, int]
    cv: tuple[float, float]
    law: str = "lognormal"


ROWS = (
    Row((3, 3), (0.04, 0.04)),
    Row((5, 5), (0.08, 0.08)),
    Row((10, 10), (0.10, 0.10)),
    Row((3, 9), (0.05, 0.05)),
    Row((3, 5), (0.02, 0.10)),
    Row((5, 3), (0.02, 0.08)),
    Row((5, 5), (0.08, 0.08), "gamma"),
    Row((3, 3), (0.20, 0.20)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=20_000)
    parser.add_argument("--root", type=int, default=20261128)
    options = parser.parse_args()
    print(f"{options.studies} pairs a row, root seed {options.root}, true ratio = margin = {MARGIN_RATIO}\n")
    print("| replicates | scatter (CV) | law | called equivalent (exact 95 %) |\n|---|---|---|---|")
    for number, row in enumerate(ROWS):
        rng = np.random.default_rng((options.root, number))
        wrong = sum(is_called_equivalent(row, rng) for _ in range(options.studies))
        low, high = binomial_limits(wrong, options.studies)
        share = f"{100 * wrong / options.studies:.2f} % ({100 * low:.2f} to {100 * high:.2f})"
        cv = " and ".join(f"{100 * one:g} %" for one in row.cv)
        print(f"| {row.replicates[0]} and {row.replicates[1]} | {cv} | {row.law} | {share} |", flush=True)


def is_called_equivalent(row: Row, rng: np.random.Generator) -> bool:
    a, b = (draw(row.law, cv, count, rng) for cv, count in zip(row.cv, row.replicates, strict=True))
    low, high = measure_log_ratio(a.tolist(), (MARGIN_RATIO * b).tolist()).interval()
    return low > 1 / MARGIN_RATIO and high < MARGIN_RATIO


def draw(law: str, cv: float, count: int, rng: np.random.Generator) -> np.ndarray:
    if law == "gamma":
        return rng.gamma(1 / cv**2, cv**2, count)
    width = math.sqrt(math.log1p(cv**2))
    return rng.lognormal(0.0, width, count)


if __name__ == "__main__":
    main()
