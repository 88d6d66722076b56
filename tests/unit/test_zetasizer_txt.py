from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sizing_builders import NANO_SIZES, nano_array, nano_size_table, nano_text, save

from paracrine.core.errors import InputError
from paracrine.core.measurand import Weighting
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.payloads.trace import Trace
from paracrine.readers.formats.zetasizer_txt import read, sniff


def _read(folder: Path, text: str | bytes, **options: str) -> tuple[Run, ...]:
    source = save(folder, "export.txt", text, **options)
    assert sniff(source).claims
    return read(source)


def _codes(run: Run) -> set[str]:
    return {notice.code for notice in run.notices}


def _zeta_table(lengths: tuple[int, ...]) -> str:
    """Zeta rows whose arrays grow beyond the header made for the first row."""
    head = ["Type", "Sample Name", "Zeta Potential (mV)"]
    columns = [name for base in ("Zeta Potentials", "Intensities") for name in _indexed(base, lengths[0])]
    lines = ["\t".join([*head, *columns])]
    for length in lengths:
        axis = [f"{10 * index - 20}" for index in range(length)]
        counts = ["0"] * length
        counts[1], counts[2] = "30", "10"
        lines.append("\t".join(["Zeta", "chitosan", "-7.5", *axis, *counts]))
    return "\n".join(lines) + "\n"


def _indexed(base: str, length: int) -> list[str]:
    unit = " (mV)" if base == "Zeta Potentials" else ""
    return [f"{base}[{index + 1}]{unit}" for index in range(length)]


def test_size_classes_have_geometric_edges_and_percent(tmp_path: Path) -> None:
    """Analytic: equal ratio 1.2 between sizes, so edges are size times sqrt(1.2)."""
    first, second = _read(tmp_path, nano_text(nano_size_table()))
    (sizes,) = first.payloads
    assert isinstance(sizes, SizeDistribution)
    np.testing.assert_allclose(sizes.edges_nm, np.array([50 / 1.2, 50, 60, 72, 86.4]) * np.sqrt(1.2))
    assert sizes.contents.tolist() == [10, 40, 40, 10]
    assert (sizes.contents_unit, sizes.measurand.weighting) == ("%", Weighting.INTENSITY)
    assert second.payloads[0].contents.tolist() == [20, 30, 40, 10]
    assert (first.measured_at, second.measured_at) == ("2025-03-28T14:59:57", "2026-03-06T17:46:34")


def test_names_group_repeats_and_people_are_left_out(tmp_path: Path) -> None:
    first, second = _read(tmp_path, nano_text(nano_size_table()))
    assert (first.name, second.name) == ("B-017 1", "B-017 2")
    assert first.sample_hint == second.sample_hint == "B-017"
    assert "jdoe" not in str(first)
    assert first.unread["Record / SOP File Path"] == "ev.sop"
    assert first.maturity is Maturity.TESTED


def test_radii_become_diameters(tmp_path: Path) -> None:
    text = nano_text(nano_size_table(**{"Z-Ave (r.nm)": ["32.5", "33.5"]})).replace("(d.nm)", "(r.nm)")
    first, _ = _read(tmp_path, text)
    scalars, sizes = first.payloads
    assert scalars.values["z_average_nm"] == 65.0
    assert sizes.edges_nm[1] == pytest.approx(100 * 1.2**0.5)
    assert first.maturity is Maturity.CANDIDATE


def test_size_without_diameter_or_radius_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="diameter or radius"):
        _read(tmp_path, nano_text(nano_size_table()).replace("(d.nm)", "(nm)"))


@pytest.mark.parametrize("name", ["Z-Ave (d.nm)", "Z-Average (d.nm)"])
def test_scalar_columns_under_either_name(tmp_path: Path, name: str) -> None:
    columns = {name: ["93.4", ""], "PdI": ["0.112", "N/A"], "Mean Count Rate (kcps)": ["210.5", "190.1"]}
    first, second = _read(tmp_path, nano_text(nano_size_table(**columns)))
    scalars = first.payloads[0]
    assert isinstance(scalars, Scalars)
    assert scalars.values == {"z_average_nm": 93.4, "polydispersity_index": 0.112, "count_rate_kcps": 210.5}
    assert second.payloads[0].values == {"count_rate_kcps": 190.1}


def test_columns_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    columns = {"Z-Ave (d.nm)": ["93.4", "93.4"], "Z-Average (r.nm)": ["93.4", "93.4"]}
    with pytest.raises(InputError, match="one quantity"):
        _read(tmp_path, nano_text(nano_size_table(**columns)))


def test_duplicate_text_columns_must_agree(tmp_path: Path) -> None:
    table = nano_size_table()
    assert len(_read(tmp_path, nano_text([*table, ("Sample Name", ["B-017 1", "B-017 2"])]))) == 2
    with pytest.raises(InputError, match="Sample Name"):
        _read(tmp_path, nano_text([*table, ("Sample Name", ["B-017 1", "other"])]))


def test_unknown_unit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="inch"):
        _read(tmp_path, nano_text(nano_size_table(**{"Z-Ave (inch)": ["1", "2"]})))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_encoding_and_line_ends_do_not_matter(tmp_path: Path, encoding: str, newline: str) -> None:
    first, _ = _read(tmp_path, nano_text(nano_size_table(), newline=newline), encoding=encoding)
    assert first.payloads[0].total == 100
    assert first.settings["Record / T (°C)"] == "25.0"


def test_decimal_comma_is_read_throughout(tmp_path: Path) -> None:
    text = nano_text(nano_size_table(**{"Z-Ave (d.nm)": ["93.4", "95.6"]}))
    lines = [line if line.startswith("Type") else line.replace(".", ",") for line in text.split("\r\n")]
    first, _ = _read(tmp_path, "\r\n".join(lines).replace("8,02", "8.02"))
    assert first.payloads[0].values["z_average_nm"] == 93.4
    assert first.payloads[1].edges_nm[1] == pytest.approx(50 * 1.2**0.5)


def test_spreadsheet_resave_with_commas(tmp_path: Path) -> None:
    rows = nano_text(nano_size_table(), newline="\n").replace("Friday, 28", "28").replace("\t", ",")
    assert len(_read(tmp_path, rows)) == 2


def test_row_longer_than_its_header_is_shared_among_the_arrays(tmp_path: Path) -> None:
    """Analytic: counts 30 at -10 mV and 10 at 0 mV give -7.5 mV in every row."""
    runs = _read(tmp_path, _zeta_table((5, 6, 7)))
    assert [run.payloads[1].axis.size for run in runs] == [5, 6, 7]
    for run in runs:
        assert {number.name: number.value for number in run.rederived} == {"zeta_potential_mv": -7.5}
        assert run.technique is Technique.ELS
    assert [_codes(run) for run in runs] == [set(), {"row-longer-than-header"}, {"row-longer-than-header"}]


def test_surplus_that_cannot_be_shared_is_refused(tmp_path: Path) -> None:
    lines = _zeta_table((5, 5)).rstrip("\n").split("\n")
    with pytest.raises(InputError, match="1 more fields"):
        _read(tmp_path, "\n".join([*lines[:-1], lines[-1] + "\t7"]) + "\n")


def test_row_shorter_than_its_header_is_truncated(tmp_path: Path) -> None:
    text = nano_text(nano_size_table())
    for end in (len(text) - 2, len(text) - 7, len(text) - 40):
        with pytest.raises(InputError, match=r"does not end|fields under a header"):
            _read(tmp_path, text[:end])


def test_several_tables_in_one_file(tmp_path: Path) -> None:
    zeta: list[tuple[str, list[str]]] = [
        ("Type", ["Zeta"]),
        ("Sample Name", ["C-003"]),
        ("ZP (mV)", ["-16.8"]),
        ("Conductivity (mS/cm)", ["0.943"]),
    ]
    runs = _read(tmp_path, nano_text(nano_size_table(), zeta))
    assert [run.technique for run in runs] == [Technique.DLS, Technique.DLS, Technique.ELS]
    assert runs[2].payloads[0].values == {"zeta_potential_mv": -16.8, "conductivity_ms_per_cm": 0.943}
    assert runs[2].source.locator == "table 2, line 5"


def test_empty_result_columns_are_missing_and_said(tmp_path: Path) -> None:
    table = [("Type", ["Size"]), ("Sample Name", ["x"]), ("Z-Average (d.nm)", [""]), ("Sizes (d.nm)", [""])]
    (run,) = _read(tmp_path, nano_text(table))
    assert run.payloads == ()
    assert _codes(run) == {"no-result-columns"}


def test_classes_that_do_not_sum_to_100_are_noticed(tmp_path: Path) -> None:
    table = nano_size_table()
    changed = [
        (name, ["4.0", "20.0"]) if name == "Intensities[1] (Percent)" else (name, cells) for name, cells in table
    ]
    first, second = _read(tmp_path, nano_text(changed))
    assert _codes(first) == {"classes-do-not-sum-to-100"}
    assert _codes(second) == set()


def test_mean_that_the_classes_do_not_give_is_noticed(tmp_path: Path) -> None:
    """Analytic: 0.1*50 + 0.4*60 + 0.4*72 + 0.1*86.4 = 66.44 nm."""
    first, second = _read(tmp_path, nano_text(nano_size_table(**{"Intensity Mean (d.nm)": ["66.44", "70.00"]})))
    assert {number.name: number.value for number in first.rederived} == {
        "diameter_mean_intensity_nm": pytest.approx(66.44, abs=1e-9)
    }
    assert (_codes(first), _codes(second)) == (set(), {"vendor-summary-differs"})


@pytest.mark.parametrize(
    ("first", "code"), [("1.400", "intercept-above-one"), ("0.050", "intercept-below-tenth"), ("0.900", None)]
)
def test_correlogram_is_a_trace_and_its_start_is_judged(tmp_path: Path, first: str, code: str | None) -> None:
    table = [
        ("Type", ["Size"]),
        ("Sample Name", ["x"]),
        *nano_array("Correlation Delay Times", "µs", ["0.5", "1.0", "2.0"]),
        *nano_array("Correlation Data", "", [first, "0.040", "0.001"]),
    ]
    (run,) = _read(tmp_path, nano_text(table))
    (trace,) = run.payloads
    assert isinstance(trace, Trace)
    assert (trace.axis.tolist(), trace.axis_unit, trace.values_unit) == ([0.5, 1.0, 2.0], "us", "1")
    assert _codes(run) == ({code} if code else set())


@pytest.mark.parametrize("cell", ["-3.0", "NaN", "abc"])
def test_class_that_is_no_percentage_is_refused(tmp_path: Path, cell: str) -> None:
    text = nano_text(nano_size_table()).replace("\t30.0\t", f"\t{cell}\t")
    with pytest.raises(InputError):
        _read(tmp_path, text)


def test_shifted_size_axis_is_refused(tmp_path: Path) -> None:
    sizes = [NANO_SIZES[1], NANO_SIZES[0], *NANO_SIZES[2:]]
    text = nano_text(nano_size_table()).replace("\t".join(NANO_SIZES), "\t".join(sizes), 1)
    with pytest.raises(InputError, match="do not rise"):
        _read(tmp_path, text)


def test_negative_zeta_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="negative count"):
        _read(tmp_path, _zeta_table((5,)).replace("\t30\t10\t", "\t30\t-1\t"))
