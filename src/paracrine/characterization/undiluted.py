"""The concentration of the sample before its dilution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from paracrine.characterization.assembling import Subject, assemble_measurement, mean_of_vendor, unique_notices
from paracrine.characterization.dilution import Dilution, settle_dilution
from paracrine.characterization.measuring import RunValue
from paracrine.characterization.metric import Metric
from paracrine.core.measurement import Measurement, State
from paracrine.core.quantity import Component

UNDILUTED = Metric(
    name="particle_concentration_undiluted_per_ml",
    title="Particle concentration, undiluted",
    unit="1/mL",
    payload_kind="size_distribution",
    scale="relative",
    definition=(
        "Concentration as measured times the dilution factor, applied once; the relative uncertainty of the dilution "
        "is the stated pipetting CV times the root of the dilution steps. Blanks are not subtracted."
    ),
    cites=("doi:10.59161/JCGM100-2008E",),
    vendor_names=("particle_concentration_per_ml",),
    zero_is_a_result=True,
)


def measure_undiluted(subject: Subject, values: Sequence[RunValue]) -> Measurement:
    """Return the undiluted concentration of a material from its as-measured runs, or why there is none."""
    dilutions = {
        sample.name: settle_dilution(sample, [item.use for item in values if item.use.sample == sample.name])
        for sample in subject.material.samples
        if any(item.use.sample == sample.name for item in values)
    }
    notices = [notice for dilution in dilutions.values() for notice in dilution.notices]
    unsettled = next((dilution for dilution in dilutions.values() if dilution.factor is None), None)
    if unsettled is not None:
        frame = assemble_measurement(UNDILUTED, subject, values)
        return _refused(frame, unsettled.reason).model_copy(
            update={"notices": unique_notices([*frame.notices, *notices])}
        )
    factors = {name: dilution.factor or 1.0 for name, dilution in dilutions.items()}
    per_count = subject.concentration_per_count
    scaled_subject = replace(
        subject,
        concentration_per_count=None if per_count is None else per_count * max(factors.values()),
        shared_parts=_dilution_parts(list(dilutions.values())),
    )
    done = assemble_measurement(UNDILUTED, scaled_subject, [_scaled(item, factors[item.use.sample]) for item in values])
    vendor = mean_of_vendor(
        UNDILUTED.vendor_names, UNDILUTED.unit, [item.use for item in values if item.use.included], diluted=True
    )
    statements = dict.fromkeys(dilution.statement for dilution in dilutions.values())
    provenance = done.provenance.model_copy(
        update={
            "assumptions": (*done.provenance.assumptions, *statements),
            "made_by": "characterization.undiluted",
        }
    )
    return done.model_copy(
        update={
            "provenance": provenance,
            "notices": unique_notices([*done.notices, *notices]),
            "beside": tuple(item for item in (vendor, *done.beside) if item is not None),
        }
    )


def _scaled(item: RunValue, factor: float) -> RunValue:
    value = item.value.value
    return replace(item, value=item.value._replace(value=None if value is None else value * factor))


def _refused(frame: Measurement, reason: str) -> Measurement:
    values = tuple(item.model_copy(update={"value": None}) for item in frame.replicates)
    return frame.model_copy(
        update={
            "state": State.NOT_ASSESSED,
            "reason": reason,
            "quantity": None,
            "budget": None,
            "beside": (),
            "replicates": values,
            "provenance": frame.provenance.model_copy(update={"made_by": "characterization.undiluted"}),
        }
    )


def _dilution_parts(dilutions: Sequence[Dilution]) -> tuple[Component, ...]:
    """Return the dilution's part; between separately diluted replicates it is already in the scatter."""
    parts = tuple(dilution.component for dilution in dilutions if dilution.component is not None)
    return parts if len(dilutions) == 1 else tuple(_already_inside(part) for part in parts)


def _already_inside(part: Component) -> Component:
    return part.model_copy(
        update={
            "sensitivity": 0.0,
            "source": f"{part.source}; already inside the scatter of separately diluted samples",
        }
    )
