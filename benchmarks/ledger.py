"""What keeping a record costs: our ledger beside bare sqlite3 writing the same rows with the same durability.

python benchmarks/ledger.py [--entries 1000] [--url URL]
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from paracrine.store import Actor, Entry, open_workspace

ACTOR = Actor("Ada Lovelace", "analyst")
COLUMNS = tuple(Entry.__dataclass_fields__)


def timed_ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def body(turn: int) -> dict[str, object]:
    return {"kind": "measurement", "attribute": "diameter_mean_nm", "value": 100 + turn / 7, "bins": list(range(30))}


def bare(path: Path, rows: list[tuple[object, ...]], singles: int) -> tuple[float, float]:
    """Return milliseconds of one commit a row (median), and of all rows in one commit."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(f"CREATE TABLE entries ({', '.join(COLUMNS)}, PRIMARY KEY (number))")
    insert = f"INSERT INTO entries VALUES ({', '.join('?' * len(COLUMNS))})"
    one_ms = statistics.median(timed_ms(lambda row=row: database.execute(insert, row)) for row in rows[:singles])

    def all_at_once() -> None:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(insert, rows[singles:])
        database.execute("COMMIT")

    many_ms = timed_ms(all_at_once)
    database.close()
    return one_ms, many_ms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    singles = 100
    with tempfile.TemporaryDirectory() as made:
        where = given.url or str(Path(made) / "lab")
        open_workspace(where, create=True).close()
        open_ms = timed_ms(lambda: open_workspace(where).close())
        with open_workspace(where) as workspace:
            drafts = [(body(turn), f"batch {turn}") for turn in range(given.entries)]
            one_ms = statistics.median(
                timed_ms(lambda turn=turn: workspace.append(body(turn), key=f"one {turn}", actor=ACTOR, reason="r"))
                for turn in range(singles)
            )
            many_ms = timed_ms(lambda: workspace.append_many(drafts, actor=ACTOR, reason="benchmark"))
            verify_ms = timed_ms(workspace.verify)
            rows = [tuple(getattr(entry, name) for name in COLUMNS) for entry in workspace.entries()]
        bare_one_ms, bare_many_ms = bare(Path(made) / "bare.db", rows, singles)
    print("| what | ours, ms | bare sqlite3, ms | ratio |\n|---|---|---|---|")
    print(f"| append 1 entry, median of {singles} | {one_ms:.2f} | {bare_one_ms:.2f} | {one_ms / bare_one_ms:.1f} |")
    ratio = many_ms / bare_many_ms
    print(f"| append {given.entries} entries at once | {many_ms:.0f} | {bare_many_ms:.0f} | {ratio:.1f} |")
    print(f"| open | {open_ms:.1f} | | |")
    print(f"| verify {given.entries + singles} entries | {verify_ms:.0f} | | |")


if __name__ == "__main__":
    main()
