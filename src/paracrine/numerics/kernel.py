"""Compiled loops: one decorator for every kernel, with a cache that never gets in the way.

Import this module only from modules that are themselves imported on first use: it loads numba.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def kernel(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function on first call, without the interpreter lock.

    Compiled code is kept beside the source, or in the folder of NUMBA_CACHE_DIR, or in the user's own cache
    when the package folder is read-only. Where none of these can be written, it is compiled in each process.

    Args:
        function: loops over numpy arrays and numbers, without Python objects.

    Returns:
        The compiled function, same arguments.
    """
    try:
        compiled = numba.njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})(function)
    except RuntimeError as error:
        # numba has no narrower error for a cache that has nowhere to go.
        if "cannot cache" not in str(error):
            raise
        compiled = numba.njit(nogil=True, fastmath={"contract", "reassoc", "nsz"})(function)
    return cast("Callable[Arguments, Result]", compiled)
