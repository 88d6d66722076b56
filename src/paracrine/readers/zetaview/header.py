"""Header lines of ZetaView text exports: `key:<TAB>value[<TAB>qualifier]`, with their irregular members."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass

from paracrine.core.errors import InputError
from paracrine.readers.decoding.personal import base_name, is_personal, without_folders
from paracrine.readers.decoding.text import to_number

_SECTIONS = ("image evaluation", "cell parameter", "results", "size distribution", "zp profile")
_FREE_TEXT = re.compile(
    r"sample|general remarks|remarks|experiment|sop|software|analyze|original file|section|electrolyte|.* s/n", re.I
)
_SETTINGS = frozenset({
    "original file", "experiment", "zetaview s/n", "cell s/n", "software", "analyze", "sop", "sample", "electrolyte",
    "ph", "conductivity", "temperature", "viscosity", "date", "time", "scattering intensity", "detected particles",
    "particle drift checked", "particle drift check result", "cell checked", "cell check result",
    "type of measurement", "number of traces", "average number of particles", "dilution", "minimum brightness",
    "concentration correction factor", "minimum area", "maximum area", "minimum tracelength", "camera", "sensitivity",
    "shutter", "laser wavelength nm", "filter wavelength nm", "micrometer per pixel", "zp factor", "positions",
    "median number (d50)", "median concentration (d50)", "median volume (d50)",
})  # fmt: skip
_INSTRUMENT = re.compile(r"^zetaview s/n:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Field:
    """One key with its value, further cells (`qualifier`) and line number, counted from 1."""

    section: str
    key: str
    value: str
    qualifier: str
    line: int

    @property
    def path(self) -> str:
        """Section and key as shown to the user."""
        return f"{self.section} / {self.key}"

    @property
    def is_free_text(self) -> bool:
        """Whether people type this value, so that digits in it are no measurement."""
        return _FREE_TEXT.match(self.key) is not None


@dataclass(frozen=True, slots=True)
class Header:
    """All fields of one export, in the order of the file."""

    fields: tuple[Field, ...]

    def find(self, key: str, *, section: str = "") -> Field | None:
        """Return the field of that name, None when absent.

        Raises:
            InputError: when the key stands there twice with different values.
        """
        found = [
            field
            for field in self.fields
            if field.key.lower() == key.lower() and (not section or field.section.lower() == section.lower())
        ]
        if len({field.value for field in found}) > 1:
            lines = ", ".join(str(field.line) for field in found)
            raise InputError(f"{key!r} has different values", where=f"lines {lines}")
        return found[0] if found else None

    def text(self, key: str) -> str:
        """Return the value as read, empty when absent."""
        field = self.find(key)
        return field.value if field else ""

    def number(self, key: str, *, decimal: str, section: str = "") -> float | None:
        """Return the value as number, None when absent or missing.

        Raises:
            InputError: when the value is no number.
        """
        field = self.find(key, section=section)
        if field is None or not field.value:
            return None
        return to_number(field.value.split()[0], decimal=decimal, where=f"line {field.line}, {field.key}")

    def number_cells(self) -> Iterable[str]:
        """Return the cells that may decide the decimal mark."""
        return (
            field.value.split()[0]
            for field in self.fields
            if field.value and field.key.lower() in _SETTINGS and not field.is_free_text
        )

    def kept(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return settings and unread fields as read, keyed `section / key`, without people and folders."""
        settings: dict[str, str] = {}
        unread: dict[str, str] = {}
        for field in self.fields:
            if is_personal(field.key):
                continue
            value = base_name(field.value) if field.key.lower() == "original file" else without_folders(field.value)
            target = settings if field.key.lower() in _SETTINGS else unread
            path = field.path if field.path not in target else f"{field.path} (line {field.line})"
            target[path] = f"{value} {without_folders(field.qualifier)}".strip()
        return settings, unread


def is_zetaview(text: str) -> bool:
    """Whether a text opens as every ZetaView export does."""
    return text.startswith("Original File:") and _INSTRUMENT.search(text[:4000]) is not None


def split_cells(line: str) -> list[str]:
    """Split one line at its tabs into stripped cells without quotes."""
    return [cell.strip().strip('"').strip() for cell in line.split("\t")]


def _split_unquoted(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")] if " " in line or not line.isascii() else line.split("\t")


def split_rows(text: str) -> list[list[str]]:
    """Split an export into rows of stripped cells without empty cells at the end of a row.

    Spreadsheet re-saves separate by comma or semicolon and quote cells; the first line shows which.
    """
    first = text[: text.find("\n")] if "\n" in text else text
    after = first[len("Original File:") :].lstrip('"')[:1]
    separator = after if after in (",", ";") else "\t"
    if separator == "\t":
        split = split_cells if '"' in text else _split_unquoted
        rows = [split(line) for line in text.split("\n")]
    else:
        rows = [[cell.strip() for cell in row] for row in csv.reader(text.split("\n"), delimiter=separator)]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    return rows


def read_header(rows: list[list[str]]) -> Header:
    """Read the fields of all rows before a table; a line may hold several keys."""
    fields: list[Field] = []
    section = "Header"
    for number, row in enumerate(rows, start=1):
        if not row or not row[0]:
            continue
        title = row[0].rstrip(":").split("(")[0].strip()
        if len(row) == 1 and title.lower() in _SECTIONS:
            section = title
            continue
        fields.extend(_fields_of(row, section, number))
    return Header(tuple(fields))


def _fields_of(row: list[str], section: str, line: int) -> list[Field]:
    key, _, rest = row[0].partition(":")
    cells = [rest.strip(), *row[1:]] if rest.strip(" :") else row[1:]
    groups: list[tuple[str, list[str]]] = [(key.strip(), [])]
    for cell in cells:
        starts_key = cell.endswith(":") and _FREE_TEXT.match(groups[-1][0]) is None
        if starts_key or cell in ("Section:", "Analyze:"):
            groups.append((cell.rstrip(":").strip(), []))
        else:
            groups[-1][1].append(cell)
    return [
        Field(section, name, values[0] if values else "", " ".join(values[1:]), line) for name, values in groups if name
    ]
