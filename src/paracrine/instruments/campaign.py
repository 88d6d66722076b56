"""Simulate a small campaign: three batches on virtual instruments, the forms beside them, and the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from paracrine.instruments.campaign_forms import specification_text, study_text, write_results
from paracrine.instruments.campaign_recipe import (
    BATCHES,
    BEAD_DILUTION,
    BEADS,
    DILUENT,
    DILUTION_STEPS,
    PIPETTING_CV_PCT,
    PROCESS_BLANK,
    PROCESS_BLANK_DILUTION,
    PRODUCT_DILUTION,
    WINDOW_HIGH_NM,
    WINDOW_LOW_NM,
    BatchRecipe,
)
from paracrine.instruments.dilution import Pipetting, simulate_dilution
from paracrine.instruments.nanosight import (
    NanoSightExport,
    NanoSightSession,
    simulate_nanosight,
    simulate_session,
    write_experiment_summary,
)
from paracrine.instruments.plate import simulate_plate, write_plate
from paracrine.instruments.truth import GridDistribution
from paracrine.instruments.zetasizer import (
    DlsTruth,
    simulate_zetasizer_size,
    simulate_zetasizer_zeta,
    write_size_export,
    write_zeta_export,
)
from paracrine.instruments.zetaview import (
    ZetaViewExport,
    ZetaViewSession,
    simulate_zetaview,
    simulate_zetaview_session,
    write_size_text,
)

PLATE_PATH = "bca.csv"
_SHARED_DAY = datetime(2026, 5, 11, 8, 30, 12)
_ZETA_WIDTH_MV = 6.2

Files = dict[tuple[str, str], tuple[str, ...]]
"""(batch, sample) to paths relative to the campaign; an empty batch for what all batches share."""


@dataclass(frozen=True)
class TruthValue:
    """One true value.

    Attributes:
        attribute: name with unit.
        value: what an endless measurement by this method gives when neither volume nor dilution is off.
        unit: of the value.
        method: word in the method's name (`NanoSight`); empty where the value does not depend on one.
    """

    attribute: str
    value: float
    unit: str
    method: str = ""


@dataclass(frozen=True)
class CampaignTruth:
    """What the campaign was simulated from.

    Attributes:
        seed: of the simulation.
        batches: names, in order.
        values: batch to true values.
        failing: batch to the attributes that are out of specification by design.
    """

    seed: int
    batches: tuple[str, ...]
    values: Mapping[str, tuple[TruthValue, ...]]
    failing: Mapping[str, tuple[str, ...]]

    def of(self, batch: str) -> tuple[TruthValue, ...]:
        """Return the true values of a batch, those of the first-named method of an attribute first."""
        return self.values[batch]


def simulate_campaign(folder: Path, *, seed: int) -> CampaignTruth:
    """Write a campaign of three batches as a laboratory would have it in a folder.

    B-001 and B-002 meet the specification; B-003 has too many large particles and too much protein. Every file
    says that it is simulated.

    Args:
        folder: made when it does not exist; files of the same names are overwritten.
        seed: the same seed writes the same bytes.

    Returns:
        What the files were simulated from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    day, shared, plate, *own = np.random.default_rng(seed).spawn(3 + len(BATCHES))
    sessions = simulate_session(rng=day), simulate_zetaview_session(rng=day)
    files: Files = {}
    values: dict[str, tuple[TruthValue, ...]] = {}
    for batch, rng in zip(BATCHES, own, strict=True):
        (folder / batch.name).mkdir(exist_ok=True)
        made, truth = _measure_batch(folder, batch, sessions, rng)
        files |= made
        values[batch.name] = truth
    files |= _measure_shared(folder, sessions, shared)
    _measure_protein(folder, plate)
    (folder / "study.toml").write_text(study_text(files, plate=PLATE_PATH), encoding="utf-8", newline="")
    (folder / "spec.toml").write_text(specification_text(), encoding="utf-8", newline="")
    write_results(folder)
    return CampaignTruth(
        seed=seed,
        batches=tuple(batch.name for batch in BATCHES),
        values=values,
        failing={batch.name: batch.failing for batch in BATCHES if batch.failing},
    )


def _measure_shared(
    folder: Path, sessions: tuple[NanoSightSession, ZetaViewSession], rng: np.random.Generator
) -> Files:
    nanosight, zetaview = sessions
    tube = _pipetted(BEAD_DILUTION, rng)
    beads = simulate_nanosight(
        BEADS,
        sample="beads 100 nm",
        dilution_factor=BEAD_DILUTION,
        pipetting=tube,
        session=nanosight,
        rng=rng,
        measured_at=_SHARED_DAY,
    )
    bead_traces = simulate_zetaview(
        BEADS,
        sample="beads 100 nm",
        dilution_factor=BEAD_DILUTION,
        pipetting=tube,
        session=zetaview,
        rng=rng,
        measured_at=_SHARED_DAY,
    )
    later = _SHARED_DAY + timedelta(minutes=40)
    blank = simulate_nanosight(
        DILUENT, sample="PBS blank", state_dilution=False, session=nanosight, rng=rng, measured_at=later
    )
    blank_traces = simulate_zetaview(DILUENT, sample="PBS blank", session=zetaview, rng=rng, measured_at=later)
    return {
        ("", "beads"): (_save_nanosight(beads, folder, ""), _save_zetaview(bead_traces, folder, "")),
        ("", "diluent"): (_save_nanosight(blank, folder, ""), _save_zetaview(blank_traces, folder, "")),
    }


def _measure_batch(
    folder: Path,
    batch: BatchRecipe,
    sessions: tuple[NanoSightSession, ZetaViewSession],
    rng: np.random.Generator,
) -> tuple[Files, tuple[TruthValue, ...]]:
    at = datetime.fromisoformat(f"{batch.measured_on}T10:12:40")
    tube = _pipetted(PRODUCT_DILUTION, rng)
    product = simulate_nanosight(
        batch.population,
        sample=f"{batch.name} product",
        dilution_factor=PRODUCT_DILUTION,
        pipetting=tube,
        state_dilution=batch.nanosight_states_dilution,
        session=sessions[0],
        rng=rng,
        measured_at=at,
    )
    traces = simulate_zetaview(
        batch.population,
        sample=f"{batch.name} product",
        dilution_factor=PRODUCT_DILUTION,
        pipetting=tube,
        session=sessions[1],
        rng=rng,
        measured_at=at + timedelta(hours=2),
    )
    sizes = simulate_zetasizer_size(
        batch.population, sample=f"{batch.name} product", rng=rng, measured_at=at + timedelta(hours=3)
    )
    charge = simulate_zetasizer_zeta(
        batch.zeta_potential_mv,
        _ZETA_WIDTH_MV,
        sample=f"{batch.name} product",
        rng=rng,
        measured_at=at + timedelta(hours=4),
    )
    size_path, charge_path = f"{batch.name}/{batch.name} dls.txt", f"{batch.name}/{batch.name} zeta.txt"
    write_size_export(sizes, folder / size_path)
    write_zeta_export(charge, folder / charge_path)
    tracking = (_save_nanosight(product, folder, batch.name), _save_zetaview(traces, folder, batch.name))
    files: Files = {(batch.name, "product"): (*tracking, size_path, charge_path)}
    files |= _measure_controls(folder, batch, sessions[0], rng)
    return files, tuple(_truths(batch, product.expected, traces.expected, sizes.truth))


def _measure_controls(folder: Path, batch: BatchRecipe, session: NanoSightSession, rng: np.random.Generator) -> Files:
    at = datetime.fromisoformat(f"{batch.measured_on}T11:05:20")
    process = simulate_nanosight(
        PROCESS_BLANK,
        sample=f"{batch.name} process blank",
        dilution_factor=PROCESS_BLANK_DILUTION,
        pipetting=_pipetted(PROCESS_BLANK_DILUTION, rng),
        session=session,
        rng=rng,
        measured_at=at,
    )
    left = batch.population.concentration_per_ml * batch.detergent_left_frac
    detergent = simulate_nanosight(
        batch.population.at_concentration(left),
        sample=f"{batch.name} detergent",
        dilution_factor=PRODUCT_DILUTION,
        pipetting=_pipetted(PRODUCT_DILUTION, rng),
        session=session,
        rng=rng,
        measured_at=at + timedelta(minutes=30),
    )
    return {
        (batch.name, "process blank"): (_save_nanosight(process, folder, batch.name),),
        (batch.name, "detergent"): (_save_nanosight(detergent, folder, batch.name),),
    }


def _measure_protein(folder: Path, rng: np.random.Generator) -> None:
    plate = simulate_plate(
        {f"{batch.name}/product": batch.protein_ug_per_ml for batch in BATCHES},
        dilutions={f"{batch.name}/product": batch.plate_dilution for batch in BATCHES},
        rng=rng,
    )
    write_plate(plate, folder / PLATE_PATH)


def _truths(
    batch: BatchRecipe, by_nanosight: GridDistribution, by_zetaview: GridDistribution, by_dls: DlsTruth
) -> Iterator[TruthValue]:
    particles_per_ml = batch.population.concentration_per_ml
    total = particles_per_ml * batch.product_volume_ml
    methods = (("NanoSight", by_nanosight), ("ZetaView", by_zetaview))
    for method, sizes in methods:
        yield TruthValue("particle_concentration_undiluted_per_ml", particles_per_ml, "1/mL", method)
        yield TruthValue("diameter_d10_nm", sizes.diameter_at_frac(0.1), "nm", method)
        yield TruthValue("diameter_d50_nm", sizes.diameter_at_frac(0.5), "nm", method)
        yield TruthValue("diameter_d90_nm", sizes.diameter_at_frac(0.9), "nm", method)
        yield TruthValue("diameter_mean_nm", sizes.mean_nm, "nm", method)
        in_window = 100 * sizes.frac_in_window(WINDOW_LOW_NM, WINDOW_HIGH_NM)
        yield TruthValue("particles_in_window_pct", in_window, "%", method)
    yield TruthValue("z_average_nm", by_dls.z_average_nm, "nm", "Zetasizer")
    yield TruthValue("polydispersity_index", by_dls.polydispersity_index, "1", "Zetasizer")
    yield TruthValue("zeta_potential_mv", batch.zeta_potential_mv, "mV", "Zetasizer")
    yield TruthValue("protein_ug_per_ml", batch.protein_ug_per_ml, "ug/mL")
    yield TruthValue("particles_per_ug_protein", particles_per_ml / batch.protein_ug_per_ml, "particles/ug")
    yield TruthValue("total_particles", total, "particles")
    yield TruthValue("particles_per_cell", total / batch.cells_count, "particles/cell")
    yield TruthValue("particles_per_ml_medium", total / batch.medium_volume_ml, "1/mL")


def _pipetted(dilution_factor: float, rng: np.random.Generator) -> Pipetting:
    """Make one tube that several instruments measure: the error is drawn once."""
    stated = Pipetting(cv_pct=PIPETTING_CV_PCT, steps_count=DILUTION_STEPS, diluent=DILUENT)
    return replace(
        stated, error_ratio=simulate_dilution(DILUENT, dilution_factor, pipetting=stated, rng=rng).error_ratio
    )


def _save_nanosight(export: NanoSightExport, folder: Path, batch: str) -> str:
    name = f"{export.sample} {export.measured_at:%Y-%m-%d %H-%M-%S}-ExperimentSummary.csv"
    write_experiment_summary(export, folder / batch / name)
    return f"{batch}/{name}" if batch else name


def _save_zetaview(export: ZetaViewExport, folder: Path, batch: str) -> str:
    name = f"{export.sample}_size_488.txt"
    write_size_text(export, folder / batch / name)
    return f"{batch}/{name}" if batch else name
