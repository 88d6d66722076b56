"""Zeta potential of electrophoretic light scattering."""

from __future__ import annotations

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.core.run import Technique
from paracrine.payloads.scalars import Scalars

METRIC = Metric(
    name="zeta_potential_mv",
    title="Zeta potential",
    unit="mV",
    payload_kind="scalars",
    scale="absolute",
    definition=(
        "Zeta potential as the instrument computed it from the electrophoretic mobility by its own model; mean over "
        "runs."
    ),
    techniques=(Technique.ELS,),
)


def measure(payload: Scalars, context: MetricContext) -> MetricValue:
    """Take zeta potential of one run as the instrument computed it."""
    value = payload.values.get("zeta_potential_mv")
    if value is None:
        return MetricValue(None, "the file states no zeta potential")
    return MetricValue(value)
