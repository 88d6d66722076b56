"""Polydispersity index of dynamic light scattering."""

from __future__ import annotations

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.core.run import Technique
from paracrine.payloads.scalars import Scalars

METRIC = Metric(
    name="polydispersity_index",
    title="Polydispersity index",
    unit="1",
    payload_kind="scalars",
    scale="absolute",
    definition=(
        "Second cumulant over the square of the first (dimensionless width of the cumulant fit), as the instrument "
        "computed it; mean over runs."
    ),
    bounds=(0.0, float("inf")),
    techniques=(Technique.DLS,),
)


def measure(payload: Scalars, context: MetricContext) -> MetricValue:
    """Take polydispersity index of one run as the instrument computed it."""
    value = payload.values.get("polydispersity_index")
    if value is None:
        return MetricValue(None, "the file states no polydispersity index")
    return MetricValue(value)
