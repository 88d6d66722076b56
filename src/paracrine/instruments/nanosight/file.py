"""Write a virtual NanoSight's export as the vendor's ExperimentSummary CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from paracrine.core.errors import InputError
from paracrine.instruments.nanosight.numbers import (
    BINS_COUNT,
    DIFFUSION_BIN_E4_NM2_PER_S,
    SIZE_BIN_NM,
    diffusion_histogram,
    size_histogram,
    summarise,
)
from paracrine.instruments.nanosight.simulation import NanoSightExport
from paracrine.payloads.size_distribution import FloatArray

SIMULATED = "SIMULATED by Paracrine; no instrument was used"
BUILDS = {"3.2": "NTA 3.2 Dev Build 3.2.16", "3.4": "NTA 3.4 Build 3.4.003"}
_DILUENT = "PBS"
_FEW_TRACKS, _VERY_FEW_TRACKS = 200, 100
_FEW_PARTICLES_PER_FRAME = 10.0
# weighting -> (words of the block list, column title, title of the average)
_WEIGHTINGS = {
    "Number": ("Number", "Concentration (particles / ml)", "Concentration average"),
    "Surface Area": ("Surface area", "Surface area conc. (nm² / ml)", "Surface area average"),
    "Volume": ("Volume", "Volume conc. (nm³ / ml)", "Volume average"),
}


def write_experiment_summary(
    export: NanoSightExport, path: Path, *, all_blocks: bool = False, line_end: str = "\r\n"
) -> Path:
    """Write the export in the layout of its version.

    Args:
        export: what `simulate_nanosight` returned.
        path: file to write; its folder must exist.
        all_blocks: size and diffusion, each by number, surface and volume (3.4 only, cp1252); else number by size.
        line_end: as the computer of the instrument writes it.

    Returns:
        The path.

    Raises:
        InputError: for all blocks in 3.2, whose layout is not documented.
    """
    if all_blocks and export.version != "3.4":
        raise InputError("the layout with all blocks is known for NTA 3.4 only", where=path.name)
    rows = [*_details(export), *_settings(export), *_results(export), *_flags(export)]
    rows += _blocks(export, all_blocks)
    path.write_bytes((line_end.join(rows) + line_end).encode("cp1252"))
    return path


def _details(export: NanoSightExport) -> list[str]:
    n, names = export.valid_tracks.size, export.video_names
    captured = f"{export.measured_at:%H:%M:%S}  {export.measured_at:%d/%m/%Y}"
    build = BUILDS[export.version]
    if export.version == "3.2":
        return [
            "NTA Experiment Summary File",
            f"Created with {build}",
            "",
            "[Experiment Details]",
            f"Software Version,{build}",
            f"Experiment Name,{export.sample}.nano",
            f'Sample Name,"{export.sample}"',
            'Operator Name,""',
            f"Time Captured,{captured}",
            'Pre-treatment,""',
            f'Diluent,"{_DILUENT}"',
            f'Remarks,"{SIMULATED}"',
            "",
            _row("Filename:", names),
            "",
        ]
    return [
        "NTA Experiment Summary File,",
        f"Created with {build},",
        ",",
        "[Experiment Details],,",
        f"Software Version,{build},",
        f"Experiment Name,{export.sample}.nano,",
        "Operator Name,,",
        f"Time Captured,{captured},",
        f"Sample Description,{export.sample},",
        "Pre-treatment,,",
        f"Diluent,{_DILUENT},",
        f"Remarks,{SIMULATED},",
        ",,",
        "," * n,
        _row("Filename:", names),
        _row("Processed", ["Yes"] * n),
        "",
    ]


def _settings(export: NanoSightExport) -> list[str]:
    n = export.valid_tracks.size
    new = export.version == "3.4"
    temperatures = [f"{t:.3f}" for t in export.temperature_c]
    viscosities = [f"{v:.6f}" for v in export.viscosity_mpas]
    conditions: list[tuple[str, Sequence[str]]] = [
        ("Temperature/C", temperatures if new else [_plain(t) for t in temperatures]),
        ("Viscosity/cP", viscosities if new else [_plain(v) for v in viscosities]),
        ("Camera Type", ["sCMOS"] * n),
        ("Laser Type", ["Blue488"] * n),
        ("Camera Level", ["14"] * n),
        ("Slider Shutter", ["1259"] * n),
        ("Slider Gain", ["366"] * n),
        ("Shutter/ms", ["31.475000" if new else "31.48"] * n),
        ("Camera Histogram Upper Limit", ["6588"] * n),
        ("Camera Histogram Lower Limit", ["0"] * n),
        ("Frame rate/fps", ["24.982500" if new else "24.9825"] * n),
        ("Syringe Pump Speed/AU", ["50"] * n),
    ]
    settings: list[tuple[str, Sequence[str]]] = [
        ("Detection Threshold", ["5"] * n),
        ("Max Jump Mode", ["Auto"] * n),
        ("Max Jump Distance", [f"{13.0 + 0.1 * video:.4f}" for video in range(n)]),
        ("Blur", ["Auto"] * n),
        ("Min Track Length", ["Auto"] * n),
        ("First frame", ["0"] * n),
        ("Total frames analysed", [str(export.session.frames_count)] * n),
    ]
    gap, tail = ("," * (n + 1), "," * (n + 1)) if new else ("", "")
    rows = ["[Conditions]" + tail, *(_row(*pair) for pair in conditions), gap]
    rows += ["[Settings]" + tail, *(_row(*pair) for pair in settings), gap, "[Exclusion Regions]"]
    return [*rows, "No Exclusion Regions Used" + (tail if new else ","), ""]


def _results(export: NanoSightExport) -> list[str]:
    n, new = export.valid_tracks.size, export.version == "3.4"
    total = size_histogram(export).sum(axis=1)
    stated = export.stated_dilution_factor
    dilution = "Not recorded" if stated is None else _exponent(stated, export.version)
    no_average = ",," if new else ""
    end = "," if new else ""

    def averaged(key: str, values: FloatArray, decimals: int | None) -> str:
        shown = [*values.tolist(), *_average_and_error(values)]
        cells = [_exponent(v, export.version) if decimals is None else f"{v:.{decimals}f}" for v in shown]
        return f"{key},{','.join(cells)}{end}"

    drift = export.drift_pixels_per_frame
    return [
        "[Results]," + "," * n + "Average,Standard Error,",
        _row("Dilution factor (concentrations adjusted for this factor)", [dilution] * n) + no_average,
        averaged("Concentration (Particles / ml)", total, None),
        _row("Concentration Upgrade?", ["Yes"] * n) + no_average,
        averaged("Particles per frame", export.particles_per_frame, 1),
        averaged("Centres per frame", export.centres_per_frame, 1),
        _row("Completed tracks", [str(tracks) for tracks in export.completed_tracks]) + no_average,
        _row("X-Drift (pix/frame)", [f"{d:.1f}" for d in drift[:, 0]]) + no_average,
        _row("Y-Drift (pix/frame)", [f"{d:.1f}" for d in drift[:, 1]]) + no_average,
        "," * (n + 3) if new else "",
    ]


def _flags(export: NanoSightExport) -> list[str]:
    """Return the quality words; the thresholds of the words are this simulator's own."""
    n = export.valid_tracks.size
    tracks = export.completed_tracks.tolist()
    few = ["<100" if t < _VERY_FEW_TRACKS else "<200" if t < _FEW_TRACKS else "OK" for t in tracks]
    sparse = [p < _FEW_PARTICLES_PER_FRAME for p in export.particles_per_frame]
    pairs = zip(few, sparse, strict=True)
    low = ["Very low concentration" if f == "<100" else "Low concentration" if s else "OK" for f, s in pairs]
    warnings: list[tuple[str, Sequence[str]]] = [
        ("Validity of concentration measurement", ["OK"] * n),
        ("Completed Tracks", ["OK" if t else "No Data" for t in tracks]),
        ("Particles per frame", ["Too Low" if s else "OK" for s in sparse]),
        ("Noise level", ["No"] * n),
        ("Brightness", ["OK"] * n),
        ("Detection Threshold", ["OK"] * n),
        ("Camera Histogram Lower Limit", ["OK"] * n),
    ]
    information: list[tuple[str, Sequence[str]]] = [
        ("Completed Tracks", few),
        ("Concentration", low),
        ("Video length", ["OK"] * n),
        ("Noise level", ["No"] * n),
        ("Vibration detected", ["No"] * n),
        ("Vibration correction applied", ["No"] * n),
        ("Settings changed?", ["No"] * n),
        ("Errors (1)", [""] * n),
        ("Errors (2)", [""] * n),
    ]
    rows = ["[Concentration Warnings]", *(_row(*pair) for pair in warnings), "", "[Information]"]
    return [*rows, *(_row(*pair) for pair in information), ""]


def _blocks(export: NanoSightExport, all_blocks: bool) -> list[str]:
    n, new = export.valid_tracks.size, export.version == "3.4"
    end = "," if new else ""
    kinds = ("Size", "Diffusion") if all_blocks else ("Size",)
    weightings = tuple(_WEIGHTINGS) if all_blocks else ("Number",)
    rows = ["[Data Included]" + end]
    rows += [
        f"{k} distribution - {_WEIGHTINGS[w][0]} weighting - With Percentiles{end}" for k in kinds for w in weightings
    ]
    rows += [end]
    for kind in kinds:
        name = "Size" if kind == "Size" else "Diffusion Coefficient"
        rows += [f"[{name} Data]" + (",," if new else ""), "Analysis Method,FTLA,"]
        for weighting in weightings:
            rows += [*_block(export, kind, weighting), "," * (n + 1) if new else ""]
    return rows


def _block(export: NanoSightExport, kind: str, weighting: str) -> Iterable[str]:
    new = export.version == "3.4"
    end = "," if new else ""
    if kind == "Size":
        bins, width = size_histogram(export, weighting=weighting), SIZE_BIN_NM
        axis, quantity = "Bin centre (nm)", "Size (nm)"
    else:
        bins, width = diffusion_histogram(export, weighting=weighting), DIFFUSION_BIN_E4_NM2_PER_S
        axis, quantity = "Bin centre (E4 nm²/s)", "Diffusion Coefficient (E4 nm²/s)"
    _, column, average = _WEIGHTINGS[weighting]
    n = bins.shape[0]
    yield f"Weighting,{weighting},"
    yield f"Filename,{','.join(export.video_names)},Average,Standard Error{end}"
    summary = summarise(bins, width=width, version=export.version)
    percentiles = summary.percentiles
    named = {"Mean": summary.mean, "Mode": summary.mode, "SD": summary.sd}
    named |= {f"D{p}": percentiles[:, p] for p in (10, 50, 90)}
    for key, values in named.items():
        printed = np.round(values, 1)
        yield f"{key},{','.join(f'{v:.1f}' for v in [*printed, *_average_and_error(printed)])}{end}"
    yield _row("Valid Tracks", [f"{tracks:.1f}" for tracks in export.valid_tracks]) + (",," if new else "")
    yield "Graph Data" + end
    yield f"{axis},{'' if new else ' '}{','.join([column] * n)},{average},Standard Error{end}"
    errors = bins.std(axis=0, ddof=1) / np.sqrt(n)
    table = np.rint(np.column_stack([bins.T, bins.mean(axis=0), errors]))
    for number in range(BINS_COUNT):
        yield f"{(number + 0.5) * width:.1f},{','.join(f'{v:.0f}' for v in table[number].tolist())},"
    yield ""
    yield _row("Percentile", [quantity] * n)
    for p in range(101):
        yield _row(str(p), [f"{v:.1f}" for v in percentiles[:, p]])


def _row(key: str, cells: Sequence[str]) -> str:
    return f"{key},{','.join(cells)},"


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".")


def _exponent(value: float, version: str) -> str:
    mantissa, exponent = f"{value:.2e}".split("e")
    digits = 3 if version == "3.2" else 2
    return f"{mantissa}e{exponent[0]}{int(exponent[1:]):0{digits}d}"


def _average_and_error(values: FloatArray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))
