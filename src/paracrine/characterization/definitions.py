"""Every attribute this room can give, with its definition: for the reference pages."""

from __future__ import annotations

from dataclasses import dataclass

from paracrine.characterization.derivation import load_derived
from paracrine.characterization.measuring import load_metrics
from paracrine.characterization.protein import PROTEIN
from paracrine.characterization.undiluted import UNDILUTED


@dataclass(frozen=True, slots=True)
class Definition:
    """One attribute as the reference shows it."""

    name: str
    title: str
    unit: str
    made_from: str
    """The payload it is measured on, or the attributes it is derived from."""
    definition: str
    cites: tuple[str, ...]


def list_definitions() -> tuple[Definition, ...]:
    """Return all attributes: metrics, what sample and plate add, derived metrics, ours and other people's."""
    metrics = [*(module.METRIC for module in load_metrics()), UNDILUTED, PROTEIN]
    measured = [Definition(m.name, m.title, m.unit, m.payload_kind, m.definition, m.cites) for m in metrics]
    derived = [
        Definition(d.name, d.title, d.unit, ", ".join(module.NEEDS), d.definition, d.cites)
        for module in load_derived()
        for d in (module.DERIVED,)
    ]
    return (*measured, *derived)
