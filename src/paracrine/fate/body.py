"""A species' physiology as the parameters of a model; what the species lacks is left out, never scaled."""

from __future__ import annotations

from dataclasses import dataclass

from paracrine.core.notice import Notice
from paracrine.facts.species import Species
from paracrine.fate.model import FateModel

LARGE_VESSELS_FRAC = 0.25
"""Of the blood volume, outside the organs. Flow-limited: it shifts blood between organs, not what is cleared."""


@dataclass(frozen=True)
class Body:
    """Values of the physiological parameters of a model, and what the species table could not give."""

    values: dict[str, float]
    left_out: tuple[str, ...]
    notices: tuple[Notice, ...]


def body_of(species: Species, model: FateModel) -> Body:
    """Return flows and volumes by the model's names.

    The tables' vascular spaces add up to more than the blood volume, so they are shrunk by one factor to what the
    large vessels leave. An organ without a complete row gets no flow and no uptake; its share stays with the rest.
    """
    wanted = set(model.system.parameters)
    values: dict[str, float] = {"weight_g": species.weight_g}
    rest_ml = species.weight_g - species.blood_ml - sum(organ.volume_ml - organ.vascular_ml for organ in species.organs)
    vascular = {organ.name: organ.vascular_ml for organ in species.organs}
    vascular["rest"] = species.rest_vascular_frac * rest_ml
    shrink = min(1.0, (1 - LARGE_VESSELS_FRAC) * species.blood_ml / sum(vascular.values()))
    values["blood_ml"] = species.blood_ml - shrink * sum(vascular.values())
    values |= {f"{name}_vascular_ml": shrink * volume for name, volume in vascular.items()}
    values |= {f"{organ.name}_volume_ml": organ.volume_ml for organ in species.organs}
    values["rest_volume_ml"] = rest_ml
    values |= {f"{organ.name}_flow_ml_h": organ.flow_ml_h for organ in species.organs}
    drained = sum(organ.flow_ml_h for organ in species.organs if organ.name not in ("lung", "spleen", "gut"))
    values["rest_flow_ml_h"] = species.cardiac_output_ml_h - drained
    missing = tuple(name for name, _ in species.not_assessed if f"{name}_vascular_ml" in wanted)
    for name in missing:
        values |= dict.fromkeys((f"{name}_flow_ml_h", f"{name}_uptake_ml_h", f"{name}_influx_ml_h"), 0.0)
    notices = tuple(
        Notice(code="organ-not-assessed", message=f"{name} of the {species.name} is not assessed: {why}", concerns=name)
        for name, why in species.not_assessed
        if name in missing
    )
    return Body({name: value for name, value in values.items() if name in wanted}, missing, notices)
