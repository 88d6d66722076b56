"""The virtual ZetaView against the documented layout and rules, read here by hand and not by our reader."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.instruments.truth import Population
from paracrine.instruments.zetaview import (
    TRACES_PER_PARTICLE_IN_VIEW,
    ZetaViewExport,
    ZetaViewSession,
    simulate_zetaview,
    simulate_zetaview_session,
    write_size_text,
)

EVS = Population((0.75, 0.25), (97.0, 170.0), (1.3, 1.45), concentration_per_ml=9e10)
COLUMNS = "Size / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2"


def measured(seed: int = 8, **settings: object) -> ZetaViewExport:
    return simulate_zetaview(EVS, sample="B-007", rng=np.random.default_rng(seed), dilution_factor=800.0, **settings)


def text_of(export: ZetaViewExport, folder: Path, **how: str) -> str:
    return write_size_text(export, folder / "x_size_488.txt", **how).read_bytes().decode("latin-1")


def value(text: str, key: str) -> str:
    line = next(line for line in text.splitlines() if line.startswith(f"{key}:"))
    return line.split("\t")[1]


def table(text: str) -> list[list[float]]:
    lines = text.splitlines()
    rows = lines[lines.index(COLUMNS) + 1 :]
    return [[float(cell.replace(",", ".")) for cell in row.split("\t")] for row in rows]


@pytest.mark.parametrize(("version", "line", "line_end"), [("8.05.16", 77, "\r\n"), ("8.06.01", 90, "\n")])
def test_the_table_starts_on_the_documented_line(version: str, line: int, line_end: str, tmp_path: Path) -> None:
    """Rung 2: table header on line 77 (8.05.16) and 90 (8.06.01); CRLF in 8.05, LF met in 8.06."""
    text = text_of(measured(version=version), tmp_path)
    assert text.split(line_end).index(COLUMNS) + 1 == line
    assert ("\r" in text) is (line_end == "\r\n")


def test_the_signature_is_the_documented_one(tmp_path: Path) -> None:
    """Rung 2: first line `Original File:`, then a line `ZetaView S/N:`."""
    lines = text_of(measured(), tmp_path).splitlines()
    assert lines[0].startswith("Original File:\t")
    assert any(line.startswith("ZetaView S/N:") for line in lines[:10])
    assert "Sample Info 3:" in lines
    assert "Camera Trigger Duration µs:\tShutter Duration" in lines


def test_traces_particles_and_dilution_stand_on_one_line(tmp_path: Path) -> None:
    """Rung 2: `Number of Traces:` with double colon after Dilution."""
    export = measured()
    line = next(line for line in text_of(export, tmp_path).splitlines() if line.startswith("Number of Traces"))
    cells = line.split("\t")
    assert cells[0] == "Number of Traces:"
    assert cells[2] == "(at 0.100000)"
    assert cells[4] == f"{export.average_particles:f}"
    assert cells[1] == str(export.traces_count)
    assert cells[3] == "Average Number of Particles:"
    assert cells[5:] == ["Dilution::", "800.000000"]


def test_both_blocks_hold_the_same_particles(tmp_path: Path) -> None:
    """Rung 2: 1200 linear rows, a sentinel of -1 four times and 0, 200 logarithmic rows; equal sums of Number."""
    export = measured()
    rows = table(text_of(export, tmp_path))
    assert len(rows) == 1200 + 1 + 200
    assert rows[1200] == [-1.0, -1.0, -1.0, -1.0, 0.0]
    linear, logarithmic = np.array(rows[:1200]), np.array(rows[1201:])
    assert linear[:, 1].sum() == logarithmic[:, 1].sum() == export.traces_count
    assert linear[0, 0] == 2.5
    assert linear[-1, 0] == 5998.0
    assert logarithmic[0, 0] == pytest.approx(4.683)
    assert logarithmic[-1, 0] == pytest.approx(6025)
    assert logarithmic[101, 0] / logarithmic[100, 0] == pytest.approx(1.03663, rel=5e-4)


def test_columns_follow_from_the_counts(tmp_path: Path) -> None:
    """Rung 2: volume n pi/6 x^3, PROJECTED area n pi/4 x^2, concentration proportional to n."""
    export = measured()
    linear = np.array(table(text_of(export, tmp_path))[:1200])
    x, n = 2.5 + 5 * np.arange(1200), linear[:, 1]
    np.testing.assert_allclose(linear[:, 3], n * math.pi / 6 * x**3, rtol=6e-4)
    np.testing.assert_allclose(linear[:, 4], n * math.pi / 4 * x**2, rtol=6e-4)
    np.testing.assert_allclose(linear[:, 2], n * export.concentration_per_ml / export.traces_count, rtol=6e-4)
    assert linear[:, 2].sum() == pytest.approx(export.concentration_per_ml, rel=1e-3)


def test_medians_follow_the_centre_rule(tmp_path: Path) -> None:
    """Rung 2: linear interpolation of the cumulative at bin centres, to the printed digit."""
    text = text_of(measured(), tmp_path)
    linear = np.array(table(text)[:1200])
    x = 2.5 + 5 * np.arange(1200)
    for key, contents in (("Median Number (D50)", linear[:, 1]), ("Median Volume (D50)", linear[:, 1] * x**3)):
        cumulative = np.cumsum(contents) / contents.sum()
        k = int(np.argmax(cumulative >= 0.5))
        expected = x[k - 1] + 5 * (0.5 - cumulative[k - 1]) / (cumulative[k] - cumulative[k - 1])
        assert float(value(text, key)) == pytest.approx(expected, abs=5.1e-7)
    assert value(text, "Median Concentration (D50)") == value(text, "Median Number (D50)")


def test_a_decimal_comma_changes_every_number_but_the_version(tmp_path: Path) -> None:
    """Rung 2: comma in values, in `Results (Pos 0,100001):` and in the sentinel; the version keeps its points."""
    export = measured()
    point, comma = text_of(export, tmp_path), text_of(export, tmp_path, decimal=",")
    assert "Results (Pos 0,100001):" in comma.splitlines()
    assert "-1,000E+0\t-1,000E+0\t-1,000E+0\t-1,000E+0\t0,000E+0" in comma.splitlines()
    assert "ZetaView (version 8.05.16 SP3)\tAnalyze:\t8.05.16 SP3" in comma
    assert "B-007_size_488.avi\tSection:\t0,1 [0]" in comma
    body = comma[comma.index("Size Distribution") :]
    assert "." not in body
    assert table(comma) == table(point)


def test_the_dilution_is_stated_and_applied_to_nothing(tmp_path: Path) -> None:
    thick = simulate_zetaview(EVS, sample="s", rng=np.random.default_rng(4), dilution_factor=800.0)
    assert thick.concentration_per_ml == pytest.approx(9e10 / 800, rel=0.15)
    assert "Dilution::\t800.000000" in text_of(thick, tmp_path)


def test_an_aborted_run_has_a_header_and_the_sentinel_alone(tmp_path: Path) -> None:
    """Rung 2: zero traces, medians 0.000000, one table row."""
    text = text_of(measured(aborted=True), tmp_path)
    assert value(text, "Number of Traces") == "0"
    assert {value(text, f"Median {kind} (D50)") for kind in ("Number", "Concentration", "Volume")} == {"0.000000"}
    assert table(text) == [[-1.0, -1.0, -1.0, -1.0, 0.0]]


def test_8_06_adds_its_keys_and_a_blank_after_conductivity(tmp_path: Path) -> None:
    """Rung 2: thirteen keys of 8.06.01; `Conductivity: ` followed by a blank instead of a tab."""
    old, new = text_of(measured(), tmp_path), text_of(measured(version="8.06.01"), tmp_path)
    for key in ("Positions", "Concentration Correction Factor", "Multi-Threshold", "OscillatorFrames"):
        assert f"\n{key}:\t" in new
        assert f"{key}:" not in old
    assert "\nConductivity: 14912.000000\tsensed" in new
    assert "\nConductivity:\t14912.000000\tsensed" in old


def test_traces_are_poisson_around_the_particles_in_view() -> None:
    """Rung 1: mean of 200 runs, each with 4 % from position to position on top of counting."""
    session = ZetaViewSession()
    traces = np.array([measured(seed, session=session).traces_count for seed in range(200)])
    in_view = 9e10 / 800 / session.concentration_per_particle_in_view_per_ml
    expected = in_view * TRACES_PER_PARTICLE_IN_VIEW
    spread = math.sqrt(expected + (0.04 * expected) ** 2)
    assert traces.mean() == pytest.approx(expected, abs=5 * spread / 200**0.5)
    assert traces.std(ddof=1) == pytest.approx(spread, rel=0.25)


def test_sessions_share_a_volume_error() -> None:
    ratio = simulate_zetaview_session(rng=np.random.default_rng(6)).volume_error_ratio
    plain, off = measured(3), measured(3, session=ZetaViewSession(volume_error_ratio=ratio))
    assert off.concentration_per_ml == pytest.approx(ratio * plain.concentration_per_ml)
    assert ratio != 1


def test_unknown_versions_are_refused() -> None:
    with pytest.raises(InputError, match="known version"):
        measured(version="9.9")
