"""Binding to a surface or a bead with a limited number of places."""

from __future__ import annotations

from typing import Any

import numpy as np


def bound_frac(single: Any, *, offered: Any, capacity: Any) -> Any:
    """Return the share bound when `single` would bind of few particles and places fill up.

    `bound = single * (1 - exp(-x)) / x` with `x = single * offered / capacity`: all of a small load, the capacity of a
    large one.
    """
    x = np.maximum(np.asarray(single) * np.asarray(offered) / np.asarray(capacity), 1e-12)
    return np.asarray(single) * -np.expm1(-x) / x
