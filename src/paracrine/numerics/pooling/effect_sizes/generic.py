"""An effect and its variance as somebody else computed them."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.measure import Columns, Measure
from paracrine.numerics.pooling.weighted import FloatArray

TITLE = "effect and variance as given"
COLUMNS = ("effect", "variance")


def _given(columns: Columns) -> tuple[FloatArray, FloatArray]:
    return np.asarray(columns["effect"], float), np.asarray(columns["variance"], float)


MEASURES = {
    "generic": Measure("effect as given", _given, short="effect"),
    "generic_log": Measure("ratio as given", _given, "exp", short="ratio"),
}
