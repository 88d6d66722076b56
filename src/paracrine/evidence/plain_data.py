"""Frozen dataclasses of texts, numbers, tuples and named tuples to JSON values and back, without guessing."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable
from dataclasses import fields
from typing import Any, ClassVar, Self

from paracrine.core.errors import RecordError

_LEAVES = (str, int, float, bool)


class PlainData:
    """Base of evidence records: `kind` and `version` as words, and the way to JSON values and back.

    A record is read a million times an import, so it is a plain frozen dataclass, not a validated model; `from_data`
    checks what it is given.
    """

    __slots__ = ()

    kind: ClassVar[str]
    version: ClassVar[str] = "1"

    def to_data(self) -> dict[str, Any]:
        """Return JSON values with `kind` and `version`; fields that hold nothing are left out."""
        data: dict[str, Any] = {"kind": self.kind, "version": self.version}
        for name in _names(type(self)):  # type: ignore[arg-type]
            value = getattr(self, name)
            if value is not None and value != "" and value != ():
                data[name] = value
        return data

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Read what `to_data` wrote, before or after JSON.

        Raises:
            RecordError: when kind, version or a field does not fit.
        """
        given = dict(data)
        kind, version = given.pop("kind", None), given.pop("version", None)
        if kind != cls.kind or version != cls.version:
            raise RecordError(f"expected {cls.kind} version {cls.version}, found {kind} version {version}")
        makers = _makers(cls)  # type: ignore[arg-type]
        unknown = sorted(set(given) - set(makers))
        if unknown:
            raise RecordError(f"{cls.kind} record: no such field", where=unknown[0])
        try:
            return cls(**{name: makers[name](value) for name, value in given.items()})
        except (TypeError, ValueError) as error:
            raise RecordError(f"{cls.kind} record: {error}") from error


@functools.cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


@functools.cache
def _makers(cls: type) -> dict[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(cls)
    return {name: _maker(hints[name]) for name in _names(cls)}


def _maker(hint: Any) -> Callable[[Any], Any]:
    if hint in _LEAVES:
        return functools.partial(_require, hint)
    origin = typing.get_origin(hint)
    if origin is tuple:
        item = _maker(typing.get_args(hint)[0])
        return lambda value: tuple(item(one) for one in _require((list, tuple), value))
    if origin in (types.UnionType, typing.Union):
        (inner,) = (one for one in typing.get_args(hint) if one is not type(None))
        make = _maker(inner)
        return lambda value: None if value is None else make(value)
    if isinstance(hint, type) and issubclass(hint, tuple):
        parts = [_maker(one) for one in typing.get_type_hints(hint).values()]
        return lambda value: hint(*(make(one) for make, one in zip(parts, value, strict=True)))
    raise TypeError(f"a record cannot hold {hint}")


def _require(wanted: Any, value: Any) -> Any:
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise TypeError(f"{value!r} is not {wanted}")
    return value
