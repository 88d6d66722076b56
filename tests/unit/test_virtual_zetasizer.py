"""The virtual Zetasizer Nano against the documented layout, and its light scattering against closed forms."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.instruments.truth import Population
from paracrine.instruments.zetasizer import (
    DlsNoise,
    detection_vector_per_nm,
    dls_truth,
    simulate_zetasizer_size,
    simulate_zetasizer_zeta,
    write_size_export,
    write_zeta_export,
)

EVS = Population((0.8, 0.2), (90.0, 150.0), (1.3, 1.4), concentration_per_ml=1.0)


def rows_of(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("latin-1")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    return [line.split("\t") for line in text.split("\r\n")[:-1]]


def test_small_particles_have_the_cumulants_of_d6_weighting() -> None:
    """Rung 1: for a lognormal far below the wavelength Z = median exp(5.5 s^2) and PdI = exp(s^2) - 1."""
    s = 0.2
    truth = dls_truth(Population.lognormal(4.0, math.exp(s), concentration_per_ml=1.0))
    assert truth.z_average_nm == pytest.approx(4.0 * math.exp(5.5 * s * s), rel=2e-3)
    assert truth.polydispersity_index == pytest.approx(math.expm1(s * s), rel=5e-3)


def test_interference_in_large_particles_lowers_the_z_average() -> None:
    """At 173 degrees the form factor takes more from large spheres."""
    broad = Population.lognormal(110.0, 1.4, concentration_per_ml=1.0)
    rayleigh = broad.raw_moment(6) / broad.raw_moment(5)
    assert 110.0 < dls_truth(broad).z_average_nm < rayleigh


def test_the_detection_vector_is_that_of_backscatter_at_633_nm() -> None:
    """Rung 1: q = 4 pi n / lambda sin(theta/2) = 0.02636 per nm in water at 173 degrees."""
    assert detection_vector_per_nm() == pytest.approx(0.026362, abs=1e-5)


def test_the_size_export_has_seventy_logarithmic_classes(tmp_path: Path) -> None:
    """Rung 2: tab, CRLF, Latin-1; Sizes[1..70] from 0.4000 to 1.000e4, percentages that sum to 100 as printed."""
    export = simulate_zetasizer_size(EVS, sample="B-007", rng=np.random.default_rng(2))
    path = write_size_export(export, tmp_path / "dls.txt")
    header, *records = rows_of(path)
    assert header[:2] == ["Type", "Sample Name"]
    assert b"\xb0C" in path.read_bytes()
    assert len(records) == 3
    for record in records:
        cells = dict(zip(header, record, strict=True))
        assert cells["Type"] == "Size"
        sizes = [cells[f"Sizes[{i}] (d.nm)"] for i in range(1, 71)]
        assert (sizes[0], sizes[1], sizes[8], sizes[69]) == ("0.4000", "0.4632", "1.294", "1.000e4")
        ratios = np.diff(np.log(np.array(sizes, dtype=float)))
        np.testing.assert_allclose(ratios, ratios.mean(), rtol=0.005)
        for weighting in ("Intensities", "Volumes", "Numbers"):
            percent = np.array([float(cells[f"{weighting}[{i}] (Percent)"]) for i in range(1, 71)])
            assert percent.sum() == pytest.approx(100, abs=0.6)
        undersize = [float(cells[f"Undersize By Intensity[{i}] (Percent)"]) for i in range(1, 71)]
        assert undersize == sorted(undersize)
        assert undersize[-1] == 100.0


def test_records_are_dated_in_english(tmp_path: Path) -> None:
    """Rung 2: `Friday, 28 March 2025 14:59:57`."""
    export = simulate_zetasizer_size(EVS, sample="B-007", rng=np.random.default_rng(2), runs=2)
    header, first, second = rows_of(write_size_export(export, tmp_path / "dls.txt"))
    date = header.index("Measurement Date and Time")
    assert first[date] == "Wednesday, 06 May 2026 15:20:31"
    assert second[date] == "Wednesday, 06 May 2026 15:23:31"


def test_numbers_sit_at_smaller_classes_than_volume_and_intensity() -> None:
    """Rung 1: each particle counts d^3 or more."""
    export = simulate_zetasizer_size(EVS, sample="s", rng=np.random.default_rng(2), runs=1)
    by_number, by_volume, by_intensity = (
        float(percent[0] @ export.sizes_nm / 100)
        for percent in (export.number_pct, export.volume_pct, export.intensity_pct)
    )
    assert by_number < by_volume
    assert by_number < by_intensity


def test_runs_scatter_as_stated_around_the_truth() -> None:
    """Rung 1: mean and spread of 800 runs."""
    noise = DlsNoise(z_average_cv=0.02, polydispersity_sd=0.01)
    export = simulate_zetasizer_size(EVS, sample="s", rng=np.random.default_rng(9), runs=800, noise=noise)
    ratio = export.z_average_nm / export.truth.z_average_nm
    assert ratio.mean() == pytest.approx(1.0, abs=5 * 0.02 / 800**0.5)
    assert ratio.std(ddof=1) == pytest.approx(0.02, rel=0.13)
    assert export.polydispersity_index.std(ddof=1) == pytest.approx(0.01, rel=0.13)


def test_the_zeta_header_counts_the_classes_of_the_first_row_only(tmp_path: Path) -> None:
    """Rung 2: rows with one class more than the header, in both arrays."""
    export = simulate_zetasizer_zeta(
        -14.0, 6.0, sample="B-007", rng=np.random.default_rng(3), classes_counts=(91, 92, 92)
    )
    header, *records = rows_of(write_zeta_export(export, tmp_path / "zeta.txt"))
    assert [len(record) - len(header) for record in records] == [0, 2, 2]
    assert header.count("Zeta Potentials[91] (mV)") == header.count("Intensities[91]") == 1
    assert "Zeta Potentials[92] (mV)" not in header


def test_the_printed_zeta_potential_is_the_mean_of_its_distribution(tmp_path: Path) -> None:
    """Rung 1: intensity-weighted mean of the printed arrays; mobility by Smoluchowski has its sign."""
    export = simulate_zetasizer_zeta(-14.0, 6.0, sample="B-007", rng=np.random.default_rng(3))
    header, *records = rows_of(write_zeta_export(export, tmp_path / "zeta.txt"))
    for record in records:
        cells = dict(zip(header, record, strict=True))
        axis = np.array([float(cells[f"Zeta Potentials[{i}] (mV)"]) for i in range(1, 92)])
        counts = np.array([float(cells[f"Intensities[{i}]"]) for i in range(1, 92)])
        assert np.all(np.diff(axis) > 0)
        assert float(cells["Zeta Potential (mV)"]) == pytest.approx(axis @ counts / counts.sum(), abs=0.15)
        assert float(cells["Mobility (µmcm/Vs)"]) < 0
    assert export.zeta_potential_mv.mean() == pytest.approx(-14.0, abs=2.5)


def test_a_tab_in_the_name_is_refused() -> None:
    with pytest.raises(InputError):
        simulate_zetasizer_size(EVS, sample="B\t7", rng=np.random.default_rng(1))
