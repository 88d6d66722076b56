"""One fate question with its page in a new process: wall and processor time, asked below 2 s."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 7
ASKED_S = 2.0


def main() -> None:
    walls, cpus = [], []
    with tempfile.TemporaryDirectory() as folder:
        question = ("fate", "simulate", "--species", "mouse", "--dose", "1e10particles", "--label", "radiolabel")
        code = "import sys; from paracrine.cli import main; sys.argv[0] = 'paracrine'; main()"
        command = [sys.executable, "-c", code, *question, "--out", str(Path(folder) / "fate.html")]
        for _ in range(REPEATS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            walls.append(time.perf_counter() - start)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    load = os.getloadavg()[0]
    print(
        f"wall {min(walls):.2f} s best, {statistics.median(walls):.2f} s median of {REPEATS}; asked below {ASKED_S:g} s"
    )
    print(f"processor {statistics.median(cpus):.2f} s median; load of the machine {load:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
