"""Calibrate the fate model and write the posterior that ships: `python benchmarks/fate_calibrate.py SOFT.csv`.

SOFT.csv is the table of soft particles in mice compiled at
https://github.com/ntua-unit-of-control-and-informatics/NM-biodistribution-prediction (MIT), with columns study_key,
particle, weight_g, organ, time_h, value, value_unit, flag. It does not ship with the package.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from paracrine.facts.disposition import DispositionRow, read_disposition_rows
from paracrine.facts.species import read_species
from paracrine.fate import hierarchy, vesicles
from paracrine.fate.arms import BLOOD, Arm
from paracrine.fate.mixed import FAST_RATE, MODEL, PARAMETERS, UPTAKE, UPTAKE_ORGANS, mixed_body
from paracrine.numerics.importance import WeightedSample, sample_posterior
from paracrine.numerics.interval import binomial_limits

OUT = Path(__file__).parents[1] / "src" / "paracrine" / "fate" / "posterior.json"
ORGANS = {
    "Liver": "liver", "Spleen": "spleen", "Lungs": "lung", "Kidneys": "kidney", "Kidney_left": "kidney",
    "Kidney_right": "kidney", "Heart": "heart", "Intestine": "gut", "Intestine_small": "gut", "Intestine_large": "gut",
}  # fmt: skip
GUT_PARTS_PCT = {"Intestine_small": 2.53, "Intestine_large": 1.09}
# Panagi 2001: time unit unsettled. Khalid 2006 kidney: 0.97 %ID/g at 0.5 h, less than the blood in it must carry.
LEFT_OUT = {"Panagi2001": None, "Khalid2006": "Kidneys"}
MEAN_ML_H = (0.462, 0.0595, 0.03, 0.03, 0.01, 0.204, 0.2)
PRIOR = hierarchy.Prior(
    mean=np.array([*np.log(MEAN_ML_H), np.log(0.058), np.log(0.0145), np.log(5), -1, *np.log((0.7, 0.7, 0.3)), 0.5]),
    sd=np.array([1.5] * 9 + [0.5, 1.5, 0.5, 0.5, 0.5, 1.0]),
)
VESICLE_SHIFT_SD = 1.0
DRAWS, LEFT_OUT_DRAWS, VESICLE_DRAWS, SHIPPED = 6000, 800, 40_000, 256


def read_sources(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8") as file:
        found = {row["study_key"].split("_")[0]: row["source_url"] for row in csv.DictReader(file)}
    return {paper: source for paper, source in found.items() if LEFT_OUT.get(paper, "") is not None}


def read_arms(path: Path) -> dict[str, list[Arm]]:
    rows: dict[str, dict[tuple[str, float], list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    heads: dict[str, dict[str, str]] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key, organ = row["study_key"], row["organ"]
            paper = key.split("_")[0]
            name = "blood" if organ == "Blood" else ORGANS.get(organ)
            if name is None or row["flag"] or LEFT_OUT.get(paper, "") in (None, organ):
                continue
            heads[key] = row
            share = GUT_PARTS_PCT.get(organ, 1.0)
            rows[key][name, float(row["time_h"])].append((float(row["value"]), share))
    found: dict[str, list[Arm]] = defaultdict(list)
    for key, values in rows.items():
        paper = key.split("_")[0]
        species = read_species("mouse", weight_g=float(heads[key]["weight_g"] or 24))
        places = [BLOOD if organ == "blood" else UPTAKE_ORGANS.index(organ) for organ, _ in values]
        means = [sum(v * s for v, s in many) / sum(s for _, s in many) for many in values.values()]
        times = np.array([at for _, at in values])
        bare = "0.9 mol" in heads[key]["particle"]
        arm = Arm(paper, key, mixed_body(species), np.array(places), times, np.array(means), unshielded=bare)
        found[paper].append(arm)
    return dict(found)


def quality(sample: WeightedSample) -> str:
    return f"ESS {sample.effective_count:.0f} of {len(sample.draws)}, k-hat {sample.khat:.2f}"


def leave_one_out(papers: dict[str, list[Arm]], start: np.ndarray) -> dict[str, object]:
    rng = np.random.default_rng(20)
    total = inside_total = 0
    lines = []
    for left in papers:
        kept = [arms for paper, arms in papers.items() if paper != left]

        def density(draws: np.ndarray, kept: list[list[Arm]] = kept) -> np.ndarray:
            return hierarchy.log_posterior(draws, kept, PRIOR)

        sample = sample_posterior(density, start, count=LEFT_OUT_DRAWS, rng=rng)
        draws = sample.resample(2000, rng)
        count = inside = 0
        for arm, predicted in zip(papers[left], hierarchy.new_rows(draws, papers[left], rng), strict=True):
            low, high = np.quantile(predicted, (0.025, 0.975), axis=0)
            measured = np.log(arm.pct_per_g)
            inside += int(((measured >= low) & (measured <= high)).sum())
            count += measured.size
        lines.append(
            {"paper": left, "rows": count, "inside": inside, "ess": sample.effective_count, "khat": sample.khat}
        )
        print(
            f"  without {left:14s}: {inside:3d} of {count:3d} inside, {quality(sample)}",
            flush=True,
        )
        total, inside_total = total + count, inside_total + inside
    low, high = binomial_limits(inside_total, total)
    share = f"{100 * inside_total / total:.1f} %, 95 % binomial {100 * low:.1f} to {100 * high:.1f} %"
    print(f"  {inside_total} of {total} ({share}; rows of one paper hang together)")
    return {"papers": lines, "rows": total, "inside": inside_total, "low_frac": low, "high_frac": high}


def vesicle_rows(draws: np.ndarray, title: str) -> tuple[list[dict[str, object]], int]:
    body = mixed_body(read_species("mouse"))
    rng = np.random.default_rng(7)
    lines, held = [], 0
    for row in read_disposition_rows():
        error = np.exp(vesicles.ROW_SPREAD * rng.standard_normal(len(draws)))
        predicted = vesicles.predict_row(draws, row, body) * error
        if row.unit == "%ID":
            predicted = np.minimum(predicted, 100.0)
        low, middle, high = np.quantile(predicted, (0.025, 0.5, 0.975))
        ok = (row.high is None or row.high >= low) and (row.low is None or row.low <= high)
        if row.low is None:
            ok = bool(low <= (row.high or 0))
        held += ok
        lines.append(
            {
                "key": row.key,
                "low": float(low),
                "median": float(middle),
                "high": float(high),
                "holds": bool(ok),
                "informs": vesicles.informs(row),
            }
        )
    print(f"{title}: {held} of {len(lines)} rows held")
    for line, row in zip(lines, read_disposition_rows(), strict=True):
        word = ("holds" if line["holds"] else "MISSED") + ("" if line["informs"] else ", not used")
        predicted = f"{line['median']:.3g} ({line['low']:.3g} to {line['high']:.3g})"
        print(f"  {line['key']:42s} {row.low} to {row.high} {row.unit:7s} {predicted} {word}")
    return lines, held


def shift_by_rows(theta: np.ndarray, rows: list[DispositionRow], rng: np.random.Generator) -> WeightedSample:
    """A normal with the moments of an unseen study as prior, the vesicle rows as likelihood."""
    body = mixed_body(read_species("mouse"))
    mean, precision = theta.mean(axis=0), np.linalg.inv(np.cov(theta.T))

    def density(draws: np.ndarray) -> np.ndarray:
        distance = draws - mean
        prior = -0.5 * np.einsum("ni,ij,nj->n", distance, precision, distance)
        return prior + vesicles.row_log_likelihood(draws, rows, body)

    return sample_posterior(density, mean, count=DRAWS, rng=rng)


def main() -> None:
    begin = time.perf_counter()
    source = Path(sys.argv[1])
    papers = read_arms(source)
    print({paper: sum(arm.organ.size for arm in arms) for paper, arms in papers.items()}, flush=True)
    rng = np.random.default_rng(4)
    sample = hierarchy.fit_population(list(papers.values()), PRIOR, count=DRAWS, rng=rng)
    print(
        f"soft particles: {quality(sample)}, {time.perf_counter() - begin:.0f} s",
        flush=True,
    )
    population = sample.resample(VESICLE_DRAWS, rng)
    outside = leave_one_out(papers, sample.peak)
    theta = hierarchy.new_study(population, rng)
    theta[:, UPTAKE] += VESICLE_SHIFT_SD * rng.standard_normal((VESICLE_DRAWS, 1))
    rows = read_disposition_rows()
    before, before_held = vesicle_rows(theta, "vesicle rows from soft particles alone")
    used = [row for row in rows if vesicles.informs(row)]
    shifted = shift_by_rows(theta, used, rng)
    ess, khat = shifted.effective_count, shifted.khat
    print(f"vesicles: ESS {ess:.0f} of {DRAWS}, k-hat {khat:.2f}")
    chosen = shifted.resample(SHIPPED, rng)
    after, after_held = vesicle_rows(chosen, "vesicle rows after they were used")
    unseen = chosen.copy()
    unseen[:, UPTAKE] += vesicles.ROW_SPREAD * rng.standard_normal((SHIPPED, 1))
    unseen[:, FAST_RATE] += vesicles.ROW_SPREAD * rng.standard_normal(SHIPPED)
    soft = sample.resample(SHIPPED, rng)
    print({name: round(float(np.exp(np.median(chosen[:, i]))), 4) for i, name in enumerate(PARAMETERS)})
    OUT.write_text(
        json.dumps(
            {
                "version": "2", "model": MODEL, "columns": PARAMETERS, "population_columns": hierarchy.COLUMNS,
                "made_by": "benchmarks/fate_calibrate.py",
                "soft_source": "https://github.com/ntua-unit-of-control-and-informatics/NM-biodistribution-prediction",
                "soft_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
                "soft_papers": {paper: sum(arm.organ.size for arm in arms) for paper, arms in papers.items()},
                "soft_sources": read_sources(source),
                "soft_ess": sample.effective_count, "soft_khat": sample.khat, "vesicle_ess": ess, "vesicle_khat": khat,
                "leave_one_paper_out": outside, "rows_from_soft_alone": before, "rows_after": after,
                "range": {"species": ["mouse"], "size_nm": [96, 120], "time_h": [0.1, 120], "weight_g": [17, 24]},
                "vesicles": np.round(unseen, 4).tolist(), "population": np.round(soft, 4).tolist(),
            },
            separators=(",", ":"),
        )
        + "\n",
        encoding="utf-8",
    )  # fmt: skip
    print(f"{before_held} and {after_held} of {len(rows)}; {time.perf_counter() - begin:.0f} s; written {OUT.name}")


if __name__ == "__main__":
    main()
