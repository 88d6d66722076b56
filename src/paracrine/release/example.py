"""Published release tables, shipped as examples: limits of those products and of no other."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from paracrine.core.catalog import nearest
from paracrine.core.errors import UnknownName
from paracrine.core.specification import Specification
from paracrine.release.specification import parse_specification


def list_example_specifications() -> tuple[str, ...]:
    """Return the names of the published release tables."""
    return tuple(sorted(item.name.removesuffix(".toml") for item in _folder().iterdir() if item.name.endswith(".toml")))


def load_example_specification(name: str) -> Specification:
    """Return a published release table; `example` is true in each.

    Raises:
        UnknownName: when there is none of that name; the hint names the nearest.
    """
    return parse_specification(read_example_text(name), where=f"{name}.toml")


def read_example_text(name: str) -> str:
    """Return the table as spec.toml text, to copy and change.

    Raises:
        UnknownName: when there is none of that name; the hint names the nearest.
    """
    if name not in list_example_specifications():
        raise UnknownName(
            f"no example specification called {name!r}", hint=nearest(name, list_example_specifications())
        )
    return (_folder() / f"{name}.toml").read_text("utf-8")


def _folder() -> Traversable:
    return files("paracrine.release") / "examples"
