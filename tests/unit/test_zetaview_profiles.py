from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sizing_builders import save, zetaview_header

from paracrine.core.errors import InputError
from paracrine.core.product import DilutionBy
from paracrine.core.run import Maturity, Run, Technique
from paracrine.readers.formats import zetaview_positions, zetaview_size, zetaview_zeta

COLUMNS = (
    "Use\tPosition\tMean Int.\tAv. No of Particles\tConc. (p./mL)\tOrig. Conc. (p./cm^3)\tNo. of Traces\t"
    "X50 (nm)\tPeak ø (nm)\tSpan\tDrift (µm/s)\tRemoval"
)
# Used positions 1 to 9 have 1.0e7 ... 1.8e7 per mL: mean 1.4e7, SD (n-1) sqrt(7.5)e6.
MEAN_PER_ML = 1.4e7


def _positions(*, used: int = 9, mean: float = MEAN_PER_ML, decimal: str = ".") -> str:
    lines = [COLUMNS]
    for index in range(11):
        kept = index < used
        removal = "" if kept else ("MIN_TRACES" if index == 10 else "GRUBBS_SIZE")
        traces, x50 = (0, 5997.5) if index == 10 else (200 + index, 100.0 + index)
        concentration = (10 + index) * 1e6
        cells = [
            "X" if kept else "", f"{0.1 + 0.08 * index:.3f}", "33.5", f"{80 + index:.1f}", f"{concentration:.2E}",
            f"{concentration * 500:.2E}", str(traces), f"{x50:.1f}", "95.0", "1.20", f"{0.1 * index:.2f}", removal,
        ]  # fmt: skip
        lines.append("\t".join(cells))
    deviation = 7.5**0.5 * 1e6 if used else 0.0
    for label, value in (("Mean", mean), ("St.Dev.", deviation), ("Rel.St.Dev.", 19.6)):
        lines.append("\t".join([label, "", "", "", f"{value:.2E}", "", "", "", "", "", "", ""]))
    rows = lines if decimal == "." else [COLUMNS, *(_with_comma(line) for line in lines[1:])]
    return "\r\n".join(rows) + "\r\n"


def _with_comma(line: str) -> str:
    return "\t".join(cell if "Dev" in cell else cell.replace(".", ",") for cell in line.split("\t"))


def _codes(run: Run) -> set[str]:
    return {notice.code for notice in run.notices}


def _read_positions(folder: Path, text: str, encoding: str = "cp1252") -> Run:
    source = save(folder, "run7_11pos.txt", text, encoding=encoding)
    assert zetaview_positions.sniff(source).claims
    assert not zetaview_size.sniff(source).claims
    (run,) = zetaview_positions.read(source)
    return run


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
def test_mean_over_used_positions_only(tmp_path: Path, encoding: str) -> None:
    """Analytic: mean of 1.0e7, 1.1e7 ... 1.8e7."""
    run = _read_positions(tmp_path, _positions(), encoding)
    scalars, concentration, sizes = run.payloads
    assert scalars.values["concentration_per_ml"] == pytest.approx(MEAN_PER_ML)
    assert scalars.values["diameter_d50_nm"] == pytest.approx(104)
    assert concentration.values.tolist() == pytest.approx([(10 + index) * 1e6 for index in range(11)])
    assert np.isnan(sizes.values[10])
    assert (run.dilution_factor, run.dilution_by) == (500, DilutionBy.PARACRINE)
    assert _codes(run) == {"positions-removed", "dilution-from-two-columns"}
    assert run.maturity is Maturity.CANDIDATE


def test_printed_mean_that_the_positions_do_not_give_is_noticed(tmp_path: Path) -> None:
    assert "vendor-summary-differs" in _codes(_read_positions(tmp_path, _positions(mean=1.5e7)))


def test_all_positions_removed_is_zero_particles_and_no_size(tmp_path: Path) -> None:
    run = _read_positions(tmp_path, _positions(used=0, mean=0.0))
    assert run.payloads[0].values == {"concentration_per_ml": 0.0}
    assert run.vendor == ()
    assert "all-positions-removed" in _codes(run)


def test_truncated_position_table_is_refused(tmp_path: Path) -> None:
    text = _positions()
    for mark in ("Rel.St.Dev.", "St.Dev.", "Mean\t", "X\t0.420"):
        with pytest.raises(InputError):
            _read_positions(tmp_path, text[: text.index(mark)])


@pytest.mark.parametrize("cell", ["-1.00E+07", "NaN", "x"])
def test_position_cell_that_is_no_number_is_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError):
        _read_positions(tmp_path, _positions().replace("1.30E+07", cell, 1))


def _profile(*, zeros: int = 2, decimal: str = ".", positions: int = 11) -> bytes:
    lines = zetaview_header(traces=None, medians=(0, 0, 0), kind="ZP Profile")
    lines += [
        "Results:",
        "Mean Velocity / µ\x00m/s:\t-12.500000",
        "Fit Accuracy:\t0.980000",
        "Zeta Potential / mV:\t-25.300000",
        "Parabola: zp = a*x^2 + b*x + c",
        "ZP Profile:",
        "Position\tPositive V\tNegative V\tAverage\tParabola Fit\tZP",
    ]
    for index in range(positions):
        filled = index < 11 - zeros
        cells = [
            0.1 + 0.08 * index,
            *((-10.0 - index, 11.0 + index, -11.5, -12.5, -25.0 - index) if filled else [0.0] * 5),
        ]
        lines.append("\t".join(f"{cell:.6f}" for cell in cells))
    text = "\r\n".join(lines) + "\r\n"
    if decimal == ",":
        text = text.replace(".", ",").replace("8,05,16", "8.05.16")
    return text.encode("cp1252")


def test_decimal_comma_gives_the_same_positions(tmp_path: Path) -> None:
    point, comma = (_read_positions(tmp_path, _positions(decimal=mark)) for mark in ".,")
    assert point.payloads[0].values == comma.payloads[0].values


def _read_profile(folder: Path, data: bytes) -> Run:
    source = save(folder, "run7_prof_488.txt", data)
    assert zetaview_zeta.sniff(source).claims
    assert not zetaview_size.sniff(source).claims
    (run,) = zetaview_zeta.read(source)
    return run


@pytest.mark.parametrize("decimal", [".", ","])
def test_zeta_profile_with_nul_bytes(tmp_path: Path, decimal: str) -> None:
    run = _read_profile(tmp_path, _profile(decimal=decimal))
    scalars, trace = run.payloads
    assert scalars.values == {"zeta_potential_mv": -25.3}
    assert trace.values[:9].tolist() == [-25.0 - index for index in range(9)]
    assert np.isnan(trace.values[9:]).all()
    assert (run.technique, run.maturity) == (Technique.ELS, Maturity.CANDIDATE)
    assert "Results / Mean Velocity / µm/s" in run.unread
    assert "\x00" not in str(run)
    assert "Jane" not in str(run)
    assert _codes(run) == {"positions-without-value"}


def test_profile_without_any_value_gives_no_zeta_potential(tmp_path: Path) -> None:
    run = _read_profile(tmp_path, _profile(zeros=11))
    assert [payload.payload_kind for payload in run.payloads] == ["trace"]
    assert _codes(run) == {"no-zeta-potential"}


def test_truncated_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="10 positions"):
        _read_profile(tmp_path, _profile(positions=10))
    data = _profile()
    with pytest.raises(InputError):
        _read_profile(tmp_path, data[: data.index(b"Position\t")])
    with pytest.raises(InputError):
        _read_profile(tmp_path, data[:-30])
