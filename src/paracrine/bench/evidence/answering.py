"""What an answer of the evidence room leaves behind: its files, and the ledger entry that tells of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from paracrine.bench.evidence.ledger_records import AnswerRecord
from paracrine.bench.outputs import write_outputs
from paracrine.core.version import __version__
from paracrine.store import Actor, Workspace


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where answers are recorded, and by whom."""

    open: Callable[[], Workspace]
    actor: Actor


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer ready to be written: from which verb, out of what (name to bytes), as which files."""

    verb: str
    headline: str
    asked: tuple[tuple[str, str], ...]
    sources: Mapping[str, bytes]
    files: Mapping[str, bytes]


def write_answer(answer: Answer, out: Path, ledger: Ledger | None) -> int | None:
    """Write the files, keep them and their sources in the workspace, and return the number of the ledger entry.

    Raises:
        InputError: when `out` cannot be written.
        RecordError: when the ledger cannot be written.
    """
    if ledger is None:
        write_outputs(out, dict(answer.files))
        return None
    with closing(ledger.open()) as workspace:
        outputs = write_outputs(out, dict(answer.files))
        kept = {
            name: workspace.add_file(data, name=name) for name, data in (*answer.sources.items(), *answer.files.items())
        }
        record = AnswerRecord(
            verb=answer.verb,
            headline=answer.headline,
            asked=answer.asked,
            program_version=__version__,
            sources={name: kept[name].sha256 for name in answer.sources},
            outputs=outputs,
            file_sha256=tuple(kept[name].sha256 for name in kept),
        )
        names = ", ".join(answer.sources) or "the evidence base"
        entry = workspace.append(
            record, key=next(iter(outputs)), actor=ledger.actor, reason=f"{answer.verb} of {names}"
        )
    return entry.number
