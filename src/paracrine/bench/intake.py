"""Files of a study into runs: hashed, read once, on as many cores as the executor has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from paracrine.core.errors import InputError, ParacrineError
from paracrine.core.progress import Executor, Progress, SerialExecutor, Silent, stage
from paracrine.core.run import Run
from paracrine.readers.intake import read_file
from paracrine.readers.source import SourceFile

_WORTH_A_POOL = 200
"""From so many files on, starting processes costs less than reading one after the other."""


@dataclass(frozen=True, slots=True)
class FileReading:
    """What became of one file: its runs, or one line that says why there are none."""

    path: str
    """Relative to the folder read, with forward slashes."""
    sha256: str
    size_bytes: int
    runs: tuple[Run, ...] = ()
    error: str = ""

    @property
    def readable(self) -> bool:
        """Whether a reader read it."""
        return not self.error


@dataclass(frozen=True, slots=True)
class _Task:
    folder: Path
    path: str


def read_files(
    folder: Path, paths: Iterable[str], *, executor: Executor | None = None, progress: Progress | None = None
) -> tuple[FileReading, ...]:
    """Read files below a folder; a file that fails is named in its own reading and stops nothing."""
    tasks = [_Task(folder, path) for path in paths]
    chosen = executor if executor and len(tasks) >= _WORTH_A_POOL else SerialExecutor()
    with stage(progress or Silent(), "reading files", len(tasks)) as done:
        return tuple(chosen.map(_read_one, tasks, on_done=done))


def hash_file(folder: Path, path: str) -> tuple[str, int]:
    """Return sha256 and size of a file, or empty text and 0 where it cannot be opened."""
    source = SourceFile(folder / path)
    try:
        return source.sha256, len(source.data)
    except InputError:
        return "", 0


def _read_one(task: _Task) -> FileReading:
    full = task.folder / task.path
    sha256, size = hash_file(task.folder, task.path)
    siblings = tuple(sorted(entry.name for entry in full.parent.iterdir())) if full.parent.is_dir() else ()
    try:
        runs = read_file(full, siblings=siblings)
    except ParacrineError as error:
        error.where = task.path
        return FileReading(task.path, sha256, size, error=str(error))
    return FileReading(task.path, sha256, size, runs=runs)
