"""Paracrine: the open workbench for cell-free therapeutics made from mesenchymal stromal cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paracrine.core.version import __version__

if TYPE_CHECKING:
    from paracrine.bench import open_bench

__all__ = ["__version__", "open_bench"]


def __getattr__(name: str) -> Any:
    if name == "open_bench":
        from paracrine.bench import open_bench

        return open_bench
    raise AttributeError(f"module 'paracrine' has no attribute {name!r}")
