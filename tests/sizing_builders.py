"""Builders of small export files in the documented layouts of ZetaView; numbers are typed, not measured."""

from __future__ import annotations

import math
from pathlib import Path

from paracrine.readers.source import SourceFile

ZETAVIEW_COLUMNS = "Size / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2"
SENTINEL = "-1.000E+0\t-1.000E+0\t-1.000E+0\t-1.000E+0\t0.000E+0"


def save(folder: Path, name: str, content: str | bytes, *, encoding: str = "cp1252") -> SourceFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return SourceFile(path)


def exponent(value: float, decimals: int = 3) -> str:
    """Print like the instrument: one digit, decimals, `E+0` without leading zeros."""
    mantissa, power = f"{value:.{decimals}e}".split("e")
    return f"{mantissa}E{int(power):+d}"


def zetaview_header(
    *,
    version: str = "8.05.16 SP3",
    traces: int | None,
    medians: tuple[float, float, float],
    dilution: float | None = 250.0,
    kind: str = "Size Distribution",
    changes: dict[str, str] | None = None,
) -> list[str]:
    old = version.startswith("8.05.14")
    lines = [
        r"Original File:	C:\Jane Doe\run7_size_488.avi	Section:	0.1 [0]",
        "Operator:\tJane Doe",
        "Experiment:\trun7",
        f"{'ZetaVIEW' if old else 'ZetaView'} S/N:\t21-555",
        f"Software:\tZetaView (version {version})\tAnalyze:\t{version}",
        "SOP:\tC:\\Users\\jdoe\\EV standard.sop",
        "Sample:\tB-017",
        "Electrolyte:\tPBS",
        "pH:\t7.000000\tentered",
        "Conductivity: 14912.000000\tsensed",
        "Temperature:\t23.500000\tsensed",
        "Viscosity:\t0.930000",
        "Date:\t2024-05-06",
        "Time:\t10:31:11",
        *(f"Sample {'Remarks' if old else 'Info '}{index}:" for index in (0, 1, 2)),
        "Scattering Intensity:\t33.000000",
        "Detected Particles:\t120",
        "Particle Drift Checked:\t2024-05-06 09:00:00",
        "Particle Drift Check Result:\tGood",
        "Cell Checked:\t2024-05-06 08:47:06",
        "Cell Check Result:\tVery Good",
        f"Type of Measurement:\t{kind}",
        "Image Evaluation:",
        "Minimum Brightness:\t30",
        f"Camera Trigger Duration {'mus' if old else 'µs'}:\tShutter Duration",
        "Laser Wavelength nm:\t488.000000",
        "Filter Wavelength nm:\tScatter",
        "actual Microscope:\t-118322\t(Pos\t0.100001)",
        "Cell parameter:",
        "Micrometer per Pixel:\t0.714000",
    ]
    if traces is not None:
        per_frame = "Average Number of Particles:\t118.500000"
        diluted = "" if dilution is None else f"\tDilution::\t{dilution:f}"
        lines.insert(24, f"Number of Traces:\t{traces}\t(at 0.100000)\t{per_frame}{diluted}")
        lines += [
            "Results (Pos 0.100001):",
            f"Median Number (D50):\t{medians[0]:f}",
            f"Median Concentration (D50):\t{medians[1]:f}",
            f"Median Volume (D50):\t{medians[2]:f}",
        ]
    for key, value in (changes or {}).items():
        lines = [line for line in lines if not line.startswith(f"{key}:")]
        lines.insert(10, f"{key}:\t{value}")
    return lines


def zetaview_table(counts: dict[int, int], *, per_trace: float = 4.0e4) -> list[str]:
    """Print both blocks; `counts` maps the bin number of the linear block to counted particles."""

    def row(size: float, count: int) -> str:
        cells = (size, count, count * per_trace, count * math.pi / 6 * size**3, count * math.pi / 4 * size**2)
        return "\t".join(exponent(cell) for cell in cells)

    linear = [row(2.5 + 5 * index, counts.get(index, 0)) for index in range(1200)]
    ratio = (6025 / 4.683) ** (1 / 199)
    logarithmic = dict.fromkeys(range(200), 0)
    for index, count in counts.items():
        logarithmic[min(199, max(0, round(math.log((2.5 + 5 * index) / 4.683, ratio))))] += count
    return [*linear, SENTINEL, *(row(4.683 * ratio**index, count) for index, count in logarithmic.items())]


def zetaview_size_text(
    counts: dict[int, int],
    *,
    medians: tuple[float, float, float],
    decimal: str = ".",
    newline: str = "\r\n",
    aborted: bool = False,
    **header: object,
) -> str:
    """Write a whole size export."""
    header.setdefault("traces", sum(counts.values()))
    table = [SENTINEL] if aborted else zetaview_table(counts)
    lines = [*zetaview_header(medians=medians, **header), "Size Distribution", ZETAVIEW_COLUMNS, *table]  # type: ignore[arg-type]
    text = newline.join(lines) + newline
    if decimal == ",":
        keep = ("version ", ".avi", ".sop")
        text = newline.join(
            line if any(word in line for word in keep) else line.replace(".", ",") for line in text.split(newline)
        )
    return text


def nano_text(*tables: list[tuple[str, list[str]]], newline: str = "\r\n") -> str:
    """Write Zetasizer Nano tables: each column is a header and one cell a row."""
    lines: list[str] = []
    for columns in tables:
        lines.append("\t".join(name for name, _ in columns))
        rows = len(columns[0][1])
        lines += ["\t".join(cells[row] for _, cells in columns) for row in range(rows)]
    return newline.join(lines) + newline


def nano_array(base: str, unit: str, *rows: list[str]) -> list[tuple[str, list[str]]]:
    """Expand one array into indexed columns."""
    suffix = f" ({unit})" if unit else ""
    return [(f"{base}[{index + 1}]{suffix}", [row[index] for row in rows]) for index in range(len(rows[0]))]


NANO_SIZES = ["50.00", "60.00", "72.00", "86.40"]


def nano_size_table(**changes: list[str]) -> list[tuple[str, list[str]]]:
    """Two size measurements of one sample: 4 classes, ratio 1.2, intensities 10/40/40/10 and 20/30/40/10 %."""
    columns: dict[str, list[str]] = {
        "Type": ["Size", "Size"],
        "Sample Name": ["B-017 1", "B-017 2"],
        "S/W Version": ["8.02", "8.02"],
        "Serial Number": ["MAL1", "MAL1"],
        "Measurement Date and Time": ["Friday, 28 March 2025 14:59:57", "06 March 2026 17:46:34"],
        "SOP User ID": ["jdoe", "jdoe"],
        "SOP File Path": [r"C:\Users\jdoe\ev.sop", r"C:\Users\jdoe\ev.sop"],
        "T (°C)": ["25.0", "25.1"],
        **changes,
    }
    return [
        *columns.items(),
        *nano_array("Sizes", "d.nm", NANO_SIZES, NANO_SIZES),
        *nano_array("Intensities", "Percent", ["10.0", "40.0", "40.0", "10.0"], ["20.0", "30.0", "40.0", "10.0"]),
    ]
