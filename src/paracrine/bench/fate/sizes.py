"""Sizes of a preparation for a fate question: from an instrument's file or from a batch of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paracrine.core.errors import InputError
from paracrine.core.measurement import Measurement
from paracrine.fate.guard import Sizes
from paracrine.numerics.distributions.percentile import percentiles
from paracrine.payloads.size_distribution import SizeDistribution

if TYPE_CHECKING:
    from paracrine.bench.bench import Bench

_FRACTIONS = (0.1, 0.5, 0.9)


def sizes_from(place: str | Path, *, bench: Bench) -> Sizes:
    """Return D10, D50 and D90 by number.

    Args:
        place: an instrument file, or the name of a batch in the workspace of the bench.
        bench: with its workspace.

    Raises:
        InputError: when neither holds a size distribution by number.
        UnknownName: when the workspace has no such batch.
    """
    path = Path(place)
    return _from_file(path) if path.is_file() else _from_batch(str(place), bench)


def _from_file(path: Path) -> Sizes:
    from paracrine.readers.intake import read_file

    runs = read_file(path)
    found = [
        payload
        for run in runs
        for payload in run.payloads
        if isinstance(payload, SizeDistribution) and payload.total > 0 and _by_number(payload)
    ]
    if not found:
        raise InputError("no size distribution by number in the file", where=str(path))
    each = [percentiles(one.edges_nm, one.contents, _FRACTIONS) for one in found]
    d10, d50, d90 = (float(sum(one[i] for one in each) / len(each)) for i in range(3))
    source = runs[0].source
    return Sizes(d10, d50, d90, f"{source.name}, {len(each)} distributions, sha256 {source.sha256[:12]}")


def _by_number(payload: SizeDistribution) -> bool:
    return payload.measurand.weighting is None or payload.measurand.weighting.value == "number"


def _from_batch(batch: str, bench: Bench) -> Sizes:
    from paracrine.core.catalog import nearest
    from paracrine.core.errors import UnknownName

    workspace = bench.existing_workspace()
    bodies = [entry.body for entry in workspace.entries("measurement")]
    measured = [Measurement.from_data(body) for body in bodies if body.get("kind") == "measurement"]
    batches = sorted({one.batch for one in measured})
    if batch not in batches:
        raise UnknownName(f"no file and no batch called {batch!r}", where="size-from", hint=nearest(batch, batches))
    values = {}
    for name in ("diameter_d10_nm", "diameter_d50_nm", "diameter_d90_nm"):
        own = [one for one in measured if one.batch == batch and one.attribute == name and one.quantity is not None]
        if not own:
            raise InputError(f"batch {batch} has no {name}", where="size-from")
        values[name] = own[-1].quantity.value if own[-1].quantity else 0.0
    d10, d50, d90 = values.values()
    return Sizes(d10, d50, d90, f"batch {batch} of the workspace")
