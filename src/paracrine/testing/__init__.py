"""Checks that hold variants, ours and other people's, to their contracts."""

from __future__ import annotations

from paracrine.testing.metric import check_derived, check_metric
from paracrine.testing.model import check_model, check_route
from paracrine.testing.reader import check_reader
from paracrine.testing.step import check_step
from paracrine.testing.workspace import check_workspace

__all__ = [
    "check_derived",
    "check_metric",
    "check_model",
    "check_reader",
    "check_route",
    "check_step",
    "check_workspace",
]
