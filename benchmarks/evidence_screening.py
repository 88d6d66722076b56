"""Screening replayed on labelled sets: our order beside ASReview ELAS u4 with the same two first records.

python benchmarks/evidence_screening.py --peer|--ours [--sets Estrogens,Triptans] [--seeds 10] --out rows.jsonl
python benchmarks/evidence_screening.py --table rows.jsonl

A row: set, program, seed, records, included, read at 95 % recall, WSS@95, seconds, retrainings. Rows there are kept.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import read_items
from paracrine.evidence.work import Work

SHARED = Path(__file__).parents[2] / "shared" / "data" / "evidence" / "screening"
SETS = {
    "Estrogens": "cohen2006_Estrogens.csv.gz",
    "OralHypoglycemics": "cohen2006_OralHypoglycemics.csv.gz",
    "Triptans": "cohen2006_Triptans.csv.gz",
    "Bannach-Brown": "Bannach-Brown_2019.csv.gz",
    "Nagtegaal": "Nagtegaal_2019.csv.gz",
    "ACEInhibitors": "cohen2006_ACEInhibitors.csv.gz",
}
RECALL = 0.95


def load(name: str) -> tuple[list[str], list[str], np.ndarray]:
    """Return titles, abstracts and labels of the records that have a label."""
    titles, abstracts, labels = [], [], []
    for work in read_items(EvidenceFile(SHARED / SETS[name])):
        if isinstance(work, Work):
            label = next((extra.value for extra in work.extra if extra.field == "label included"), "")
            if label in ("0", "1"):
                titles.append(work.title)
                abstracts.append(work.abstract_text)
                labels.append(int(label))
    return titles, abstracts, np.array(labels)


def first_two(labels: np.ndarray, seed: int) -> list[int]:
    """Return one relevant and one irrelevant record, the same for both programs."""
    rng = np.random.default_rng(seed)
    return [int(rng.choice(np.flatnonzero(labels == 1))), int(rng.choice(np.flatnonzero(labels == 0)))]


class _Enough:
    """Stops the peer once the recall is reached: what comes after does not count."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted

    def stop(self, results: Any, data: Any) -> bool:
        return bool(int(results["label"].sum()) >= self.wanted)


def run_peer(name: str, seed: int) -> dict[str, Any]:
    import pandas as pd
    from asreview.learner import ActiveLearningCycle
    from asreview.models.models import AI_MODEL_CONFIGURATIONS
    from asreview.simulation.simulate import Simulate

    titles, abstracts, labels = load(name)
    data = pd.DataFrame({"title": titles, "abstract": abstracts})
    model = next(one["value"] for one in AI_MODEL_CONFIGURATIONS if one["name"] == "elas_u4")
    wanted = math.ceil(RECALL * int(labels.sum()))
    start = time.process_time()
    simulation = Simulate(
        data, labels, [ActiveLearningCycle.from_meta(model)], stopper=_Enough(wanted), print_progress=False
    )
    simulation.label(first_two(labels, seed))
    simulation.review()
    order = simulation._results["record_id"].tolist()
    return row("asreview elas_u4", name, seed, labels, order, time.process_time() - start, len(order) - 2)


def run_ours(name: str, seed: int, schedule: str) -> dict[str, Any]:
    from paracrine.evidence.screening.replay import replay

    titles, abstracts, labels = load(name)
    start = time.process_time()
    done = replay(
        titles,
        abstracts,
        labels.tolist(),
        first=first_two(labels, seed),
        recall=RECALL,
        every_record=schedule == "every",
    )
    program = "paracrine" if schedule == "own" else "paracrine, every record"
    return row(program, name, seed, labels, list(done.order), time.process_time() - start, done.retrainings)


def row(
    program: str, name: str, seed: int, labels: np.ndarray, order: list[int], cpu_s: float, fits: int
) -> dict[str, Any]:
    found = np.cumsum(labels[order])
    wanted = math.ceil(RECALL * int(labels.sum()))
    read = int(np.argmax(found >= wanted)) + 1
    return {
        "set": name, "program": program, "seed": seed, "records": len(labels), "included": int(labels.sum()),
        "read": read, "wss95": (len(labels) - read) / len(labels) - (1 - RECALL),
        "cpu_s": round(cpu_s, 3), "fits": fits,
    }  # fmt: skip


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(rows: list[dict[str, Any]], program: str = "paracrine") -> Iterator[str]:
    """Yield a table of WSS@95 and time, and the paired difference over sets with its interval."""
    from scipy import stats

    by = {(one["program"], one["set"], one["seed"]): one for one in rows}
    yield "| set | records / included | seeds | peer | ours | mean difference | ours, s a retraining over the peer's |"
    yield "|---|---|---|---|---|---|---|"
    differences = []
    for name in SETS:
        seeds = sorted(s for p, n, s in by if p == program and n == name and ("asreview elas_u4", name, s) in by)
        if not seeds:
            continue
        peer = [by["asreview elas_u4", name, seed] for seed in seeds]
        ours = [by[program, name, seed] for seed in seeds]
        difference = np.mean([own["wss95"] - other["wss95"] for own, other in zip(ours, peer, strict=True)])
        differences.append(difference)
        seconds = [
            sum(one["cpu_s"] for one in many) / max(1, sum(one["fits"] for one in many)) for many in (ours, peer)
        ]
        yield (
            f"| {name} | {ours[0]['records']} / {ours[0]['included']} | {len(seeds)} "
            f"| {np.mean([one['wss95'] for one in peer]):.3f} | {np.mean([one['wss95'] for one in ours]):.3f} "
            f"| {difference:+.3f} | {seconds[0] / seconds[1]:.2f} |"
        )
    if len(differences) > 1:
        mean, error = np.mean(differences), stats.sem(differences)
        half = stats.t.ppf(0.975, len(differences) - 1) * error
        yield f"\nMean over {len(differences)} sets: {mean:+.3f} (95 % {mean - half:+.3f} to {mean + half:+.3f})."


def main() -> None:
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--ours", choices=("own", "every"))
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--out", type=Path, default=Path("screening-rows.jsonl"))
    parser.add_argument("--table", type=Path)
    given = parser.parse_args()
    if given.table:
        for program in ("paracrine", "paracrine, every record"):
            print(f"{program}\n")
            print("\n".join(table(rows_of(given.table), program)))
        return
    names = {"own": "paracrine", "every": "paracrine, every record"}
    program = "asreview elas_u4" if given.peer else names[given.ours]
    known = {(one["program"], one["set"], one["seed"]) for one in rows_of(given.out)}
    end = time.monotonic() + 60 * given.minutes
    for seed in range(given.seeds):
        for name in given.sets.split(","):
            if (program, name, seed) in known or time.monotonic() > end:
                continue
            done = run_peer(name, seed) if given.peer else run_ours(name, seed, given.ours)
            with given.out.open("a") as stream:
                stream.write(json.dumps(done) + "\n")
            print(done, flush=True)


if __name__ == "__main__":
    main()
