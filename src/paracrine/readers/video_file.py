"""Open a video: choose the container's module and hand out a lazy handle."""

from __future__ import annotations

from pathlib import Path

from paracrine.core.catalog import Catalog
from paracrine.core.errors import InputError, ParacrineError
from paracrine.payloads.video import Video

CONTAINERS = Catalog("paracrine.readers.video", ("NAME", "TITLE", "claims", "open_video"))
_HEAD = 65_536


def is_video(path: Path) -> bool:
    """Say whether a file, or a folder of numbered frames, looks like a video; nothing beyond its head is read."""
    head = b""
    if not path.is_dir():
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD)
        except OSError:
            return False
    return any(module.claims(path, head) for module in CONTAINERS)


def read_video(path: Path) -> Video:
    """Open a video file, or a folder of numbered frames, without reading its frames into memory.

    Frame rate, exposure and pixel size are set only where the file itself states them.

    Args:
        path: AVI, TIFF stack, folder of PNG or TIFF frames; other containers with the extra `video`.

    Raises:
        InputError: when the path is missing, empty, damaged, in true colour or of no known kind.
        MissingExtra: when the container needs PyAV and it is not installed.
    """
    if not path.exists():
        raise InputError("no such file or folder", where=str(path.name))
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if not head:
            raise InputError("the file is empty", where=path.name, hint="export the recording again")
    for module in CONTAINERS:
        if module.claims(path, head):
            try:
                video: Video = module.open_video(path)
            except ParacrineError as error:
                error.where = error.where or path.name
                raise
            return video
    titles = ", ".join(module.TITLE for module in CONTAINERS)
    raise InputError(
        "is no video that can be read", where=path.name, hint=f"known: {titles}; a sequence is given as its folder"
    )
