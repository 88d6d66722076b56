"""What changes the fate besides species and dose: label, surface, disease; one file each, each with range and grade."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from pydantic import Field

from paracrine.core.catalog import nearest
from paracrine.core.errors import UnknownName
from paracrine.core.parameter import Grade
from paracrine.core.records import Record

MULTIPLIED = ("phagocyte_uptake", "brain_influx")
"""What a surface or a disease may multiply: uptake in liver and spleen, or what the brain's vessel wall clears."""


class Span(Record):
    """A range between whose ends nothing is preferred on a logarithmic scale, from zero on a linear one."""

    kind: ClassVar[str] = "span"

    low: float
    high: float
    source: str = ""
    grade: str = Grade.ASSUMPTION.value
    note: str = ""


class Label(Record):
    """How an assay sees vesicles: what is free from the start, what stays in tissue, what is carried away."""

    kind: ClassVar[str] = "label"

    name: str
    title: str
    summary: str
    decay_corrected: bool
    grade: str
    source: str
    free_in_injectate_frac: Span | None = None
    label_loss_factor: Span | None = None
    free_half_life_h: Span | None = None

    @property
    def shows(self) -> bool:
        """Whether there is a signal at all."""
        return self.label_loss_factor is not None


class Modifier(Record):
    """A surface or a disease as factors on the model."""

    kind: ClassVar[str] = "modifier"

    name: str
    title: str
    summary: str
    grade: str
    source: str
    multiplies: dict[str, Span] = Field(default_factory=dict)


@cache
def modifier_names(folder: str) -> tuple[str, ...]:
    """List the files of `labels`, `surfaces` or `diseases`."""
    entries = files("paracrine.fate").joinpath(folder).iterdir()
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml")))


def read_label(name: str) -> Label:
    """Read a label class.

    Raises:
        UnknownName: when there is none of that name.
    """
    return Label.model_validate({"name": name, **_read("labels", name)})


def read_surface(name: str) -> Modifier:
    """Read a surface.

    Raises:
        UnknownName: when there is none of that name.
    """
    return Modifier.model_validate({"name": name, **_read("surfaces", name)})


def read_disease(name: str) -> Modifier:
    """Read a disease state.

    Raises:
        UnknownName: when there is none of that name.
    """
    return Modifier.model_validate({"name": name, **_read("diseases", name)})


def _read(folder: str, name: str) -> dict[str, Any]:
    known = modifier_names(folder)
    if name not in known:
        raise UnknownName(f"no {folder.removesuffix('s')} called {name!r}", hint=nearest(name, known))
    return tomllib.loads(files("paracrine.fate").joinpath(folder, f"{name}.toml").read_text(encoding="utf-8"))
