"""Rotors as the sedimentation law takes them."""

from __future__ import annotations

from paracrine.facts.production_facts import find_rotor
from paracrine.physics.sedimentation import Rotor


def rotor_by_name(name: str) -> Rotor:
    """Return a rotor of the fact table.

    Raises:
        UnknownName: when its geometry is not in the table; the hint names the nearest.
    """
    return Rotor(**find_rotor(name))
