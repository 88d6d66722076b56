"""NanoSight `_AllTracks.csv`: one row a spot, one file a video."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.events import EventTable
from paracrine.payloads.size_distribution import FloatArray
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
    name="nanosight_tracks",
    title="NanoSight tracks (CSV, one row a spot)",
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
    "Frame",
    "X/pixels",
    "Y/pixels",
    "Ln(Adjusted intensity)/AU",
    INCLUDED,
)
_ENDING = "_AllTracks"
_OF_PARTICLE = ("diameter_nm", "diffusion_nm2_per_s", "included")


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is a table of spots."""
    cells = first_cells(source.first_line)
    if cells[:2] == list(_COLUMNS[:2]) and {"Frame", "X/pixels", "Y/pixels"} <= set(cells):
        return Sniffed(True, "columns Particle ID, Size/nm, Frame, X/pixels and Y/pixels")
    return Sniffed(False, "no columns Particle ID, Size/nm, Frame, X/pixels and Y/pixels")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read the one video.

    Raises:
        InputError: when a column or cell is missing, or the rows of one particle contradict each other.
    """
    table = read_particle_table(source.text, expected=_COLUMNS)
    columns = dict(table.columns)
    if table.included is not None:
        columns["included"] = table.included
    first = _first_rows(columns)
    chosen = columns["diameter_nm"][first]
    if table.included is not None:
        chosen = chosen[table.included[first] > 0]
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


def _first_rows(
    columns: dict[str, FloatArray],
) -> npt.NDArray[np.intp]:
    """Return the first row of each particle, after checking that its rows agree and no spot is doubled."""
    identity, frame = columns["particle_id"], columns["frame"]
    _, first, particle = np.unique(identity, return_index=True, return_inverse=True)
    for name in _OF_PARTICLE:
        if name in columns and np.any(columns[name] != columns[name][first][particle]):
            raise InputError("rows of one particle disagree", where=name, hint="columns were moved; export it again")
    if np.unique(np.stack((identity, frame)), axis=1).shape[1] < identity.size:
        raise InputError("a particle stands in one frame twice", where="Frame", hint="rows were doubled")
    return first
