"""A workspace written by format version 1 opens, verifies, reads and continues, for ever."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Batch, Product, Sample
from paracrine.core.specification import Outcome, Verdict
from paracrine.store import Actor, FileRef, open_workspace

ARCHIVE = Path(__file__).parent / "workspace_v1"
LAST_SEAL = "85c60896f523d729e9049dd530714f58128c6eb9676ef2e706a1e97430bd813e"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The archive as a folder; its database was kept as SQL text."""
    place = tmp_path / "lab"
    shutil.copytree(ARCHIVE, place, ignore=shutil.ignore_patterns("ledger.sql"))
    database = sqlite3.connect(place / "ledger.db")
    database.executescript((ARCHIVE / "ledger.sql").read_bytes().decode("utf-8"))
    database.close()
    return place


def test_it_verifies(folder: Path) -> None:
    with open_workspace(folder) as workspace:
        report = workspace.verify(expected={8: LAST_SEAL})
    assert report.ok, report.problems
    assert (report.entries_checked, report.files_checked, report.head_number) == (8, 3, 8)
    assert report.head_seal_sha256 == LAST_SEAL
    assert report.remarks == ()


def test_every_record_reads_as_it_was_meant(folder: Path) -> None:
    with open_workspace(folder) as workspace:
        file, product, batch, sample, sizes, mean, sterility, verdict = workspace.entries()
        ref = FileRef.from_data(file.body)
        assert workspace.file_path(ref.sha256).read_text(encoding="utf-8").endswith("120,5;9\n")
        arrays = workspace.load_arrays(sizes.body["arrays_sha256"])
        units = workspace.array_units(sizes.body["arrays_sha256"])
    assert ref.name == "Größen 1.csv"
    assert Product.from_data(product.body).cell_source == "umbilical cord"
    assert Batch.from_data(batch.body).facts == {"culture.medium": "α-MEM"}
    assert Sample.from_data(sample.body).dilution_factor == 1000.0
    np.testing.assert_array_equal(arrays["diameter_nm"], [80.0, 120.5])
    assert units == {"diameter_nm": "nm", "particles_count": "particles"}
    measurement = Measurement.from_data(mean.body)
    assert (measurement.quantity.value, measurement.quantity.low, measurement.quantity.unit) == (110.375, 101.5, "nm")
    assert [replicate.included for replicate in measurement.replicates] == [True, False]
    assert Measurement.from_data(sterility.body).state is State.NOT_ASSESSED
    assert Verdict.from_data(verdict.body).outcome is Outcome.PASS
    assert (verdict.person, verdict.role) == ("Grace Hopper", "quality reviewer")
    assert verdict.reason == "review\nsecond line \u2028 \U0001d6fc"
    assert verdict.zone == "+01:00[Europe/Vienna]"


def test_it_continues(folder: Path) -> None:
    with open_workspace(folder) as workspace:
        entry = workspace.append({"kind": "note"}, key="k", actor=Actor("Ada", "analyst"), reason="years later")
        assert (entry.number, entry.previous_sha256) == (9, LAST_SEAL)
        assert workspace.verify().ok
