from __future__ import annotations

import pickle
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from paracrine.core.errors import InputError, MissingExtra
from paracrine.readers.video_file import read_video

RNG = np.random.default_rng(1)
FRAMES = RNG.integers(0, 250, (7, 13, 18), dtype=np.uint8)


def raw_avi(path: Path, frames: np.ndarray, *, bits: int, code: bytes = b"\0\0\0\0", announced: int = 0) -> Path:
    """Write an AVI by the format's own description: bottom-up rows padded to 4 bytes for plain RGB."""
    count, height, width = frames.shape[:3]
    plain = code == b"\0\0\0\0"

    def chunk(name: bytes, data: bytes) -> bytes:
        return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    def picture(frame: np.ndarray) -> bytes:
        rows = frame[::-1] if plain else frame
        lines = [np.ascontiguousarray(row).tobytes() for row in rows]
        return b"".join(line + b"\0" * (-len(line) % 4 if plain else 0) for line in lines)

    header = struct.pack("<IIIIIIII", 40000, 0, 0, 0, announced or count, 0, 1, 0) + bytes(24)
    stream = b"vids" + b"DIB " + struct.pack("<IIIIIII", 0, 0, 0, 2, 50, 0, announced or count) + bytes(20)
    form = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, bits, code, 0, 0, 0, 0, 0)
    lists = chunk(b"LIST", b"strl" + chunk(b"strh", stream) + chunk(b"strf", form))
    movie = chunk(b"LIST", b"movi" + b"".join(chunk(b"00db", picture(frame)) for frame in frames))
    body = b"AVI " + chunk(b"LIST", b"hdrl" + chunk(b"avih", header) + lists) + movie
    path.write_bytes(chunk(b"RIFF", body))
    return path


def png_folder(folder: Path, frames: np.ndarray, *, numbers: list[int] | None = None) -> Path:
    from PIL import Image

    folder.mkdir()
    for number, frame in zip(numbers or range(8, 8 + len(frames)), frames, strict=True):
        Image.fromarray(frame).save(folder / f"bead_{number}.png")
    return folder


@pytest.mark.parametrize(
    ("bits", "code", "frames"),
    [
        (8, b"\0\0\0\0", FRAMES),
        (8, b"Y800", FRAMES),
        (16, b"Y16 ", FRAMES.astype(np.uint16) * 211),
        (24, b"\0\0\0\0", np.repeat(FRAMES[..., None], 3, axis=-1)),
        (32, b"\0\0\0\0", np.repeat(FRAMES[..., None], 4, axis=-1)),
    ],
)
def test_raw_avi_gives_back_the_frames(tmp_path: Path, bits: int, code: bytes, frames: np.ndarray) -> None:
    video = read_video(raw_avi(tmp_path / "a.avi", frames, bits=bits, code=code))
    expected = frames if frames.ndim == 3 else frames[..., 0]
    assert np.array_equal(video.read(2, 6), expected[2:6])
    assert video.frame_rate_hz == 25.0
    assert video.pixel_um is None
    assert [notice.code for notice in video.notices] == (["grey-from-colour"] if frames.ndim == 4 else [])
    again = pickle.loads(pickle.dumps(video))  # noqa: S301  handles travel to worker processes
    assert np.array_equal(again.read(0, 1), expected[:1])


def test_a_recording_cut_short_keeps_its_whole_frames_and_says_so(tmp_path: Path) -> None:
    path = raw_avi(tmp_path / "cut.avi", FRAMES, bits=8, code=b"Y800")
    path.write_bytes(path.read_bytes()[:-300])
    video = read_video(path)
    assert video.frames_count == 5
    assert [notice.code for notice in video.notices] == ["video-truncated"]


def test_broken_and_foreign_files_are_refused_with_their_name(tmp_path: Path) -> None:
    for name, data in (("empty.avi", b""), ("text.tif", b"II*\0 this is no picture"), ("notes.txt", b"hello")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=name.split(".", maxsplit=1)[0]):
            read_video(tmp_path / name)
    with pytest.raises(InputError, match="no such file"):
        read_video(tmp_path / "nothing.avi")


@pytest.mark.parametrize("container", ["avi", "png", "tif"])
def test_true_colour_is_refused_whatever_the_container(tmp_path: Path, container: str) -> None:
    import tifffile

    colour = RNG.integers(0, 255, (3, 13, 18, 3), dtype=np.uint8)
    if container == "avi":
        path = raw_avi(tmp_path / "c.avi", colour, bits=24)
    elif container == "png":
        path = png_folder(tmp_path / "c", colour)
    else:
        path = tmp_path / "c.tif"
        tifffile.imwrite(path, colour, photometric="rgb")
    with pytest.raises(InputError, match="true-colour"):
        read_video(path).read(0, 3)


def test_one_tint_all_over_is_read_as_its_mean_with_a_caution(tmp_path: Path) -> None:
    grey = RNG.integers(90, 110, (3, 13, 18), dtype=np.uint8)
    tinted = np.stack([grey + 40, grey, grey - 60], axis=-1)
    video = read_video(png_folder(tmp_path / "t", tinted))
    assert [notice.code for notice in video.notices] == ["grey-from-tint"]
    assert np.abs(video.read(0, 3).astype(float) - (grey - 20 / 3)).max() <= 0.5


def test_png_frames_follow_their_numbers_and_missing_ones_are_told(tmp_path: Path) -> None:
    video = read_video(png_folder(tmp_path / "s", FRAMES[:4], numbers=[9, 10, 11, 100]))
    assert np.array_equal(video.read(0, 4), FRAMES[:4])
    assert [notice.code for notice in video.notices] == ["frames-missing"]


def test_sixteen_bit_png_and_tiff_keep_their_counts(tmp_path: Path) -> None:
    import tifffile

    deep = (FRAMES.astype(np.uint16) * 16 + 7).clip(max=4095)
    deep[0, 0, 0] = 4095
    assert np.array_equal(read_video(png_folder(tmp_path / "deep", deep)).read(0, 7), deep)
    for name, extra in (("flat.tif", {}), ("packed.tif", {"compression": "zlib"}), ("big.tif", {"byteorder": ">"})):
        tifffile.imwrite(tmp_path / name, deep, **extra)
        video = read_video(tmp_path / name)
        assert video.bit_depth == 12
        assert np.array_equal(video.read(3, 7), deep[3:7])


def test_imagej_settings_are_taken_where_the_file_states_them(tmp_path: Path) -> None:
    import tifffile

    path = tmp_path / "ij.tif"
    settings = {"unit": "um", "finterval": 0.05, "axes": "TYX"}
    tifffile.imwrite(path, FRAMES, imagej=True, resolution=(1 / 0.166, 1 / 0.166), metadata=settings)
    video = read_video(path)
    assert video.pixel_um == pytest.approx(0.166, rel=1e-3)
    assert video.frame_rate_hz == pytest.approx(20.0)
    assert np.array_equal(video.read(0, 7), FRAMES)


@pytest.mark.parametrize(("codec", "form", "lossy"), [("ffv1", "gray", False), ("mjpeg", "yuvj420p", True)])
def test_compressed_video_is_read_in_any_order(tmp_path: Path, codec: str, form: str, lossy: bool) -> None:
    av = pytest.importorskip("av", reason="extra video is not installed")
    smooth = np.linspace(20, 220, 32 * 48).reshape(32, 48)
    frames = np.stack([np.roll(smooth, 3 * k, axis=1) for k in range(9)]).astype(np.uint8)
    path = tmp_path / "v.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 48, 32, form
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(frame, format="gray").reformat(format=form)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    video = read_video(path)
    assert (video.frames_count, video.is_lossy) == (9, lossy)
    late, early = video.read(6, 9), video.read(0, 2)
    worst = 12 if lossy else 0
    assert np.abs(late.astype(int) - frames[6:9]).max() <= worst
    assert np.abs(early.astype(int) - frames[:2]).max() <= worst


def test_compressed_video_without_the_extra_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "v.mkv").write_bytes(b"\x1a\x45\xdf\xa3")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match=r"paracrine\[video\]"):
        read_video(tmp_path / "v.mkv")
