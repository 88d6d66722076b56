"""Choose where long work runs; the numbers do not depend on it."""

from __future__ import annotations

from paracrine.core.catalog import Catalog
from paracrine.core.progress import Executor

EXECUTORS = Catalog("paracrine.bench.executors", ("NAME", "TITLE", "open_executor"))


def choose_executor(name: str = "", *, workers: int = 0, cluster: str = "") -> Executor:
    """Return an executor by name; without one, the cluster where an address is given, else all cores.

    Args:
        name: of a module in `bench/executors/` or of the entry-point group of that name.
        workers: processes; 0 takes one a core.
        cluster: address of a scheduler.

    Raises:
        UnknownName: when there is no such executor.
    """
    chosen = name or ("dask" if cluster else "processes")
    executor: Executor = EXECUTORS.load(chosen).open_executor(workers=workers, cluster=cluster)
    return executor
