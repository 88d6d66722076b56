"""Draft study.toml from the files in a folder, and say what a person must still answer."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from paracrine.bench.intake import FileReading
from paracrine.bench.nta.study_videos import draft_lines
from paracrine.characterization.inference.recording import NEEDED
from paracrine.characterization.inference.video_record import INSTRUMENT
from paracrine.core.product import DilutionBy, Role
from paracrine.core.run import Run, Technique
from paracrine.readers.video_file import is_video

_SKIPPED_NAMES = frozenset({"study.toml", "spec.toml", "results.csv", "readme.md", "readme.txt", "license"})
_FEWEST_FRAMES = 10
_ROLE_WORDS = (
    (Role.REFERENCE_BEAD, r"beads?|latex|polystyrene|std\d*|standard"),
    (Role.DETERGENT_CONTROL, r"triton|detergent|lysed|sds|np-?40"),
    (Role.PROCESS_BLANK, r"unconditioned|process[ _-]?blank|medium[ _-]?(blank|control|only)|media[ _-]?blank"),
    (Role.DILUENT_BLANK, r"blank|diluent|buffer[ _-]?only|^pbs\d*$|water[ _-]?only"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a study.toml and what it could not know."""

    text: str
    batches: tuple[str, ...]
    files: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    """Files no reader knows, with the reason."""
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Guess:
    path: str
    batch: str
    sample: str
    role: Role
    role_why: str
    hints: tuple[str, ...]
    dilution: float | None
    dilution_by: DilutionBy
    techniques: tuple[str, ...]
    split: bool
    """Whether the file holds other samples too, so that its runs are named one by one."""


def find_files(folder: Path, *, skip: Path | None = None) -> tuple[str, ...]:
    """List candidate files below a folder, relative paths with forward slashes, without hidden ones and `skip`."""
    found: list[str] = []
    frames: set[Path] = set()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.parent in frames:
            continue
        hidden = any(part.startswith((".", "~$")) for part in relative.parts)
        inside_skip = skip is not None and path.is_relative_to(skip)
        if not hidden and not inside_skip and _is_sequence(path):
            frames.add(path)
            found.append(relative.as_posix())
        elif path.is_file() and not hidden and not inside_skip and not _is_form(path.name):
            found.append(relative.as_posix())
    return tuple(found)


def _is_sequence(path: Path) -> bool:
    """Whether a folder is a video of numbered frames, and not a few pictures."""
    return path.is_dir() and is_video(path) and sum(1 for _ in path.iterdir()) >= _FEWEST_FRAMES


def _is_form(name: str) -> bool:
    return name.lower() in _SKIPPED_NAMES or name.lower().endswith(".roles.csv")


def draft_study(folder: Path, readings: tuple[FileReading, ...]) -> Draft:
    """Draft a study from what the readers said about the files of a folder."""
    readable = [reading for reading in readings if reading.readable]
    guesses = [guess for reading in readable if not _is_plate(reading) for guess in _guesses(reading)]
    plates = tuple(reading.path for reading in readable if _is_plate(reading))
    batches = tuple(dict.fromkeys(guess.batch for guess in guesses if guess.batch)) or ("B-001",)
    videos = [run for reading in readable for run in reading.runs if run.instrument == INSTRUMENT]
    questions = (*_questions(guesses, batches, plates), *_video_questions(videos), *_form_questions(folder))
    papers = _named_in_results(folder)
    unread = tuple(
        (reading.path, reading.error) for reading in readings if not reading.readable and reading.path not in papers
    )
    shared = draft_lines(videos) if videos else []
    lines = _lines(folder.resolve().name, guesses, batches, plates, questions, unread, shared)
    text = "\n".join(lines) + "\n"
    return Draft(text, batches, tuple(reading.path for reading in readable), unread, questions)


def _is_plate(reading: FileReading) -> bool:
    return any(run.technique is Technique.PLATE for run in reading.runs)


def _named_in_results(folder: Path) -> frozenset[str]:
    """Return the cells of results.csv, among which are the source documents that it names."""
    path = folder / "results.csv"
    if not path.is_file():
        return frozenset()
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    return frozenset(cell.strip().strip('"') for cell in re.split(r"[,;\t\n]", text))


def _guesses(reading: FileReading) -> Iterator[_Guess]:
    """Yield one guess a sample: different names in one file are different samples until a person says otherwise."""
    names = dict.fromkeys(run.sample_hint for run in reading.runs)
    if len(names) < 2 or "" in names:
        yield _guess(reading, reading.runs)
        return
    for name in names:
        yield _guess(reading, tuple(run for run in reading.runs if run.sample_hint == name), split=True)


def _guess(reading: FileReading, runs: tuple[Run, ...], *, split: bool = False) -> _Guess:
    pure = PurePosixPath(reading.path)
    hints = tuple(dict.fromkeys(run.sample_hint for run in runs if run.sample_hint))
    role, why = _guess_role(" / ".join((*hints,) if split else (pure.stem, *pure.parts[:-1], *hints)))
    factors = {run.dilution_factor for run in runs}
    one_factor = factors.pop() if len(factors) == 1 else None
    shared = role in (Role.REFERENCE_BEAD, Role.DILUENT_BLANK) and len(pure.parts) == 1
    batch = "" if shared else (pure.parts[0] if len(pure.parts) > 1 else _batch_from_stem(pure.stem))
    return _Guess(
        path=reading.path,
        batch=batch,
        sample=hints[0] if split else role.value,
        role=role,
        role_why=why,
        hints=hints,
        dilution=one_factor,
        dilution_by=runs[0].dilution_by,
        techniques=tuple(dict.fromkeys(run.technique.value for run in runs)),
        split=split,
    )


def _batch_from_stem(stem: str) -> str:
    return re.split(r"\s|-Experiment|_Summary|_size_|_prof_|_11pos", stem)[0] or "B-001"


def _guess_role(text: str) -> tuple[Role, str]:
    for role, words in _ROLE_WORDS:
        for part in re.split(r" / ", text):
            match = re.search(rf"(?<![a-z])({words})(?![a-z])", part.lower().replace("_", " ").strip())
            if match:
                return role, f"guessed from {match.group(0)!r} in {part!r}"
    return Role.PRODUCT, "no word in the names says otherwise"


def _video_questions(videos: list[Run]) -> Iterator[str]:
    if videos:
        missing = [name for name in NEEDED if any(name not in run.settings for run in videos)]
        yield f"{len(videos)} raw videos: {', '.join(missing)} and the diluent are needed in [video]."


def _questions(guesses: list[_Guess], batches: tuple[str, ...], plates: tuple[str, ...]) -> Iterator[str]:
    roles = {guess.role for guess in guesses}
    if Role.DILUENT_BLANK not in roles:
        yield "No diluent blank found: blank level and subtraction will be not assessed."
    if Role.REFERENCE_BEAD not in roles:
        yield "No reference bead run found: intervals will be called repeatability, not confidence."
    for path, count in Counter(guess.path for guess in guesses if guess.split).items():
        yield f"{path} holds {count} sample names, each taken as a sample: give those that are one the same name."
    undiluted = (guess for guess in guesses if guess.dilution is None and guess.role is not Role.REFERENCE_BEAD)
    for path in dict.fromkeys(guess.path for guess in undiluted if "NTA" in guess.techniques):
        yield f"{path} states no dilution: without dilution_factor only the as-measured value is given."
    if not plates:
        yield "No plate file found: particles per protein will be not assessed unless results.csv brings the protein."
    for batch in batches:
        yield f"{batch}: cells_count, medium_volume_ml and product_volume_ml are needed for yields."


def _form_questions(folder: Path) -> Iterator[str]:
    if not (folder / "spec.toml").is_file():
        yield "No spec.toml: results are reported, and none is judged."
    if not (folder / "results.csv").is_file():
        yield "No results.csv: sterility, endotoxin, mycoplasma, markers and potency measured elsewhere are missing."


def _lines(
    name: str,
    guesses: list[_Guess],
    batches: tuple[str, ...],
    plates: tuple[str, ...],
    questions: tuple[str, ...],
    unread: tuple[tuple[str, str], ...],
    shared: list[str],
) -> Iterator[str]:
    yield "# Drafted by `paracrine init`. Lines marked ? need a person; the rest was read from the files."
    yield f"title = {_text(name)}"
    yield 'person = ""  # ? who answers for this study'
    yield 'role = ""  # ? such as "analyst"'
    yield ""
    yield "[product]"
    yield f"name = {_text(name)}  # ?"
    yield 'cell_source = ""  # ? such as "umbilical cord MSC"'
    yield from shared
    for batch in batches:
        yield from ("", "[[batch]]", f"name = {_text(batch)}")
        yield from ("# ? cells_count = 1.0e8", "# ? medium_volume_ml = 500", "# ? product_volume_ml = 10")
    for key, group in _by_sample(guesses).items():
        yield from _sample_lines(key, group)
    for plate in plates:
        yield from ("", "[[plate]]", f"path = {_text(plate)}  # names in the role map: batch/sample, or batch")
    if unread:
        yield from ("", "# Files no reader knows; they are left out:")
        yield from (f"#   {path}: {_short(path, reason)}" for path, reason in unread)
    yield from ("", "# What could not be known:")
    yield from (f"#   {question}" for question in questions)


def _short(path: str, reason: str) -> str:
    """Return why a file could not be read, without its name and without the list of all readers."""
    said = reason.splitlines()[0].removeprefix(f"{path}: ").partition(" (")[0]
    return f"{said} (`paracrine read` says why)" if "no reader" in said else said[:160]


def _by_sample(guesses: list[_Guess]) -> dict[tuple[str, str], list[_Guess]]:
    groups: dict[tuple[str, str], list[_Guess]] = {}
    for guess in guesses:
        groups.setdefault((guess.batch, guess.sample), []).append(guess)
    return groups


def _sample_lines(key: tuple[str, str], group: list[_Guess]) -> Iterator[str]:
    batch, sample = key
    first = group[0]
    yield from ("", "[[sample]]")
    if batch:
        yield f"batch = {_text(batch)}"
    else:
        yield "# no batch: it belongs to every batch"
    yield f"name = {_text(sample)}"
    yield f"role = {_text(first.role.value)}  # ? {_comment(first.role_why)}"
    stated = {guess.dilution for guess in group if guess.dilution is not None}
    by_file = ", ".join(sorted({guess.dilution_by.value for guess in group if guess.dilution is not None}))
    if len(stated) == 1:
        yield f"# the file states dilution_factor = {stated.pop():g} (multiplied by: {by_file})"
    elif stated:
        yield f"# the files state different dilutions: {sorted(stated)}; split this sample by preparation"
    else:
        yield "# ? dilution_factor = 1000"
    yield "# ? pipetting_cv_pct = 1.5"
    if first.role is Role.REFERENCE_BEAD:
        yield from ("# ? nominal_diameter_nm = 100", "# ? nominal_diameter_u_nm = 3")
    for guess in group:
        yield from ("", "[[sample.file]]", f"path = {_text(guess.path)}  # {', '.join(guess.techniques)}")
        if guess.split:
            yield f"runs = [{_text(guess.hints[0])}]"
        elif guess.hints:
            yield f"# sample name in the file: {_comment(', '.join(guess.hints[:6]))}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(value: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", value)[:160]
