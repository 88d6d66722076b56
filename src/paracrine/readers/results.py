"""Read results.csv: findings and numbers from elsewhere, each with method, laboratory and source document."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from paracrine.core.attribute import attribute_title, attribute_word
from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError
from paracrine.core.measurement import Measurement, State
from paracrine.core.notice import Notice
from paracrine.core.product import Role, Sample
from paracrine.core.provenance import Provenance, SourceRef
from paracrine.core.run import Technique
from paracrine.readers.decoding.result_cell import ResultCell, decide_decimal_of, read_result
from paracrine.readers.decoding.text import decode
from paracrine.readers.document import find_document
from paracrine.readers.source import SourceFile

RESULTS_NAME = "results.csv"
READER = "results"
READER_VERSION = "1"
COLUMNS = (
    "batch",
    "sample",
    "stage",
    "attribute",
    "value",
    "unit",
    "uncertainty",
    "method",
    "laboratory",
    "source_document",
    "performed_by",
    "performed_at",
)
_OPTIONAL = ("sample", "stage", "uncertainty", "source_document", "performed_by", "performed_at", "role", "comment")
_KNOWN = (*COLUMNS, "role", "comment")
_WHO_WHEN_WHERE = ("laboratory", "performed_by", "performed_at")
_USUAL = (
    ("sterility", ""),
    ("endotoxin_eu_per_ml", "EU/mL"),
    ("mycoplasma", ""),
    ("marker_cd9", ""),
    ("marker_cd63", ""),
    ("marker_cd81", ""),
    ("marker_tsg101", ""),
    ("marker_calnexin", ""),
    ("potency", ""),
)


@dataclass(frozen=True, slots=True)
class ResultsTable:
    """All results of one results.csv; doubts about a row stand on its measurement."""

    source: SourceRef
    measurements: tuple[Measurement, ...]

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Notices of all rows."""
        return tuple(notice for measurement in self.measurements for notice in measurement.notices)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Mapping[str, str]
    file: str

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def at(self, column: str) -> str:
        return f"{self.file}: row {self.number}, column {column}"


def read_results(
    path: Path, *, folder: Path, samples: Iterable[Sample] = (), batches: Iterable[str] = ()
) -> ResultsTable:
    """Read results from elsewhere; nothing partial is returned.

    Commas, semicolons or tabs between cells; one decimal mark throughout. A row without a value is kept as not
    assessed. A source document that is missing is a notice, since the result was still reported.

    Args:
        path: the CSV file.
        folder: where source documents lie; their paths are relative to it.
        samples: of the study, so that a row about a blank gets its role and stage.
        batches: of the study; a row about another batch is then refused, so that no result is lost to a slip.

    Raises:
        InputError: naming the row and the column.
    """
    source = SourceFile(path)
    text = decode(source.data, where=source.name)
    rows = _read_rows(text, source.name)
    decimal = decide_decimal_of(
        [(row[column], row.at(column)) for row in rows for column in ("value", "uncertainty")],
        commas_separate=_delimiter(text) == ",",
    )
    by_name = {(sample.batch, sample.name): sample for sample in samples}
    known = tuple(batches)
    measurements = []
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        if known and row["batch"] and row["batch"] not in known:
            hint = nearest(row["batch"], known)
            raise InputError(f"the study has no batch {row['batch']!r}", where=row.at("batch"), hint=hint)
        measurement = _measurement(row, decimal, by_name, source, folder)
        _require_new(measurement, row, seen)
        measurements.append(measurement)
    return ResultsTable(source.ref(reader=READER, reader_version=READER_VERSION), tuple(measurements))


def write_results_template(path: Path, *, batches: Sequence[str] = ()) -> None:
    """Write a results.csv to fill in: the columns, and for each batch the usual attributes without values.

    Raises:
        InputError: when the file exists already.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for batch in batches:
        for attribute, unit in _USUAL:
            writer.writerow({"batch": batch, "attribute": attribute, "unit": unit})
    try:
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            file.write(text.getvalue())
    except FileExistsError as error:
        raise InputError("exists already and is left as it is", where=path.name) from error


def _delimiter(text: str) -> str:
    header = text.lstrip("\n").partition("\n")[0]
    return max(",;\t", key=header.count)


def _read_rows(text: str, file: str) -> list[_Row]:
    delimiter = _delimiter(text)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(f"is not a complete table: {error}", where=file, hint="a quote may be open") from error
    numbered = [
        (number, [cell.strip() for cell in cells])
        for number, cells in enumerate(table, 1)
        if any(cell.strip() for cell in cells)
    ]
    if not numbered:
        raise InputError("the file holds no table", where=file)
    columns = _columns(numbered[0][1], file)
    rows = []
    for number, cells in numbered[1:]:
        if len(cells) != len(columns):
            hint = "a decimal comma in a comma-separated file? Save it with semicolons" if delimiter == "," else ""
            raise InputError(
                f"has {len(cells)} cells where the first row has {len(columns)}",
                where=f"{file}: row {number}",
                hint=hint or "the file may be truncated",
            )
        rows.append(_Row(number, dict(zip(columns, cells, strict=True)), file))
    return rows


def _columns(cells: Sequence[str], file: str) -> list[str]:
    columns = [attribute_word(cell) for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    columns += [f"(blank {index})" for index in range(len(cells) - len(columns))]
    for column in columns:
        if column not in _KNOWN and not column.startswith("(blank "):
            raise InputError(f"unknown column {column!r}", where=f"{file}: row 1", hint=nearest(column, _KNOWN))
        if columns.count(column) > 1:
            raise InputError(f"the column {column!r} stands there twice", where=f"{file}: row 1")
    for column in COLUMNS:
        if column not in columns and column not in _OPTIONAL:
            raise InputError(
                f"the column {column!r} is missing", where=f"{file}: row 1", hint=f"columns: {', '.join(COLUMNS)}"
            )
    return columns


def _measurement(
    row: _Row, decimal: str, samples: Mapping[tuple[str, str], Sample], source: SourceFile, folder: Path
) -> Measurement:
    for column in ("batch", "attribute"):
        if not row[column]:
            raise InputError(f"the {column} is missing", where=row.at(column))
    attribute = attribute_word(row["attribute"])
    result = read_result(
        attribute=attribute,
        value=row["value"],
        unit=row["unit"],
        uncertainty=row["uncertainty"],
        decimal=decimal,
        laboratory=row["laboratory"],
        at=row.at,
    )
    if result.state is State.MEASURED and not row["method"]:
        raise InputError("the method is missing", where=row.at("method"), hint="every result states how it was made")
    role, stage = _role_and_stage(row, samples)
    document, notices = _document(row, folder, result)
    field = source.ref(locator=f"row {row.number}", field="value", reader=READER, reader_version=READER_VERSION)
    return Measurement(
        attribute=attribute,
        title=attribute_title(attribute),
        batch=row["batch"],
        sample=row["sample"],
        role=role,
        stage=stage,
        method=row["method"] or "not stated",
        technique=Technique.EXTERNAL.value,
        laboratory=row["laboratory"],
        performed_by=row["performed_by"],
        performed_at=row["performed_at"],
        state=result.state,
        reason="" if result.state is State.MEASURED else row["comment"] or f"{result.reason} (row {row.number})",
        quantity=result.quantity,
        finding=result.finding,
        budget=result.budget,
        provenance=Provenance(
            sources=(field, document) if document else (field,),
            made_by="readers.results",
            assumptions=result.assumptions,
        ),
        notices=notices,
    )


def _role_and_stage(row: _Row, samples: Mapping[tuple[str, str], Sample]) -> tuple[Role, str]:
    sample = samples.get((row["batch"], row["sample"])) or samples.get(("", row["sample"]))
    stated = None
    if row["role"]:
        roles = [role.value for role in Role]
        if row["role"].lower() not in roles:
            raise InputError(f"unknown role {row['role']!r}", where=row.at("role"), hint=nearest(row["role"], roles))
        stated = Role(row["role"].lower())
    if sample and stated and sample.role is not stated:
        raise InputError(f"the study calls this sample {sample.role.value}", where=row.at("role"))
    role = stated or (sample.role if sample else Role.PRODUCT)
    default: str = Measurement.model_fields["stage"].default
    return role, row["stage"] or (sample.stage if sample else default)


def _document(row: _Row, folder: Path, result: ResultCell) -> tuple[SourceRef | None, tuple[Notice, ...]]:
    if result.state is not State.MEASURED:
        return None, ()
    notices = []
    name = row["source_document"]
    document = find_document(folder, name, where=row.at("source_document")) if name else None
    if document is None:
        message = f"the source document {name!r} is not in the folder" if name else "no source document is named"
        notices.append(
            Notice(
                code="source-document-missing",
                message=f"{message} ({row.file} row {row.number})",
                concerns=attribute_word(row["attribute"]),
                action="put the laboratory's report into the folder and name it in results.csv",
            )
        )
    unsaid = [column.replace("_", " ") for column in _WHO_WHEN_WHERE if not row[column]]
    if unsaid:
        notices.append(
            Notice(
                code="result-origin-incomplete",
                message=f"{', '.join(unsaid)} not stated ({row.file} row {row.number})",
                concerns=attribute_word(row["attribute"]),
                action="fill in who did it, where and when",
            )
        )
    return document, tuple(notices)


def _require_new(measurement: Measurement, row: _Row, seen: dict[tuple[str, ...], int]) -> None:
    """Refuse two rows that state the same result, or two results of one determination."""
    key = (
        measurement.batch,
        measurement.sample,
        measurement.stage,
        measurement.attribute,
        measurement.method,
        measurement.laboratory,
        measurement.performed_at,
    )
    first = seen.setdefault(key, row.number)
    if first != row.number:
        raise InputError(
            f"is the same determination as row {first}",
            where=row.at("attribute"),
            hint="keep one; a repeat has its own performed_at or sample",
        )
