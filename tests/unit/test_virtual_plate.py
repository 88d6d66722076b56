"""The virtual plate: a response that bends, noise as stated, two grids in one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.instruments.plate import ColourAssay, simulate_plate, write_plate


def test_the_response_saturates() -> None:
    """Rung 1: blank, half and endless protein."""
    assay = ColourAssay(blank_au=0.1, span_au=2.0, half_ug_per_ml=300.0)
    np.testing.assert_allclose(assay.response_au(np.array([0.0, 300.0, 1e9])), [0.1, 1.1, 2.1], rtol=1e-6)


def test_replicate_wells_scatter_as_stated() -> None:
    """Rung 1: 60 wells of one sample, pipetting CV through the slope of the response."""
    assay = ColourAssay(pipetting_cv=0.03, reading_sd_au=0.0)
    plate = simulate_plate(
        {"B-7": 40.0}, rng=np.random.default_rng(4), replicates=60, standards_ug_per_ml=(), assay=assay
    )
    wells = plate.readings_au[plate.roles == "B-7 x1"]
    slope = 2.9 * 310 / (40 + 310) ** 2
    assert wells.std(ddof=1) == pytest.approx(slope * 40 * 0.03, rel=0.3)
    assert wells.mean() == pytest.approx(float(assay.response_au(np.array(40.0))), abs=5 * slope * 1.2 / 60**0.5)


def test_a_diluted_sample_reads_like_its_dilution() -> None:
    quiet = ColourAssay(pipetting_cv=0.0, reading_sd_au=0.0)
    plate = simulate_plate({"a": 80.0, "b": 20.0}, rng=np.random.default_rng(4), dilutions={"a": 4.0}, assay=quiet)
    np.testing.assert_array_equal(plate.readings_au[plate.roles == "a x4"], plate.readings_au[plate.roles == "b x1"])


def test_the_file_holds_two_grids_of_the_agreed_grammar(tmp_path: Path) -> None:
    """Letters A to H down, 1 to 12 across; roles `blank`, `std <ug/mL>`, `<sample> x<dilution>`."""
    plate = simulate_plate({"B-001/product": 30.0}, rng=np.random.default_rng(4), dilutions={"B-001/product": 2.0})
    lines = write_plate(plate, tmp_path / "bca.csv").read_text("utf-8").splitlines()
    heads = [i for i, line in enumerate(lines) if line == "," + ",".join(str(c) for c in range(1, 13))]
    assert len(heads) == 2
    assert lines[heads[1] - 1] == "roles"
    grids = [[line.split(",") for line in lines[head + 1 : head + 9]] for head in heads]
    for grid in grids:
        assert [row[0] for row in grid] == list("ABCDEFGH")
        assert {len(row) for row in grid} == {13}
    filled = [[cell != "" for cell in row[1:]] for row in grids[0]]
    assert filled == [[cell != "" for cell in row[1:]] for row in grids[1]]
    words = {cell for row in grids[1] for cell in row[1:]}
    assert {"blank", "std 200", "std 7.5", "B-001/product x2", ""} <= words


def test_more_wells_than_a_plate_has_are_refused() -> None:
    with pytest.raises(InputError, match="do not fit"):
        simulate_plate({f"s{i}": 10.0 for i in range(40)}, rng=np.random.default_rng(1))
