"""Single particles counted into a size distribution."""

from __future__ import annotations

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution

_LINEAR_END_NM = 1000
_STEP_ABOVE_RATIO = 1.01


def count_diameters(diameters_nm: FloatArray, *, kind: DiameterKind) -> SizeDistribution:
    """Count diameters in bins of 1 nm up to 1000 nm and of 1 % above.

    Args:
        diameters_nm: shape (particles,), nm.
        kind: what kind of diameter it is.

    Raises:
        InputError: when a diameter is not a positive finite number.
    """
    if not np.all(np.isfinite(diameters_nm)) or np.any(diameters_nm <= 0):
        raise InputError("a diameter is missing, zero or negative", hint="export the file again")
    edges = np.arange(_LINEAR_END_NM + 1, dtype=np.float64)
    largest = float(diameters_nm.max(initial=0.0))
    if largest >= _LINEAR_END_NM:
        steps = int(np.floor(np.log(largest / _LINEAR_END_NM) / np.log(_STEP_ABOVE_RATIO))) + 2
        edges = np.append(edges, _LINEAR_END_NM * _STEP_ABOVE_RATIO ** np.arange(1, steps + 1))
    counts = np.histogram(diameters_nm, bins=edges)[0].astype(np.float64)
    return SizeDistribution(
        edges_nm=edges,
        contents=counts,
        contents_unit="particles",
        measurand=Measurand(diameter=kind, weighting=Weighting.NUMBER),
        tracks_count=float(diameters_nm.size),
        tracks_per_bin=counts,
    )
