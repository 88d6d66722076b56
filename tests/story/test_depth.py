"""Beads of known concentration: tracked, calibrated, used for a sample."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.core.errors import InputError

PER_ML = 2.4e9


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from paracrine.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_bead_video_calibrates_the_depth_that_a_sample_is_counted_in(tmp_path: Path) -> None:
    """Analytic: a video counted in the depth that itself gave holds what was stated; 10 % more depth, 10 % fewer."""
    nta = open_bench().nta
    made = nta.simulate(
        tmp_path / "virtual", d50_nm=140.0, frames_count=60, width_px=240, height_px=180, concentration_per_ml=PER_ML
    )
    beads = nta.track(made.videos, made.settings, out=tmp_path / "beads").videos[0]
    assert beads.analysis is not None
    told = json.loads(run("depth", str(beads.folder), "--per-ml", "2.4e9±2e8", "--bead-nm", "140", "--json").stdout)
    assert told["depth_um"] == pytest.approx(beads.analysis.per_image_area_mm2.value / (PER_ML * 1e-6))
    assert told["options"].startswith("--depth-um ")
    depth = f"{1.1 * told['depth_um']}±{told['depth_95_pct_half_width_um']}"
    settings = made.settings.model_copy(update={"depth_um": depth})
    sample = nta.track(made.videos, settings, out=tmp_path / "sample").videos[0].analysis
    assert sample is not None
    assert sample.concentration is not None
    assert sample.concentration.value == pytest.approx(PER_ML / 1.1, rel=1e-6)


def test_no_tracked_beads_no_depth(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no tracked video"):
        open_bench().nta.depth(tmp_path, per_ml=1e9, bead_nm=100.0)
    found = run("depth", str(tmp_path), "--per-ml", "1e9", "--bead-nm", "100")
    assert found.returncode == 2
    assert "track the bead video first" in found.stderr
