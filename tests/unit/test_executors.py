"""Where work runs does not change what comes out."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from paracrine.bench.executing import EXECUTORS, choose_executor
from paracrine.core.errors import InputError, MissingExtra, UnknownName
from paracrine.core.progress import Executor, SerialExecutor


def square(number: int) -> int:
    if number < 0:
        raise InputError("no root of it is real", where=str(number))
    return number * number


@pytest.fixture
def scheduler() -> Iterator[str]:
    distributed = pytest.importorskip("distributed", reason="extra cluster is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp", host="127.0.0.1"
    ) as local:
        yield local.scheduler_address


def numbers(executor: Executor, items: list[int]) -> tuple[list[int], int]:
    done: list[int] = []
    found = list(executor.map(square, items, on_done=lambda: done.append(1)))
    return found, len(done)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same_numbers_in_the_same_order(scheduler: str) -> None:
    items = [5, 3, 8, 1, 13, 2]
    assert numbers(choose_executor(cluster=scheduler), items) == ([25, 9, 64, 1, 169, 4], 6)
    assert numbers(choose_executor("serial"), items) == ([25, 9, 64, 1, 169, 4], 6)


@pytest.mark.filterwarnings("ignore")
def test_the_error_of_an_item_is_the_error_of_the_whole(scheduler: str) -> None:
    with pytest.raises(InputError, match="no root"):
        numbers(choose_executor("dask", cluster=scheduler), [4, -1, 9])


@pytest.mark.filterwarnings("ignore")
def test_no_scheduler_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="extra cluster is not installed")
    monkeypatch.setattr("paracrine.bench.executors.dask._ANSWER_WITHIN", "1s")
    with pytest.raises(InputError, match="no scheduler answers"):
        numbers(choose_executor("dask", cluster="tcp://127.0.0.1:9"), [1])


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra) as refused:
        choose_executor("dask", cluster="tcp://127.0.0.1:9")
    assert "paracrine[cluster]" in refused.value.hint


def test_executors_are_found_by_name_and_the_nearest_is_suggested() -> None:
    assert {"serial", "processes", "dask"} <= set(EXECUTORS.names())
    assert all(module.NAME in EXECUTORS.names() and module.TITLE for module in EXECUTORS)
    assert isinstance(choose_executor(workers=1), SerialExecutor)
    with pytest.raises(UnknownName, match="processes"):
        choose_executor("process")
    with pytest.raises(InputError, match="which cluster"):
        choose_executor("dask")
