"""Writers that are killed or race; started by test_store_survives.py as a program of its own.

`kill URL KILLS SEED` forks writers and kills each with SIGKILL at a random moment; `write URL COUNT NAME` appends.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
from sqlalchemy import make_url

from paracrine.store import Actor, Entry, Workspace, open_workspace

ACTOR = Actor("Ada Lovelace", "analyst")
PER_FOLDER = 20
LONGEST_S = 0.04


def write_for_ever(where: str, seed: int, told: int) -> None:
    """Write in every way there is and tell each number and seal once it is safe."""
    rng = random.Random(seed)
    with open_workspace(where, create=True) as workspace:
        os.write(told, b"open\n")
        while True:
            data = rng.randbytes(rng.choice((3, 5_000, 300_000)))
            ref = workspace.add_file(data, name=f"{seed}.bin")
            arrays = workspace.add_arrays({"size_nm": np.full(rng.randrange(1, 4000), 1.5)}, units={"size_nm": "nm"})
            drafts = [({"kind": "note", "turn": turn, "seed": seed}, f"{seed}") for turn in range(rng.randrange(1, 40))]
            tell(told, workspace.append(ref, key=ref.name, actor=ACTOR, reason="intake"))
            sizes = {"kind": "sizes", "arrays_sha256": arrays}
            tell(told, workspace.append(sizes, key="k", actor=ACTOR, reason="read"))
            tell(told, *workspace.append_many(drafts, actor=ACTOR, reason="many"))


def tell(told: int, *entries: Entry) -> None:
    for entry in entries:
        os.write(told, f"{entry.number} {entry.seal_sha256}\n".encode())


def kill_one(where: str, seed: int) -> dict[int, str]:
    """Fork a writer, kill it, and return what it had told."""
    ear, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ear)
        try:
            write_for_ever(where, seed, told)
        finally:
            os._exit(1)
    os.close(told)
    rng = random.Random(-seed)
    with os.fdopen(ear) as stream:
        # One kill in four falls into opening or making the workspace, the others after some writing.
        waited = 0 if rng.random() < 0.25 else rng.randrange(1, 60)
        heard = "".join(stream.readline() for _ in range(waited))
        time.sleep(rng.uniform(0, LONGEST_S))
        os.kill(child, signal.SIGKILL)
        lines = (heard + stream.read()).split("\n")[:-1]
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, "the writer ended by itself"
    return {int(line.split()[0]): line.split()[1] for line in lines if line != "open"}


def require_whole(workspace: Workspace, told: dict[int, str]) -> None:
    report = workspace.verify(expected=told)
    assert report.ok, report.problems
    left = list((workspace.folder / "tmp").glob("*"))
    assert not left, left


def kill(where: str, kills: int, seed: int) -> dict[str, int]:
    """Kill writers one after the other; after each the workspace opens, verifies and continues."""
    done = {"kills": 0, "told": 0, "told_nothing": 0, "half_files": 0}
    place, files, told = where, Path(make_url(where).query["files"] if "://" in where else where), {}
    for turn in range(kills):
        if "://" not in where and turn % PER_FOLDER == 0:
            # A folder made anew, so that kills fall into its making, and verifying stays short.
            place, files, told = f"{where}/{turn}", Path(where, str(turn)), {}
        fresh = kill_one(place, seed + turn)
        told |= fresh
        done["half_files"] += len(list((files / "tmp").glob("*")))
        with open_workspace(place, create=True) as workspace:
            require_whole(workspace, told)
            entry = workspace.append({"kind": "note", "after": turn}, key="after", actor=ACTOR, reason="continue")
            told[entry.number] = entry.seal_sha256
        done["kills"] += 1
        done["told"] += len(fresh)
        done["told_nothing"] += not fresh
    return done


def write(where: str, count: int, name: str) -> dict[str, list[int]]:
    """Append entries, one transaction each."""
    with open_workspace(where, create=True) as workspace:
        return {
            "numbers": [
                workspace.append({"kind": "note", "turn": turn}, key=name, actor=ACTOR, reason="race").number
                for turn in range(count)
            ]
        }


if __name__ == "__main__":
    action, url, amount, rest = sys.argv[1:]
    print(json.dumps(kill(url, int(amount), int(rest)) if action == "kill" else write(url, int(amount), rest)))  # noqa: T201
