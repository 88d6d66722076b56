"""Damaged files through all readers: no wrong number and no traceback.

Synthetic files of every reader, and real ones where `--files` names their folder, are damaged in eleven ways with
fixed seeds and read through the whole intake. A reading may be refused, give the same numbers, tell the difference
by a notice, or hold the very numbers the damaged text states; anything else is wrong.

    python benchmarks/mutate.py [--count 20000] [--seconds 600] [--seed 1] [--files FOLDER] [--largest-kb 700]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from paracrine.core.errors import InputError
from paracrine.testing.mutation import Tally, Victim, damage_many
from paracrine.testing.oracle import Outcome
from paracrine.testing.samples import write_pulses, write_samples


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after this time, count reached or not")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=Path)
    parser.add_argument("--largest-kb", type=float, default=700)
    parser.add_argument("--hdf5", action="store_true", help="HDF5 too: slow, each file is read in a process of its own")
    parser.add_argument("--only", default="", help="readers whose name contains this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        victims = find_victims(folder, options.files, options.largest_kb, hdf5=options.hdf5)
        victims = [victim for victim in victims if options.only in victim.runs[0].source.reader]
        damaged = folder / "damaged"
        damaged.mkdir()
        start = time.perf_counter()
        tally = Tally()
        for done in damage_many(victims, count=options.count, seed=options.seed, folder=damaged):
            tally = done
            if time.perf_counter() - start > options.seconds:
                break
        print_table(tally, victims, options.seed, time.perf_counter() - start)
    return 1 if tally.wrong else 0


def find_victims(folder: Path, real: Path | None, largest_kb: float, *, hdf5: bool) -> list[Victim]:
    written = folder / "synthetic"
    written.mkdir()
    paths = [path for paths in write_samples(written).values() for path in paths]
    if hdf5:
        paths.append(write_pulses(written / "b7_cc.h5"))
    if real is not None:
        paths += sorted(path for path in real.rglob("*") if path.is_file() and path.stat().st_size <= largest_kb * 1e3)
    victims = []
    for path in paths:
        try:
            victims.append(Victim.read(path))
        except InputError as error:
            if written in path.parents:
                raise
            if path.suffix != ".png":
                print(f"left out: {path.name} ({error.message[:40]})")
    return victims


def print_table(tally: Tally, victims: list[Victim], seed: int, seconds: float) -> None:
    readers = sorted({reader for reader, _ in tally.counts})
    done = sum(tally.counts.values())
    print(f"\n{done} damaged files from {len(victims)} files, seed {seed}, {seconds:.0f} s\n")
    print("| reader | " + " | ".join(outcome.value for outcome in Outcome) + " |")
    print("|---" * (len(Outcome) + 1) + "|")
    for reader in readers:
        print(f"| {reader} | " + " | ".join(str(tally.counts[reader, outcome]) for outcome in Outcome) + " |")
    for line in tally.wrong[:40]:
        print(line)


if __name__ == "__main__":
    sys.exit(main())
