"""A bibliographic or registry file: hashed and read as a stream, packed or plain, within limits."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from paracrine.core.errors import InputError
from paracrine.readers.decoding.sheet import WORKBOOK, Sheet
from paracrine.readers.source import SourceFile

MAX_UNPACKED_BYTES = 30_000_000_000
MAX_UNPACK_RATIO = 100
MAX_LINE_LETTERS = 20_000_000
MAX_SHEET_BYTES = 100_000_000
_HEAD = 65_536
_CHUNK = 1 << 20
_FREE_BYTES = 50_000_000


@dataclass(frozen=True)
class EvidenceFile:
    """One file given to the sources; nothing is held in memory but its head."""

    path: Path

    @cached_property
    def name(self) -> str:
        """File name without folder; a character that cannot be printed on one line shows as `?`."""
        return "".join(char if char.isprintable() else "?" for char in self.path.name)

    @cached_property
    def size_bytes(self) -> int:
        """Size on disk.

        Raises:
            InputError: when the file is missing, no file, or empty.
        """
        try:
            status = self.path.stat()
        except OSError as error:
            raise InputError(_words(error), where=self.name) from error
        if not stat.S_ISREG(status.st_mode):
            raise InputError("is not a file", where=self.name)
        if not status.st_size:
            raise InputError("the file is empty", where=self.name, hint="export it again")
        return status.st_size

    @cached_property
    def sha256(self) -> str:
        """Hash of the bytes on disk, hexadecimal."""
        self.size_bytes  # noqa: B018  a missing or empty file is told in words
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise InputError(_words(error), where=self.name) from error
        return digest.hexdigest()

    @cached_property
    def is_packed(self) -> bool:
        """Whether the file is gzip."""
        return self._first_bytes(2) == b"\x1f\x8b"

    @cached_property
    def is_zip(self) -> bool:
        """Whether the file is a zip archive, as an XLSX workbook is."""
        return self._first_bytes(4) == b"PK\x03\x04"

    @cached_property
    def head(self) -> bytes:
        """First 64 KiB, unpacked."""
        with self.open() as stream:
            return stream.read(_HEAD)

    @cached_property
    def head_text(self) -> str:
        """The head as text with line feeds, for sniffing; without byte-order mark and leading blanks."""
        text = self.head.decode(self._marked_encoding or "utf-8", errors="replace")
        return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff \n\t")

    @cached_property
    def encoding(self) -> str:
        """`utf-8-sig`, `utf-16`, or `cp1252` where the bytes are no UTF-8."""
        return self._marked_encoding or ("utf-8-sig" if self.first_odd_byte is None else "cp1252")

    @cached_property
    def first_odd_byte(self) -> int | None:
        """Position of the first byte that is no UTF-8, None when all are."""
        decoder, done = codecs.getincrementaldecoder("utf-8")(), 0
        with self.open() as stream:
            while True:
                chunk = stream.read(_CHUNK)
                kept = len(decoder.getstate()[0])
                try:
                    decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError as error:
                    return done - kept + error.start
                if not chunk:
                    return None
                done += len(chunk)

    @property
    def encoding_remark(self) -> str:
        """What to say about the encoding; empty for UTF-8."""
        if self.encoding == "utf-8-sig":
            return ""
        if self.encoding == "cp1252":
            return (
                f"not UTF-8 from byte {self.first_odd_byte} on: read as Windows-1252; check accents and Greek letters"
            )
        return f"encoded as {self.encoding}"

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """Worksheets of an XLSX file, empty for anything else.

        Raises:
            InputError: when the workbook is damaged, hostile, or over 100 MB.
        """
        if not self.is_zip or WORKBOOK not in zip_names(self):
            return ()
        if self.size_bytes > MAX_SHEET_BYTES:
            raise InputError("a workbook may have 100 MB", where=self.name, hint="save it as CSV")
        return SourceFile(self.path).sheets

    def open(self) -> BinaryIO:
        """Open the bytes, unpacked; reading raises InputError where they unpack beyond the limits."""
        self.size_bytes  # noqa: B018  a missing or empty file is told in words
        try:
            stream = self.path.open("rb")
        except OSError as error:
            raise InputError(_words(error), where=self.name) from error
        if not self.is_packed:
            return stream
        return io.BufferedReader(_Unpacked(stream, self.name, self.size_bytes), _CHUNK)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield (number, line) without line ends; CR, LF and CRLF may be mixed.

        Raises:
            InputError: when a line is endless, or the bytes are no text.
        """
        with io.TextIOWrapper(self.open(), encoding=self.encoding, errors="replace", newline=None) as text:
            number = 0
            while line := text.readline(MAX_LINE_LETTERS):
                number += 1
                if len(line) == MAX_LINE_LETTERS:
                    raise InputError("a line of over 20 million letters", where=f"{self.name}: line {number}")
                yield number, line.rstrip("\n")

    @cached_property
    def _marked_encoding(self) -> str:
        first = self.head[:4]
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if len(first) == 4 and not first[1] and not first[3]:
            return "utf-16-le"
        return "utf-16-be" if len(first) == 4 and not first[0] and not first[2] else ""

    def _first_bytes(self, count: int) -> bytes:
        self.size_bytes  # noqa: B018  a missing or empty file is told in words
        try:
            with self.path.open("rb") as stream:
                return stream.read(count)
        except OSError as error:
            raise InputError(_words(error), where=self.name) from error


class _Unpacked(io.RawIOBase):
    """A gzip stream that stops at the limits and explains damage."""

    def __init__(self, packed: BinaryIO, name: str, packed_bytes: int) -> None:
        self._packed = packed
        self._stream = gzip.GzipFile(fileobj=packed)
        self._name = name
        self._limit = min(MAX_UNPACKED_BYTES, max(_FREE_BYTES, MAX_UNPACK_RATIO * packed_bytes))
        self._done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(min(len(buffer), _CHUNK))
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(
                "the gzip file is damaged or cut off", where=self._name, hint="download it again"
            ) from error
        self._done += len(data)
        if self._done > self._limit:
            raise InputError(
                f"unpacks beyond {self._limit / 1e6:.0f} MB", where=self._name, hint="that is how a zip bomb looks"
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._packed.close()
        super().close()


def zip_names(file: EvidenceFile) -> tuple[str, ...]:
    """Return the names inside a zip; empty for anything else or a broken one."""
    if not file.is_zip:
        return ()
    try:
        with zipfile.ZipFile(file.path) as archive:
            return tuple(archive.namelist()[:100_000])
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return ()


def _words(error: OSError) -> str:
    return "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
