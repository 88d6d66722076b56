from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sizing_builders import SENTINEL, save, zetaview_size_text

from paracrine.core.errors import InputError
from paracrine.core.product import DilutionBy
from paracrine.core.run import Maturity, Run
from paracrine.readers.formats.zetaview_size import read, sniff

# Bins 97.5, 102.5, 112.5 nm; cumulative 0.25, 0.75, 1: number D50 = 97.5 + 5 * 0.25/0.5 = 100 nm (analytic).
COUNTS = {19: 100, 20: 200, 22: 100}
VOLUMES = [100 * 97.5**3, 200 * 102.5**3, 100 * 112.5**3]
D50_VOLUME = 97.5 + 5 * (sum(VOLUMES) / 2 - VOLUMES[0]) / VOLUMES[1]
MEDIANS = (100.0, 100.0, D50_VOLUME)


def _codes(run: Run) -> set[str]:
    return {notice.code for notice in run.notices}


def _text(**changes: object) -> str:
    return zetaview_size_text(COUNTS, medians=MEDIANS, **changes)  # type: ignore[arg-type]


def _read(folder: Path, text: str | bytes, **options: str) -> Run:
    source = save(folder, "x_size_488.txt", text, **options)
    assert sniff(source).claims
    (run,) = read(source)
    return run


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_numbers_do_not_depend_on_how_the_file_was_saved(
    tmp_path: Path, decimal: str, newline: str, encoding: str
) -> None:
    """Analytic: 400 counted particles, each worth 4e4 per mL."""
    run = _read(tmp_path, _text(decimal=decimal, newline=newline), encoding=encoding)
    (sizes,) = run.payloads
    assert sizes.total == pytest.approx(400 * 4e4, rel=1e-12)
    assert sizes.tracks_count == 400
    assert sizes.edges_nm[[0, 19, 1200]].tolist() == [0, 95, 6000]
    assert _codes(run) == set()
    assert (run.dilution_factor, run.dilution_by) == (250.0, DilutionBy.PARACRINE)
    assert "Image Evaluation / Camera Trigger Duration µs" in run.unread


def test_vendor_medians_are_rederived(tmp_path: Path) -> None:
    """Analytic: cumulative at bin centres, see COUNTS."""
    run = _read(tmp_path, _text())
    ours = {number.name: number.value for number in run.rederived}
    assert ours["diameter_d50_nm"] == pytest.approx(100.0, abs=1e-9)
    assert ours["diameter_d50_volume_nm"] == pytest.approx(D50_VOLUME, abs=1e-9)


def test_printed_median_that_the_table_does_not_give_is_a_notice(tmp_path: Path) -> None:
    run = _read(tmp_path, zetaview_size_text(COUNTS, medians=(102.5, 100.0, D50_VOLUME)))
    assert _codes(run) == {"vendor-summary-differs"}


@pytest.mark.parametrize(
    ("version", "decimal", "maturity"),
    [
        ("8.05.16 SP3", ",", Maturity.TESTED),
        ("8.05.16 SP3", ".", Maturity.CANDIDATE),
        ("8.05.14 SP7", ",", Maturity.CANDIDATE),
        ("8.06.01", ",", Maturity.CANDIDATE),
    ],
)
def test_only_the_version_held_against_a_real_file_is_tested(
    tmp_path: Path, version: str, decimal: str, maturity: Maturity
) -> None:
    assert _read(tmp_path, _text(version=version, decimal=decimal)).maturity is maturity


def test_aborted_run_is_valid_and_zero(tmp_path: Path) -> None:
    run = _read(tmp_path, _text(aborted=True, traces=0).replace("100.000000", "0.000000"))
    (sizes,) = run.payloads
    assert sizes.is_empty
    assert sizes.tracks_count == 0
    assert "aborted-run" in _codes(run)
    assert not any(number.unit == "nm" for number in (*run.vendor, *run.rederived))
    assert run.maturity is Maturity.CANDIDATE


def test_empty_table_below_stated_traces_is_truncated(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="400 traces"):
        _read(tmp_path, _text(aborted=True, traces=400))


def test_correction_factor_multiplies_once_and_says_so(tmp_path: Path) -> None:
    run = _read(tmp_path, _text(version="8.06.01", changes={"Concentration Correction Factor": "1.250000"}))
    assert run.payloads[0].total == pytest.approx(400 * 4e4 * 1.25)
    assert "concentration-correction-applied" in _codes(run)
    assert run.dilution_factor == 250.0


def test_people_and_folders_are_left_out(tmp_path: Path) -> None:
    run = _read(tmp_path, _text())
    shown = str(run)
    assert "Jane" not in shown
    assert "jdoe" not in shown
    assert run.name == "run7_size_488"
    assert run.settings["Header / SOP"] == "EV standard.sop"


def test_every_header_field_is_kept(tmp_path: Path) -> None:
    run = _read(tmp_path, _text())
    kept = {path.split(" / ", 1)[1] for path in (*run.settings, *run.unread)}
    assert {"Section", "Analyze", "Sample Info 0", "Dilution", "actual Microscope", "Conductivity"} <= kept
    assert run.settings["Header / Conductivity"] == "14912.000000 sensed"


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("Particle Drift Check Result", "too high", "drift-too-high"),
        ("Particle Drift Check Result", "strange", "drift-flagged"),
        ("Particle Drift Checked", "1904-01-01 01:00:00", "drift-never-checked"),
        ("Cell Check Result", "bad", "cell-check-not-good"),
        ("Filter Wavelength nm", "500", "fluorescence-mode"),
    ],
)
def test_instrument_flags_become_notices(tmp_path: Path, key: str, value: str, code: str) -> None:
    assert _codes(_read(tmp_path, _text(changes={key: value}))) == {code}


def test_few_traces_and_differing_traces_are_noticed(tmp_path: Path) -> None:
    few = _read(tmp_path, zetaview_size_text({19: 25, 20: 50, 22: 25}, medians=MEDIANS))
    assert _codes(few) == {"few-tracks"}
    assert _codes(_read(tmp_path, _text(traces=399))) == {"traces-differ"}


def test_missing_dilution_stays_missing(tmp_path: Path) -> None:
    run = _read(tmp_path, _text(dilution=None))
    assert (run.dilution_factor, run.dilution_by) == (None, DilutionBy.UNKNOWN)
    assert _codes(run) == {"dilution-not-stated"}


def test_spreadsheet_resave_with_commas_and_padding(tmp_path: Path) -> None:
    rows = [line.split("\t") for line in _text().rstrip().split("\r\n")]
    text = "\n".join(",".join([*row, *[""] * (7 - len(row))]) for row in rows)
    assert _read(tmp_path, text).payloads[0].tracks_count == 400


def test_decimal_comma_misread_by_a_spreadsheet_is_refused(tmp_path: Path) -> None:
    """`2,500E+0` becomes 2500 in an English spreadsheet."""
    lines = _text().split("\r\n")
    start = next(index for index, line in enumerate(lines) if line.startswith("Size / nm")) + 1
    text = "\n".join(lines[:start] + [line.replace(".", "") for line in lines[start:]])
    with pytest.raises(InputError, match="size 2500"):
        _read(tmp_path, text)


def test_both_decimal_marks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="decimal comma and with decimal point"):
        _read(tmp_path, _text().replace("1.025E+2", "1,025E+2"))


@pytest.mark.parametrize("cell", ["NaN", "-3.000E+0", "abc", ""])
def test_cell_that_is_no_count_is_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError):
        _read(tmp_path, _text().replace("9.750E+1\t1.000E+2", f"9.750E+1\t{cell}"))


def test_file_without_its_end_is_refused(tmp_path: Path) -> None:
    text = _text()
    sentinel = text.index(SENTINEL)
    for end in (text.index("Size / nm"), text.index("9.750E+1"), sentinel, sentinel + 60, len(text) - 200):
        with pytest.raises(InputError):
            _read(tmp_path, text[:end])


def test_two_exports_in_one_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 size tables"):
        _read(tmp_path, _text() + _text())


def test_changed_log_block_is_noticed(tmp_path: Path) -> None:
    text = _text()
    head, tail = text.split(SENTINEL)
    changed = tail.replace("\t1.000E+2\t", "\t9.900E+1\t", 1)
    assert changed != tail
    assert _codes(_read(tmp_path, head + SENTINEL + changed)) == {"log-block-differs"}


def test_contents_are_the_concentration_column(tmp_path: Path) -> None:
    (sizes,) = _read(tmp_path, _text()).payloads
    assert np.flatnonzero(sizes.contents).tolist() == [19, 20, 22]
    assert sizes.contents[[19, 20, 22]].tolist() == [4e6, 8e6, 4e6]


def test_typed_words_and_unknown_fields_do_not_decide_the_decimal_mark(tmp_path: Path) -> None:
    text = _text(decimal=",", changes={"Electrolyte": "saline", "Firmware": "one"})
    run = _read(tmp_path, text.replace("saline", "0.9").replace("one", "1.2"))
    assert run.payloads[0].tracks_count == 400
    assert run.unread["Header / Firmware"] == "1.2"
