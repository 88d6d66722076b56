"""Extraction on the development trials, plain and with leave-one-out dictionaries.

Leave-one-out: before a trial is scored, every dictionary pattern that fires in none of the other trials of the large
file is taken out, so that no pattern can be there for the sake of the trial it is scored on.

    python benchmarks/extraction.py ../shared/data/evidence/msc_trials
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from paracrine.evidence.extract.extraction import extract_trial
from paracrine.evidence.extract.lexicon import Lexicon, read_lexicon, without_patterns
from paracrine.evidence.extract.passages import passages
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import read_items
from paracrine.evidence.trial import Trial
from paracrine.numerics.pooling.tables import exact_proportion
from paracrine.testing.extraction_key import KeyScore, score_key

NAMES = ("source", "route")


def main(folder: Path) -> None:
    every = {one.trial_id: one for one in trials_in(folder / "msc_trials_studyfields_2022-10_1000.jsonl.gz")}
    with (folder / "ev_answer_key.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    plain = score_key((row, extract_trial(every[row["nct_id"]])) for row in rows)
    support, fires = patterns_of(every)
    left_out = score_key((row, extract_trial(every[row["nct_id"]], lexicons=without(row["nct_id"], support, fires)))
                         for row in rows)  # fmt: skip
    print(f"{len(rows)} trials with a key, {len(every)} trials in all")
    for label, score in (("all patterns", plain), ("leave-one-out", left_out)):
        print(label)
        report(score)


def trials_in(path: Path) -> list[Trial]:
    return [one for one in read_items(EvidenceFile(path)) if isinstance(one, Trial)]


def patterns_of(every: dict[str, Trial]) -> tuple[Counter[str], dict[str, set[str]]]:
    support: Counter[str] = Counter()
    fires: dict[str, set[str]] = {}
    patterns = {one for name in NAMES for term in read_lexicon(name).values() for one in term.patterns}
    for key, trial in every.items():
        text = "\n".join(part.text for part in passages(trial))
        fires[key] = {one.pattern for one in patterns if one.search(text)}
        support.update(fires[key])
    return support, fires


def without(key: str, support: Counter[str], fires: dict[str, set[str]]) -> dict[str, Lexicon]:
    alone = frozenset(pattern for pattern in fires[key] if support[pattern] == 1)
    return {name: without_patterns(read_lexicon(name), alone) for name in NAMES}


def report(score: KeyScore) -> None:
    for name in ("therapy", "source", "route", "dose_kind", "dose_values"):
        right = getattr(score, name)
        low, high = exact_proportion(right, score.trials)
        print(f"  {name:12s} {right}/{score.trials} = {right / score.trials:.3f} ({low:.3f} to {high:.3f})")
    print(f"  wrong: {'; '.join(score.wrong) or 'none'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
