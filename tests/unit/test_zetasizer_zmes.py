from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from zmes_builder import HEADER, doubles, size_record, write_zmes

from paracrine.core.errors import InputError
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.scalars import Scalars
from paracrine.readers.formats.zetasizer_zmes import read, sniff
from paracrine.readers.source import SourceFile
from paracrine.readers.zetasizer.records import read_doubles


def _read(folder: Path, *records: dict[str, object], **options: str) -> tuple[Run, ...]:
    source = SourceFile(write_zmes(folder / "ä size 1.zmes", *records, **options))
    assert sniff(source).claims
    return read(source)


def _codes(run: Run) -> set[str]:
    return {notice.code for notice in run.notices}


def test_steady_state_branch_is_main_and_the_other_stands_beside(tmp_path: Path) -> None:
    (run,) = _read(tmp_path, size_record())
    scalars = run.payloads[0]
    assert isinstance(scalars, Scalars)
    assert scalars.origin == "Size Analysis Result (steady-state runs)"
    assert scalars.values == {
        "z_average_nm": 100.1523,
        "polydispersity_index": 0.121,
        "intercept": 0.931,
        "diffusion_coefficient_um2_per_s": 4.9,
        "count_rate_kcps": 187.4,
    }
    beside = {number.name: number.value for number in run.vendor}
    assert (beside["z_average_nm_all_runs"], beside["polydispersity_index_all_runs"]) == (111.5, 0.207)
    assert _codes(run) == {"analysis-branches-differ"}


def test_equal_branches_are_no_notice(tmp_path: Path) -> None:
    same = {
        "Unclassified Size Analysis Result/Cumulants Result/Z-Average (nm)": 100.1523,
        "Unclassified Size Analysis Result/Cumulants Result/Polydispersity Index (PI)": 0.121,
    }
    (run,) = _read(tmp_path, size_record(**same))
    assert _codes(run) == set()
    assert run.maturity is Maturity.TESTED


def test_stored_diffusion_closes_with_stokes_einstein(tmp_path: Path) -> None:
    """Analytic: kT/(3 pi eta D) at 298.15 K, 0.89 mPa.s, 4.9 um2/s."""
    (run,) = _read(tmp_path, size_record())
    expected = 1.380649e-23 * 298.15 / (3 * 3.141592653589793 * 0.89e-3 * 4.9e-12) * 1e9
    assert run.rederived[0].value == pytest.approx(expected, rel=1e-12)
    (tmp_path / "warm").mkdir()
    (other,) = _read(tmp_path / "warm", size_record(**{"Actual Instrument Settings/Temperature (°C)": 40.0}))
    assert "vendor-summary-differs" in _codes(other)


def test_distribution_and_correlogram(tmp_path: Path) -> None:
    (run,) = _read(tmp_path, size_record())
    _, sizes, trace = run.payloads
    assert sizes.edges_nm[1:3] == pytest.approx([50 * 2**0.5, 100 * 2**0.5])
    assert sizes.contents.tolist() == [25, 60, 15]
    assert (trace.name, trace.axis.tolist(), trace.values.tolist()) == ("correlogram", [0.5, 1.0], [0.93, 0.90])


def test_repeats_of_one_sample_have_different_names_and_no_person(tmp_path: Path) -> None:
    runs = _read(tmp_path, size_record(), size_record(Repeat=2), size_record(Repeat=2))
    assert [run.name for run in runs] == ["B-017 repeat 1", "B-017 repeat 2 record 2", "B-017 repeat 2 record 3"]
    assert {run.sample_hint for run in runs} == {"B-017"}
    assert "jdoe" not in str(runs)
    assert runs[0].settings["Record / Method Path"] == "ev.zmet"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("Data Quality Result/Name", "contaminatedbackscatter", "instrument-quality-flag"),
        ("Quality Indicator", "AdviceAvailable", "instrument-advice"),
        ("Result State", "Aborted", "measurement-not-completed"),
        ("Size Analysis Result/Cumulants Result/Intercept", 1.3, "intercept-above-one"),
        ("Size Analysis Result/Particle Size Intensity Distribution", [25.0, 60.0, 5.0], "classes-do-not-sum-to-100"),
        ("Size Analysis Result/Particle Size Intensity Distribution", [0.0, 0.0, 0.0], "empty-distribution"),
    ],
)
def test_flags_become_notices(tmp_path: Path, path: str, value: object, code: str) -> None:
    (run,) = _read(tmp_path, size_record(**{path: value}))
    assert code in _codes(run)


def test_empty_arrays_are_missing(tmp_path: Path) -> None:
    (run,) = _read(tmp_path, size_record(**{"Size Analysis Result/Particle Size Intensity Distribution": []}))
    assert [payload.payload_kind for payload in run.payloads] == ["scalars", "trace"]


def test_zeta_records_are_listed_and_not_read(tmp_path: Path) -> None:
    (run,) = _read(tmp_path, {"Repeat": 1, "Zeta Potential (mV)": -20.5}, kind="Zeta Measurement Result")
    assert run.technique is Technique.ELS
    assert run.payloads == ()
    assert _codes(run) == {"no-result-read"}
    assert run.maturity is Maturity.CANDIDATE


@pytest.mark.parametrize("count", [1, 255, 256, 490])
def test_doubles_of_any_count(count: int) -> None:
    numbers = [float(index) / 3 for index in range(count)]
    assert read_doubles(doubles(numbers), where="x").tolist() == numbers


@pytest.mark.parametrize(
    "blob",
    [
        doubles([1.0, 2.0])[:-1],
        doubles([1.0, 2.0])[:-14],
        doubles([float("nan")]),
        HEADER + b"\x01\x02",
        b"no array",
    ],
)
def test_damaged_arrays_are_refused(blob: bytes) -> None:
    with pytest.raises(InputError):
        read_doubles(blob, where="x")


def test_truncated_database_is_refused_whole(tmp_path: Path) -> None:
    data = write_zmes(tmp_path / "a.zmes", size_record()).read_bytes()
    for size in (20, 99, 4096, len(data) // 2, len(data) - 1):
        cut = tmp_path / f"cut{size}.zmes"
        cut.write_bytes(data[:size])
        with pytest.raises(InputError):
            read(SourceFile(cut))


def test_reading_leaves_the_file_and_its_folder_alone(tmp_path: Path) -> None:
    path = write_zmes(tmp_path / "a.zmes", size_record())
    before = path.read_bytes()
    path.chmod(0o444)
    read(SourceFile(path))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zmes"]


def test_view_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = write_zmes(tmp_path / "a.zmes", size_record())
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TABLE StandardRecords; CREATE VIEW StandardRecords AS "
        "WITH RECURSIVE n(Id) AS (SELECT 1 UNION ALL SELECT Id + 1 FROM n) SELECT Id FROM n;"
    )
    connection.close()
    with pytest.raises(InputError, match="no table StandardRecords"):
        read(SourceFile(path))


def test_circle_in_the_tree_is_refused(tmp_path: Path) -> None:
    path = write_zmes(tmp_path / "a.zmes", size_record())
    connection = sqlite3.connect(path)
    connection.execute("UPDATE RecordParameterTreeNodes SET ParentNodeId = 3 WHERE Id = 1")
    connection.commit()
    connection.close()
    with pytest.raises(InputError, match="circle"):
        read(SourceFile(path))


def test_other_sqlite_database_is_not_claimed(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("CREATE TABLE x (y)")
    connection.commit()
    connection.close()
    assert not sniff(SourceFile(tmp_path / "a.db")).claims


def test_text_where_a_number_belongs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not one number"):
        _read(tmp_path, size_record(**{"Size Analysis Result/Cumulants Result/Z-Average (nm)": "many"}))


def test_changes_outside_the_database_are_asked_for(tmp_path: Path) -> None:
    path = write_zmes(tmp_path / "a.zmes", size_record())
    (tmp_path / "a.zmes-wal").write_bytes(b"x")
    with pytest.raises(InputError, match="not in the database yet"):
        read(SourceFile(path))
