"""A table of studies as a person writes it: CSV, one comparison a line, columns under several names."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError
from paracrine.numerics.pooling.weighted import FloatArray

ALIASES: dict[str, tuple[str, ...]] = {
    "study": ("study", "studlab", "label", "trial", "author", "authors", "source"),
    "author": ("author", "authors", "source"),
    "effect": ("effect", "yi", "te", "estimate"),
    "variance": ("variance", "vi", "var"),
    "error": ("standard_error", "se", "sei", "sete"),
    "low": ("low", "ci_low", "lower", "ci_lb"),
    "high": ("high", "ci_high", "upper", "ci_ub"),
    "events_1": ("events_1", "ai", "event_1", "events_treated", "tpos"),
    "none_1": ("none_1", "bi", "tneg"),
    "n_1": ("n_1", "n1i", "n_treated"),
    "events_2": ("events_2", "ci", "event_2", "events_control", "cpos"),
    "none_2": ("none_2", "di", "cneg"),
    "n_2": ("n_2", "n2i", "n_control"),
    "mean_1": ("mean_1", "m1i", "mean_treated"),
    "sd_1": ("sd_1", "sd1i", "sd_treated"),
    "mean_2": ("mean_2", "m2i", "mean_control"),
    "sd_2": ("sd_2", "sd2i", "sd_control"),
    "time_1": ("time_1", "t1i"),
    "time_2": ("time_2", "t2i"),
    "events": ("events", "xi", "x"),
    "n": ("n", "ni"),
    "r": ("r", "ri"),
    "mean_after": ("mean_after", "m_post"),
    "mean_before": ("mean_before", "m_pre"),
    "sd_after": ("sd_after", "sd_post"),
    "sd_before": ("sd_before", "sd_pre"),
    "first": ("treatment_1", "treat1", "first"),
    "species": ("species", "organism", "animal", "host_species"),
    "second": ("treatment_2", "treat2", "second"),
}
RATE_EVENTS = {"events_1": "x1i", "events_2": "x2i"}
DEFAULTS = (
    ("rr", ("events_1", "n_1", "events_2", "n_2")),
    ("irr", ("events_1", "time_1", "events_2", "time_2")),
    ("smd", ("n_1", "mean_1", "sd_1", "n_2", "mean_2", "sd_2")),
    ("romc", ("mean_after", "mean_before", "sd_after", "sd_before", "n", "r")),
    ("plo", ("events", "n")),
    ("zcor", ("r", "n")),
    ("generic", ("effect", "variance")),
)
LIMIT_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class StudyTable:
    """Rows of a CSV by column name in lower case, with the line each came from."""

    name: str
    rows: tuple[Mapping[str, str], ...]
    lines: tuple[int, ...]
    columns: tuple[str, ...] = field(default=())

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the studies; the line number where there is none."""
        key = self.find("study")
        names = [row[key].strip() if key else "" for row in self.rows]
        author = self.find("author")
        if author and author != key and all(name.isdigit() for name in names):
            names = [f"{row[author].strip()} #{name}" for name, row in zip(names, self.rows, strict=True)]
        return tuple(name or f"line {line}" for name, line in zip(names, self.lines, strict=True))

    def find(self, meaning: str) -> str:
        """Return the column that carries a meaning, empty if there is none."""
        return next((name for name in ALIASES.get(meaning, (meaning,)) if name in self.columns), "")

    def words(self, column: str) -> tuple[str, ...]:
        """Return a column as text.

        Raises:
            InputError: when there is no such column; the hint names the nearest.
        """
        if column not in self.columns:
            raise InputError(f"no column {column!r}", where=self.name, hint=nearest(column, self.columns))
        return tuple(row[column].strip() for row in self.rows)

    def numbers(self, column: str) -> FloatArray:
        """Return a column as numbers; every cell must hold one.

        Raises:
            InputError: for the first cell that is no number, with its line.
        """
        values = []
        for word, line in zip(self.words(column), self.lines, strict=True):
            value = _finite(word)
            if value is None:
                hint = "numbers with a point; leave rows without a value out, or use --where"
                place = f"{self.name} line {line}"
                raise InputError(f"{column} is {word!r}, no number", where=place, hint=hint)
            values.append(value)
        return np.array(values, float)

    def keep(self, positions: list[int]) -> StudyTable:
        """Return the table with the rows at these positions."""
        return StudyTable(
            self.name, tuple(self.rows[i] for i in positions), tuple(self.lines[i] for i in positions), self.columns
        )


def _finite(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_table(text: str, *, name: str) -> StudyTable:
    """Read a CSV of studies; the separator is a comma, a semicolon or a tab.

    Raises:
        InputError: when it has no header, no row, too many rows or a row of another length.
    """
    head = text.lstrip("\ufeff").split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator)
    try:
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"no CSV: {error}", where=name) from error
    if len(lines) < 2:
        raise InputError("the table holds no study", where=name, hint="a header line and one line a comparison")
    if len(lines) > LIMIT_ROWS:
        raise InputError(f"more than {LIMIT_ROWS} rows", where=name)
    columns = tuple(cell.strip().lower().replace(" ", "_").replace(".", "_") for cell in lines[0][1])
    if len(set(columns)) < len(columns):
        raise InputError("two columns have the same name", where=name)
    for line, row in lines[1:]:
        if len(row) != len(columns):
            raise InputError(f"{len(row)} cells under {len(columns)} columns", where=f"{name} line {line}")
    rows = tuple(dict(zip(columns, row, strict=True)) for _, row in lines[1:])
    return StudyTable(name, rows, tuple(line for line, _ in lines[1:]), columns)


def choose_measure(table: StudyTable, asked: str) -> str:
    """Return the measure asked for, else the usual one for the columns there are.

    Raises:
        InputError: when the columns fit no measure.
    """
    if asked:
        return asked.lower()
    for measure, needed in DEFAULTS:
        if all(_present(table, name) for name in needed):
            return measure
    raise InputError(
        "the columns fit no effect size",
        where=table.name,
        hint="events_1,n_1,events_2,n_2; mean_1,sd_1,n_1…; events,n; effect and variance, standard_error or low,high",
    )


def _present(table: StudyTable, name: str) -> bool:
    if table.find(name) or (name in RATE_EVENTS and RATE_EVENTS[name] in table.columns):
        return True
    if name == "variance":
        return bool(table.find("error") or (table.find("low") and table.find("high")))
    return name in ("n_1", "n_2") and bool(table.find(name.replace("n_", "none_")))


def gather_columns(table: StudyTable, needed: tuple[str, ...], *, ratio: bool) -> dict[str, FloatArray]:
    """Return the columns of a measure as numbers, made from their equivalents where need be.

    Args:
        table: of studies.
        needed: columns of the kind of data.
        ratio: whether given effects are ratios, whose limits are turned into logs.

    Raises:
        InputError: when a column is missing or impossible.
    """
    found: dict[str, FloatArray] = {}
    for name in needed:
        column = table.find(name)
        if column:
            found[name] = table.numbers(column)
        elif name in RATE_EVENTS and RATE_EVENTS[name] in table.columns:
            found[name] = table.numbers(RATE_EVENTS[name])
        elif name in ("n_1", "n_2") and table.find(f"none_{name[-1]}"):
            found[name] = table.numbers(table.find(f"events_{name[-1]}")) + table.numbers(
                table.find(f"none_{name[-1]}")
            )
        elif name == "variance":
            found[name] = _variance(table, ratio=ratio)
        else:
            raise InputError(f"column {name} is missing", where=table.name, hint=f"needed: {', '.join(needed)}")
    if ratio and "effect" in found and not table.find("variance") and not table.find("error"):
        if (found["effect"] <= 0).any():
            raise InputError("a ratio is zero or negative", where=table.name)
        found["effect"] = np.log(found["effect"])
    _require_possible(table, found)
    return found


def _variance(table: StudyTable, *, ratio: bool) -> FloatArray:
    error = table.find("error")
    if error:
        return np.asarray(table.numbers(error) ** 2, float)
    if not (table.find("low") and table.find("high")):
        raise InputError("an effect needs variance, standard_error, or low and high", where=table.name)
    low, high = table.numbers(table.find("low")), table.numbers(table.find("high"))
    if ratio:
        if (low <= 0).any():
            raise InputError("a limit of a ratio is zero or negative", where=table.name)
        low, high = np.log(low), np.log(high)
    if (high <= low).any():
        raise InputError("an interval's high end is not above its low end", where=table.name)
    return np.asarray(((high - low) / (2 * 1.959963984540054)) ** 2, float)


def _require_possible(table: StudyTable, found: Mapping[str, FloatArray]) -> None:
    for part, whole in (("events_1", "n_1"), ("events_2", "n_2"), ("events", "n")):
        if part in found and whole in found:
            wrong = np.flatnonzero((found[part] < 0) | (found[part] > found[whole]))
            if wrong.size:
                place = f"{table.name} line {table.lines[int(wrong[0])]}"
                raise InputError(f"{part} is negative or above {whole}", where=place)
    for name, values in found.items():
        if name.startswith(("n", "time", "sd", "variance")) and (values <= 0).any():
            wrong_line = table.lines[int(np.flatnonzero(values <= 0)[0])]
            raise InputError(f"{name} must be above zero", where=f"{table.name} line {wrong_line}")


def filter_rows(table: StudyTable, conditions: tuple[str, ...]) -> StudyTable:
    """Return the rows that meet all conditions, each `column=value` or `column!=value`, without regard to case.

    Raises:
        InputError: when a condition cannot be read or nothing is left.
    """
    kept = list(range(len(table.rows)))
    for condition in conditions:
        column, sign, value = condition.partition("!=") if "!=" in condition else condition.partition("=")
        if not sign:
            raise InputError(f"{condition!r} is no condition", hint="column=value or column!=value")
        words = table.words(column.strip().lower())
        equal = [words[i].lower() == value.strip().lower() for i in range(len(words))]
        kept = [i for i in kept if equal[i] == (sign == "=")]
    if not kept:
        raise InputError(f"no study meets {' and '.join(conditions)}", where=table.name)
    return table.keep(kept)
