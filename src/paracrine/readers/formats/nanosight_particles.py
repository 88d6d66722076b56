"""NanoSight `_ParticleData.csv`: one row a track, one file a video."""

from __future__ import annotations

import re

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.events import EventTable
from paracrine.readers.draft import draft_notices
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.nanosight.particle_table import (
    INCLUDED,
    first_cells,
    inclusion_notices,
    read_particle_table,
    video_name,
)
from paracrine.readers.single_particles import count_diameters
from paracrine.readers.source import SourceFile

FORMAT = Format(
    name="nanosight_particles",
    title="NanoSight particle data (CSV, one row a track)",
    technique=Technique.NTA,
    version="1",
    maturity=Maturity.DRAFT,
    suffixes=(".csv",),
    samples=("none",),
    known_limits="sizes of single tracks, before the fit that makes the instrument's own distribution",
    open_ended=True,
)
_COLUMNS = (
    "Particle ID",
    "Size/nm",
    "Diffusion coefficient/nm^2 s^-1",
    "Ln(Adjusted intensity)/AU",
    "Start frame",
    "Tracklength",
    INCLUDED,
)
_ENDING = "_ParticleData"
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is a table of tracks."""
    cells = first_cells(source.first_line)
    if cells[:2] == list(_COLUMNS[:2]) and "Tracklength" in cells:
        return Sniffed(True, "columns Particle ID, Size/nm and Tracklength")
    if _ENDING.lower() in source.name.lower() and len(cells) in (6, 7) and all(map(_NUMBER.fullmatch, cells[:6])):
        return Sniffed(True, f"file name holds {_ENDING} and the first line six numbers")
    return Sniffed(False, "no columns Particle ID, Size/nm and Tracklength")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read the one video.

    Raises:
        InputError: when a column or cell is missing or the last line does not end.
    """
    table = read_particle_table(source.text, expected=_COLUMNS)
    identity = table.columns["particle_id"]
    if np.unique(identity).size < identity.size:
        raise InputError(
            "a particle stands there twice", where="Particle ID", hint="rows were doubled; export it again"
        )
    columns = dict(table.columns)
    chosen = columns["diameter_nm"]
    if table.included is not None:
        columns["included"] = table.included
        chosen = chosen[table.included > 0]
    return (
        Run(
            source=source.ref(locator="all rows", reader=FORMAT.name, reader_version=FORMAT.version),
            name=video_name(source.name, _ENDING),
            technique=Technique.NTA,
            instrument="NanoSight",
            payloads=(EventTable(columns), count_diameters(chosen, kind=DiameterKind.HYDRODYNAMIC)),
            maturity=Maturity.DRAFT,
            unread=table.unread,
            notices=(*draft_notices(FORMAT), *inclusion_notices(table, chosen.size)),
        ),
    )
