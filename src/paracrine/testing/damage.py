"""Ways in which a file gets damaged on its way, each drawn from a seeded generator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

Damage = Callable[[bytes, np.random.Generator], bytes]
_NUMBER = re.compile(rb"(?<=\d)[.,](?=\d)")
_DELIMITERS = b",;\t"


def flip_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    """Replace one to three bytes by others."""
    changed = bytearray(data)
    for place in rng.integers(0, len(data), size=int(rng.integers(1, 4))):
        changed[int(place)] = int(rng.integers(0, 256))
    return bytes(changed)


def change_digits(data: bytes, rng: np.random.Generator) -> bytes:
    """Replace one to three digits by other digits."""
    changed = bytearray(data)
    places = [match.start() for match in re.finditer(rb"\d", data)]
    for place in rng.choice(places, size=min(len(places), int(rng.integers(1, 4)))) if places else ():
        changed[int(place)] = ord("0") + int(rng.integers(0, 10))
    return bytes(changed)


def delete_piece(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut out up to 40 bytes."""
    start = int(rng.integers(0, len(data)))
    return data[:start] + data[start + int(rng.integers(1, 41)) :]


def delete_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """Leave out up to 20 lines in a row."""
    lines = data.split(b"\n")
    start = int(rng.integers(0, len(lines)))
    return b"\n".join(lines[:start] + lines[start + int(rng.integers(1, 21)) :])


def truncate(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut the end off."""
    return data[: int(rng.integers(1, max(2, len(data))))]


def shuffle_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """Put all lines, or a stretch of them, in another order."""
    lines = data.split(b"\n")
    start, end = sorted(rng.integers(0, len(lines) + 1, size=2).tolist())
    start, end = (0, len(lines)) if rng.random() < 0.5 else (start, end)
    part = [lines[start + int(index)] for index in rng.permutation(end - start)]
    return b"\n".join(lines[:start] + part + lines[end:])


def double_block(data: bytes, rng: np.random.Generator) -> bytes:
    """Repeat a stretch of lines behind itself."""
    lines = data.split(b"\n")
    start = int(rng.integers(0, len(lines)))
    end = min(len(lines), start + int(rng.choice([1, 2, 10, 200, 2000])))
    return b"\n".join(lines[:end] + lines[start:end] + lines[end:])


def swap_columns(data: bytes, rng: np.random.Generator) -> bytes:
    """Exchange two cells in every line that is long enough, or only below some line."""
    delimiter = max(_DELIMITERS, key=data.count)
    lines = data.split(b"\n")
    widest = max(line.count(delimiter) for line in lines) + 1
    if widest < 3:
        return data
    one, other = rng.choice(np.arange(1, min(widest, 9)), size=2, replace=False).tolist()
    first = int(rng.integers(0, len(lines))) if rng.random() < 0.5 else 0
    for index in range(first, len(lines)):
        cells = lines[index].split(bytes([delimiter]))
        if max(one, other) < len(cells):
            cells[one], cells[other] = cells[other], cells[one]
            lines[index] = bytes([delimiter]).join(cells)
    return b"\n".join(lines)


def change_decimal_marks(data: bytes, rng: np.random.Generator) -> bytes:
    """Turn decimal points into commas or back: all of them, or only those behind some place."""
    points, commas = data.count(b"."), len(_NUMBER.findall(data))
    to = b"," if points * 2 >= commas else b"."
    first = int(rng.integers(0, len(data))) if rng.random() < 0.5 else 0
    of = b"." if to == b"," else b","
    changed = _NUMBER.sub(lambda match: to if match[0] == of else match[0], data[first:])
    return data[:first] + changed


def change_encoding(data: bytes, rng: np.random.Generator) -> bytes:
    """Write the text in another encoding."""
    text = _text(data)
    encoding = str(rng.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"]))
    return text.encode(encoding, errors="replace")


def change_line_ends(data: bytes, rng: np.random.Generator) -> bytes:
    """Write the lines with other ends."""
    end = [b"\n", b"\r\n", b"\r"][int(rng.integers(0, 3))]
    return data.replace(b"\r\n", b"\n").replace(b"\n", end)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


DAMAGES: Mapping[str, Damage] = MappingProxyType(
    {
        damage.__name__: damage
        for damage in (
            flip_bytes,
            change_digits,
            delete_piece,
            delete_lines,
            truncate,
            shuffle_lines,
            double_block,
            swap_columns,
            change_decimal_marks,
            change_encoding,
            change_line_ends,
        )
    }
)
"""All damages by name."""
HARMLESS = frozenset({"change_encoding", "change_line_ends"})
"""Damages that leave the meaning of a text as it is."""
