"""Small builders of records for the tests of the pages."""

from __future__ import annotations

import hashlib

import numpy as np

from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.measurement import Measurement, ReplicateValue
from paracrine.core.product import DilutionBy
from paracrine.core.provenance import Provenance, SourceRef
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.core.run import Maturity, Run, Technique, VendorNumber
from paracrine.payloads.size_distribution import SizeDistribution

NTA_FILE, DLS_FILE, RESULTS_FILE = "exports/B-017 ExperimentSummary.csv", "exports/zeta B-017.txt", "results.csv"
READERS = {NTA_FILE: "nanosight_summary", DLS_FILE: "zetasizer_text", RESULTS_FILE: "results_csv"}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def source(file: str, field: str, locator: str = "") -> SourceRef:
    return SourceRef(
        name=file,
        sha256=sha(file),
        field=field,
        locator=locator,
        reader=READERS.get(file, "histogram"),
        reader_version="1.2",
    )


def quantity(value: float, unit: str, low: float | None = None, high: float | None = None, **other: object) -> Quantity:
    basis = Basis.REPLICATES if low is not None else None
    return Quantity(value=value, unit=unit, low=low, high=high, **{"basis": basis, **other})


def nta_distribution(median_nm: float, spread: float, scale: float, seed: int) -> SizeDistribution:
    """A lognormal histogram of 1000 bins of 1 nm with counting scatter."""
    edges = np.arange(0.0, 1001.0)
    centres = (edges[1:] + edges[:-1]) / 2
    density = np.exp(-0.5 * (np.log(centres / median_nm) / np.log(spread)) ** 2) / centres
    counts = np.random.default_rng(seed).poisson(2500 * density / density.sum()).astype(float)
    smooth = np.exp(-(np.linspace(-2, 2, 15) ** 2))
    contents = np.convolve(counts, smooth / smooth.sum(), "same") * scale / 2500
    measurand = Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER)
    return SizeDistribution(
        edges_nm=edges, contents=contents, contents_unit="1/mL", measurand=measurand, tracks_count=2500.0
    )


def dls_distribution(peak_nm: float) -> SizeDistribution:
    edges = np.geomspace(0.4, 10000.0, 71)
    centres = np.sqrt(edges[1:] * edges[:-1])
    share = np.exp(-0.5 * (np.log(centres / peak_nm) / np.log(1.6)) ** 2)
    measurand = Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.INTENSITY)
    return SizeDistribution(edges_nm=edges, contents=100 * share / share.sum(), contents_unit="%", measurand=measurand)


def nta_run(
    number: int, *, median_nm: float = 118.0, scale: float = 6.2e8, file: str = NTA_FILE, hint: str = "DP-1"
) -> Run:
    return Run(
        source=source(file, "Size distribution", f"column {number}"),
        name=f"video {number}",
        technique=Technique.NTA,
        instrument="NanoSight NS300",
        software="NTA 3.4 Build 3.4.4",
        measured_at=f"2026-03-0{1 + number % 9} 10:1{number % 10}",
        settings={
            "capture / camera level": "14",
            "analysis / detection threshold": "5",
            "conditions / temperature": "24.9 °C",
        },
        payloads=(
            nta_distribution(
                median_nm + 1.7 * (number % 5),
                1.38 + 0.01 * (number % 3),
                scale * (1 + 0.03 * (number % 4)),
                seed=number,
            ),
        ),
        vendor=(VendorNumber("diameter_d50_nm", 117.4 + number, "nm", "Results / D50", 0.05),),
        rederived=(VendorNumber("diameter_d50_nm", 117.41 + number, "nm", "Results / D50", 0.0),),
        dilution_factor=200.0,
        dilution_by=DilutionBy.PARACRINE,
        sample_hint=hint,
        maturity=Maturity.TESTED,
    )


def dls_run() -> Run:
    return Run(
        source=source(DLS_FILE, "Intensity distribution", "record 3"),
        name="record 3",
        technique=Technique.DLS,
        instrument="Zetasizer Nano ZS",
        settings={"dispersant / viscosity": "0.8872 mPa·s"},
        payloads=(dls_distribution(141.0),),
        maturity=Maturity.CANDIDATE,
    )


def relative_budget(*parts: tuple[str, float, float | None, str | None], calibrated: bool = False) -> Budget:
    return Budget(
        scale="relative",
        components=tuple(
            Component(
                name=name,
                standard_uncertainty=u,
                degrees_of_freedom=dof,
                shared_id=shared,
                source=f"how {name} is known",
            )
            for name, u, dof, shared in parts
        ),
        calibrated=calibrated,
    )


def replicates(
    attribute: str, values: list[float], unit: str, *, excluded: int | None = None
) -> tuple[ReplicateValue, ...]:
    return tuple(
        ReplicateValue(
            run=f"video {number}",
            value=value,
            unit=unit,
            source=source(NTA_FILE, attribute, f"column {number}"),
            included=number != excluded,
            reason="bubble in the cell (A. Reviewer, 2026-03-04)" if number == excluded else "",
        )
        for number, value in enumerate(values, 1)
    )


def measured(attribute: str, title: str, result: Quantity, **other: object) -> Measurement:
    fields: dict[str, object] = {
        "batch": "B-017",
        "sample": "DP-1",
        "method": "NanoSight NTA, own percentile convention",
        "technique": "NTA",
        "quantity": result,
        "provenance": Provenance(
            sources=tuple(source(NTA_FILE, attribute, f"column {number}") for number in (1, 2, 3, 4, 5)),
            made_by=f"characterization.metrics.{attribute}",
            software_version="0.1.0",
            cites=("doi:10.1002/jev2.12404",),
            assumptions=("particles are spheres",),
        ),
    }
    return Measurement(attribute=attribute, title=title, **{**fields, **other})


def outside(attribute: str, title: str, **other: object) -> Measurement:
    fields: dict[str, object] = {
        "technique": "external laboratory",
        "method": "Ph. Eur. 2.6.1",
        "laboratory": "QC North",
        "performed_by": "J. Doe",
        "performed_at": "2026-03-09",
        "provenance": Provenance(
            sources=(source(RESULTS_FILE, attribute, "row 4"),), made_by="bench.results", software_version="0.1.0"
        ),
        "quantity": None,
    }
    return measured(attribute, title, **{"result": None, **fields, **other})  # type: ignore[arg-type]
