"""Extraction where the rules had not been written with the answers in view, beside `extraction.py`.

* Every trial of the large file without a key: the collection says that none of them is a therapy with vesicles of MSC.
* Records of other registries that name such a therapy; their answers were read by eye, by the hand that wrote the
  rules, after the rules were written.
* The keyed trials with their words and numbers written otherwise.

    python benchmarks/extraction_unseen.py ../shared/data/evidence
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

from extraction import report, trials_in

from paracrine.evidence.extract.extraction import extract_trial
from paracrine.evidence.trial import Trial
from paracrine.numerics.pooling.tables import exact_proportion
from paracrine.testing.extraction_key import score_key

READ_BY_EYE = {
    "ISRCTN33578935": ("placenta", "intravenous", {(0.2, "mg", "kg")}),
    "IRCT20200217046526N2": ("not stated", "intravenous", set()),
    "CHICTR2000030261": ("not stated", "inhalation", set()),
    "CHICTR2000030484": ("umbilical cord", "intravenous", {(180.0, "mg", "")}),
}
OTHERWISE = {
    "vesicles named otherwise": (
        (r"extracellular vesicles", "exosomes"),
        (r"\b[Ee]xosomes?\b", "small extracellular vesicles"),
    ),
    "routes named otherwise": (
        (r"[Ii]ntravenous(?:ly)?", "i.v."),
        (r"(?:[Aa]erosol )?[Ii]nhalation", "nebulised delivery"),
        (r"[Ii]ntra-?articular injection", "injection into the joint"),
        (r"[Ii]ntravitreal", "into the vitreous body"),
        (r"[Tt]opical(?:ly)?", "onto the skin"),
    ),
    "sources named otherwise": (
        (r"[Bb]one [Mm]arrow", "BM"),
        (r"[Uu]mbilical [Cc]ord(?! [Bb]lood)", "UC"),
        (r"[Aa]dipose(?: tissue)?", "fat tissue"),
    ),
    "numbers written otherwise": (
        # Not the second end of a range, whose one exponent stands for both.
        (r"(?<![-\d.])(\d+(?:\.\d+)?) ?[xX*×] ?10 ?[eE^]?(\d{1,2})\b(?!-)", r"\1E+\2"),
        (r"(\d+(?:\.\d+)?) [Bb]illion", r"\1 x 10^9"),
        (r"(\d+(?:\.\d+)?) [Tt]rillion", r"\1 x 10^12"),
        (r"(\d) ?[µμ]g", r"\1 mcg"),
        (r"(\d) ?m[lL]\b", r"\1 ML"),
    ),
    "all in small letters": ((r"[A-Z]", lambda found: found[0].lower()),),
}  # fmt: skip


def main(folder: Path) -> None:
    every = {
        one.trial_id: one for one in trials_in(folder / "msc_trials" / "msc_trials_studyfields_2022-10_1000.jsonl.gz")
    }
    with (folder / "msc_trials" / "ev_answer_key.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    keyed = {row["nct_id"] for row in rows}
    others = [one for key, one in every.items() if key not in keyed]
    wrong = [one.trial_id for one in others if extract_trial(one).is_vesicle_therapy]
    low, high = exact_proportion(len(wrong), len(others))
    print(f"called a vesicle therapy: {len(wrong)} of {len(others)} others ({low:.4f} to {high:.4f}) {' '.join(wrong)}")
    elsewhere(folder / "ictrp")
    for name, changes in OTHERWISE.items():
        pairs = [(row, extract_trial(rewritten(every[row["nct_id"]], changes))) for row in rows]
        changed = sum(rewritten(every[row["nct_id"]], changes) != every[row["nct_id"]] for row in rows)
        print(f"{name} ({changed} of {len(rows)} records change)")
        report(score_key(pairs))


def elsewhere(folder: Path) -> None:
    found = {}
    for name in ("ICTRP-Results_18Mar2020_nocontacts.xml", "COVID19-1135-trials_nocontacts.csv.gz",
                 "COVID19-web_7Jul2020_part_nocontacts.xlsx"):  # fmt: skip
        found.update({one.trial_id: one for one in trials_in(folder / name)})
    named = sorted(key for key, one in found.items() if extract_trial(one).is_vesicle_therapy)
    print(f"{len(found)} records of WHO ICTRP; called a vesicle therapy: {', '.join(named)}")
    right = [0, 0, 0]
    for key, (source, route, doses) in READ_BY_EYE.items():
        one = extract_trial(found[key])
        read = {(dose.low, dose.unit, dose.per) for dose in one.doses if dose.dose_kind != "cells"}
        checks = (one.value("source").value == source, one.value("route").value == route, read == doses)
        right = [count + is_right for count, is_right in zip(right, checks, strict=True)]
    print(f"read by eye, {len(READ_BY_EYE)} records: source {right[0]}, route {right[1]}, dose {right[2]} right")


def rewritten(trial: Trial, changes: tuple[tuple[str, object], ...]) -> Trial:
    """Return a trial with every text of titles, arms, interventions and descriptions changed."""

    def change(value: object) -> object:
        if isinstance(value, str):
            for pattern, new in changes:
                value = re.sub(pattern, new, value)  # type: ignore[call-overload]
            return value
        if isinstance(value, list):
            return [change(one) for one in value]
        return value

    data = json.loads(json.dumps(trial.to_data()))
    texts = ("title", "scientific_title", "summary", "description", "design_text", "arms", "interventions", "outcomes")
    return Trial.from_data({name: change(value) if name in texts else value for name, value in data.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
