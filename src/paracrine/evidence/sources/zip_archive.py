"""A zip of exports, such as the download of ClinicalTrials.gov with one file a study: each file by its own source."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from paracrine.core.errors import InputError
from paracrine.core.run import Maturity
from paracrine.evidence.file import MAX_UNPACK_RATIO, MAX_UNPACKED_BYTES, EvidenceFile, zip_names
from paracrine.evidence.source import Item, Refused, Remark, Source
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="zip_archive",
    title="Zip of exports (ClinicalTrials.gov download), each file by its own format",
    gives="works and trials",
    version="1",
    maturity=Maturity.CANDIDATE,
    samples=("none",),
    references=("https://clinicaltrials.gov/data-api/about-api/csv-download",),
    known_limits="up to a million files; an archive inside the archive is not opened",
)
_DOCUMENTS = ("[Content_Types].xml", "mimetype", "META-INF/")
_MAX_FILES = 1_000_000
_FREE_BYTES = 50_000_000
_CHUNK = 1 << 20


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim a zip that is no workbook or document."""
    if not file.is_zip:
        return Sniffed(False, "no zip")
    names = zip_names(file)
    if any(name.startswith(_DOCUMENTS) for name in names):
        return Sniffed(False, "a workbook or document")
    return Sniffed(bool(names), f"zip of {len(names)} files" if names else "a damaged or empty zip")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield the records of every file inside.

    Raises:
        InputError: when the archive is damaged, holds too many files, or unpacks beyond the limits.
    """
    try:
        archive = zipfile.ZipFile(file.path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise InputError("the zip is damaged or cut off", where=file.name, hint="download it again") from error
    limit = min(MAX_UNPACKED_BYTES, max(_FREE_BYTES, MAX_UNPACK_RATIO * file.size_bytes))
    with archive, tempfile.TemporaryDirectory() as folder:
        members = [one for one in archive.infolist() if not one.is_dir()]
        if len(members) > _MAX_FILES:
            raise InputError(f"holds {len(members)} files; a million is the most", where=file.name)
        place = Path(folder) / "member"
        for member in members:
            name = member.filename.rpartition("/")[2]
            if name.startswith(".") or member.filename.startswith("__MACOSX/"):
                continue
            try:
                with archive.open(member) as packed:
                    limit -= _unpack(packed, place, limit, file)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
                yield Refused(member.filename, f"cannot be unpacked: {error}")
                continue
            yield from _read_member(file, place, member.filename)


def _unpack(packed: IO[bytes], place: Path, limit: int, file: EvidenceFile) -> int:
    done = 0
    with place.open("wb") as stream:
        while chunk := packed.read(_CHUNK):
            done += len(chunk)
            if done > limit:
                raise InputError(
                    "unpacks beyond a hundred times its size", where=file.name, hint="that is how a zip bomb looks"
                )
            stream.write(chunk)
    return done


def _read_member(file: EvidenceFile, place: Path, name: str) -> Iterator[Item]:
    from paracrine.evidence.reading import choose_source, read_items

    inside = EvidenceFile(place)
    inside.__dict__["name"] = name
    try:
        if inside.is_zip:
            yield Refused(name, "an archive or workbook inside the archive is not opened", is_record=False)
            return
        for item in read_items(inside, choose_source(inside)):
            if isinstance(item, Refused):
                yield item._replace(locator=f"{name}: {item.locator}")
            elif isinstance(item, Remark):
                yield Remark(f"{name}: {item.text}")
            else:
                # What is kept is the archive, so the place names it first.
                origin = item.origin._replace(
                    file=file.name, sha256=file.sha256, locator=f"{name}: {item.origin.locator}"
                )
                yield replace(item, origin=origin)
    except InputError as error:
        yield Refused(name, error.message, is_record=False)
