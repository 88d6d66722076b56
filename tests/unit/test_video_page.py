"""The page of a raw video: answer first, nothing fetched, every name escaped, charts that the schema knows."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from page_reading import Page

from paracrine.characterization.inference.video_record import (
    BandRecord,
    SettingLine,
    ThresholdAnswer,
    VideoAnalysis,
)
from paracrine.core.notice import Notice, Severity
from paracrine.core.quantity import Budget, Component, Quantity
from paracrine.figures.video_frame import DrawnPath, FrameSample, common_contrast, draw_frame
from paracrine.report.video_page import VideoPageContent, video_headline, video_html


def quantity(value: float, unit: str, *, half: float) -> Quantity:
    return Quantity(value=value, unit=unit, low=value - half, high=value + half)


def band(middle_nm: float, *, lowest_nm: float = 0.0) -> BandRecord:
    edges = np.geomspace(40, 400, 61)
    shares = np.exp(-0.5 * (np.log(np.sqrt(edges[1:] * edges[:-1]) / middle_nm) / 0.2) ** 2)
    shares[edges[1:] <= lowest_nm] = 0
    shares /= shares.sum()
    sizes = {f"d{n}": quantity(middle_nm * f, "nm", half=3.0 + n / 30) for n, f in ((10, 0.8), (50, 1.0), (90, 1.3))}
    return BandRecord(
        edges_nm=tuple(edges.tolist()),
        shares=tuple(shares.tolist()),
        low_shares=tuple((0.8 * shares).tolist()),
        high_shares=tuple((1.3 * shares).tolist()),
        deviation=quantity(middle_nm / 5, "nm", half=2.0),
        budget=Budget(scale="relative", components=(Component(name="particles tracked", standard_uncertainty=0.01),)),
        lowest_nm=lowest_nm,
        **sizes,
    )


@cache
def analysis() -> VideoAnalysis:
    named = [
        ("pixel_um", 0.166, "um", "file"),
        ("frames_per_s", 25.0, "1/s", "user"),
        ("exposure_ms", 20.0, "ms", "assumed"),
    ]
    return VideoAnalysis(
        name='<b>"v" & 1</b>.avi',
        sha256="ab" * 32,
        size_bytes=1_234_567,
        encoding="raw AVI",
        frames_count=750,
        width_px=48,
        height_px=32,
        bit_depth=8,
        settings=tuple(SettingLine(name=n, value=v, unit=u, stated_by=by) for n, v, u, by in named),
        tracking=(SettingLine(name="refractive_index", value=1.4, stated_by="assumed"),),
        spots_per_frame=71.5,
        tracks_count=4100,
        analysed_tracks_count=2150,
        median_spots_per_track=7.0,
        mean_diffusion=quantity(3.9, "um2/s", half=0.1),
        mean_diameter=quantity(127.0, "nm", half=3.0),
        tracked=band(124.0),
        whole=band(117.0, lowest_nm=88.0),
        per_frame=quantity(69.0, "1/frame", half=6.0),
        particles_count=720,
        per_image_area_mm2=quantity(8600.0, "1/mm2", half=700.0),
        concentration=None,
        concentration_reason="nobody stated the depth",
        count_budget=None,
        drift_um_per_s=0.71,
        vibration_um=0.0,
        exponent=0.99,
        localisation_nm=42.0,
        notices=(
            Notice(code="b", message="a small remark", severity=Severity.NOTE),
            Notice(code="a", message="a grave doubt", severity=Severity.SERIOUS),
        ),
        thresholds=tuple(
            ThresholdAnswer(
                threshold_ratio=ratio,
                spots_per_frame=70.0 / ratio,
                tracks_count=900,
                tracked_d50=quantity(120 + ratio, "nm", half=3),
                whole_d50=None,
                chosen=ratio == 5.2,
            )
            for ratio in (4.7, 5.2, 6.8)
        ),
        software_version="0.1.0",
        fingerprint="cd" * 32,
    )


def content(found: VideoAnalysis) -> VideoPageContent:
    rng = np.random.default_rng(1)
    pixels = rng.poisson(20, (32, 48)).astype(np.uint8)
    path = DrawnPath(np.array([3.0, 4.5]), np.array([7.0, 8.25]), "track 3: <118 nm>", True)
    short = DrawnPath(np.array([20.0]), np.array([9.0]), "track 4: too short for a size", False)
    frames = tuple(FrameSample(n, n / 25, pixels, 5.0, (path, short)) for n in (90, 280))
    sizes = rng.lognormal(np.log(120), 0.3, 50)
    return VideoPageContent(
        analysis=found,
        frames=frames,
        track=np.arange(50),
        diameter_nm=sizes,
        relative_error=np.full(50, 0.2),
        brightness_counts=sizes / 4,
        spots_count=np.full(50, 9),
        time_s=np.arange(750) / 25,
        drift_x_um=np.linspace(0, 9, 750),
        drift_y_um=np.linspace(0, -4, 750),
    )


@cache
def page_text() -> str:
    return video_html(content(analysis()))


def test_the_first_sentence_has_both_medians_and_what_is_missing() -> None:
    said = video_headline(analysis())
    assert "tracked particles have a median diameter of 124" in said
    assert "all particles above 88" in said
    assert "117" in said
    assert said.endswith("concentration not assessed.")
    nothing = analysis().model_copy(update={"tracked": None, "tracked_reason": "3 tracks; 20 are needed"})
    assert video_headline(nothing).endswith("no size distribution; 3 tracks; 20 are needed.")


def test_everything_asked_for_is_on_the_page_without_javascript() -> None:
    page = Page(page_text())
    assert len(page.all("svg", of_class="frame-svg")) == 2
    assert len(page.all("polyline", of_class="sized")) == 2
    assert len(page.all("circle", of_class="short")) == 2
    titles = [element.text for element in page.all("h3")]
    assert titles == [
        "As tracked",
        "Corrected for what was not seen",
        "Size and brightness",
        "Drift",
        "How the answer moves with the detection threshold",
    ]
    assert len(page.all("div", of_class="picture")) == 5
    assert page_text().count("<svg") >= 7
    assert "nobody: assumed" in page.one("settings").text
    assert "not assessed" in page.one("numbers").text
    notes = [element.text for element in page.all("p", of_class="note")]
    assert notes[0].startswith("Serious 1.")


def test_nothing_is_fetched_and_names_are_escaped() -> None:
    body = page_text().split("<script>", 1)[0]
    assert '<b>"v"' not in body
    assert "&lt;118 nm&gt;" in body
    assert not re.findall(r'(?:src|href)="(?!#|data:image/jpeg|[a-z]+\.(?:json|csv|npz)")[^"]*"', body)


def test_a_page_does_not_depend_on_what_was_drawn_before() -> None:
    assert video_html(content(analysis())) == page_text()


def test_a_video_without_sizes_keeps_its_frames_and_its_reasons() -> None:
    bare = analysis().model_copy(
        update={"tracked": None, "tracked_reason": "3 tracks", "whole": None, "whole_reason": "3 tracks",
                "mean_diffusion": None, "mean_diameter": None, "thresholds": ()}
    )  # fmt: skip
    empty = {name: np.zeros(0) for name in ("diameter_nm", "relative_error", "brightness_counts")}
    none = np.zeros(0, dtype=np.int64)
    page = Page(video_html(replace(content(bare), track=none, spots_count=none, **empty)))
    assert "Not assessed: 3 tracks" in page.one("sizes").text
    assert len(page.all("svg", of_class="frame-svg")) == 2


def test_one_contrast_for_all_frames() -> None:
    dark, bright = np.full((4, 4), 10, dtype=np.uint8), np.full((4, 4), 90, dtype=np.uint8)
    frames = [FrameSample(n, 0.0, pixels, 4.0, ()) for n, pixels in enumerate((dark, bright))]
    assert common_contrast(frames) == (10.0, 90.0)
    assert "data:image/jpeg;base64," in draw_frame(frames[0], low_counts=10, high_counts=90)


@pytest.mark.slow
def test_charts_keep_to_the_vega_lite_schema() -> None:
    """Rung 3: Altair carries the schema of Vega-Lite and checks against it."""
    from paracrine.report.video_page import _numbered

    altair = pytest.importorskip("altair")
    for chart, _ in _numbered(content(analysis())):
        altair.Chart.from_dict(chart.spec, validate=True)
