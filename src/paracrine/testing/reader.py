"""Hold a reader, ours or another package's, to the contract of `readers/formats/`."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.run import Maturity, Run
from paracrine.readers.format import Format
from paracrine.readers.intake import load_readers
from paracrine.readers.source import SourceFile
from paracrine.testing.damage import DAMAGES, HARMLESS
from paracrine.testing.oracle import Outcome, is_binary, judge_reading

_STRANGE_KEY, _STRANGE_VALUE = "Quokka grade", "wombat"
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_PERSON = re.compile(r"(?i)\b[a-z]:\\users\\|/home/|/users/")
_CUTS_COUNT = 12
_TRIES_COUNT = 2


def check_reader(module: ModuleType, samples: Iterable[Path], *, seed: int = 0) -> None:
    """Check one reader against its samples.

    `FORMAT` must be complete; every sample must be claimed by this reader and no other, and read; a field nobody
    knows must be kept or refused; empty, truncated, re-encoded, shuffled and comma-decimal copies must be refused or
    give the same numbers.

    Args:
        module: the reader.
        samples: at least one file it reads.
        seed: of the damages.

    Raises:
        AssertionError: with a sentence that names the broken rule.
    """
    _check_format(module)
    paths = list(samples)
    _require(bool(paths), "at least one sample is needed")
    for path in paths:
        runs = _check_reading(module, path)
        with tempfile.TemporaryDirectory() as folder:
            _check_damaged(module, path, runs, Path(folder), seed)
            if not is_binary(path.read_bytes()):
                _check_unknown_field(module, path, Path(folder), seed)


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise AssertionError(rule)


def _check_format(module: ModuleType) -> None:
    name = module.__name__
    for attribute in ("FORMAT", "sniff", "read"):
        _require(hasattr(module, attribute), f"{name} does not define {attribute}")
    form = module.FORMAT
    _require(isinstance(form, Format), f"{name}.FORMAT is no Format")
    _require(bool(_WORD.fullmatch(form.name)), f"{name}: {form.name!r} is no name of small letters")
    _require(bool(form.title and form.version), f"{name}: title and version must be said")
    _require(bool(form.samples), f"{name}: samples must name files, or say 'none'")
    tested_without = form.maturity is Maturity.TESTED and "none" in form.samples
    _require(not tested_without, f"{name}: tested needs a real file among the samples")
    _require(bool(module.__doc__), f"{name}: the module says nothing about the format")


def _check_reading(module: ModuleType, path: Path) -> tuple[Run, ...]:
    answer = module.sniff(SourceFile(path))
    _require(answer.claims and bool(answer.why), f"{path.name}: not claimed, or without a reason")
    for other in load_readers():
        if other.FORMAT.name != module.FORMAT.name:
            said = other.sniff(SourceFile(path))
            _require(not said.claims, f"{path.name}: also claimed by {other.FORMAT.name} ({said.why})")
            _require(bool(said.why), f"{other.FORMAT.name} refuses {path.name} without a reason")
    runs: tuple[Run, ...] = module.read(SourceFile(path))
    _require(bool(runs), f"{path.name}: no run")
    names = [run.name for run in runs]
    _require(all(names) and len(set(names)) == len(names), f"{path.name}: run names are empty or repeated")
    for run in runs:
        _check_run(run, module.FORMAT, path)
    return runs


def _check_run(run: Run, form: Format, path: Path) -> None:
    where = f"{path.name}, {run.name}"
    reader = (run.source.reader, run.source.reader_version)
    _require(reader == (form.name, form.version), f"{where}: source names reader {reader}")
    _require(run.source.sha256 == SourceFile(path).sha256, f"{where}: source has another hash")
    for kept in (run.settings, run.unread):
        for key, value in kept.items():
            _require(isinstance(value, str), f"{where}: {key} is no text")
            _require(not _PERSON.search(value), f"{where}: {key} holds a user's folder")
    for number in (*run.vendor, *run.rederived):
        _require(bool(np.isfinite(number.value)), f"{where}: {number.name} is not finite")
        _require(bool(number.unit and number.source_field), f"{where}: {number.name} lacks unit or place")
    if form.maturity is Maturity.DRAFT:
        _require("draft-reader" in {notice.code for notice in run.notices}, f"{where}: a draft must say so")


def _check_damaged(module: ModuleType, path: Path, runs: tuple[Run, ...], folder: Path, seed: int) -> None:
    data = path.read_bytes()
    for name, damaged in _damaged_copies(data, seed):
        copy = folder / path.name
        copy.write_bytes(damaged)
        found = _read_or_refuse(module, copy)
        if found is None:
            continue
        outcome, said = judge_reading(
            runs, found, damage=name.partition(" ")[0], data=damaged, open_ended=module.FORMAT.open_ended
        )
        _require(outcome is not Outcome.WRONG, f"{path.name}, {name}: {said}")


def _damaged_copies(data: bytes, seed: int) -> Iterator[tuple[str, bytes]]:
    yield "truncate to nothing", b""
    lines = [match.end() for match in re.finditer(rb"\n", data)]
    places = {
        *np.linspace(1, len(data) - 1, _CUTS_COUNT, dtype=int).tolist(),
        *lines[:: max(1, len(lines) // _CUTS_COUNT)],
    }
    for place in sorted(places):
        if place < len(data):
            yield f"truncate at byte {place}", data[:place]
    if is_binary(data):
        return
    for name in (*HARMLESS, "shuffle_lines", "change_decimal_marks"):
        for number in range(_TRIES_COUNT):
            yield f"{name} with seed {seed + number}", DAMAGES[name](data, np.random.default_rng(seed + number))


def _read_or_refuse(module: ModuleType, path: Path) -> tuple[Run, ...] | None:
    """Return the runs, or None when the file is refused: not claimed, or an `InputError` in one line."""
    try:
        source = SourceFile(path)
        runs: tuple[Run, ...] | None = module.read(source) if module.sniff(source).claims else None
    except InputError as error:
        _require(bool(error.message) and "\n" not in str(error), f"{path.name}: a refusal is not one line of text")
        return None
    return runs


def _check_unknown_field(module: ModuleType, path: Path, folder: Path, seed: int) -> None:
    """Insert a field nobody knows between two lines: it must be kept somewhere, or the file refused."""
    data = path.read_bytes()
    delimiter = max(b",;\t", key=data[:4000].count)
    field = _STRANGE_KEY.encode() + bytes([delimiter]) + _STRANGE_VALUE.encode()
    lines = data.split(b"\n")
    rng = np.random.default_rng(seed)
    for place in sorted(rng.integers(1, min(len(lines), 90) + 1, size=8).tolist()):
        copy = folder / path.name
        ending = b"\r" if lines[0].endswith(b"\r") else b""
        copy.write_bytes(b"\n".join([*lines[:place], field + ending, *lines[place:]]))
        runs = _read_or_refuse(module, copy)
        kept = runs is None or any(_STRANGE_VALUE in _everything(run) for run in runs)
        _require(kept, f"{path.name}: a field inserted as line {place + 1} is lost without a trace")


def _everything(run: Run) -> str:
    fields = " ".join(f"{key} {value}" for kept in (run.settings, run.unread) for key, value in kept.items())
    return f"{fields} {run.name} {run.sample_hint} {' '.join(notice.message for notice in run.notices)}"
