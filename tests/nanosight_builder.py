"""NTA summary files in the documented layout, from bins typed in a test; the vendor's arithmetic is written out here.

Nothing is shared with the reader: percentiles go through `np.interp`, moments through `np.average`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from paracrine.readers.source import SourceFile

BUILDS = {
    "3.2": "NTA 3.2 Dev Build 3.2.16",
    "3.3": "NTA 3.3 - Sample Assistant Dev Build 3.3.203",
    "3.4": "NTA 3.4 Build 3.4.003",
}
SIZE_AXIS = np.arange(1000) + 0.5
DIFFUSION_AXIS = 4.0 * np.arange(1000) + 2.0


@dataclass
class Video:
    name: str
    bins: dict[int, int]
    dilution: str = "Not recorded"
    valid_tracks: float = 812.0
    changes: dict[str, str] = field(default_factory=dict)
    """Cells by key, such as `Noise level` or `Camera Level`."""

    @property
    def contents(self) -> np.ndarray:
        contents = np.zeros(1000)
        for index, count in self.bins.items():
            contents[index] = count
        return contents


FLAT = Video("run_00", dict.fromkeys(range(100, 200), 4_000_000))
"""D10, D50, D90 are 110, 150, 190 nm at upper edges, the mean is 150 nm."""
NARROW = Video("run_01", {90: 30_000_000, 91: 70_000_000, 92: 50_000_000}, valid_tracks=655.0)
EMPTY = Video("run_02", {}, valid_tracks=0.0, changes={"Total frames analysed": "0", "Completed Tracks": "<100"})


def build(
    *videos: Video,
    version: str = "3.4",
    weightings: tuple[str, ...] = ("Number",),
    diffusion: bool = False,
    title: str = "NTA Experiment Summary File",
    remarks: str = "",
    operator: str = "Jane Doe",
    sample: str = "batch 7",
) -> str:
    new = version != "3.2"
    head = [
        title,
        f"Created with {BUILDS.get(version, version)}",
        "",
        "[Experiment Details]",
        f"Software Version,{BUILDS.get(version, version)}",
        "Experiment Name,C:\\Users\\jdoe\\data\\run_.nano",
        f"Sample Description,{sample}" if new else f'Sample Name,"{sample}"',
        f"Operator Name,{operator}",
        "Time Captured,16:09:42  02/11/2021",
        "Diluent,PBS",
        f'Remarks,"{remarks}"',
        "",
        row("Filename:", [video.name for video in videos]),
        "",
    ]
    blocks = [("Size", weighting) for weighting in weightings]
    blocks += [("Diffusion", weighting) for weighting in weightings] if diffusion else []
    included = [
        f"{kind} distribution - {weighting.capitalize()} weighting - With Percentiles" for kind, weighting in blocks
    ]
    lines = [*head, *conditions(videos), *results(videos, version), *flags(videos), "[Data Included]", *included, ""]
    for index, (kind, weighting) in enumerate(blocks):
        if index == 0 or kind != blocks[index - 1][0]:
            lines += ["[Size Data]" if kind == "Size" else "[Diffusion Coefficient Data]", "Analysis Method,FTLA,"]
        lines += block(videos, kind, weighting, version)
    return "\n".join(lines) + "\n"


def row(key: str, cells: list[str]) -> str:
    return f"{key},{','.join(cells)},"


def conditions(videos: tuple[Video, ...]) -> list[str]:
    typed = {
        "[Conditions]": {
            "Temperature/C": "21.298",
            "Viscosity/cP": "0.969049",
            "Camera Type": "sCMOS",
            "Laser Type": "Blue488",
            "Camera Level": "14",
            "Frame rate/fps": "24.982500",
        },
        "[Settings]": {"Detection Threshold": "5", "Max Jump Distance": "14.1277", "Total frames analysed": "1498"},
    }
    lines = []
    for section, rows in typed.items():
        lines += [section, *(row(key, [v.changes.get(key, cell) for v in videos]) for key, cell in rows.items()), ""]
    return [*lines, "[Exclusion Regions]", "No Exclusion Regions Used", ""]


def results(videos: tuple[Video, ...], version: str) -> list[str]:
    totals = np.array([video.contents.sum() for video in videos])

    def exponent(value: float) -> str:
        mantissa, power = f"{value:.2e}".split("e")
        return f"{mantissa}e{power[0]}{int(power[1:]):0{3 if version == '3.2' else 2}d}"

    return [
        f"[Results],{',' * len(videos)}Average,Standard Error",
        row("Dilution factor (concentrations adjusted for this factor)", [video.dilution for video in videos]),
        row(
            "Concentration (Particles / ml)",
            [v.changes.get("printed concentration", exponent(t)) for v, t in zip(videos, totals, strict=True)]
            + [exponent(x) for x in average_and_error(totals)],
        ),
        row("Completed tracks", [f"{video.valid_tracks * 3:.0f}" for video in videos]),
        "",
    ]


def flags(videos: tuple[Video, ...]) -> list[str]:
    lines = []
    for section, rows in {
        "[Concentration Warnings]": {"Validity of concentration measurement": "OK", "Noise level": "No"},
        "[Information]": {
            "Completed Tracks": "OK",
            "Vibration detected": "No",
            "Vibration correction applied": "Yes",
            "Errors (1)": "",
        },
    }.items():
        lines += [section, *(row(key, [v.changes.get(key, cell) for v in videos]) for key, cell in rows.items()), ""]
    return lines


def average_and_error(values: np.ndarray) -> tuple[float, float]:
    error = values.std(ddof=1) / np.sqrt(values.size) if values.size > 1 else 0.0
    return float(values.mean()), float(error)


def block(videos: tuple[Video, ...], kind: str, weighting: str, version: str) -> list[str]:
    axis = SIZE_AXIS if kind == "Size" else DIFFUSION_AXIS
    bins = np.array([weighted(video.contents, weighting) for video in videos])
    quantity = {"Number": "Concentration (particles / ml)", "Surface Area": "Surface area conc. (nm² / ml)"}
    column = quantity.get(weighting, "Volume conc. (nm³ / ml)")
    unit = "nm" if kind == "Size" else "E4 nm²/s"
    summaries = [summarise(values, axis, version) for values in bins]
    lines = [f"Weighting,{weighting},", row("Filename", [*(v.name for v in videos), "Average", "Standard Error"])]
    for key in ("Mean", "Mode", "SD", "D10", "D50", "D90"):
        printed = [f"{summary[key]:.1f}" for summary in summaries]
        aggregates = average_and_error(np.array([float(cell) for cell in printed]))
        lines.append(row(key, [*printed, *(f"{x:.1f}" for x in aggregates)]))
    lines += [row("Valid Tracks", [f"{video.valid_tracks:.1f}" for video in videos]), "Graph Data"]
    lines.append(row(f"Bin centre ({unit})", [*[column] * len(videos), "Concentration average", "Standard Error"]))
    averages = np.array([average_and_error(values) for values in bins.T])
    for x, values, aggregates in zip(axis, bins.T, averages, strict=True):
        lines.append(row(f"{x:.1f}", [f"{v:.0f}" for v in (*values, *aggregates)]))
    lines += ["", row("Percentile", [f"Size ({unit})"] * len(videos))]
    lines += [row(f"{p}", [f"{summary['percentiles'][p]:.1f}" for summary in summaries]) for p in range(101)]
    return [*lines, ""]


def weighted(contents: np.ndarray, weighting: str) -> np.ndarray:
    lower = np.arange(1000)
    factor = {"Number": np.ones(1000), "Surface Area": np.pi * lower**2, "Volume": np.pi / 6 * lower**3.0}[weighting]
    return np.rint(contents * factor)


def summarise(bins: np.ndarray, axis: np.ndarray, version: str) -> dict:
    if not bins.any():
        return dict.fromkeys(("Mean", "Mode", "SD", "D10", "D50", "D90"), 0.0) | {"percentiles": [0.0] * 101}
    step = axis[1] - axis[0]
    mean = np.average(axis, weights=bins)
    shift = step if version == "3.2" else 0.0
    filled = np.flatnonzero(bins)
    inside = slice(filled[0], filled[-1] + 2)
    cumulative = np.concatenate(([0.0], np.cumsum(bins))) / bins.sum()
    edges = np.append(axis - step / 2, axis[-1] + step / 2)
    percentiles = np.interp(np.arange(101) / 100, cumulative[inside], edges[inside]) - shift
    return {
        "Mean": mean,
        "Mode": axis[bins.argmax()] + 0.3 * step,
        "SD": np.sqrt(np.average((axis - mean) ** 2, weights=bins)),
        "D10": percentiles[10],
        "D50": percentiles[50],
        "D90": percentiles[90],
        "percentiles": percentiles,
    }


def save(
    folder: Path,
    text: str,
    *,
    name: str = "run_-ExperimentSummary.csv",
    encoding: str = "cp1252",
    line_end: str = "\r\n",
) -> SourceFile:
    path = folder / name
    path.write_bytes(text.replace("\n", line_end).encode(encoding))
    return SourceFile(path)


def resave(text: str, *, delimiter: str, decimal: str) -> str:
    """Save again as a spreadsheet does: rows padded to the widest, exponents written out, trailing zeros gone."""
    rows = [line.split(",") for line in text.rstrip("\n").replace('"', "").split("\n")]
    width = max(map(len, rows))
    lines = []
    for cells in rows:
        shown = [spreadsheet_cell(cell, decimal) for cell in cells] + [""] * (width - len(cells))
        lines.append(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in shown))
    return "\n".join(lines) + "\n"


def spreadsheet_cell(cell: str, decimal: str) -> str:
    try:
        value = float(cell)
    except ValueError:
        return cell
    return f"{value:.12g}".replace(".", decimal) if abs(value) < 1e11 else f"{value:.0f}"
