"""Write a virtual recording as a camera would: raw AVI up to 8 bits, TIFF stack above, the truth beside it."""

from __future__ import annotations

import csv
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from paracrine.core.errors import InputError
from paracrine.instruments.nta_video import NtaTruth, SimulatedVideo
from paracrine.payloads.video import Video

_MOST_BYTES = 4_000_000_000
_TRUTH_COLUMNS = ("frame", "particle_id", "x_px", "y_px", "z_um", "diameter_nm", "peak_counts")


def write_recording(made: SimulatedVideo, folder: Path, *, name: str) -> Path:
    """Write the video, `NAME.truth.json` and `NAME.truth.csv`; return the video.

    Args:
        made: from `simulate_nta_video`.
        folder: made where it is not there.
        name: of the files, without ending.
    """
    folder.mkdir(parents=True, exist_ok=True)
    deep = made.scene.camera.bit_depth > 8
    video = folder / f"{name}.{'tif' if deep else 'avi'}"
    (write_tiff if deep else write_raw_avi)(made.video, video)
    (folder / f"{name}.truth.json").write_text(json.dumps(truth_data(made), indent=2) + "\n", encoding="utf-8")
    _write_truth_rows(made.truth, folder / f"{name}.truth.csv")
    return video


def truth_data(made: SimulatedVideo) -> dict[str, Any]:
    """Return what the video was made with, as plain JSON values."""
    scene, truth = made.scene, made.truth
    d10, d50, d90 = np.quantile(truth.population_diameter_nm, [0.1, 0.5, 0.9]).tolist() if _any(truth) else [None] * 3
    return {
        "simulated": True,
        "pixel_um": scene.optics.pixel_um,
        "frames_per_s": scene.camera.frame_rate_hz,
        "exposure_ms": 1000 * scene.camera.exposure_s,
        "temperature_c": scene.temperature_c,
        "viscosity_mpas": scene.viscosity_mpas,
        "concentration_per_ml": scene.concentration_per_ml,
        "particles_in_box": int(truth.population_diameter_nm.size),
        "population_d10_nm": d10,
        "population_d50_nm": d50,
        "population_d90_nm": d90,
        "drift_um_per_s": [scene.motion.drift_x_um_per_s, scene.motion.drift_y_um_per_s],
    }


def _any(truth: NtaTruth) -> bool:
    return truth.population_diameter_nm.size > 0


def _write_truth_rows(truth: NtaTruth, path: Path) -> None:
    columns = [getattr(truth, name).tolist() for name in _TRUTH_COLUMNS]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_TRUTH_COLUMNS)
        for frame, particle, *values in zip(*columns, strict=True):
            writer.writerow((frame, particle, *(f"{value:.5g}" for value in values)))


def write_tiff(video: Video, path: Path) -> None:
    """Write a TIFF stack that states pixel size and frame interval the way ImageJ does."""
    import tifffile

    settings: dict[str, Any] = {"axes": "TYX"}
    if video.frame_rate_hz is not None:
        settings["finterval"] = 1 / video.frame_rate_hz
    resolution = None
    if video.pixel_um is not None:
        settings["unit"] = "um"
        resolution = (1 / video.pixel_um, 1 / video.pixel_um)
    frames = video.read(0, video.frames_count)
    tifffile.imwrite(path, frames, imagej=True, resolution=resolution, metadata=settings)


def write_raw_avi(video: Video, path: Path) -> None:
    """Write an uncompressed 8-bit grey AVI (`Y800`).

    Raises:
        InputError: when counts need more than 8 bits or the file would pass 4 GB.
    """
    size = video.height_px * video.width_px
    if video.bit_depth > 8:
        raise InputError(f"{video.bit_depth} bits do not fit into an 8-bit AVI", hint="write a TIFF stack")
    if size * video.frames_count > _MOST_BYTES:
        raise InputError("an AVI holds 4 GB at most", hint="simulate fewer frames")
    head = _avi_lists(video)
    movie = struct.pack("<4sI4s", b"LIST", 4 + video.frames_count * (8 + size + size % 2), b"movi")
    total = 4 + len(head) + len(movie) + video.frames_count * (8 + size + size % 2)
    with path.open("wb") as file:
        file.write(struct.pack("<4sI4s", b"RIFF", total, b"AVI ") + head + movie)
        for _, frames in video.chunks():
            for frame in frames:
                file.write(struct.pack("<4sI", b"00db", size) + frame.tobytes() + b"\0" * (size % 2))


def _avi_lists(video: Video) -> bytes:
    rate = video.frame_rate_hz or 25.0
    scale, per_second = 1000, round(1000 * rate)
    width, height, size = video.width_px, video.height_px, video.height_px * video.width_px
    main = struct.pack("<14I", round(1e6 / rate), 0, 0, 0, video.frames_count, 0, 1, size, width, height, *[0] * 4)
    stream = struct.pack(
        "<4s4sIHHI6IiI4h", b"vids", b"Y800", 0, 0, 0, 0, scale, per_second, 0, video.frames_count, size, 0, -1, 0,
        0, 0, width, height,
    )  # fmt: skip
    layout = struct.pack("<IiiHH4s5I", 40, width, height, 1, 8, b"Y800", size, 0, 0, 0, 0)
    strl = b"strl" + _chunk(b"strh", stream) + _chunk(b"strf", layout)
    hdrl = b"hdrl" + _chunk(b"avih", main) + _chunk(b"LIST", strl)
    return _chunk(b"LIST", hdrl)


def _chunk(code: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", code, len(data)) + data + b"\0" * (len(data) % 2)
