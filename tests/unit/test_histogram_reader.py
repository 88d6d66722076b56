from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sheet_builders import xlsx

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind, Weighting
from paracrine.core.run import Run
from paracrine.readers.formats.histogram import read, sniff
from paracrine.readers.histogram.columns import read_content_header
from paracrine.readers.source import SourceFile


def _source(folder: Path, content: str | bytes, name: str = "sizes.csv", encoding: str = "utf-8") -> SourceFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return SourceFile(path)


def _read(folder: Path, content: str | bytes, name: str = "sizes.csv", encoding: str = "utf-8") -> Run:
    source = _source(folder, content, name, encoding)
    assert sniff(source).claims, sniff(source).why
    (run,) = read(source)
    return run


def _codes(run: Run) -> set[str]:
    return {notice.code for notice in run.notices}


def test_equal_bins_from_centres_and_whole_counts(tmp_path: Path) -> None:
    run = _read(tmp_path, "centre diameter (nm);count\n52,5;3\n57,5;0\n62,5;7\n")
    (sizes,) = run.payloads
    assert sizes.edges_nm.tolist() == [50, 55, 60, 65]
    assert (sizes.contents.tolist(), sizes.contents_unit) == ([3, 0, 7], "particles")
    assert (sizes.tracks_count, sizes.tracks_per_bin.tolist()) == (10, [3, 0, 7])
    assert sizes.measurand.weighting is Weighting.NUMBER
    assert _codes(run) == set()


def test_micrometres_and_concentration(tmp_path: Path) -> None:
    run = _read(tmp_path, "size_um,particles/mL\n0.05,1.5e6\n0.07,2.5e6\n0.09,0\n")
    (sizes,) = run.payloads
    np.testing.assert_allclose(sizes.edges_nm, [40, 60, 80, 100])
    assert (sizes.contents.tolist(), sizes.contents_unit) == ([1.5e6, 2.5e6, 0], "1/mL")
    assert _codes(run) == {"sizes-taken-as-centres", "dilution-not-stated"}


def test_uneven_bins_by_both_edges(tmp_path: Path) -> None:
    text = "lower_nm\tupper_nm\tvolume (%)\n30\t50\t20\n50\t100\t70\n100\t250\t10\n"
    (sizes,) = _read(tmp_path, text).payloads
    assert sizes.edges_nm.tolist() == [30, 50, 100, 250]
    assert (sizes.contents_unit, sizes.measurand.weighting) == ("%", Weighting.VOLUME)


@pytest.mark.parametrize(
    ("header", "edges"), [("lower edge (nm)", [10, 20, 30, 40]), ("upper edge (nm)", [0, 10, 20, 30])]
)
def test_one_edge_needs_equal_widths(tmp_path: Path, header: str, edges: list[float]) -> None:
    assert _read(tmp_path, f"bin {header},count\n10,1\n20,2\n30,3\n").payloads[0].edges_nm.tolist() == edges
    with pytest.raises(InputError, match="not equally wide"):
        _read(tmp_path, f"bin {header},count\n10,1\n20,2\n40,3\n")


def test_equal_ratios_get_geometric_edges(tmp_path: Path) -> None:
    """Analytic: ratio 2, so edges are centre times sqrt(2)."""
    run = _read(tmp_path, "hydrodynamic diameter centre (nm),intensity (%)\n50,20\n100,70\n200,10\n")
    (sizes,) = run.payloads
    np.testing.assert_allclose(sizes.edges_nm, np.array([25, 50, 100, 200]) * 2**0.5)
    assert sizes.measurand.diameter is DiameterKind.HYDRODYNAMIC
    assert _codes(run) == set()


def test_irregular_centres_are_said_to_be_a_choice(tmp_path: Path) -> None:
    run = _read(tmp_path, "centre_nm,count\n1,1\n2,2\n3,3\n5,4\n")
    assert run.payloads[0].edges_nm.tolist() == [0.5, 1.5, 2.5, 4, 6]
    assert _codes(run) == {"edges-halfway"}


@pytest.mark.parametrize("sizes", [(10, 12, 14, 18, 20, 22, 24), (10, 20, 40, 160, 320, 640, 1280)])
def test_a_missing_row_of_a_regular_table_is_refused(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    rows = "".join(f"{size},{count}\n" for count, size in enumerate(sizes, 3))
    with pytest.raises(InputError, match=f"missing or changed between {sizes[2] if sizes[1] == 20 else 14} and"):
        _read(tmp_path, f"centre_nm,count\n{rows}")


def test_rounded_print_of_equal_bins_is_equal(tmp_path: Path) -> None:
    """Four printed digits of 997.5 ... 1017.5, as instruments print them."""
    text = "size / nm,count\n9.975E+2,1\n1.003E+3,2\n1.008E+3,3\n1.013E+3,4\n1.018E+3,5\n"
    edges = _read(tmp_path, text).payloads[0].edges_nm
    np.testing.assert_allclose(np.diff(edges), 5.125)


def test_radii_are_doubled(tmp_path: Path) -> None:
    run = _read(tmp_path, "radius centre [nm],count\n20,1\n30,2\n")
    assert run.payloads[0].edges_nm.tolist() == [30, 50, 70]
    assert _codes(run) == {"radius-doubled"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("diameter,count\n50,1\n60,2\n", "no unit"),
        ("diameter_nm (um),count\n50,1\n60,2\n", "two units"),
        ("size (nm),number\n50,1\n60,2\n", "no unit of count"),
        ("size (nm),percent\n50,1\n60,2\n", "percent of what"),
        ("size (nm),concentration\n50,1\n60,2\n", "no unit of count"),
        ("size (nm),particles/mL/nm\n50,1\n60,2\n", "density"),
        ("size (nm),intensity\n50,1\n60,2\n", "neither"),
        ("lower upper (nm),count\n50,1\n60,2\n", "lower edge, the upper edge or"),
        ("size_nm,size_nm,count\n50,60,1\n60,70,2\n", "not lower and upper"),
        ("size (nm),count\n50,1\n50,2\n", "stands there twice"),
        ("size (nm),count\n60,1\n50,2\n", "does not rise"),
        ("size (nm),count\n50,1\n", "one bin has no width"),
        ("size (nm),count\n", "no row"),
        ("size (nm),count\n50,1.5\n60,2\n", "not whole"),
        ("size (nm),count\n50,-1\n60,2\n", "negative"),
        ("size (nm),count\n50,NaN\n60,2\n", "no number under"),
        ("size (nm),count\n50,\n60,2\n", "1 cells"),
        ("size (nm),count\n50,1\n60,2", "does not end"),
        ("size (nm),count\n50,1,7\n60,2\n", "3 cells"),
        ("size (nm);count\n50,5;1\n60.5;2\n", "decimal comma and"),
        ("lower (nm),upper (nm),count\n1,10,1\n11,20,2\n", "overlap or leave a gap"),
        ("lower (nm),upper (nm),count\n20,10,1\n10,30,2\n", "not above its lower"),
    ],
)
def test_ambiguous_or_wrong_histogram_is_refused_with_advice(tmp_path: Path, text: str, message: str) -> None:
    source = _source(tmp_path, text)
    assert sniff(source).claims
    with pytest.raises(InputError, match=message) as refused:
        read(source)
    assert refused.value.hint or refused.value.where


@pytest.mark.parametrize(
    ("header", "unit", "factor"),
    [
        ("count", "particles", 1),
        ("number (particles)", "particles", 1),
        ("particles/mL", "1/mL", 1),
        ("concentration (particles / ml)", "1/mL", 1),
        ("particles_per_ml", "1/mL", 1),
        ("concentration_per_ml", "1/mL", 1),
        ("#/mL", "1/mL", 1),
        ("particles mL-1", "1/mL", 1),
        ("concentration (1/L)", "1/mL", 1e-3),
        ("particles/µL", "1/mL", 1e3),
        ("Concentration / cm-3", "1/mL", 1),
        ("number_pct", "%", 1),
    ],
)
def test_content_units(header: str, unit: str, factor: float) -> None:
    column = read_content_header(header)
    assert column.unit == unit
    assert column.factor == pytest.approx(factor)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encoding_and_line_ends_do_not_matter(tmp_path: Path, encoding: str, newline: str) -> None:
    text = "# sample: B-017 ä\n# operator: Jane\ncentre (µm);count\n0,05;1\n0,07;3\n".replace("\n", newline)
    run = _read(tmp_path, text, encoding=encoding)
    np.testing.assert_allclose(run.payloads[0].edges_nm, [40, 60, 80])
    assert run.sample_hint == "B-017 ä"
    assert "Jane" not in str(run)


def test_workbook_sheets_are_runs(tmp_path: Path) -> None:
    grid = [["centre_nm", "count"], [50, 1], [60, 4]]
    source = _source(tmp_path, xlsx({"B-017": grid, "B-018": [*grid, [70, 2]], "notes": [["x"]]}), "h.xlsx")
    assert sniff(source).claims
    assert [(run.name, run.payloads[0].total) for run in read(source)] == [("B-017", 5), ("B-018", 7)]


@pytest.mark.parametrize(
    "text",
    [
        "particle_size,count\n1,2\n",
        "well,role,name,standard_ug_per_ml,dilution_factor\nA1,blank,,,\n",
        "attribute,value\nsterility,no growth\n",
        "Particle ID,Size/nm,Diffusion coefficient/nm^2 s^-1\n1,100,4\n",
        "plain text without a table\n",
    ],
)
def test_other_tables_are_not_claimed(tmp_path: Path, text: str) -> None:
    assert not sniff(_source(tmp_path, text)).claims


def test_empty_histogram_is_zero_and_flagged(tmp_path: Path) -> None:
    run = _read(tmp_path, "centre_nm,count\n50,0\n60,0\n")
    assert run.payloads[0].is_empty
    assert _codes(run) == {"no-particles"}
