"""Screening replayed on labelled sets: our order beside ASReview ELAS u4 with the same two first records.

python benchmarks/evidence_screening.py [--sets Estrogens,Triptans] [--seeds 10] --out rows.jsonl
python benchmarks/evidence_screening.py --table rows.jsonl
python benchmarks/evidence_screening.py --stopping [--seeds 2]

The programs take turns, seed by seed; both learn after every record. A row: set, program, seed, records, included, read
at 95 % recall, WSS@95, processor seconds, those of making the matrix of words, retrainings. Rows there are kept.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import read_items
from paracrine.evidence.screening import ranking
from paracrine.evidence.screening.replay import replay
from paracrine.evidence.screening.stopping import judge_stopping
from paracrine.evidence.screening.words import read_words
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
PEER, OURS = "asreview elas_u4", "paracrine"


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


class _Clock:
    """Processor time of the calls of one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.cpu_s = function, 0.0

    def __call__(self, *given: Any) -> Any:
        start = time.process_time()
        result = self.function(*given)
        self.cpu_s += time.process_time() - start
        return result


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
    cycle = ActiveLearningCycle.from_meta(model)
    cycle.transform = words = _Clock(cycle.transform)
    simulation = Simulate(data, labels, [cycle], stopper=_Enough(wanted), print_progress=False)
    simulation.label(first_two(labels, seed))
    simulation.review()
    cpu_s = time.process_time() - start
    order = simulation._results["record_id"].tolist()
    return row(PEER, name, seed, labels, order, cpu_s, words.cpu_s, len(order) - 2)


def run_ours(name: str, seed: int) -> dict[str, Any]:
    titles, abstracts, labels = load(name)
    words = _Clock(read_words)
    start = time.process_time()
    with patch.object(ranking, "read_words", words):
        done = replay(titles, abstracts, labels.tolist(), first=first_two(labels, seed), recall=RECALL)
    cpu_s = time.process_time() - start
    return row(OURS, name, seed, labels, list(done.order), cpu_s, words.cpu_s, done.retrainings)


def row(
    program: str, name: str, seed: int, labels: np.ndarray, order: list[int], cpu_s: float, words_s: float, fits: int
) -> dict[str, Any]:
    found = np.cumsum(labels[order])
    wanted = math.ceil(RECALL * int(labels.sum()))
    read = int(np.argmax(found >= wanted)) + 1
    return {
        "set": name, "program": program, "seed": seed, "records": len(labels), "included": int(labels.sum()),
        "read": read, "wss95": (len(labels) - read) / len(labels) - (1 - RECALL),
        "cpu_s": round(cpu_s, 3), "words_s": round(words_s, 3), "fits": fits,
    }  # fmt: skip


def when_to_stop(name: str, seed: int) -> tuple[int, float]:
    """Return after how many records the stopping rule first says so, looked at every 20, and the recall there."""
    titles, abstracts, labels = load(name)
    order = replay(titles, abstracts, labels.tolist(), first=first_two(labels, seed)).order
    rest = [place for place in range(len(labels)) if place not in set(order)]
    verdicts = [bool(labels[place]) for place in (*order, *rest)]
    looks = range(20, len(labels), 20)
    stop = next((read for read in looks if judge_stopping(verdicts[:read], len(labels)).may_stop), len(labels))
    return stop, sum(verdicts[:stop]) / sum(verdicts)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield WSS@95 and time by set, and the paired difference over sets with its interval."""
    from scipy import stats

    by = {(one["program"], one["set"], one["seed"]): one for one in rows}
    yield "| set | records / included | seeds | peer | ours | difference | ms a retraining | ratio | with the matrix |"
    yield "|---|---|---|---|---|---|---|---|---|"
    differences, ratios = [], []
    for name in SETS:
        seeds = sorted(s for p, n, s in by if p == OURS and n == name and (PEER, name, s) in by)
        if not seeds:
            continue
        peer, ours = [[by[program, name, seed] for seed in seeds] for program in (PEER, OURS)]
        difference = np.mean([own["wss95"] - other["wss95"] for own, other in zip(ours, peer, strict=True)])
        differences.append(difference)
        whole = [sum(one["cpu_s"] for one in many) / sum(one["fits"] for one in many) for many in (ours, peer)]
        alone = [
            sum(one["cpu_s"] - one["words_s"] for one in many) / sum(one["fits"] for one in many)
            for many in (ours, peer)
        ]
        ratios.append((alone[0] / alone[1], whole[0] / whole[1]))
        yield (
            f"| {name} | {ours[0]['records']} / {ours[0]['included']} | {len(seeds)} "
            f"| {np.mean([one['wss95'] for one in peer]):.4f} | {np.mean([one['wss95'] for one in ours]):.4f} "
            f"| {difference:+.4f} | {1000 * alone[0]:.2f} | {ratios[-1][0]:.2f} | {ratios[-1][1]:.2f} |"
        )
    if len(differences) > 1:
        mean, error = np.mean(differences), stats.sem(differences)
        half = stats.t.ppf(0.975, len(differences) - 1) * error
        retraining, whole_ratio = (math.exp(np.mean(np.log(column))) for column in zip(*ratios, strict=True))
        yield f"\nMean over {len(differences)} sets: {mean:+.4f} (95 % {mean - half:+.4f} to {mean + half:+.4f})."
        yield f"Time of a retraining over the peer's {retraining:.2f}; with the matrix on both sides {whole_ratio:.2f}."


def main() -> None:
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--out", type=Path, default=Path("screening-rows.jsonl"))
    parser.add_argument("--table", type=Path)
    parser.add_argument("--stopping", action="store_true")
    given = parser.parse_args()
    if given.stopping:
        for name in given.sets.split(","):
            for seed in range(given.seeds):
                stop, recall = when_to_stop(name, seed)
                print(f"{name}, seed {seed}: may stop after {stop}, recall {recall:.3f}", flush=True)
        return
    if given.table:
        print("\n".join(table(rows_of(given.table))))
        return
    known = {(one["program"], one["set"], one["seed"]) for one in rows_of(given.out)}
    end = time.monotonic() + 60 * given.minutes
    run_peer("Estrogens", 0), run_ours("Estrogens", 0)  # what is imported on first use does not count
    for seed in range(given.seeds):
        for name in given.sets.split(","):
            for program in (PEER, OURS):
                if (program, name, seed) in known or time.monotonic() > end:
                    continue
                done = run_peer(name, seed) if program == PEER else run_ours(name, seed)
                with given.out.open("a") as stream:
                    stream.write(json.dumps(done) + "\n")


if __name__ == "__main__":
    main()
