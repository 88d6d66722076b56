"""One small synthetic file for each text reader: simulated instruments where we have them, typed layouts elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from paracrine.instruments.nanosight import simulate_nanosight, write_experiment_summary
from paracrine.instruments.plate import simulate_plate, write_plate
from paracrine.instruments.truth import Population
from paracrine.instruments.zetasizer import (
    simulate_zetasizer_size,
    simulate_zetasizer_zeta,
    write_size_export,
    write_zeta_export,
)
from paracrine.instruments.zetaview import simulate_zetaview, write_size_text

_PARTICLES_COUNT = 60


def write_samples(folder: Path, *, seed: int = 7) -> dict[str, tuple[Path, ...]]:
    """Write the synthetic files into a folder.

    Returns:
        Paths by reader name.
    """
    rng = np.random.default_rng(seed)
    population = Population.lognormal(118.0, 1.31, concentration_per_ml=3.2e8)
    nanosight = simulate_nanosight(population, sample="batch 7", rng=rng, videos=3)
    older = simulate_nanosight(population, sample="batch 6", rng=rng, videos=2, version="3.2")
    zetaview = simulate_zetaview(population, sample="batch 7", rng=rng, dilution_factor=2.0)
    sizes = simulate_zetasizer_size(population, sample="batch 7", rng=rng)
    zeta = simulate_zetasizer_zeta(-21.4, 5.7, sample="batch 7", rng=rng)
    plate = simulate_plate({"batch 7": 84.0, "batch 8": 41.0}, rng=rng)
    return {
        "nanosight_summary": (
            write_experiment_summary(nanosight, folder / "b7-ExperimentSummary.csv"),
            write_experiment_summary(older, folder / "b6-ExperimentSummary.csv", line_end="\n"),
        ),
        "zetaview_size": (write_size_text(zetaview, folder / "b7_size_488.txt", decimal=","),),
        "zetasizer_txt": (
            write_size_export(sizes, folder / "b7 size.txt"),
            write_zeta_export(zeta, folder / "b7 zeta.txt"),
        ),
        "plate_grid": (write_plate(plate, folder / "bca.csv"),),
        "nanosight_particles": (_write(folder / "b7_00_ParticleData.csv", _particle_rows(rng)),),
        "nanosight_tracks": (_write(folder / "b7_00_AllTracks.csv", _track_rows(rng)),),
        "viewsizer": (_write(folder / "ConstantBinsTable_b7.dat", _viewsizer_rows(rng)),),
        "videodrop": (_write(folder / "b7-Results.csv", _videodrop_rows(rng)),),
        "histogram": (_write(folder / "b7 sizes.csv", _histogram_rows(rng)),),
    }


def write_pulses(path: Path, *, seed: int = 7) -> Path:
    """Write pulses as HDF5, in the layout read from public code (needs h5py)."""
    import h5py

    rng = np.random.default_rng(seed)
    ranges = {"pk_width": (20, 90), "pk_sym": (0.3, 0.7), "pk_sn": (4, 60), "pk_index": (0, 9e5)}
    pulses = np.zeros(_PARTICLES_COUNT, dtype=[(name, "f8") for name in ranges])
    for name, (low, high) in ranges.items():
        pulses[name] = rng.uniform(low, high, size=_PARTICLES_COUNT)
    with h5py.File(path, "w") as file:
        for number in (1, 2):
            group = file.create_group(f"acquisitions/acquisition {number}")
            group.create_dataset("pks", data=pulses[number:])
            group.attrs.update({"acqtime": 5.0, "n_samp": 1_000_000, "measured_volume": 3.1e-7})
    return path


def _write(path: Path, lines: list[str]) -> Path:
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    return path


def _particle_rows(rng: np.random.Generator) -> list[str]:
    sizes = rng.lognormal(4.8, 0.3, size=_PARTICLES_COUNT)
    rows = [
        f"{index},{size:.1f},{4.3e8 / size:.0f},{rng.uniform(4, 9):.3f},{10 * index},{rng.integers(5, 90)},"
        f"{rng.random() < 0.7}"
        for index, size in enumerate(sizes, start=1)
    ]
    header = "Particle ID,Size/nm,Diffusion coefficient/nm^2 s^-1,Ln(Adjusted intensity)/AU,Start frame,Tracklength,"
    return [f"{header}Included in distribution?", *rows]


def _track_rows(rng: np.random.Generator) -> list[str]:
    rows = []
    for particle in range(1, 12):
        size, place = rng.lognormal(4.8, 0.3), rng.uniform(100, 900, size=2)
        included = rng.random() < 0.7
        for frame in range(int(rng.integers(5, 12))):
            place = place + rng.normal(scale=2.5, size=2)
            rows.append(
                f"{particle},{size:.1f},{4.3e8 / size:.0f},{20 * particle + frame},{place[0]:.3f},{place[1]:.3f},"
                f"{rng.uniform(4, 9):.3f},{included}"
            )
    header = "Particle ID,Size/nm,Diffusion coefficient/nm^2 s^-1,Frame,X/pixels,Y/pixels,Ln(Adjusted intensity)/AU,"
    return [f"{header}Included in distribution?", *rows]


def _viewsizer_rows(rng: np.random.Generator) -> list[str]:
    header = "\t ".join(
        ("/LowerBinDiameter_[nm]", "CenterBinDiameter_[nm]", "UpperBinDiameter_[nm]", "PSD_corrected_[counts/mL/nm]")
    )
    low = np.arange(0.0, 600.0, 5.0)
    density = 1e6 * np.exp(-(((low - 120) / 40) ** 2)) * rng.uniform(0.9, 1.1, size=low.size)
    rows = [f"{x:.1f}\t {x + 2.5:.1f}\t {x + 5:.1f}\t {y:.4e}" for x, y in zip(low, density, strict=True)]
    return [header, *rows]


def _videodrop_rows(rng: np.random.Generator) -> list[str]:
    diameters = np.round(rng.lognormal(4.8, 0.2, size=_PARTICLES_COUNT), 2)
    results = {
        "Concentration": "4.21E+08 particles/mL",
        "Median diameter": f"{np.median(diameters):.1f} nm",
        "Mean diameter": f"{diameters.mean():.1f} nm",
        "D10": f"{np.quantile(diameters, 0.1):.1f} nm",
        "D90": f"{np.quantile(diameters, 0.9):.1f} nm",
        "Average counted particles": "31.7",
        "Number of videos": "10",
        "Tracked particles": f"{diameters.size}",
    }
    return [
        "RESULTS",
        *(f"{key};{value}" for key, value in results.items()),
        "SETTINGS",
        "Medium viscosity;0.93",
        "Threshold;3.8",
        "TRACKING",
        "diameter;length;jumps;intensity",
        *(f"{size:.2f};{rng.integers(10, 99)};{rng.integers(0, 9)};{rng.uniform(10, 99):.3f}" for size in diameters),
    ]


def _histogram_rows(rng: np.random.Generator) -> list[str]:
    centres = np.arange(42.5, 400.0, 5.0)
    counts = rng.poisson(900 * np.exp(-(((centres - 118) / 45) ** 2)))
    return ["Bin centre (nm),Counts (particles)", *(f"{x:.1f},{n}" for x, n in zip(centres, counts, strict=True))]
