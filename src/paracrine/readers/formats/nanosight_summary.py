"""NanoSight NTA ExperimentSummary CSV: one run a video."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.notice import Notice
from paracrine.core.product import DilutionBy
from paracrine.core.run import Maturity, Payload, Run, Technique
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.payloads.trace import Trace
from paracrine.readers.decoding.text import is_missing
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.nanosight.contradictions import add_contradictions, averages_differ
from paracrine.readers.nanosight.doubts import (
    add_empty_videos,
    add_flags,
    add_population_cut,
    combined_experiment,
    dilution_not_stated,
    empties_in_averages,
    mixed_settings,
)
from paracrine.readers.nanosight.fields import read_fields
from paracrine.readers.nanosight.layout import SIGNATURES, Document, read_document
from paracrine.readers.nanosight.printed import (
    DIFFUSION_SCALE,
    BlockNumbers,
    Printed,
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
    references=("sample files of nguyens7/tidyNano (MIT), nguyens7/Experiments, edfadeev/Alteromonas_MVs",),
    known_limits="histograms of 1000 bins only, as NTA 3.2 to 3.4 write them; exclusion regions are kept as text",
)
_EXPERIMENT, _SINGLE = SIGNATURES
_TESTED = frozenset({"3.2", "3.4"})
_CANDIDATE = frozenset({"3.3"})
_CONTENTS_UNIT = {"number": "1/mL", "area": "nm2/mL", "volume": "nm3/mL"}


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is an NTA summary."""
    first = source.first_line.strip('",;\t ')
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
    document = read_document(source.text)
    numbers, concentration, fields = read_blocks(document), read_concentration(document), read_fields(document)
    maturity = _maturity(document)
    notices = _notices(document, numbers, concentration)
    vendor, rederived = vendor_numbers(numbers, concentration), rederived_numbers(numbers, document.videos_count)
    payloads = _payloads(numbers)
    return tuple(
        Run(
            source=source.ref(locator=f"video column {video + 1}", reader=FORMAT.name, reader_version=FORMAT.version),
            name=name,
            technique=Technique.NTA,
            instrument=_instrument(fields.settings[video]),
            software=document.created_with.removeprefix("Created with "),
            measured_at=fields.measured_at,
            settings=fields.settings[video],
            payloads=payloads[video],
            vendor=tuple(vendor[video]),
            rederived=tuple(rederived[video]),
            dilution_factor=factor,
            dilution_by=DilutionBy.UNKNOWN if factor is None else DilutionBy.INSTRUMENT,
            sample_hint=fields.sample_hints[video],
            maturity=maturity,
            unread=fields.unread,
            notices=(*notices[video], *fields.notices, *((dilution_not_stated(),) if factor is None else ())),
        )
        for video, (name, factor) in enumerate(zip(fields.names, fields.dilution_factors, strict=True))
    )


def _notices(document: Document, numbers: list[BlockNumbers], concentration: Printed) -> list[list[Notice]]:
    """Return the doubts about each video, with those about the whole file behind them."""
    per_video: list[list[Notice]] = [[] for _ in range(document.videos_count)]
    add_flags(document, per_video)
    add_empty_videos(document, numbers, per_video)
    add_population_cut(numbers, per_video)
    add_contradictions(numbers, concentration, per_video)
    of_file = [
        *mixed_settings(document),
        *combined_experiment(document),
        *empties_in_averages(numbers, concentration),
        *averages_differ(numbers),
        *_draft(document),
    ]
    for notices in per_video:
        notices += of_file
    return per_video


def _payloads(numbers: list[BlockNumbers]) -> list[tuple[Payload, ...]]:
    """Return the payloads of each video: distributions first, diffusion as traces behind them."""
    per_video: list[list[Payload]] = [[] for _ in range(numbers[0].block.videos_count)]
    for item in numbers:
        block, axis = item.block, item.block.axis
        unit = _CONTENTS_UNIT[block.weighting]
        edges = np.append(axis - 0.5, axis[-1] + 0.5)
        measurand = Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting(block.weighting))
        tracks = item.printed["Valid Tracks"].values
        for video, payloads in enumerate(per_video):
            if block.domain == "size":
                counted = None if math.isnan(tracks[video]) else tracks[video]
                payloads.append(SizeDistribution(edges, block.contents[video], unit, measurand, counted))
            else:
                name = f"diffusion distribution by {block.weighting}"
                payloads.append(Trace(name, axis * DIFFUSION_SCALE, "nm2/s", block.contents[video], unit))
    return [tuple(payloads) for payloads in per_video]


def _instrument(settings: dict[str, str]) -> str:
    parts = [settings.get(f"Conditions / {key}", "") for key in ("Camera Type", "Laser Type")]
    known = ", ".join(part for part in parts if not is_missing(part))
    return f"NanoSight ({known})" if known else "NanoSight"


def _maturity(document: Document) -> Maturity:
    version = document.software_version
    if document.title == _SINGLE or version not in _TESTED | _CANDIDATE:
        return Maturity.DRAFT
    saved_again = document.decimal == "," or document.delimiter != ","
    return Maturity.TESTED if version in _TESTED and not saved_again else Maturity.CANDIDATE


def _draft(document: Document) -> Iterator[Notice]:
    if _maturity(document) is Maturity.DRAFT:
        what = f"{document.title}, {document.created_with or 'version not stated'}"
        yield Notice(
            code="draft-reader",
            message=f"no real file of this kind was ever held against the reader ({what})",
            action="compare with the instrument's own report, and send a sample file",
        )
