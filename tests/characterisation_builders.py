"""Builders of runs, samples and requests for characterisation tests; numbers are typed, not measured."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from paracrine.characterization.request import BatchRequest, RunUse
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.measurement import Measurement
from paracrine.core.plan import StudyPlan
from paracrine.core.product import Batch, DilutionBy, Product, Role, Sample
from paracrine.core.provenance import SourceRef
from paracrine.core.run import Run, Technique
from paracrine.payloads.plate import Plate
from paracrine.payloads.size_distribution import SizeDistribution

NUMBER = Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER)
EDGES_NM = np.arange(0.0, 1001.0)


def make_source(name: str) -> SourceRef:
    return SourceRef(name=name, sha256=hashlib.sha256(name.encode()).hexdigest(), reader="typed", reader_version="1")


def make_distribution(contents: Sequence[float] | np.ndarray, *, tracks: float | None = None, **changes: object):
    values = np.asarray(contents, dtype=np.float64)
    fields: dict[str, object] = {"contents_unit": "1/mL", "measurand": NUMBER, "tracks_count": tracks}
    edges = np.arange(values.size + 1.0)
    return SizeDistribution(**{"edges_nm": edges, "contents": values, **fields, **changes})


def make_run(
    name: str,
    concentration_per_ml: float,
    *,
    tracks: float | None = 2000.0,
    centre_nm: float = 120.0,
    width_nm: float = 30.0,
    file: str = "one.csv",
    dilution_factor: float | None = None,
    dilution_by: DilutionBy = DilutionBy.UNKNOWN,
    **changes: object,
) -> Run:
    """Make an NTA run whose bins are a bell of the given total."""
    centres = (EDGES_NM[1:] + EDGES_NM[:-1]) / 2
    bell = np.exp(-(((centres - centre_nm) / width_nm) ** 2) / 2)
    contents = bell / bell.sum() * concentration_per_ml
    fields: dict[str, object] = {
        "source": make_source(file),
        "name": name,
        "technique": Technique.NTA,
        "instrument": "typed instrument",
        "payloads": (make_distribution(contents, tracks=tracks),),
        "dilution_factor": dilution_factor,
        "dilution_by": dilution_by,
    }
    return Run(**{**fields, **changes})


def make_videos(values: Sequence[float], **changes: object) -> list[Run]:
    return [make_run(f"video {index}", value, **changes) for index, value in enumerate(values, 1)]


def make_request(
    runs: dict[Sample, Sequence[Run]],
    *,
    batch: Batch | None = None,
    excluded: dict[str, str] | None = None,
    external: tuple[Measurement, ...] = (),
    plates: Sequence[Run] = (),
    replicate_by_file: bool = True,
) -> BatchRequest:
    """Make a request; `excluded` maps run names to reasons."""
    made = batch or Batch(name="B-017", product="EV product")
    gone = excluded or {}
    plan = StudyPlan(title="typed", product=Product(name="EV product"), batches=(made,), samples=tuple(runs))
    uses = [
        RunUse(
            run=run,
            sample=sample.name,
            technical_replicate=run.source.name if replicate_by_file else "",
            included=run.name not in gone,
            reason=gone.get(run.name, ""),
        )
        for sample, own in runs.items()
        for run in own
    ]
    uses += [RunUse(run=run, sample="") for run in plates]
    return BatchRequest(plan, made, tuple(runs), tuple(uses), external, "0.0-test")


def make_sample(name: str = "EV", **changes: object) -> Sample:
    fields: dict[str, object] = {"batch": "B-017", "role": Role.PRODUCT}
    return Sample(**{"name": name, **fields, **changes})


def only(measurements: Sequence[Measurement], attribute: str, sample: str | None = None) -> Measurement:
    found = [m for m in measurements if m.attribute == attribute and sample in (None, m.sample)]
    assert len(found) == 1, [(m.attribute, m.sample) for m in found]
    return found[0]


def codes(measurement: Measurement) -> set[str]:
    return {notice.code for notice in measurement.notices}


def make_plate_run(wells: dict[str, tuple[str, float, str, float]], *, name: str = "plate 1") -> Run:
    """Make a plate from well -> (role, reading, sample name, known amount of a standard or dilution of a sample)."""
    shape = (8, 12)
    readings, amounts, dilutions = (np.full(shape, np.nan) for _ in range(3))
    roles, names = np.full(shape, "", dtype="<U12"), np.full(shape, "", dtype="<U40")
    for well, (role, reading, sample, number) in wells.items():
        place = "ABCDEFGH".index(well[0]), int(well[1:]) - 1
        readings[place], roles[place], names[place] = reading, role, sample
        (amounts if role == "standard" else dilutions)[place] = number
    plate = Plate(readings, "AU", roles, names, amounts, dilutions)
    return Run(
        source=make_source(f"{name}.csv"),
        name=name,
        technique=Technique.PLATE,
        instrument="typed reader",
        payloads=(plate,),
    )
