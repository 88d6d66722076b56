"""NanoSight NTA ExperimentSummary CSV: one run a video."""

from __future__ import annotations

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.notice import Notice
from paracrine.core.product import DilutionBy
from paracrine.core.run import Maturity, Payload, Run, Technique
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.payloads.trace import Trace
from paracrine.readers.decoding.text import decode, is_missing
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.nanosight.doubts import (
    averages_differ,
    combined_experiment,
    dilution_not_stated,
    empty_video,
    flag_notices,
    mixed_settings,
    percentile_rows_differ,
    population_cut,
    summary_differs,
)
from paracrine.readers.nanosight.fields import read_fields
from paracrine.readers.nanosight.layout import SIGNATURES, Document, read_document
from paracrine.readers.nanosight.printed import (
    DIFFUSION_SCALE,
    BlockNumbers,
    read_blocks,
    read_concentration,
    rederived_numbers,
    vendor_numbers,
)
from paracrine.readers.source import SourceFile

FORMAT = Format(
    name="nanosight_summary",
    title="NanoSight NTA experiment summary (CSV)",
    technique=Technique.NTA,
    version="1",
    maturity=Maturity.TESTED,
    maturity_by_version=(
        ("NTA 3.2", Maturity.TESTED),
        ("NTA 3.3", Maturity.CANDIDATE),
        ("NTA 3.4", Maturity.TESTED),
        ("semicolon or decimal comma re-save", Maturity.CANDIDATE),
        ("single analysis summary", Maturity.DRAFT),
        ("other NTA versions", Maturity.DRAFT),
    ),
    suffixes=(".csv",),
    samples=(
        "tidyNano/beads.csv",
        "tidyNano/beads2.csv",
        "Alteromonas_MVs/AD45_F3 2021-11-02 16-09-42-ExperimentSummary.csv",
        "Alteromonas_MVs/AD_12h_A_LS 2020-10-27 11-15-54-ExperimentSummary.csv",
        "Alteromonas_MVs/HOT1A3_F3 2021-11-02 14-09-41-ExperimentSummary.csv",
        "nguyens7-Experiments/NA_GD14_Pexo_-ExperimentSummary.csv",
        "nguyens7-Experiments/PBS_LPS_-ExperimentSummary.csv",
        "nguyens7-Experiments/tidyNano-ExperimentSummary.csv",
    ),
    known_limits="histograms of 1000 bins only, as NTA 3.2 to 3.4 write them; exclusion regions are kept as text",
)
_EXPERIMENT, _SINGLE = SIGNATURES
_TESTED = frozenset({"3.2", "3.4"})
_CANDIDATE = frozenset({"3.3"})
_CONTENTS_UNIT = {"number": "1/mL", "area": "nm2/mL", "volume": "nm3/mL"}


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is an NTA summary."""
    first = source.head_text.lstrip("\n").partition("\n")[0].strip('",;\t ')
    if first in SIGNATURES:
        return Sniffed(True, f"first cell is {first!r}")
    if first.startswith("particle_size"):
        return Sniffed(
            False,
            "this is a table trimmed by hand from an NTA export (first column particle_size): counts, settings and "
            "flags are gone; give the ExperimentSummary file as the instrument wrote it",
        )
    return Sniffed(False, f"first cell is not {_EXPERIMENT!r}")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read every video.

    Raises:
        InputError: when a section or table is missing, broken or contradicts another.
    """
    document = read_document(decode(source.data, where=source.name))
    numbers = read_blocks(document)
    concentration = read_concentration(document)
    if concentration is None:
        raise InputError("the concentration row is missing", where="[Results]", hint="export the file again")
    fields = read_fields(document)
    flags = flag_notices(document)
    maturity, of_version = _maturity(document)
    of_file = (
        *of_version,
        *mixed_settings(document),
        *combined_experiment(document),
        *averages_differ(numbers, concentration),
        *fields.notices,
    )
    payloads = _payloads(numbers)
    runs = []
    for video, name in enumerate(fields.names):
        settings = fields.settings[video]
        factor = fields.dilution_factors[video]
        runs.append(
            Run(
                source=source.ref(
                    locator=f"video column {video + 1}", reader=FORMAT.name, reader_version=FORMAT.version
                ),
                name=name,
                technique=Technique.NTA,
                instrument=_instrument(settings),
                software=document.created_with.removeprefix("Created with "),
                measured_at=fields.measured_at,
                settings=settings,
                payloads=payloads[video],
                vendor=tuple(vendor_numbers(numbers, concentration, video)),
                rederived=tuple(rederived_numbers(numbers, concentration, video)),
                dilution_factor=factor,
                dilution_by=DilutionBy.UNKNOWN if factor is None else DilutionBy.INSTRUMENT,
                sample_hint=fields.sample_hints[video],
                maturity=maturity,
                unread=fields.unread,
                notices=(
                    *flags[video],
                    *dilution_not_stated(factor is not None),
                    *empty_video(numbers, settings.get("Settings / Total frames analysed", ""), video),
                    *population_cut(numbers, video),
                    *summary_differs(numbers, concentration, video),
                    *percentile_rows_differ(numbers, video),
                    *of_file,
                ),
            )
        )
    return tuple(runs)


def _payloads(numbers: list[BlockNumbers]) -> list[tuple[Payload, ...]]:
    """Return the payloads of each video: distributions first, diffusion as traces behind them."""
    per_video: list[list[Payload]] = [[] for _ in range(numbers[0].block.videos_count)]
    for item in numbers:
        block, axis = item.block, item.block.values[:, 0].copy()
        columns = np.ascontiguousarray(block.contents.T)
        unit = _CONTENTS_UNIT[block.weighting]
        edges = np.append(axis - 0.5, axis[-1] + 0.5)
        measurand = Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting(block.weighting))
        tracks = item.printed["Valid Tracks"].values if "Valid Tracks" in item.printed else None
        for video, payloads in enumerate(per_video):
            if block.domain == "size":
                counted = tracks[video] if tracks else None
                payloads.append(SizeDistribution(edges, columns[video], unit, measurand, counted))
            else:
                name = f"diffusion distribution by {block.weighting}"
                payloads.append(Trace(name, axis * DIFFUSION_SCALE, "nm2/s", columns[video], unit))
    return [tuple(payloads) for payloads in per_video]


def _instrument(settings: dict[str, str]) -> str:
    parts = [settings.get(f"Conditions / {key}", "") for key in ("Camera Type", "Laser Type")]
    known = ", ".join(part for part in parts if not is_missing(part))
    return f"NanoSight ({known})" if known else "NanoSight"


def _maturity(document: Document) -> tuple[Maturity, tuple[Notice, ...]]:
    version = document.software_version
    if document.title == _SINGLE or version not in _CANDIDATE | _TESTED:
        what = "single analysis summaries" if document.title == _SINGLE else f"files of {version or 'this version'}"
        return Maturity.DRAFT, (
            Notice(
                code="draft-reader",
                message=f"the reader of {what} was never held against a real file",
                action="compare with the instrument's report, and send a sample file",
            ),
        )
    saved_again = document.decimal == "," or document.delimiter != ","
    return (Maturity.TESTED if version in _TESTED and not saved_again else Maturity.CANDIDATE), ()
