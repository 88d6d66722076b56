"""Finds variants: one folder of modules of ours, one entry-point group of other people's."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from paracrine.core.errors import UnknownName


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the closest known name, or lists all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}"


@dataclass(frozen=True)
class Catalog:
    """Variants of one kind: the modules of `package` and of the entry-point group of the same name.

    `required` names the attributes each variant module must define.
    """

    package: str
    required: tuple[str, ...]

    def names(self) -> tuple[str, ...]:
        """Return the names of all variants, ours first, without loading one."""
        return (*self._own(), *sorted(self._foreign()))

    def load(self, name: str) -> ModuleType:
        """Import one variant and check that it is complete.

        Raises:
            UnknownName: when there is no such variant; the hint names the nearest.
            TypeError: when the module lacks a required attribute (the author's mistake).
        """
        if name in self._own():
            module = importlib.import_module(f"{self.package}.{name}")
        elif name in (foreign := self._foreign()):
            module = foreign[name].load()
        else:
            room = self.package.rpartition(".")[2]
            raise UnknownName(f"no {room} entry called {name!r}", hint=nearest(name, self.names()))
        for attribute in self.required:
            if not hasattr(module, attribute):
                raise TypeError(f"{module.__name__} does not define {attribute}")
        return module

    def __iter__(self) -> Iterator[ModuleType]:
        return (self.load(name) for name in self.names())

    def _own(self) -> tuple[str, ...]:
        return _modules_in(self.package)

    def _foreign(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self.package)}


@functools.cache
def _modules_in(package: str) -> tuple[str, ...]:
    # Once a process: a process that gives up its rights must still know what it could read before.
    folder = importlib.import_module(package).__path__
    return tuple(sorted(info.name for info in pkgutil.iter_modules(folder)))
