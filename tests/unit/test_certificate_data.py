"""The certificate for machines."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from certificate_samples import build_certificate, empty_certificate

from paracrine.report.certificate_data import MEASUREMENT_COLUMNS, certificate_json, measurements_csv
from paracrine.report.content import CertificateContent

KEYS = Path(__file__).parents[2] / "docs" / "reference" / "certificate-json.md"


@pytest.fixture(scope="module")
def content() -> CertificateContent:
    return build_certificate(simulated=True)


def rows_of(content: CertificateContent) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(measurements_csv(content))))


def test_the_json_holds_every_field_of_the_certificate(content: CertificateContent) -> None:
    data = json.loads(certificate_json(content))
    renamed = {"truth": "simulated_truth"}
    assert {renamed.get(f.name, f.name) for f in fields(content)} | {"kind", "version"} == set(data)
    quantity = data["measurements"][0]["quantity"]
    assert (quantity["value"], quantity["low"], quantity["high"], quantity["unit"]) == (
        1.25e11,
        1.09e11,
        1.41e11,
        "1/mL",
    )
    assert data["simulated_truth"][1] == {
        "attribute": "diameter_d50_nm",
        "unit": "nm",
        "value": 120.0,
        "method": "",
    }


def test_the_json_is_the_same_each_time_with_sorted_keys(content: CertificateContent) -> None:
    text = certificate_json(content)
    assert text == certificate_json(build_certificate(simulated=True))
    data = json.loads(text)
    assert text == json.dumps(data, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def test_every_key_of_the_json_is_documented(content: CertificateContent) -> None:
    documented = KEYS.read_text(encoding="utf-8")
    data = json.loads(certificate_json(content))
    keys = (
        set(data)
        | set(data["runs"][0])
        | set(data["files"][0])
        | set(data["measurements"][0])
        | set(data["verdicts"][0])
    )
    assert sorted(key for key in keys if f"`{key}`" not in documented) == []
    assert sorted(column for column in MEASUREMENT_COLUMNS if f"`{column}`" not in documented) == []


def test_each_measurement_is_one_row_with_its_interval_and_sources(content: CertificateContent) -> None:
    rows = rows_of(content)
    assert len(rows) == len(content.measurements)
    first = rows[0]
    assert (first["value"], first["low"], first["high"], first["unit"]) == ("1.25e11", "1.09e11", "1.41e11", "1/mL")
    assert (first["coverage_pct"], first["basis"], first["interval_name"]) == (
        "95",
        "replicates",
        "repeatability interval",
    )
    assert (first["replicates_count"], first["excluded_count"]) == ("4", "1")
    assert first["source_sha256"] == content.files[0].sha256
    endotoxin = next(row for row in rows if row["attribute"] == "endotoxin_eu_per_ml")
    assert (endotoxin["comparator"], endotoxin["value"], endotoxin["coverage_pct"]) == ("<", "0.1", "")
    potency = next(row for row in rows if row["attribute"] == "potency")
    assert (potency["state"], potency["reason"], potency["value"]) == ("not assessed", "no result in results.csv", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r\n+", "  @"])
def test_no_cell_of_text_runs_as_a_formula(content: CertificateContent, start: str) -> None:
    changed = tuple(m.model_copy(update={"title": f"{start}cmd|'x'!A1"}) for m in content.measurements)
    rows = rows_of(replace(content, measurements=changed))
    assert len(rows) == len(changed)
    assert {row["title"][0] for row in rows} == {"'"}
    assert [row["value"] for row in rows if row["attribute"] == "zeta_potential_mv"] == ["-23.41"]


def test_nothing_known_gives_a_header_alone() -> None:
    assert rows_of(empty_certificate()) == []
