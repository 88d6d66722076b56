"""Concentration of detected particles in the measured (diluted) sample."""

from __future__ import annotations

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.core.product import DilutionBy
from paracrine.payloads.size_distribution import SizeDistribution

METRIC = Metric(
    name="particle_concentration_per_ml",
    title="Particle concentration as measured",
    unit="1/mL",
    payload_kind="size_distribution",
    scale="relative",
    definition=(
        "Sum of the size bins, particles per mL of the sample as it was in the instrument: where the file's numbers "
        "are already multiplied by its dilution factor, they are divided by it again; mean over runs, empty runs "
        "count as 0. Counting error: 1 over the root of the tracked particles."
    ),
    cites=("doi:10.59161/JCGM100-2008E",),
    vendor_names=("particle_concentration_per_ml",),
    contents_unit="1/mL",
    zero_is_a_result=True,
)
UNSTATED = "the file's numbers are multiplied by a dilution factor that it does not state"


def measure(payload: SizeDistribution, context: MetricContext) -> MetricValue:
    """Measure the concentration of one run in the sample as it was in the instrument, per mL."""
    summary = context.summary_of(payload)
    total = summary.cumulative.total
    run = context.run
    if run.dilution_by is DilutionBy.INSTRUMENT:
        if not run.dilution_factor:
            return MetricValue(None, UNSTATED, measurand=payload.measurand)
        total /= run.dilution_factor
    return MetricValue(
        total,
        standard_uncertainty=summary.counting if total else None,
        measurand=payload.measurand,
    )
