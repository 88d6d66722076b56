"""Damaged files through all readers: no wrong number and no traceback.

Synthetic files of every text reader, and real ones where `--files` names their folder, are damaged in eleven ways with
fixed seeds and read through the whole intake. A reading may be refused, give the same numbers, tell the difference
by a notice, or hold the very numbers the damaged text states; anything else is wrong. With `--state` the counts are
kept in a file and the next call goes on with the next seeds.

    python benchmarks/mutate.py [--count 20000] [--seed 1] [--state FILE] [--files FOLDER] [--largest-kb 700]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from paracrine.core.errors import InputError
from paracrine.testing.mutation import Tally, Victim, damage_many
from paracrine.testing.oracle import Outcome
from paracrine.testing.samples import write_pulses, write_samples

BLOCK = 5_000
MEMORY = Path("/dev/shm")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000, help="in all, those of earlier calls included")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after this time, count reached or not")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="keep the counts here and go on with them")
    parser.add_argument("--files", type=Path)
    parser.add_argument("--largest-kb", type=float, default=700)
    parser.add_argument("--hdf5", action="store_true", help="HDF5 too: slow, each file is read in a process of its own")
    parser.add_argument("--only", default="", help="readers whose name contains this")
    options = parser.parse_args()
    tally, spent_s = load_state(options.state, options.seed)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        victims = find_victims(folder, options.files, options.largest_kb, hdf5=options.hdf5)
        victims = [victim for victim in victims if options.only in victim.runs[0].source.reader]
        damaged = folder / "damaged"
        damaged.mkdir()
        stop, start = time.perf_counter() + options.seconds, time.process_time()
        for block in blocks(victims, tally.counts.total(), options.count, seed=options.seed, folder=damaged):
            tally.add(block)
            if options.state:
                save_state(options.state, tally, options.seed, spent_s + time.process_time() - start)
            if time.perf_counter() > stop:
                break
        print_table(tally, victims, options.seed, spent_s + time.process_time() - start)
    return 1 if tally.wrong else 0


def blocks(victims: list[Victim], done: int, count: int, *, seed: int, folder: Path) -> Iterator[Tally]:
    for first in range(done, count, BLOCK):
        *_, tally = damage_many(victims, count=min(BLOCK, count - first), seed=seed, folder=folder, first=first)
        yield tally


def load_state(path: Path | None, seed: int) -> tuple[Tally, float]:
    tally = Tally()
    if path is None or not path.is_file():
        return tally, 0.0
    state = json.loads(path.read_text())
    if state["seed"] != seed:
        raise SystemExit(f"{path} was begun with seed {state['seed']}")
    for reader, counts in state["counts"].items():
        tally.counts.update({(reader, Outcome[name]): count for name, count in counts.items()})
    tally.wrong += state["wrong"]
    return tally, state["processor_s"]


def save_state(path: Path, tally: Tally, seed: int, processor_s: float) -> None:
    counts: dict[str, dict[str, int]] = {}
    for (reader, outcome), count in sorted(tally.counts.items()):
        counts.setdefault(reader, {})[outcome.name] = count
    state = {
        "seed": seed,
        "files": tally.counts.total(),
        "processor_s": round(processor_s),
        "counts": counts,
        "wrong": tally.wrong,
    }
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(state, indent=1) + "\n")
    beside.replace(path)


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


def print_table(tally: Tally, victims: list[Victim], seed: int, processor_s: float) -> None:
    readers = sorted({reader for reader, _ in tally.counts})
    done = tally.counts.total()
    print(f"\n{done} damaged files from {len(victims)} files, seed {seed}, {processor_s:.0f} s of processor time\n")
    print("| reader | " + " | ".join(outcome.value for outcome in Outcome) + " |")
    print("|---" * (len(Outcome) + 1) + "|")
    for reader in readers:
        print(f"| {reader} | " + " | ".join(str(tally.counts[reader, outcome]) for outcome in Outcome) + " |")
    for line in tally.wrong[:40]:
        print(line)


if __name__ == "__main__":
    sys.exit(main())
