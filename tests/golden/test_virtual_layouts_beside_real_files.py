"""Simulated exports beside real ones of the same software version: same keys, same order, same number of cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paracrine.instruments.nanosight import simulate_nanosight, write_experiment_summary
from paracrine.instruments.truth import Population
from paracrine.instruments.zetasizer import (
    simulate_zetasizer_size,
    simulate_zetasizer_zeta,
    write_size_export,
    write_zeta_export,
)
from paracrine.instruments.zetaview import simulate_zetaview, write_size_text

EVS = Population.lognormal(110.0, 1.4, concentration_per_ml=5e10)
NANOSIGHT = [
    ("nguyens7-Experiments/NA_GD14_Pexo_-ExperimentSummary.csv", "3.2", False),
    ("tidyNano/beads2.csv", "3.4", False),
    ("Alteromonas_MVs/AD45_F3 2021-11-02 16-09-42-ExperimentSummary.csv", "3.4", True),
]


def lines_of(path: Path, encoding: str = "cp1252") -> list[str]:
    return path.read_bytes().decode(encoding).replace("\r\n", "\n").split("\n")


@pytest.mark.parametrize(("name", "version", "all_blocks"), NANOSIGHT)
def test_nanosight_rows_have_the_keys_and_cells_of_a_real_file(
    name: str, version: str, all_blocks: bool, sizing_files: Path, tmp_path: Path
) -> None:
    """Rung 2: a real export of five videos; every line's first cell and its number of commas."""
    rng = np.random.default_rng(1)
    export = simulate_nanosight(EVS, sample="s", rng=rng, dilution_factor=100.0, version=version)
    ours = lines_of(write_experiment_summary(export, tmp_path / "x.csv", all_blocks=all_blocks))
    real = lines_of(sizing_files / name)
    assert [line.split(",")[0] for line in ours] == [line.split(",")[0] for line in real]
    # A remark typed by a person may hold commas; every other line is the software's.
    differing = [
        (a, b) for a, b in zip(ours, real, strict=True) if a.count(",") != b.count(",") and not a.startswith("Remarks")
    ]
    assert differing == []


def test_zetaview_lines_have_the_keys_of_a_real_file(sizing_files: Path, tmp_path: Path) -> None:
    """Rung 2: version 8.05.16 with decimal comma; keys, cells and the sizes of both blocks."""
    export = simulate_zetaview(EVS, sample="s", rng=np.random.default_rng(1), dilution_factor=500.0)
    ours = lines_of(write_size_text(export, tmp_path / "x.txt", decimal=","), "latin-1")
    real = lines_of(sizing_files / "EV-NTA" / "Sample1_35nm_1-5pool.txt", "latin-1")
    assert len(ours) == len(real)
    assert [line.count("\t") for line in ours] == [line.count("\t") for line in real]
    mine, theirs = ([line.split("\t")[0] for line in lines] for lines in (ours, real))
    assert mine[:77] == theirs[:77]
    # Half digits above 1000 nm are rounded by the vendor now up, now down.
    sizes, real_sizes = (np.array([float(c.replace(",", ".")) for c in cells[77:-1]]) for cells in (mine, theirs))
    np.testing.assert_allclose(sizes, real_sizes, atol=1.01, rtol=1e-3)


def test_zetasizer_columns_are_named_as_in_real_exports(sizing_files: Path, tmp_path: Path) -> None:
    """Rung 2: every column of ours stands in one of three real exports, sizes printed alike."""
    folder = sizing_files / "parse-zetasizer"
    known: set[str] = set()
    for name in (
        "mxd_particleSize.txt",
        "mxd_zetaPotential.txt",
        "mxd_zetaPotential_full.txt",
        "chc_zetaPotential.txt",
    ):
        known |= set(lines_of(folder / name, "latin-1")[0].split("\t"))
    rng = np.random.default_rng(1)
    size = write_size_export(simulate_zetasizer_size(EVS, sample="s", rng=rng), tmp_path / "size.txt")
    zeta = write_zeta_export(simulate_zetasizer_zeta(-12.0, 5.0, sample="s", rng=rng), tmp_path / "zeta.txt")
    header, record = (line.split("\t") for line in lines_of(size, "latin-1")[:2])
    assert set(header) - known == set()
    assert set(lines_of(zeta, "latin-1")[0].split("\t")) - known == set()
    real_header, real_record = (line.split("\t") for line in lines_of(folder / "mxd_particleSize.txt", "latin-1")[:2])
    first, real_first = header.index("Sizes[1] (d.nm)"), real_header.index("Sizes[1] (d.nm)")
    assert record[first : first + 70] == real_record[real_first : real_first + 70]
