"""How often the 95 % intervals hold the truth, over simulated studies with known truth.

Every study draws runs directly: a true concentration and size law, dilution error, scatter between loadings and
videos, counted tracks. Seeds are fixed beforehand (root, scenario, study number). Some scenarios draw noise that the
budget does not assume; there the interval must hold all the same, or a notice must say what it leaves out.

    python benchmarks/coverage.py [--studies 1000] [--root 20261128]
"""

from __future__ import annotations

import argparse
import hashlib
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from paracrine.characterization.characterise import characterise_batch
from paracrine.characterization.request import BatchRequest, RunUse
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.measurement import Measurement
from paracrine.core.plan import StudyPlan
from paracrine.core.product import Batch, DilutionBy, Product, Role, Sample
from paracrine.core.provenance import SourceRef
from paracrine.core.run import Run, Technique
from paracrine.numerics.interval import binomial_limits
from paracrine.payloads.plate import Plate
from paracrine.payloads.size_distribution import SizeDistribution

ROOT_SEED = 20260201
EDGES_NM = np.arange(0.0, 1001.0, 4.0)
MEDIAN_NM, LOG_WIDTH = 115.0, 0.33
STOCK_PER_ML, DILUTION = 2.0e11, 500.0
TRACKS = 1800.0
BLANK_SHARE = 0.03
PROTEIN_UG_PER_ML = 640.0
WINDOW_NM = (50.0, 200.0)
PIPETTING_CV = 0.03

Draw = Callable[[np.random.Generator, int], np.ndarray]


def normal(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.normal(size=count)


def heavy(rng: np.random.Generator, count: int) -> np.ndarray:
    """Student's t with 3 degrees of freedom, scaled to standard deviation 1."""
    return rng.standard_t(3, count) / math.sqrt(3)


def skewed(rng: np.random.Generator, count: int) -> np.ndarray:
    """Gamma with shape 4, centred, standard deviation 1."""
    return (rng.gamma(4.0, 1.0, count) - 4.0) / 2.0


@dataclass(frozen=True)
class Scenario:
    """One kind of study: how many videos and loadings, and what scatters how much."""

    name: str
    assumed: bool
    """Whether the budget's own assumptions hold."""
    loadings: int = 1
    videos: int = 5
    video_cv: float = 0.06
    size_cv: float = 0.015
    loading_cv: float = 0.0
    loading_size_cv: float = 0.0
    overdispersion: float = 1.0
    """Variance of the counted tracks over that of a Poisson law."""
    video_law: Draw = field(default=normal)
    dilution_law: Draw = field(default=normal)
    expected_notice: str = ""
    """Notice that says what the interval leaves out, where it cannot hold the truth."""
    blank: bool = False
    plate: bool = False


SCENARIOS = (
    Scenario("3 videos", True, videos=3, blank=True),
    Scenario("5 videos", True),
    Scenario("5 videos, nothing but counting", False, video_cv=0.0, size_cv=0.0),
    Scenario("5 videos, large scatter", True, video_cv=0.2, size_cv=0.05),
    Scenario("3 loadings of 3 videos", True, loadings=3, videos=3, loading_cv=0.06, loading_size_cv=0.01),
    Scenario("plate and 5 videos", True, plate=True),
    Scenario("counts scatter 6 x Poisson", False, overdispersion=6.0, video_cv=0.0, size_cv=0.0),
    Scenario(
        "gamma scatter between videos",
        False,
        video_law=skewed,
        video_cv=0.12,
        expected_notice="scatter-shape-unseen",
    ),
    Scenario("gamma dilution error", False, dilution_law=skewed),
    Scenario("heavy-tailed videos", False, video_law=heavy),
    Scenario("common shift, one loading", False, loading_cv=0.08, loading_size_cv=0.02, expected_notice="one-loading"),
    Scenario("common shift, 3 loadings", False, loadings=3, videos=3, loading_cv=0.08, loading_size_cv=0.02),
)


@dataclass(frozen=True)
class Study:
    """A drawn study with its truth by attribute."""

    request: BatchRequest
    truth: dict[str, float]


@dataclass
class Count:
    """How often one attribute's interval held the truth."""

    studies: int = 0
    inside: int = 0
    with_notice: int = 0
    width_pct: float = 0.0


def simulate_study(scenario: Scenario, *, seed: int, root: int = ROOT_SEED) -> Study:
    rng = np.random.default_rng((root, zlib.crc32(scenario.name.encode()), seed))
    dilution_error = 1 + PIPETTING_CV * float(scenario.dilution_law(rng, 1)[0])
    diluted = STOCK_PER_ML / DILUTION * max(dilution_error, 0.05)
    sample = Sample(
        name="EV", batch="B", dilution_factor=DILUTION, pipetting_cv_pct=100 * PIPETTING_CV, dilution_steps=1
    )
    uses = list(_videos(scenario, rng, "EV", diluted + BLANK_SHARE * diluted * scenario.blank))
    samples = [sample]
    truth = {
        "particle_concentration_per_ml": diluted * (1 + BLANK_SHARE * scenario.blank),
        "particle_concentration_undiluted_per_ml": STOCK_PER_ML * (1 + BLANK_SHARE * scenario.blank * dilution_error),
        **_size_truth(),
    }
    if scenario.blank:
        samples.append(Sample(name="PBS", batch="B", role=Role.DILUENT_BLANK))
        uses += _videos(replace(scenario, video_cv=0.15), rng, "PBS", diluted * BLANK_SHARE, tracks=120.0)
        truth["particle_concentration_blank_subtracted_per_ml"] = diluted
    if scenario.plate:
        uses.append(RunUse(run=_plate(rng), sample=""))
        truth["protein_ug_per_ml"] = PROTEIN_UG_PER_ML
        truth["particles_per_ug_protein"] = STOCK_PER_ML / PROTEIN_UG_PER_ML
    batch = Batch(name="B", product="P")
    plan = StudyPlan(title="T", product=Product(name="P"), batches=(batch,), samples=tuple(samples))
    return Study(BatchRequest(plan, batch, tuple(samples), tuple(uses), (), "simulated"), truth)


def _size_truth() -> dict[str, float]:
    z = 1.2815515655446004
    below = (math.erf(math.log(edge / MEDIAN_NM) / LOG_WIDTH / math.sqrt(2)) for edge in WINDOW_NM)
    low, high = below
    return {
        "diameter_d10_nm": MEDIAN_NM * math.exp(-z * LOG_WIDTH),
        "diameter_d50_nm": MEDIAN_NM,
        "diameter_d90_nm": MEDIAN_NM * math.exp(z * LOG_WIDTH),
        "diameter_mean_nm": MEDIAN_NM * math.exp(LOG_WIDTH**2 / 2),
        "particles_in_window_pct": 50 * (high - low),
    }


def _videos(
    scenario: Scenario, rng: np.random.Generator, sample: str, concentration: float, *, tracks: float = TRACKS
) -> Iterator[RunUse]:
    for loading in range(scenario.loadings):
        level = max(1 + scenario.loading_cv * rng.normal(), 0.1)
        scale = 1 + scenario.loading_size_cv * rng.normal()
        amounts = np.maximum(1 + scenario.video_cv * scenario.video_law(rng, scenario.videos), 0.05)
        scales = 1 + scenario.size_cv * scenario.video_law(rng, scenario.videos)
        for video in range(scenario.videos):
            expected = tracks * level * amounts[video]
            spread = scenario.overdispersion
            mean = expected if spread == 1 else rng.gamma(expected / (spread - 1), spread - 1)
            count = max(int(rng.poisson(mean)), 1)
            run = _run(rng, f"{sample} {loading}.{video}", count, concentration / tracks, scale * scales[video])
            yield RunUse(run=run, sample=sample, technical_replicate=f"{sample} {loading}")


def _run(rng: np.random.Generator, name: str, count: int, per_track: float, scale: float) -> Run:
    sizes = MEDIAN_NM * scale * np.exp(LOG_WIDTH * rng.normal(size=count))
    tracks, _ = np.histogram(sizes, EDGES_NM)
    payload = SizeDistribution(
        edges_nm=EDGES_NM,
        contents=tracks * per_track,
        contents_unit="1/mL",
        measurand=Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER),
        tracks_count=float(tracks.sum()),
    )
    source = SourceRef(name=f"{name}.csv", sha256=hashlib.sha256(name.split(".")[0].encode()).hexdigest())
    return Run(source, name, Technique.NTA, "simulated", payloads=(payload,), dilution_by=DilutionBy.UNKNOWN)


def _plate(rng: np.random.Generator) -> Run:
    readings, amounts, dilutions = (np.full((8, 12), np.nan) for _ in range(3))
    roles, names = np.full((8, 12), "", dtype="<U8"), np.full((8, 12), "", dtype="<U8")
    for row, amount in enumerate((25.0, 125.0, 250.0, 500.0, 1000.0, 1500.0)):
        amounts[row, :2], roles[row, :2] = amount, "standard"
    amounts[6, :3], roles[6, :3] = 0.0, "blank"
    roles[7, :3], names[7, :3], dilutions[7, :3] = "sample", "EV", 1.0
    known = np.where(roles == "sample", PROTEIN_UG_PER_ML, amounts)
    readings = 0.1 + 0.0012 * known + rng.normal(0, 0.012, (8, 12))
    amounts[6, :3] = np.nan
    source = SourceRef(name="plate.csv", sha256="f" * 64)
    plate = Plate(readings, "AU", roles, names, amounts, dilutions)
    return Run(source, "plate", Technique.PLATE, "simulated", payloads=(plate,))


def count_coverage(scenario: Scenario, studies: int, *, root: int = ROOT_SEED) -> dict[str, Count]:
    """Characterise simulated studies and count, per attribute, how often the interval held the truth."""
    counts: dict[str, Count] = {}
    for seed in range(studies):
        study = simulate_study(scenario, seed=seed, root=root)
        for item in characterise_batch(study.request):
            if item.sample == "EV" and item.attribute in study.truth:
                _count(counts.setdefault(item.attribute, Count()), item, study.truth[item.attribute], scenario)
    return counts


def _count(count: Count, item: Measurement, truth: float, scenario: Scenario) -> None:
    quantity = item.quantity
    count.studies += 1
    if quantity is None or quantity.low is None or quantity.high is None:
        return
    count.inside += quantity.low <= truth <= quantity.high
    count.width_pct += 50 * (quantity.high - quantity.low) / truth
    count.with_notice += any(notice.code == scenario.expected_notice for notice in item.notices)


def acceptance_band(studies: int, chance: float = 0.05) -> tuple[int, int]:
    """Return the counts between which a true coverage of 95 % falls with probability 1 - chance, exactly."""
    from scipy.stats import binom

    return int(binom.ppf(chance / 2, studies, 0.95)), int(binom.isf(chance / 2, studies, 0.95))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--root", type=int, default=ROOT_SEED, help="root seed; a new one is an independent test")
    options = parser.parse_args()
    studies: int = options.studies
    low, high = acceptance_band(studies)
    rows = 7 * len(SCENARIOS)
    family = acceptance_band(studies, 0.05 / rows)
    print(
        f"{studies} studies a scenario, seeds 0 to {studies - 1} under {options.root} and the scenario's name; a true"
    )
    print(
        f"coverage of 95 % gives {low} to {high} inside in 95 of 100 such rows (exact binomial band), and all rows lie"
    )
    print(f"in {family[0]} to {family[1]} in 95 of 100 such tables of {rows} rows (marked `family`)\n")
    heads = "scenario|noise as assumed|attribute|inside|coverage (exact 95 %)|in band|half width|notice"
    print(f"| {heads.replace('|', ' | ')} |")
    print("|---|---|---|---|---|---|---|---|")
    for scenario in SCENARIOS:
        for attribute, count in count_coverage(scenario, studies, root=options.root).items():
            limits = binomial_limits(count.inside, count.studies)
            inside = count.inside
            outside = "family" if family[0] <= inside <= family[1] else "above" if inside > high else "BELOW"
            band = "yes" if low <= inside <= high else outside
            notice = f"{scenario.expected_notice} {100 * count.with_notice / count.studies:.0f} %"
            cells = (
                scenario.name,
                "yes" if scenario.assumed else "no",
                attribute,
                str(count.inside),
                f"{100 * count.inside / count.studies:.1f} % ({100 * limits[0]:.1f} to {100 * limits[1]:.1f})",
                band,
                f"{count.width_pct / count.studies:.1f} %",
                notice if scenario.expected_notice else "",
            )
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
