"""Choose the reader of a file and read it, or say reader by reader why not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from paracrine.core.catalog import Catalog
from paracrine.core.errors import InputError, ParacrineError
from paracrine.core.run import Run
from paracrine.readers.format import Sniffed
from paracrine.readers.repetition import tell_repetitions
from paracrine.readers.source import SourceFile

FORMATS = Catalog("paracrine.readers.formats", ("FORMAT", "sniff", "read"))


@dataclass(frozen=True, slots=True)
class Feasibility:
    """One reader's answer about one file."""

    reader: str
    maturity: str
    sniffed: Sniffed


@cache
def load_readers() -> tuple[ModuleType, ...]:
    """Return all readers, ours and other people's, loaded once."""
    return tuple(FORMATS)


def ask_readers(source: SourceFile) -> tuple[Feasibility, ...]:
    """Ask every reader whether the file is its own.

    Raises:
        InputError: when the file cannot be opened at all.
    """
    source.zip_listing  # noqa: B018  a broken or hostile archive is refused before any reader sees it
    return tuple(_ask(module, source) for module in load_readers())


def _ask(module: ModuleType, source: SourceFile) -> Feasibility:
    return Feasibility(module.FORMAT.name, module.FORMAT.maturity.value, module.sniff(source))


def choose_reader(source: SourceFile) -> ModuleType:
    """Return the one reader that claims the file; generic readers are asked when no other does.

    Raises:
        InputError: when none or several do; the message says why, reader by reader.
    """
    source.zip_listing  # noqa: B018  as above
    answers: list[Feasibility] = []
    for generic in (False, True):
        asked = [module for module in load_readers() if module.FORMAT.generic is generic]
        given = [_ask(module, source) for module in asked]
        claims = [module for module, answer in zip(asked, given, strict=True) if answer.sniffed.claims]
        if len(claims) == 1:
            return claims[0]
        if claims:
            names = ", ".join(module.FORMAT.name for module in claims)
            raise InputError(
                f"several readers claim this file: {names}", where=source.name, hint="please report this file"
            )
        answers += given
    reasons = "; ".join(f"{answer.reader}: {answer.sniffed.why}" for answer in answers)
    raise InputError(
        f"no reader knows this file ({reasons})",
        where=source.name,
        hint="`paracrine formats` lists what can be read; a two-column histogram with units always works",
    )


def read_file(path: Path, *, siblings: tuple[str, ...] = ()) -> tuple[Run, ...]:
    """Read every run in a file.

    Raises:
        InputError: when the file cannot be read; nothing partial is returned.
    """
    source = SourceFile(path, siblings)
    reader = choose_reader(source)
    try:
        runs: tuple[Run, ...] = reader.read(source)
    except ParacrineError as error:
        if not error.where.startswith(source.name):
            error.where = f"{source.name}: {error.where}" if error.where else source.name
        raise
    if not runs:
        raise InputError("the file holds no run", where=source.name)
    return tell_repetitions(runs)
