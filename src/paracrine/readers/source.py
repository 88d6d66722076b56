"""A file as a reader sees it: bytes once, hash, head, tail, siblings, all within limits."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path

from paracrine.core.errors import InputError
from paracrine.core.provenance import SourceRef
from paracrine.readers.decoding.sheet import WORKBOOK, Sheet, read_sheets
from paracrine.readers.decoding.text import decode

MAX_BYTES = 2_000_000_000
MAX_UNPACKED_BYTES = 500_000_000
MAX_UNPACK_RATIO = 200
_HEAD = 65_536


@dataclass(frozen=True)
class SourceFile:
    """One file given to the readers.

    `name` and `siblings` matter because some meaning hides in file names; nothing is trusted from them silently.
    """

    path: Path
    siblings: tuple[str, ...] = field(default=())

    @cached_property
    def name(self) -> str:
        """File name without folder; a character that cannot be printed on one line shows as `?`."""
        return "".join(char if char.isprintable() else "?" for char in self.path.name)

    @cached_property
    def data(self) -> bytes:
        """The bytes.

        Raises:
            InputError: when the file is missing, empty, unreadable or over 2 GB.
        """
        try:
            status = self.path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise InputError("is not a file", where=self.name)
            size = status.st_size
            if size > MAX_BYTES:
                raise InputError(
                    f"{size / 1e9:.1f} GB is more than the 2 GB a text or spreadsheet may have", where=self.name
                )
            data = self.path.read_bytes()
        except FileNotFoundError as error:
            raise InputError("no such file", where=self.name) from error
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=self.name) from error
        if not data:
            raise InputError("the file is empty", where=self.name, hint="export it again from the instrument")
        return data

    @cached_property
    def sha256(self) -> str:
        """Hash of the bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def head(self) -> bytes:
        """First 64 KiB."""
        return self.data[:_HEAD]

    @cached_property
    def text(self) -> str:
        """All bytes as text with line feeds.

        Raises:
            InputError: when the bytes are no text.
        """
        return decode(self.data, where=self.name)

    @cached_property
    def head_text(self) -> str:
        """First 64 KiB as text with line feeds, for sniffing; empty when the bytes are no text."""
        try:
            if len(self.data) <= _HEAD:
                return self.text
            return decode(self.head.rstrip(bytes(range(0x80, 0x100))), where=self.name)
        except InputError:
            return ""

    @cached_property
    def first_line(self) -> str:
        """First line that holds more than blanks, within the head; for sniffing."""
        return self.head_text.lstrip().partition("\n")[0]

    @property
    def tail(self) -> bytes:
        """Last 64 KiB."""
        return self.data[-_HEAD:]

    @cached_property
    def zip_listing(self) -> tuple[str, ...]:
        """Names inside a zip (XLSX is one), empty for anything else.

        Raises:
            InputError: for an archive that unpacks beyond the limits.
        """
        if not self.data.startswith(b"PK\x03\x04"):
            return ()
        try:
            with zipfile.ZipFile(BytesIO(self.data)) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise InputError("the archive is truncated or broken", where=self.name, hint="export it again") from error
        unpacked = sum(info.file_size for info in infos)
        packed = max(1, sum(info.compress_size for info in infos))
        if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_UNPACK_RATIO * max(packed, 10_000):
            raise InputError(
                f"the archive would unpack to {unpacked / 1e6:.0f} MB from {packed / 1e6:.3f} MB",
                where=self.name,
                hint="that is how a zip bomb looks; save the sheet again from the spreadsheet program",
            )
        return tuple(info.filename for info in infos)

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Worksheets of an XLSX file, empty for anything else.

        Raises:
            InputError: when the workbook is damaged or hostile.
        """
        return read_sheets(self.data, where=self.name) if WORKBOOK in self.zip_listing else ()

    def ref(self, *, locator: str = "", field: str = "", reader: str = "", reader_version: str = "") -> SourceRef:
        """Return where a number in this file stands."""
        return SourceRef(
            name=self.name,
            sha256=self.sha256,
            locator=locator,
            field=field,
            reader=reader,
            reader_version=reader_version,
        )
