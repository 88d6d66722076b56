"""How answers look in a terminal: one sentence, a table, notices, where the files are."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

MARKS = {
    "pass": ("✓", "green"),
    "fail": ("✕", "red"),
    "borderline": ("◐", "yellow"),
    "not assessed": ("–", "bright_black"),
    "not applicable": ("·", "bright_black"),
    "reported": ("•", "bright_black"),
}


class BarProgress:
    """Draws a bar per stage on standard error."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def start(self, label: str, total: int) -> None:
        """Add a bar."""
        self._tasks[label] = self._bars.add_task(label, total=total)

    def advance(self, label: str, steps: int = 1) -> None:
        """Move a bar."""
        self._bars.advance(self._tasks[label], steps)


@contextmanager
def progress_bars(*, quiet: bool = False) -> Iterator[Any]:
    """Give a progress that draws bars on a terminal and says nothing elsewhere."""
    from paracrine.core.progress import Silent

    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield BarProgress(bars)


def print_json(data: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
    """Print a table as wide as the terminal; cells are plain text, never markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140)
    table = Table(
        title=Text(title) if title else None, box=None, pad_edge=False, title_justify="left", header_style="bold"
    )
    for header in headers:
        table.add_column(Text(header), overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console.print(table)


def print_notices(notices: Sequence[tuple[str, str]]) -> None:
    """Print (severity, message) pairs, serious ones first."""
    order = {"serious": 0, "caution": 1, "note": 2}
    for severity, message in sorted(dict.fromkeys(notices), key=lambda item: order.get(item[0], 3)):
        typer.echo(f"  {severity}: {message}")


def mark(outcome: str) -> str:
    """Return shape and word of an outcome."""
    return f"{MARKS.get(outcome, ('?', ''))[0]} {outcome}"


def verdict_counts(outcomes: Sequence[str]) -> str:
    """Return `✓ 9  ✕ 1  – 2`, coloured where the terminal has colour."""
    parts = []
    for outcome, (shape, colour) in MARKS.items():
        count = sum(1 for found in outcomes if found == outcome)
        if count:
            parts.append(
                typer.style(f"{shape} {count} {outcome}", fg=colour)
                if sys.stdout.isatty()
                else f"{shape} {count} {outcome}"
            )
    return "  ".join(parts)
