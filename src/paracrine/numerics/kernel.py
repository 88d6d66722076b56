"""Compiled loops: one decorator for every kernel, with a cache that never gets in the way.

Import this module only from modules that are themselves imported on first use: it loads numba.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "fastmath": {"contract", "reassoc", "nsz", "nnan"},
    "error_model": "numpy",
    # Calls that stay calls round otherwise when compiled in this process than when read from the cache: a first run
    # would differ from later ones.
    "forceinline": True,
}
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def kernel(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function on first call, without the interpreter lock.

    Compiled code is kept beside the source, or in the folder of NUMBA_CACHE_DIR, or in the user's own cache
    when the package folder is read-only. Where none of these can be written, it is compiled in each process.

    Args:
        function: loops over numpy arrays and numbers, without Python objects; sums may be taken in any order,
            no number may be NaN. It may call kernels of its own file and of files beside it.

    Returns:
        The compiled function, same arguments.
    """
    try:
        compiled = numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError as error:
        # numba has no narrower error for a cache that has nowhere to go.
        if "cannot cache" not in str(error):
            raise
        return cast("Callable[Arguments, Result]", numba.njit(**_OPTIONS)(function))
    # numba takes compiled code for fresh while one file is unchanged; kernels call kernels of files beside them.
    compiled._cache._cache_file._source_stamp = _stamp(Path(function.__code__.co_filename).parent)
    return cast("Callable[Arguments, Result]", compiled)


@cache
def _stamp(folder: Path) -> str:
    sources = sorted([*folder.glob("*.py"), Path(__file__)])
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
