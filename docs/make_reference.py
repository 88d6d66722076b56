"""Write the pages of docs/reference that are made from code: `python docs/make_reference.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from paracrine import open_bench
from paracrine.characterization.definitions import list_definitions
from paracrine.cli.app import app

REFERENCE = Path(__file__).parent / "reference"
MADE = "Made from code by `docs/make_reference.py`; edit the code, not this page."


def pages() -> dict[str, str]:
    """Return file name to text."""
    made = {
        "command-line.md": _command_line(),
        "readers.md": _readers(),
        "metrics.md": _metrics(),
        "pooling-methods.md": _pooling_methods(),
    }
    return {name: "\n".join(lines) + "\n" for name, lines in made.items()}


def _command_line() -> Iterator[str]:
    yield from ("# Command line", "", MADE)
    for name, command in _commands(get_command(app), ""):
        yield from ("", f"## paracrine {name}", "", *_paragraphs(command.help or ""), "")
        yield from ("| option | meaning |", "|---|---|")
        for parameter in command.params:
            spelled = ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name.upper()
            yield f"| `{spelled}` | {_cell(getattr(parameter, 'help', '') or '')} |"


def _commands(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _readers() -> Iterator[str]:
    yield from ("# Readers", "", MADE, "")
    yield "tested: held against a real file · candidate: documented layout · draft: only code describes it."
    yield from ("", "| reader | reads | method | maturity | known limits |", "|---|---|---|---|---|")
    for info in open_bench().formats():
        cells = (info.name, info.title, info.technique, info.maturity_text, info.known_limits)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _metrics() -> Iterator[str]:
    yield from ("# Metrics", "", MADE, "")
    yield from ("| attribute | unit | made from | definition |", "|---|---|---|---|")
    for known in list_definitions():
        cells = (known.name, known.unit, known.made_from, known.definition)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _pooling_methods() -> Iterator[str]:
    yield from ("# Methods of pooling", "", MADE)
    for title, rows in open_bench().evidence.methods().items():
        yield from ("", f"## {title.capitalize()}", "", "| name | what |", "|---|---|")
        for row in rows:
            yield f"| {_cell(row['name'])} | {_cell(row['what'])} |"


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


if __name__ == "__main__":
    for page, content in pages().items():
        (REFERENCE / page).write_text(content, encoding="utf-8")
