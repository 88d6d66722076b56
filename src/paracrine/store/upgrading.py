"""Brings the body of an old entry to the newest known version when it is read; the sealed text stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from paracrine.core.catalog import Catalog

UPGRADES = Catalog("paracrine.store.upgrades", ("KIND", "FROM_VERSION", "upgrade"))
"""One file a step: `KIND`, `FROM_VERSION` and `upgrade(body) -> body` with a later kind or version in it."""


@cache
def _steps() -> Mapping[tuple[str, str], ModuleType]:
    return {(module.KIND, module.FROM_VERSION): module for module in UPGRADES}


def upgraded(body: dict[str, Any]) -> dict[str, Any]:
    """Apply upgrade steps until none is known for the kind and version.

    Raises:
        TypeError: when a step leads back to where it was (its author's mistake).
    """
    seen: set[tuple[str, str]] = set()
    place = (str(body.get("kind")), str(body.get("version")))
    while (step := _steps().get(place)) is not None:
        seen.add(place)
        body = step.upgrade(body)
        place = (str(body.get("kind")), str(body.get("version")))
        if place in seen:
            raise TypeError(f"{step.__name__} does not lead to a later version")
    return body
