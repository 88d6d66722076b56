"""Thousands of simulations of one flow system, by code written from the flows, compiled once and kept."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np

from paracrine.core.errors import SolveError
from paracrine.numerics.ode import rodas
from paracrine.numerics.ode.flows import FlowSystem
from paracrine.numerics.ode.solve import (
    SMALLEST_FRAC,
    Floats,
    Injection,
    absolute_error,
    check_times,
    dose_factors,
    stretches,
)
from paracrine.numerics.ode.written import written_system

Runner = Callable[[Floats, Floats, Floats, Floats, Floats, Floats, Floats], int]
LANES = 8


def solve_population(
    system: FlowSystem,
    values: Mapping[str, float | Floats],
    injections: Sequence[Injection],
    times_h: Floats,
    *,
    dose_factor: Floats | None = None,
    relative_error: float = 1e-6,
    smallest_frac: float = SMALLEST_FRAC,
    workers: int = 1,
) -> Floats:
    """Return the states of many individuals, starting empty at time zero.

    The first call for a system writes and compiles its code, which takes seconds; then it lies in the user's cache.

    Args:
        system: the flows.
        values: every parameter by name: a number, or one value an individual.
        injections: what enters when.
        times_h: increasing, not negative [h].
        dose_factor: factor on every injection, one an individual, or [individual, state].
        relative_error: wanted of each state.
        smallest_frac: absolute error allowed, as a share of the relative one times the dose.
        workers: threads.

    Returns:
        [individual, time, state].

    Raises:
        InputError: when the times are not increasing or an injection is negative.
        SolveError: when the steps of an individual lead nowhere.
    """
    check_times(times_h)
    arrays = [np.asarray(values[name], dtype=np.float64) for name in system.parameters]
    factors = dose_factors(dose_factor, len(system.states))
    count = max(len(factors), *(array.size for array in arrays))
    table = np.empty((count, len(arrays)))
    for column, array in enumerate(arrays):
        table[:, column] = array
    dose = np.array(np.broadcast_to(factors, (count, len(system.states))))
    parts = stretches(system.states, injections, float(times_h[-1]))
    cuts = np.array([*(part.start_h for part in parts), float(times_h[-1])])
    given = np.array([[part.jump, part.inflow_per_h] for part in parts])
    accuracy = np.array([relative_error, absolute_error(injections, relative_error, smallest_frac)])
    out = np.zeros((count, times_h.size, len(system.states)))
    run = _runner(system)

    def work(span: slice) -> int:
        failed = run(table[span], dose[span], cuts, given, times_h, accuracy, out[span])
        return failed if failed < 0 else failed + span.start

    spans = _spans(count, workers)
    with ThreadPoolExecutor(workers) as pool:
        failures = [failed for failed in pool.map(work, spans) if failed >= 0]
    if failures:
        raise SolveError(f"the steps lead nowhere among individuals {failures[0]} to {failures[0] + LANES - 1}")
    return out


def _spans(count: int, workers: int) -> list[slice]:
    each = max(1, -(-count // (workers * LANES))) * LANES
    return [slice(start, min(start + each, count)) for start in range(0, count, each)]


@cache
def _runner(system: FlowSystem) -> Runner:
    text = written_system(system)
    # The coefficients of the method are frozen into the compiled code, so they are part of its name.
    name = hashlib.sha256((text + inspect.getsource(rodas)).encode()).hexdigest()[:20]
    path = _kept(name, text)
    spec = importlib.util.spec_from_file_location(f"paracrine_flows_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # numba looks the module up by name when it reads compiled code back.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return cast("Runner", module.run_population)


def _kept(name: str, text: str) -> Path:
    """Return the file with the code; a folder a system, because compiled code lies beside it."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    folder = Path(home).expanduser() / "paracrine" / "flows" / name
    path = folder / "flows.py"
    try:
        if not path.is_file() or path.read_text("utf-8") != text:
            folder.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=folder, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(beside).replace(path)
    except OSError:
        path = Path(tempfile.mkdtemp(prefix="paracrine-flows-")) / "flows.py"
        path.write_text(text, "utf-8")
    return path
