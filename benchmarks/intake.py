"""Intake of many instrument files against a bare pass of the csv module over the same bytes.

Writes NanoSight ExperimentSummary files with the virtual instrument, then times, file by file and in turn within one
process: a pass of `csv.reader` (open, decode, split), our intake (hash, sniff, read, vendor's summary rederived,
contradictions looked for), and our intake with all metrics of every video. Prints a table with ratios and peak memory.

    python benchmarks/intake.py [--files 1000] [--distinct 25]
"""

from __future__ import annotations

import argparse
import csv
import io
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from paracrine.characterization.measuring import measure_run
from paracrine.core.plan import SizeWindow
from paracrine.instruments.nanosight import simulate_nanosight, write_experiment_summary
from paracrine.instruments.truth import Population
from paracrine.readers.intake import read_file

WINDOW = SizeWindow()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument(
        "--distinct", type=int, default=25, help="files simulated; the others are copies with new names"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        paths = write_files(Path(name), options.files, min(options.distinct, options.files))
        size_mb = sum(path.stat().st_size for path in paths) / 1e6
        before_mb = peak_mb()
        seconds = time_in_turn(paths, {"csv pass": pass_csv, "read": read_file, "read and measure": read_and_measure})
        print_table(seconds, len(paths), size_mb, before_mb)
    return 0


def write_files(folder: Path, count: int, distinct: int) -> list[Path]:
    rng = np.random.default_rng(20260301)
    population = Population.lognormal(121.0, 1.34, concentration_per_ml=4.1e11)
    written = []
    for number in range(distinct):
        version = "3.4" if number % 2 else "3.2"
        export = simulate_nanosight(
            population, sample=f"batch {number}", rng=rng, dilution_factor=1000.0, version=version
        )
        written.append(write_experiment_summary(export, folder / f"{number:04d}-ExperimentSummary.csv"))
    for number in range(distinct, count):
        copy = folder / f"{number:04d}-ExperimentSummary.csv"
        copy.write_bytes(written[number % distinct].read_bytes())
        written.append(copy)
    return written


def pass_csv(path: Path) -> None:
    for _ in csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline="")):
        pass


def read_and_measure(path: Path) -> None:
    for run in read_file(path):
        measure_run(run, window=WINDOW)


def time_in_turn(paths: list[Path], works: dict[str, Callable[[Path], object]]) -> dict[str, list[float]]:
    for work in works.values():
        work(paths[0])
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for path in paths:
        for name, work in works.items():
            start = time.process_time()
            work(path)
            seconds[name].append(time.process_time() - start)
    return seconds


def peak_mb() -> float:
    scale = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def print_table(seconds: dict[str, list[float]], count: int, size_mb: float, before_mb: float) -> None:
    base = sum(seconds["csv pass"])
    print(f"\n{count} files, {size_mb:.1f} MB, processor time, works in turn file by file\n")
    print("| work | total s | per file ms (median) | ratio to csv pass |")
    print("|---|---|---|---|")
    for name, values in seconds.items():
        print(f"| {name} | {sum(values):.2f} | {statistics.median(values) * 1e3:.2f} | {sum(values) / base:.2f} |")
    print(f"\npeak memory {peak_mb():.0f} MB ({before_mb:.0f} MB before the first file)")


if __name__ == "__main__":
    sys.exit(main())
