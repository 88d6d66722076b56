"""results.csv: results from elsewhere."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

import pytest

from paracrine.core.errors import InputError
from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Role, Sample
from paracrine.readers.results import COLUMNS, ResultsTable, read_results, write_results_template

HEADER = ",".join(COLUMNS)


def row(**cells: str) -> str:
    plain = {
        "batch": "B1",
        "attribute": "endotoxin",
        "value": "0.05",
        "unit": "EU/mL",
        "method": "LAL",
        "laboratory": "Lab",
        "source_document": "report.pdf",
        "performed_by": "N. N.",
        "performed_at": "2025-03-01",
    }
    return ",".join((plain | cells).get(column, "") for column in COLUMNS)


def read(folder: Path, *rows: str, header: str = HEADER, samples: tuple[Sample, ...] = ()) -> ResultsTable:
    (folder / "report.pdf").write_bytes(b"%PDF report")
    path = folder / "results.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return read_results(path, folder=folder, samples=samples)


def one(folder: Path, **cells: str) -> Measurement:
    (measurement,) = read(folder, row(**cells)).measurements
    return measurement


def test_a_result_keeps_who_when_where_and_the_hash_of_its_document(tmp_path: Path) -> None:
    found = one(tmp_path, sample="vial 3", stage="purified EV", uncertainty="0.01")
    assert (found.batch, found.sample, found.stage, found.role) == ("B1", "vial 3", "purified EV", Role.PRODUCT)
    assert (found.method, found.technique, found.laboratory) == ("LAL", "external laboratory", "Lab")
    assert (found.performed_by, found.performed_at) == ("N. N.", "2025-03-01")
    table, document = found.provenance.sources
    assert (table.name, table.locator, table.field) == ("results.csv", "row 2", "value")
    assert table.sha256 == hashlib.sha256((tmp_path / "results.csv").read_bytes()).hexdigest()
    assert (document.name, document.sha256) == ("report.pdf", hashlib.sha256(b"%PDF report").hexdigest())
    assert found.notices == ()


@pytest.mark.parametrize(
    ("value", "unit", "number", "kept", "comparator"),
    [
        ("0.05", "EU/mL", 0.05, "EU/mL", "="),
        ("<0.1", "EU/mL", 0.1, "EU/mL", "<"),
        ("< 0.1 EU/mL", "", 0.1, "EU/mL", "<"),
        ("> 20", "IU/ml", 20.0, "EU/mL", ">"),
        ("1.2e10", "particles/mL", 1.2e10, "1/mL", "="),
        ("0", "EU/mL", 0.0, "EU/mL", "="),
        ("-21.5", "mV", -21.5, "mV", "="),
        ("12", "CFU/mL", 12.0, "CFU/mL", "="),
        ("1.5", "mg/mL", 1500.0, "ug/mL", "="),
    ],
)
def test_numbers_come_in_the_unit_kept(
    tmp_path: Path, value: str, unit: str, number: float, kept: str, comparator: str
) -> None:
    quantity = one(tmp_path, attribute="anything", value=value, unit=unit).quantity
    assert quantity is not None
    assert (quantity.value, quantity.unit, quantity.comparator) == (number, kept, comparator)


@pytest.mark.parametrize("finding", ["no growth", "positive", "cup-shaped, 120 nm", "Negative by qPCR"])
def test_a_finding_is_kept_as_reported(tmp_path: Path, finding: str) -> None:
    quoted = f'"{finding}"'
    assert one(tmp_path, attribute="sterility", value=quoted, unit="").finding == finding


def test_a_stated_uncertainty_is_an_expanded_interval(tmp_path: Path) -> None:
    """Rung 1: 1.2 +- 0.3 mg/mL at 95 % is a relative standard uncertainty of 0.25 / 1.96."""
    found = one(tmp_path, attribute="protein_ug_per_ml", value="1.2", unit="mg/mL", uncertainty="0.3")
    quantity, budget = found.quantity, found.budget
    assert quantity is not None
    assert budget is not None
    assert (quantity.low, quantity.value, quantity.high) == pytest.approx((900.0, 1200.0, 1500.0))
    assert (budget.scale, budget.standard_uncertainty()) == ("relative", pytest.approx(0.25 / 1.959964, rel=1e-6))
    per_cent = one(tmp_path, attribute="protein_ug_per_ml", value="1.2", unit="mg/mL", uncertainty="± 25 %")
    assert per_cent.quantity == quantity


def test_an_interval_does_not_reach_below_what_can_be(tmp_path: Path) -> None:
    quantity = one(tmp_path, value="0.02", uncertainty="0.05").quantity
    assert quantity is not None
    assert (quantity.low, quantity.high) == pytest.approx((0.0, 0.07))


@pytest.mark.parametrize(
    ("value", "state", "reason"),
    [
        ("", State.NOT_ASSESSED, "no result is entered (row 2)"),
        ("pending", State.NOT_ASSESSED, "pending (row 2)"),
        ("Not applicable", State.NOT_APPLICABLE, "stated as not applicable (row 2)"),
    ],
)
def test_a_row_without_result_says_so(tmp_path: Path, value: str, state: State, reason: str) -> None:
    found = one(tmp_path, value=value, method="")
    assert (found.state, found.reason, found.quantity, found.finding) == (state, reason, None, None)


def test_a_missing_document_is_a_notice_and_the_result_stays(tmp_path: Path) -> None:
    for name, words in (
        ("lost.pdf", "'lost.pdf' is not in the folder"),
        (".", "'.' is not in the folder"),
        ("", "no source document is named"),
    ):
        found = one(tmp_path, source_document=name)
        assert [notice.code for notice in found.notices] == ["source-document-missing"]
        assert words in found.notices[0].message
        assert found.quantity is not None
    table = read(tmp_path, row(source_document="", laboratory="", performed_at=""))
    assert [notice.code for notice in table.notices] == ["source-document-missing", "result-origin-incomplete"]
    assert "laboratory, performed at not stated" in table.notices[1].message


def test_a_sample_of_the_study_gives_role_and_stage(tmp_path: Path) -> None:
    samples = (
        Sample(name="pbs", batch="", role=Role.DILUENT_BLANK, stage="buffer"),
        Sample(name="v1", batch="B1", stage="purified EV"),
        Sample(name="v1", batch="B2", role=Role.PROCESS_BLANK, stage="supernatant"),
    )
    rows = (row(sample="pbs"), row(sample="v1"), row(sample="v1", batch="B2"), row(sample="v1", stage="vial"))
    found = read(tmp_path, *rows, samples=samples).measurements
    assert [(m.role.value, m.stage) for m in found] == [
        ("diluent blank", "buffer"),
        ("product", "purified EV"),
        ("process blank", "supernatant"),
        ("product", "vial"),
    ]


def test_a_row_about_a_batch_that_the_study_does_not_have_is_refused(tmp_path: Path) -> None:
    read(tmp_path, row(batch="B-0O1"))
    with pytest.raises(InputError, match="did you mean 'B-001'") as caught:
        read_results(tmp_path / "results.csv", folder=tmp_path, batches=("B-001", "X"))
    assert caught.value.where == "results.csv: row 2, column batch"


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"batch": ""}, "batch", "the batch is missing"),
        ({"attribute": ""}, "attribute", "the attribute is missing"),
        ({"method": ""}, "method", "the method is missing"),
        ({"unit": ""}, "unit", "the unit is missing"),
        ({"unit": "nm", "attribute": "protein_ug_per_ml"}, "unit", "is kept in ug/mL"),
        ({"value": "0.1 EU/mL", "unit": "EU/kg"}, "unit", "the unit column says"),
        ({"value": "0.1 foo"}, "value", "no unit we know"),
        ({"value": "1.2 x 10^10"}, "value", "no unit we know"),
        ({"value": "≤0.1"}, "value", "neither a number nor a finding"),
        ({"value": "1:64"}, "value", "is no unit we know"),
        ({"value": "-0.1"}, "value", "below zero"),
        ({"value": "1e999"}, "value", "beyond any number"),
        ({"value": "positive"}, "unit", "is a finding in words"),
        ({"value": "positive", "unit": "", "uncertainty": "0.1"}, "uncertainty", "has no uncertainty"),
        ({"value": "<0.1", "uncertainty": "0.1"}, "uncertainty", "no number that could have"),
        ({"uncertainty": "-0.1"}, "uncertainty", "cannot be negative"),
        ({"uncertainty": "wide"}, "uncertainty", "is not a number"),
        ({"attribute": "x_pct", "unit": "%", "uncertainty": "5 %"}, "uncertainty", "percentage points"),
        ({"source_document": "../secret.pdf"}, "source_document", "outside the folder"),
        ({"source_document": "C:\\reports\\a.pdf"}, "source_document", "outside the folder"),
        ({"source_document": "a\0b"}, "source_document", "no usable name"),
        ({"source_document": "a" * 5000}, "source_document", "cannot be read"),
        ({"value": "0.1.2"}, "value", "neither a number nor a finding"),
    ],
)
def test_a_bad_row_is_named_with_its_column(tmp_path: Path, cells: dict[str, str], column: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, row(performed_at="2025-02-01"), row(**cells))
    assert caught.value.where == f"results.csv: row 3, column {column}"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.replace("attribute", "atribute"), "did you mean 'attribute'"),
        (HEADER.replace(",method", ""), "the column 'method' is missing"),
        (HEADER + ",batch", "stands there twice"),
    ],
)
def test_wrong_columns_are_named(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, header=header)
    assert caught.value.where == "results.csv: row 1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "file is empty"),
        (b"\n\n", "holds no table"),
        (b"\x00\x01\x02\x03" * 40, "results.csv"),
        ((HEADER + "\n" + row()[:-14]).encode(), "cells where the first row has"),
        ((HEADER + '\nB1,"open').encode(), "a quote may be open"),
        ((HEADER + "\n" + row(value="0,05")).encode(), "Save it with semicolons"),
    ],
)
def test_a_broken_file_is_refused_whole(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "results.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_results(path, folder=tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_line_ends_and_semicolons_read_the_same(tmp_path: Path, encoding: str, ending: str) -> None:
    (tmp_path / "report.pdf").write_bytes(b"x")
    cells = row(value="0#05", laboratory="Prüflabor Süd").replace(",", ";").replace("#", ",")
    text = ending.join((HEADER.replace(",", ";").replace("performed_at", "Performed at"), cells, ";" * 11, ""))
    (tmp_path / "results.csv").write_bytes(codecs.encode(text, encoding))
    (found,) = read_results(tmp_path / "results.csv", folder=tmp_path).measurements
    assert found.quantity is not None
    assert (found.quantity.value, found.laboratory) == (0.05, "Prüflabor Süd")


def test_two_decimal_marks_in_one_file_are_refused_at_the_second(tmp_path: Path) -> None:
    header = HEADER.replace(",", ";")
    rows = [row(value="0.05").replace(",", ";"), row(value="#", sample="b").replace(",", ";").replace("#", "0,07")]
    with pytest.raises(InputError, match="decimal comma and with decimal point") as caught:
        read(tmp_path, *rows, header=header)
    assert caught.value.where == "results.csv: row 3, column value"


def test_a_mark_before_three_digits_is_refused_unless_another_number_decides(tmp_path: Path) -> None:
    header = HEADER.replace(",", ";")
    doubtful = row(value="#", unit="CFU/mL").replace(",", ";").replace("#", "12,500")
    with pytest.raises(InputError, match="thousands or a decimal fraction") as caught:
        read(tmp_path, doubtful, header=header)
    assert caught.value.where == "results.csv: row 2, column value"
    certain = row(value="#", sample="b").replace(",", ";").replace("#", "0,07")
    table = read(tmp_path, doubtful, certain, header=header)
    assert [m.quantity.value for m in table.measurements if m.quantity] == [12.5, 0.07]
    english = one(tmp_path, value="12.500").quantity
    assert english is not None
    assert english.value == 12.5


def test_the_same_determination_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="same determination as row 2"):
        read(tmp_path, row(value="0.05"), row(value="0.06"))
    assert len(read(tmp_path, row(), row(performed_at="2025-03-02"), row(sample="b")).measurements) == 3


def test_the_template_reads_back_as_not_assessed_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    write_results_template(path, batches=("B1", "B2"))
    table = read_results(path, folder=tmp_path)
    assert {m.state for m in table.measurements} == {State.NOT_ASSESSED}
    assert {"sterility", "endotoxin_eu_per_ml", "mycoplasma"} <= {m.attribute for m in table.measurements}
    before = path.read_bytes()
    with pytest.raises(InputError, match="exists already"):
        write_results_template(path)
    assert path.read_bytes() == before


def test_an_empty_template_holds_no_result(tmp_path: Path) -> None:
    write_results_template(tmp_path / "results.csv")
    assert read_results(tmp_path / "results.csv", folder=tmp_path).measurements == ()
