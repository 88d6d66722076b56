"""The same videos on one core, on several processes and on a cluster give the same files."""

from __future__ import annotations

from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.bench.executing import choose_executor
from paracrine.bench.nta.track import TrackReport, track_videos
from paracrine.core.progress import Executor, Silent

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def results(report: TrackReport) -> dict[str, bytes]:
    assert report.unreadable == ()
    return {
        f"{video.name}/{path.name}": path.read_bytes() for video in report.videos for path in video.folder.iterdir()
    }


def test_one_core_processes_and_a_cluster_give_the_same_files(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="extra cluster is not installed")
    made = open_bench().nta.simulate(
        tmp_path, frames_count=50, width_px=320, height_px=240, concentration_per_ml=2.4e9, videos_count=2, seed=40
    )

    def track(executor: Executor, name: str) -> dict[str, bytes]:
        out = tmp_path / name
        return results(
            track_videos(made.videos, made.settings, out=out, executor=executor, progress=Silent(), resamples=20)
        )

    serial = track(choose_executor("serial"), "serial")
    assert len(serial) == 12
    assert track(choose_executor("processes", workers=2), "processes") == serial
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, protocol="tcp", host="127.0.0.1"
    ) as cluster:
        assert track(choose_executor("dask", cluster=cluster.scheduler_address), "dask") == serial
