"""Progress, cancelling and executors: what every long verb takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Cancelled(Exception):  # noqa: N818  not an error
    """The user stopped the work; nothing partial is kept."""


class Progress(Protocol):
    """Told how far a verb is; may raise `Cancelled` from `advance`."""

    def start(self, label: str, total: int) -> None:
        """Begin a stage of `total` items."""

    def advance(self, label: str, steps: int = 1) -> None:
        """Report finished items of a stage."""


class Silent:
    """A progress that says nothing."""

    def start(self, label: str, total: int) -> None:
        """Ignore."""

    def advance(self, label: str, steps: int = 1) -> None:
        """Ignore."""


class Executor(Protocol):
    """Runs one pure function over items; results come in the order of the items."""

    def map(
        self, work: Callable[[Item], Result], items: Iterable[Item], *, on_done: Callable[[], None]
    ) -> Iterator[Result]:
        """Yield results in order, calling `on_done` after each finished item."""
        ...


class SerialExecutor:
    """One item after the other in this process."""

    def map(
        self, work: Callable[[Item], Result], items: Iterable[Item], *, on_done: Callable[[], None]
    ) -> Iterator[Result]:
        """Yield results in order."""
        for item in items:
            result = work(item)
            on_done()
            yield result


class ProcessExecutor:
    """A pool of processes on this machine; work and items must be picklable in memory.

    Processes are spawned, never forked: a fork of a program with threads may hang. A pool costs about two seconds
    to start, so one item alone is worked on here.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def map(
        self, work: Callable[[Item], Result], items: Iterable[Item], *, on_done: Callable[[], None]
    ) -> Iterator[Result]:
        """Yield results in order once all are done; the first error ends the pool."""
        from concurrent.futures import ProcessPoolExecutor, as_completed
        from multiprocessing import get_context

        waiting = list(items)
        if len(waiting) < 2:
            yield from SerialExecutor().map(work, waiting, on_done=on_done)
            return
        with ProcessPoolExecutor(min(self.workers, len(waiting)), mp_context=get_context("spawn")) as pool:
            futures = [pool.submit(work, item) for item in waiting]
            try:
                for future in as_completed(futures):
                    future.result()
                    on_done()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            yield from (future.result() for future in futures)


@contextmanager
def stage(progress: Progress, label: str, total: int) -> Iterator[Callable[[], None]]:
    """Announce a stage and hand out the function that advances it."""
    progress.start(label, total)
    yield lambda: progress.advance(label)
