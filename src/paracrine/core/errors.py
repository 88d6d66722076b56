"""Errors by who can act on them; each carries a message, where it happened and a hint."""

from __future__ import annotations


class ParacrineError(Exception):
    """Base of every error the command line prints as one line."""

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint}"


class InputError(ParacrineError):
    """The file or value given cannot be used as it is."""


class UnknownName(ParacrineError):  # noqa: N818  named as users and the house plan name it
    """A choice that does not exist; the hint names the nearest one."""


class LimitError(ParacrineError):
    """A question outside the range in which the method is valid."""


class SolveError(ParacrineError):
    """A calculation did not converge to a usable answer."""


class RecordError(ParacrineError):
    """The workspace holds something that does not verify or cannot be opened."""


class MissingExtra(ParacrineError):  # noqa: N818
    """An optional dependency is needed; the hint says what to install."""
