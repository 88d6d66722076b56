"""ZetaView table of the 11 positions of one measurement (`*_11pos.txt`)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paracrine.core.notice import Notice, Severity
from paracrine.core.product import DilutionBy
from paracrine.core.run import Maturity, Payload, Run, Technique, VendorNumber
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.trace import Trace
from paracrine.readers.decoding.text import decode
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.source import SourceFile
from paracrine.readers.zetaview.header import split_cells
from paracrine.readers.zetaview.positions import NO_TRACE_X50_NM, PositionTable, is_header, read_positions

FORMAT = Format(
    name="zetaview_positions",
    title="ZetaView 11-position table",
    technique=Technique.NTA,
    version="1",
    maturity=Maturity.CANDIDATE,
    suffixes=(".txt",),
    samples=("none",),
    known_limits="built from a description of the layout; the size distribution stands in the size export",
)
_UNITS = {
    "concentration_per_ml": "1/mL",
    "diameter_d50_nm": "nm",
    "particles_per_frame": "1/frame",
    "drift_um_per_s": "um/s",
}
_FEW_POSITIONS = 8


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is an 11-position table."""
    lines = source.head_text[:4000].split("\n") if "Mean Int" in source.head_text[:4000] else []
    if any(is_header(split_cells(line)) for line in lines):
        return Sniffed(True, "columns Use, Position, Mean Int.")
    return Sniffed(False, "no columns Use, Position, Mean Int.")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read the one measurement of the file.

    Raises:
        InputError: when the table is truncated or changed.
    """
    text = decode(source.data, where=source.name)
    table = read_positions([split_cells(line) for line in text.split("\n")], where=source.name)
    used = np.array(table.used)
    rederived = tuple(_rederive(table, used))
    dilution = _dilution(table)
    run = Run(
        source=source.ref(locator="used positions", reader=FORMAT.name, reader_version=FORMAT.version),
        name=source.path.stem,
        technique=Technique.NTA,
        instrument="Particle Metrix ZetaView",
        settings={"Positions / used": f"{int(used.sum())} of {used.size}"},
        payloads=tuple(_payloads(table, used)),
        vendor=tuple(
            VendorNumber(name, table.mean[name][0], unit, f"row Mean, {name}", table.mean[name][1])
            for name, unit in _UNITS.items()
            if name in table.mean and used.any()
        ),
        rederived=rederived,
        dilution_factor=dilution,
        dilution_by=DilutionBy.UNKNOWN if dilution is None else DilutionBy.PARACRINE,
        maturity=Maturity.CANDIDATE,
        unread={"Positions / removal": "; ".join(table.removal)},
        notices=tuple(_judge(table, used, dilution)),
    )
    return (run,)


def _payloads(table: PositionTable, used: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Iterator[Payload]:
    if used.any():
        means = {name: float(table.columns[name][used].mean()) for name in _UNITS if name in table.columns}
        units = {name: unit for name, unit in _UNITS.items() if name in means}
    else:
        means, units = {"concentration_per_ml": 0.0}, {"concentration_per_ml": "1/mL"}
    yield Scalars(means, units, origin="mean over the used positions")
    for name in ("concentration_per_ml", "diameter_d50_nm"):
        values = table.columns[name].copy()
        if name == "diameter_d50_nm":
            values[values == NO_TRACE_X50_NM] = np.nan
        yield Trace(name, table.columns["position"], "1", values, _UNITS[name])


def _rederive(table: PositionTable, used: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Iterator[VendorNumber]:
    if used.any():
        for name, unit in _UNITS.items():
            if name in table.columns:
                yield VendorNumber(name, float(table.columns[name][used].mean()), unit, "mean over the used positions")


def _dilution(table: PositionTable) -> float | None:
    """Return what turns the measured into the original concentration, where both columns state it."""
    measured, original = table.columns["concentration_per_ml"], table.columns["original_concentration_per_ml"]
    both = (measured > 0) & (original > 0)
    if not both.any():
        return None
    factor = float(original[both].sum() / measured[both].sum())
    return float(f"{factor:.3g}")


def _judge(
    table: PositionTable, used: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], dilution: float | None
) -> Iterator[Notice]:
    removed = [reason for reason, kept in zip(table.removal, table.used, strict=True) if not kept]
    if not used.any():
        yield Notice(
            code="all-positions-removed",
            message="the instrument removed every position: no particle counts, and no size",
            severity=Severity.SERIOUS,
            action="measure a less diluted sample",
        )
    elif removed:
        words = ", ".join(sorted({reason or "no reason stated" for reason in removed}))
        yield Notice(
            code="positions-removed",
            message=f"the instrument removed {len(removed)} of {used.size} positions ({words})",
            severity=Severity.CAUTION if int(used.sum()) < _FEW_POSITIONS else Severity.NOTE,
            action="look at the positions before using the mean",
        )
    if dilution is not None:
        yield Notice(
            code="dilution-from-two-columns",
            message=f"the factor {dilution:g} between measured and original concentration is taken as the dilution",
            severity=Severity.NOTE,
        )
    yield from _judge_summary(table, used)


def _judge_summary(table: PositionTable, used: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Iterator[Notice]:
    if int(used.sum()) < 2:
        return
    for name in table.mean.keys() & table.columns.keys():
        values = table.columns[name][used]
        for label, (printed, rounding), ours in (
            ("mean", table.mean[name], float(values.mean())),
            ("SD", table.deviation.get(name, (np.nan, 0.0)), float(values.std(ddof=1))),
        ):
            if abs(ours - printed) > 2 * rounding + 2e-3 * abs(printed):
                yield Notice(
                    code="vendor-summary-differs",
                    message=f"the file prints a {label} of {printed:g} for {name}, its used positions give {ours:.4g}",
                    concerns=name,
                    action="use the original export",
                )
