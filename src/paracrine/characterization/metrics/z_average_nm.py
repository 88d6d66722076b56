"""Z-average diameter of dynamic light scattering."""

from __future__ import annotations

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.core.run import Technique
from paracrine.payloads.scalars import Scalars

METRIC = Metric(
    name="z_average_nm",
    title="Z-average diameter",
    unit="nm",
    payload_kind="scalars",
    scale="relative",
    definition=(
        "Intensity-weighted harmonic mean hydrodynamic diameter of the cumulant fit, as the instrument computed it; "
        "mean over runs. Where a file holds two analyses, the branch is named in the origin."
    ),
    techniques=(Technique.DLS,),
)


def measure(payload: Scalars, context: MetricContext) -> MetricValue:
    """Take Z-average of one run as the instrument computed it."""
    value = payload.values.get("z_average_nm")
    if value is None:
        return MetricValue(None, "the file states no Z-average")
    return MetricValue(value)
