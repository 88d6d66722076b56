"""The predicted product in the tube: measured by virtual instruments and judged by the same specification."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.product import Product, Protocol, Step
from paracrine.instruments.dilution import Pipetting
from paracrine.instruments.nanosight import simulate_nanosight, simulate_session, write_experiment_summary
from paracrine.instruments.truth import Population
from paracrine.instruments.zetaview import simulate_zetaview, simulate_zetaview_session, write_size_text
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution
from paracrine.production.counting import seen_frac
from paracrine.production.line import LineResult
from paracrine.production.populations import CENTRES_NM

if TYPE_CHECKING:
    from paracrine.bench.outcome import RunReport

MARK = "PREDICTED by a production line and SIMULATED by Paracrine; nothing was made and no instrument was used"
_IN_TUBE_PER_ML = 1.0e8
_DILUTION_STEPS, _PIPETTING_CV_PCT = 2, 1.5


@dataclass(frozen=True)
class PredictedProduct:
    """What a line would fill into vials.

    Attributes:
        product: what is meant to be made.
        protocol: how.
        sizes: all particles, central case, 1/mL.
        population: the same as a mixture of lognormals, as far as a particle tracker sees them.
        volume_ml: of the product.
        protein_ug_per_ml: soluble protein.
    """

    product: Product
    protocol: Protocol
    sizes: SizeDistribution
    population: Population
    volume_ml: float
    protein_ug_per_ml: float


@dataclass(frozen=True)
class MeasuredLine:
    """A predicted product, measured and judged.

    Attributes:
        predicted: the product.
        folder: study with the virtual instruments' files.
        run: certificates.
        batch: name of the virtual batch.
    """

    predicted: PredictedProduct
    folder: Path
    run: RunReport
    batch: str

    @property
    def headline(self) -> str:
        """The answer of the certificate, marked as a prediction."""
        return f"Predicted and simulated: {self.run.batches[0].headline}"

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        sizes = self.predicted.sizes
        return {
            "predicted": True,
            "simulated": True,
            "headline": self.headline,
            "product": self.predicted.product.to_data(),
            "particles_per_ml": sizes.total,
            "seen_per_ml": self.predicted.population.concentration_per_ml,
            "volume_ml": self.predicted.volume_ml,
            "protein_ug_per_ml": self.predicted.protein_ug_per_ml,
            "edges_nm": sizes.edges_nm.tolist(),
            "contents_per_ml": sizes.contents.tolist(),
            "folder": str(self.folder),
            "run": self.run.to_data(),
        }


def predicted_product(result: LineResult, *, draw: int = 0) -> PredictedProduct:
    """Return the product of one draw of a line; 0 is the central case.

    Raises:
        InputError: when no particle of it could be seen.
    """
    final, design = result.final, result.design
    volume = float(final.volume_ml[draw])
    seen = seen_frac(result.draws)[draw]
    weights, medians, spreads = [], [], []
    for content in final.particles[:, draw]:
        count, median, spread = _moments(content * seen)
        if count > 0:
            weights.append(count)
            medians.append(median)
            spreads.append(spread)
    if not weights:
        raise InputError("no particle of the product could be seen by a tracker", where=design.name)
    total = float(np.sum(weights))
    shares = [weight / total for weight in weights]
    shares[-1] = 1.0 - sum(shares[:-1])
    population = Population(tuple(shares), tuple(medians), tuple(spreads), total / volume)
    steps = [Step(name="culture", detail=design.culture.platform.replace("_", " "))]
    steps += [Step(name=plan.kind.replace("_", " ")) for plan in design.steps]
    return PredictedProduct(
        product=Product(name=design.product or design.name, cell_source=design.cell_source, description=MARK),
        protocol=Protocol(name=design.name, steps=tuple(steps)),
        sizes=final.distribution(draw=draw),
        population=population,
        volume_ml=volume,
        protein_ug_per_ml=float(final.protein_ug[draw]) / volume,
    )


def write_virtual_study(result: LineResult, folder: Path, *, specification: Path | None, seed: int) -> PredictedProduct:
    """Write the files two particle trackers would have written of the predicted product, and the forms beside them.

    Raises:
        InputError: when the folder holds something else already, or the specification cannot be read.
    """
    form = folder / "study.toml"
    ours = form.is_file() and form.read_text(encoding="utf-8", errors="replace").startswith(f"# {MARK}")
    if folder.exists() and any(folder.iterdir()) and not ours:
        raise InputError("this folder holds something else", where=str(folder), hint="choose another --out")
    predicted = predicted_product(result)
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    dilution = max(1.0, 10.0 ** round(np.log10(max(predicted.population.concentration_per_ml / _IN_TUBE_PER_ML, 1.0))))
    tube = Pipetting(cv_pct=_PIPETTING_CV_PCT, steps_count=_DILUTION_STEPS)
    shared = {"sample": "predicted product", "dilution_factor": dilution, "pipetting": tube, "rng": rng}
    tracked = simulate_nanosight(predicted.population, session=simulate_session(rng=rng), **shared)
    traced = simulate_zetaview(predicted.population, session=simulate_zetaview_session(rng=rng), **shared)
    names = "predicted product-ExperimentSummary.csv", "predicted product_size_488.txt"
    write_experiment_summary(tracked, folder / names[0])
    write_size_text(traced, folder / names[1])
    form.write_text(_study(result, predicted, dilution, names), encoding="utf-8")
    (folder / "results.csv").write_text(_protein(predicted), encoding="utf-8")
    if specification is not None:
        try:
            (folder / "spec.toml").write_bytes(specification.read_bytes())
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=str(specification)) from error
    return predicted


def _moments(content: FloatArray) -> tuple[float, float, float]:
    """Return count, median and geometric spread of a population over the axis, in logarithms."""
    count = float(content.sum())
    if not count > 0:
        return 0.0, 0.0, 0.0
    logs = np.log(CENTRES_NM)
    mean = float(content @ logs) / count
    variance = float(content @ (logs - mean) ** 2) / count
    return count, float(np.exp(mean)), float(np.exp(np.sqrt(max(variance, 1e-4))))


def _study(result: LineResult, predicted: PredictedProduct, dilution: float, files: tuple[str, ...]) -> str:
    design, product = result.design, predicted.product
    steps = ",\n".join(
        f"  {{ name = {json.dumps(s.name)}, detail = {json.dumps(s.detail)} }}" for s in predicted.protocol.steps
    )
    listed = "\n".join(f"[[sample.file]]\npath = {json.dumps(name)}" for name in files)
    return f"""# {MARK}.
title = {json.dumps(f"{design.name} (predicted, simulated)")}
person = "Paracrine prediction"
role = "simulation"

[product]
name = {json.dumps(product.name)}
cell_source = {json.dumps(product.cell_source)}
description = {json.dumps(product.description)}

[protocol]
name = {json.dumps(predicted.protocol.name)}
steps = [
{steps}
]

[[batch]]
name = "PREDICTED"
cells_count = {float(result.uses["cells"][0]):.4g}
medium_volume_ml = {float(result.harvest.volume_ml[0]):.6g}
product_volume_ml = {predicted.volume_ml:.6g}

[[sample]]
batch = "PREDICTED"
name = "product"
role = "product"
dilution_factor = {dilution:g}
dilution_steps = {_DILUTION_STEPS}
pipetting_cv_pct = {_PIPETTING_CV_PCT}
stage = "final product"
{listed}
"""


def _protein(predicted: PredictedProduct) -> str:
    columns = "batch,sample,stage,attribute,value,unit,uncertainty,method,laboratory,source_document"
    value = f"{predicted.protein_ug_per_ml:.4g},ug/mL,{0.2 * predicted.protein_ug_per_ml:.4g}"
    return (
        f"{columns},performed_by,performed_at\n"
        f'PREDICTED,product,final product,protein_ug_per_ml,{value},"predicted by the line",simulation,,simulation,\n'
    )
