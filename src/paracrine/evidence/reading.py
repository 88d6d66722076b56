"""Choose the source of a file by its content and stream its records."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import ModuleType

from paracrine.core.catalog import Catalog
from paracrine.core.errors import InputError, ParacrineError
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.source import Item, Remark
from paracrine.evidence.xml_records import root_tag

SOURCES = Catalog("paracrine.evidence.sources", ("SOURCE", "sniff", "read"))


@cache
def load_sources() -> tuple[ModuleType, ...]:
    """Return all sources, ours and other people's, loaded once."""
    return tuple(SOURCES)


def choose_source(file: EvidenceFile) -> ModuleType:
    """Return the one source that claims the file.

    Raises:
        InputError: when none or several do; the message says why, source by source.
    """
    file.head  # noqa: B018  a file that cannot be opened is told before any source is asked
    answers = [(module, module.sniff(file)) for module in load_sources()]
    claims = [module for module, answer in answers if answer.claims]
    if len(claims) == 1:
        return claims[0]
    if claims:
        names = ", ".join(module.SOURCE.name for module in claims)
        raise InputError(f"several sources claim this file: {names}", where=file.name, hint="please report this file")
    raise InputError(
        f"no source knows this file: {_seen(file)}",
        where=file.name,
        hint="`paracrine evidence formats` lists what can be read",
    )


def _seen(file: EvidenceFile) -> str:
    """Say what the file looks like, for somebody who has to find out what went wrong."""
    if file.is_zip:
        return "a zip archive or workbook without a header that names a title or a trial"
    root = root_tag(file)
    if root:
        return f"XML whose root element is {root}"
    if file.head_text[:1] in ("{", "["):
        return "JSON without studies, works or fields that are known"
    first = file.head_text.partition("\n")[0][:60]
    return f"text that starts with {first!r}, without tags and without a header that names a title or a trial"


def read_items(file: EvidenceFile, source: ModuleType | None = None) -> Iterator[Item]:
    """Yield works, trials, refused records and remarks of one file, one at a time.

    Raises:
        InputError: when the file cannot be read, also half-way; what was yielded before stands.
    """
    chosen = source or choose_source(file)
    try:
        if chosen.SOURCE.is_text and not file.is_zip and file.encoding_remark:
            yield Remark(file.encoding_remark)
        yield from chosen.read(file)
    except ParacrineError as error:
        if not error.where.startswith(file.name):
            error.where = f"{file.name}: {error.where}" if error.where else file.name
        raise
