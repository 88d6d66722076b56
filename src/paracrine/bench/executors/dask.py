"""The workers of a Dask cluster: extra `cluster`. They must see the files under the same paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from paracrine.core.errors import InputError, MissingExtra
from paracrine.core.progress import Executor, Item, Result

NAME = "dask"
TITLE = "the workers of a Dask cluster (extra `cluster`)"
_ANSWER_WITHIN = "10s"


@dataclass(frozen=True, slots=True)
class DaskExecutor:
    """Sends items to the scheduler at `address`; the same functions run there as here."""

    address: str

    def map(
        self, work: Callable[[Item], Result], items: Iterable[Item], *, on_done: Callable[[], None]
    ) -> Iterator[Result]:
        """Yield results in order once all are done; the first error cancels the rest.

        Raises:
            MissingExtra: when Dask is not installed.
            InputError: when no scheduler answers.
        """
        waiting = list(items)
        if not waiting:
            return
        distributed, client = _require_dask(), _connect(self.address)
        try:
            futures = [client.submit(work, item, pure=False) for item in waiting]
            try:
                for future in distributed.as_completed(futures, loop=client.loop):
                    future.result()
                    on_done()
            except BaseException:
                client.cancel(futures)
                raise
            yield from client.gather(futures)
        finally:
            client.close()


def open_executor(*, workers: int, cluster: str) -> Executor:
    """Return an executor over a cluster; it has as many workers as it has.

    Raises:
        InputError: when no address is given.
        MissingExtra: when Dask is not installed.
    """
    if not cluster:
        raise InputError("which cluster?", hint="give its scheduler: --cluster tcp://host:8786")
    _require_dask()
    return DaskExecutor(cluster)


def _require_dask() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise MissingExtra("a cluster needs Dask", hint="pip install 'paracrine[cluster]'") from error
    return distributed


def _connect(address: str) -> Any:
    distributed = _require_dask()
    try:
        return distributed.Client(address, timeout=_ANSWER_WITHIN, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(
            f"no scheduler answers: {str(error).splitlines()[0]}",
            where=address,
            hint="start it with `dask scheduler`, workers with `dask worker`",
        ) from error
