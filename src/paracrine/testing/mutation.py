"""Damage a file again and again, read it through the whole intake, and judge what comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.run import Run
from paracrine.readers.intake import load_readers, read_file
from paracrine.testing.damage import DAMAGES
from paracrine.testing.oracle import Outcome, judge_reading


@dataclass(frozen=True, slots=True)
class Victim:
    """An undamaged file with its reading."""

    path: Path
    data: bytes = field(repr=False)
    runs: tuple[Run, ...] = field(repr=False)
    open_ended: bool

    @classmethod
    def read(cls, path: Path) -> Victim:
        """Read the undamaged file.

        Raises:
            InputError: when it cannot be read.
        """
        runs = read_file(path)
        reader = runs[0].source.reader
        open_ended = next(module.FORMAT.open_ended for module in load_readers() if module.FORMAT.name == reader)
        return cls(path, path.read_bytes(), runs, open_ended)


@dataclass(slots=True)
class Tally:
    """How often which outcome was met, by reader, and every wrong one."""

    counts: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add the counts of another run."""
        self.counts.update(other.counts)
        self.wrong += other.wrong


def damage_and_read(victim: Victim, *, damage: str, seed: int, folder: Path) -> tuple[Outcome, str]:
    """Damage one file in one way and judge the reading; any exception but `InputError` passes through.

    Args:
        victim: the file.
        damage: name in `DAMAGES`.
        seed: of the damage.
        folder: an empty folder to write the damaged file into.
    """
    data = DAMAGES[damage](victim.data, np.random.default_rng(seed))
    path = folder / victim.path.name
    path.write_bytes(data)
    try:
        runs = read_file(path)
    except InputError:
        return Outcome.REFUSED, ""
    return judge_reading(victim.runs, runs, damage=damage, data=data, open_ended=victim.open_ended)


def damage_many(victims: list[Victim], *, count: int, seed: int, folder: Path, first: int = 0) -> Iterator[Tally]:
    """Yield the growing tally after each of `count` damaged files, drawn over victims and damages in turn.

    Args:
        victims: the files, in an order that stays the same between runs.
        count: how many damaged files.
        seed: of the file numbered 0; the others count on from it.
        folder: an empty folder to write the damaged files into.
        first: number of the first one, so that a long run can go on where it stopped.
    """
    tally = Tally()
    for number in range(first, first + count):
        victim = victims[number % len(victims)]
        damage = tuple(DAMAGES)[(number // len(victims)) % len(DAMAGES)]
        reader = victim.runs[0].source.reader
        try:
            outcome, said = damage_and_read(victim, damage=damage, seed=seed + number, folder=folder)
        except Exception as error:  # noqa: BLE001  any other exception is what the search is for
            outcome, said = Outcome.WRONG, f"{type(error).__name__}: {error}"
        tally.counts[reader, outcome] += 1
        if outcome is Outcome.WRONG:
            tally.wrong.append(f"{victim.path.name} {damage} seed {seed + number}: {said}"[:300])
        yield tally
