"""Records out of a large XML file one by one, without ever building the file, its DTD or an entity.

The bytes are cut at the record's own tags and each piece is parsed alone: a damaged record costs itself only, and
an entity declared in the head means nothing to a piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from paracrine.core.errors import InputError
from paracrine.evidence.file import EvidenceFile

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

MAX_RECORD_BYTES = 50_000_000
_CHUNK = 1 << 20
_ROOT = re.compile(r"<(?![?!])([A-Za-z_][\w.:-]*)")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENTITY = re.compile(r"<!ENTITY\s")


class Piece(NamedTuple):
    """One record as bytes (UTF-8), its number in the file, and the line it starts on."""

    number: int
    line: int
    data: bytes

    @property
    def locator(self) -> str:
        """`record 3, line 120`."""
        return f"record {self.number}, line {self.line}"


class Parsed(NamedTuple):
    """One record as an element; `error` says why it is no XML."""

    locator: str
    element: _Element | None
    error: str


def root_tag(file: EvidenceFile) -> str:
    """Return the name of the root element, empty when the head is no XML."""
    text = re.sub(r"<!--.*?-->", "", file.head_text, flags=re.DOTALL)
    if not text.startswith("<"):
        return ""
    text = re.sub(r"<!DOCTYPE[^\[>]*(\[.*?\])?\s*>", "", text, flags=re.DOTALL)
    found = _ROOT.search(text)
    return found[1] if found else ""


def declares_entities(file: EvidenceFile) -> bool:
    """Whether the head declares entities, as no export of a database does."""
    return bool(_ENTITY.search(file.head_text))


def pieces(file: EvidenceFile, tags: tuple[str, ...]) -> Iterator[Piece]:
    """Yield the bytes of every record named by one of `tags`; they must not nest.

    Raises:
        InputError: when entities are declared, the encoding is unknown, or a record is over 50 MB.
    """
    if declares_entities(file):
        raise InputError(
            "declares XML entities, as a hostile file does and no export", where=file.name, hint="export it again"
        )
    for number, (line, data) in enumerate(_cut(file, tags), 1):
        yield Piece(number, line, data)


def elements(file: EvidenceFile, tags: tuple[str, ...]) -> Iterator[Parsed]:
    """Yield every record named by one of `tags` as an element.

    Raises:
        InputError: as `pieces` does.
    """
    return map(parse, pieces(file, tags))


def parse(piece: Piece) -> Parsed:
    """Return a record as an element."""
    from lxml import etree

    try:
        return Parsed(piece.locator, etree.fromstring(piece.data, _parser()), "")
    except etree.XMLSyntaxError as error:
        return Parsed(piece.locator, None, _words(error, piece.line))


def _cut(file: EvidenceFile, tags: tuple[str, ...]) -> Iterator[tuple[int, bytes]]:
    names = "|".join(tags).encode()
    start = re.compile(rb"<(" + names + rb")(?=[\s>/])")
    openings = _shortest(tuple(f"<{tag}".encode() for tag in tags))
    buffer, line = b"", 1
    for chunk in _utf8_chunks(file):
        buffer += chunk
        done = 0
        while True:
            found = start.search(buffer, done)
            if not found:
                # A tag may straddle two chunks.
                keep = max(done, len(buffer) - 200)
                line += buffer.count(b"\n", done, keep)
                done = keep
                break
            line += buffer.count(b"\n", done, found.start())
            done = found.start()
            close = b"</" + found[1] + b">"
            end = buffer.find(close, done)
            limit = end if end >= 0 else len(buffer)
            # A start inside a record means that the record lost its end; the plain search is twenty times faster.
            following = None
            if any(buffer.find(opening, found.end(), limit) >= 0 for opening in openings):
                following = start.search(buffer, found.end(), limit)
            if following:
                end = following.start()
            elif end >= 0:
                end += len(close)
            else:
                break
            yield line, buffer[done:end]
            line += buffer.count(b"\n", done, end)
            done = end
        buffer = buffer[done:]
        if len(buffer) > MAX_RECORD_BYTES:
            raise InputError("a record of over 50 MB", where=f"{file.name}: line {line}")
    if start.search(buffer):
        yield line, buffer


def _shortest(openings: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return what to look for instead: one shared beginning (`<Pubmed`) is found in half the time of two names."""
    shared: dict[bytes, bytes] = {}
    for one in openings:
        begin = one[:7]
        shared[begin] = begin if begin in shared else one
    return tuple(shared.values())


def _utf8_chunks(file: EvidenceFile) -> Iterator[bytes]:
    declared = _DECLARED.match(file.head.lstrip())
    encoding = declared[1].decode().lower() if declared else "utf-8"
    marked = file.head[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(file.head) > 1 and 0 in file.head[:2])
    with file.open() as stream:
        if encoding in ("utf-8", "utf8", "us-ascii", "ascii") and not marked:
            while chunk := stream.read(_CHUNK):
                yield chunk
            return
        import codecs

        try:
            decoder = codecs.getincrementaldecoder(file.encoding if marked else encoding)(errors="replace")
        except LookupError as error:
            raise InputError(f"unknown encoding {encoding}", where=file.name) from error
        while chunk := stream.read(_CHUNK):
            yield decoder.decode(chunk).encode()


@cache
def _parser() -> XMLParser:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False)


def _words(error: Exception, first_line: int) -> str:
    """Return lxml's message with the line in the file instead of the line in the piece."""
    position = getattr(error, "position", None)
    line = first_line + (position[0] - 1 if position else 0)
    text = re.sub(r", line \d+, column \d+.*", "", str(error))
    return f"the XML is broken at line {line}: {text}"
