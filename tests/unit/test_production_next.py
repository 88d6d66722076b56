"""What to try next: designs that fill the space, Bayesian ones from results."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import qmc

from paracrine.bench import open_bench
from paracrine.core.errors import InputError, MissingExtra
from paracrine.production.suggest import suggest_far

TANK = Path(__file__).parents[2] / "src" / "paracrine" / "production" / "examples" / "stirred_tank_tff_sec.toml"


def write_tried(path: Path, *, rows: int, output: str = "yield_particles") -> Path:
    line = open_bench().line
    report = line.next(TANK, experiments=rows, seed=4)
    cells = [",".join([*(v.what for v in report.plan.variables), output])]
    for suggestion, ratio in zip(report.plan.suggestions, [f.band.centre for f in report.plan.found], strict=True):
        cells.append(",".join(f"{v!r}" for v in [*report.plan.values(suggestion), ratio * 1e11]))
    path.write_text("\n".join(cells) + "\n", encoding="utf-8")
    return path


def test_designs_fill_the_space_better_than_chance() -> None:
    """Rung 1: the smallest distance between designs is larger than of Latin hypercubes of the same size."""
    chosen = np.array([s.shares for s in suggest_far(4, count=10, tried=np.empty((0, 4)), seed=2)])
    others = [qmc.LatinHypercube(4, seed=seed).random(10) for seed in range(50)]

    def nearest(points: np.ndarray) -> float:
        gaps = np.linalg.norm(points[:, None] - points[None], axis=2) + 10 * np.eye(len(points))
        return float(gaps.min())

    assert nearest(chosen) > max(nearest(other) for other in others)


def test_what_was_tried_is_not_tried_again() -> None:
    corner = np.zeros((1, 3))
    chosen = suggest_far(3, count=1, tried=corner, seed=3)
    assert np.linalg.norm(chosen[0].shares) > 1.5


def test_each_experiment_says_why_and_what_the_line_expects() -> None:
    report = open_bench().line.next(TANK, experiments=3)
    assert len(report.plan.suggestions) == 3
    assert all(one.why for one in report.plan.suggestions)
    assert all(found.band.low > 0 for found in report.plan.found)
    assert "fill the space" in report.headline


def test_few_results_still_fill_the_space(tmp_path: Path) -> None:
    report = open_bench().line.next(TANK, experiments=2, data=write_tried(tmp_path / "tried.csv", rows=2))
    assert "2 results are too few" in report.headline


def test_results_without_the_extra_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "baybe", None)
    with pytest.raises(MissingExtra, match="paracrine\\[design\\]"):
        open_bench().line.next(TANK, data=write_tried(tmp_path / "tried.csv", rows=5))


def test_a_table_outside_the_ranges_is_refused(tmp_path: Path) -> None:
    path = write_tried(tmp_path / "tried.csv", rows=2)
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, "99999" + first[first.index(",") :], *rest]), encoding="utf-8")
    with pytest.raises(InputError, match="lies outside"):
        open_bench().line.next(TANK, data=path)


@pytest.mark.slow
def test_bayesian_experiments_go_where_results_rise(tmp_path: Path) -> None:
    """Rung 3: BayBE on results of the line itself; its designs are expected to beat the middle of those tried."""
    if importlib.util.find_spec("baybe") is None:
        pytest.skip("BayBE is not here (extra [design])")
    path = write_tried(tmp_path / "tried.csv", rows=12)
    command = ["line", "next", str(TANK), "--experiments", "3", "--data", str(path), "--json"]
    code = "import sys; from paracrine.cli import main; sys.argv[1:1] = []; main()"
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    import json

    found = json.loads(done.stdout[done.stdout.index("{") :])
    tried = np.loadtxt(path, delimiter=",", skiprows=1)[:, -1] / 1e11
    ratios = [one["predicted_ratio"]["median"] for one in found["experiments"]]
    assert "Bayesian" in found["method"]
    assert np.median(ratios) > np.median(tried)
