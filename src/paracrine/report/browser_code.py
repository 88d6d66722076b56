"""The chart library that a page carries with it, so that it needs no network."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path


@lru_cache(maxsize=1)
def vega_code() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one JavaScript text, `vegaEmbed` on the window.

    Bundling takes seconds and gives the same text for one version of vl-convert, so it is kept in the user's cache
    folder; where that cannot be written it is made again.
    """
    kept = _cache_folder() / f"vega-{version('vl-convert-python')}.js"
    with suppress(OSError, UnicodeDecodeError):
        code = kept.read_text("utf-8")
        if code.endswith(_END):
            return code
    import vl_convert

    code = str(vl_convert.javascript_bundle(snippet="window.vegaEmbed = vegaEmbed;")) + _END
    with suppress(OSError):
        _write_whole(kept, code)
    return code


_END = "\n/* end of chart library */\n"


def _cache_folder() -> Path:
    """Return the folder for things that can be made again (XDG_CACHE_HOME, LOCALAPPDATA or ~/.cache)."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    return Path(home).expanduser() / "paracrine"


def _write_whole(path: Path, text: str) -> None:
    """Write beside and rename, so that another process never reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".vega-")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(name).replace(path)
