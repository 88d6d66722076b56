"""Builds what a certificate consists of, for the tests of the pages: realistic, all values different."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.measurement import Beside, Measurement, ReplicateValue, State
from paracrine.core.notice import Notice, Severity
from paracrine.core.plan import FileUse, StudyPlan
from paracrine.core.product import Batch, DilutionBy, Product, Protocol, Role, Sample, Step
from paracrine.core.provenance import Provenance, SourceRef
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.core.run import Maturity, Run, Technique, VendorNumber
from paracrine.core.specification import DecisionRule, Limit, LimitKind, Outcome, Specification, Verdict
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.release.comparison import AttributeComparison
from paracrine.report.content import CertificateContent, ComparisonContent, FileEntry, RunEntry, Seal, Work
from paracrine.report.headline import headline
from paracrine.rulebooks.line import ChecklistLine

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


def nta_measurements() -> list[Measurement]:
    concentration_values = [1.31e11, 1.18e11, 2.61e11, 1.24e11, 1.27e11]
    blank_notice = Notice(
        code="blank-not-subtracted",
        message="The blank level is stated beside the result and is not subtracted.",
        severity=Severity.NOTE,
        concerns="particle_concentration_per_ml",
    )
    drift = Notice(
        code="drift-too-high",
        message="Video 4 drifted by 4.2 µm/s; sizes above 200 nm may be too small.",
        severity=Severity.CAUTION,
        concerns="diameter_d90_nm",
        action="Repeat video 4 after the temperature is stable, or exclude it with a reason.",
    )
    return [
        measured(
            "particle_concentration_per_ml",
            "Particle concentration",
            quantity(1.25e11, "1/mL", 1.09e11, 1.41e11),
            budget=relative_budget(
                ("counting", 0.021, None, None),
                ("between videos", 0.048, 3.0, None),
                ("dilution", 0.015, None, "dilution-DP-1"),
            ),
            replicates=replicates("particle_concentration_per_ml", concentration_values, "1/mL", excluded=3),
            beside=(
                Beside(
                    label="vendor's software",
                    quantity=quantity(1.52e11, "1/mL"),
                    source=source(NTA_FILE, "Concentration", "line 31"),
                ),
                Beside(label="with every replicate", quantity=quantity(1.522e11, "1/mL", 0.78e11, 2.26e11)),
            ),
            notices=(blank_notice,),
        ),
        measured(
            "particle_concentration_per_ml",
            "Particle concentration",
            quantity(2.3e7, "1/mL", 1.1e7, 4.2e7, basis=Basis.COUNTING),
            sample="PBS",
            role=Role.DILUENT_BLANK,
        ),
        *[
            measured(
                f"diameter_{short}_nm",
                title,
                quantity(value, "nm", value - half, value + half),
                measurand=Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER),
                budget=relative_budget(
                    ("between videos", half / value / 2.8, 4.0, None),
                    ("bead calibration", 0.006, None, "beads"),
                    calibrated=True,
                ),
                replicates=replicates(
                    f"diameter_{short}_nm", [value - 2.1, value + 1.2, value + 0.3, value - 0.6, value + 1.9], "nm"
                ),
                beside=(
                    Beside(
                        label="vendor's software",
                        quantity=quantity(value + 0.7, "nm"),
                        source=source(NTA_FILE, short, "line 40"),
                    ),
                ),
                notices=(drift,) if short == "d90" else (),
            )
            for short, title, value, half in (
                ("d10", "D10 diameter", 78.42, 3.3),
                ("d50", "D50 diameter", 121.63, 4.8),
                ("d90", "D90 diameter", 204.71, 12.4),
                ("mean", "Mean diameter", 131.9, 5.2),
            )
        ],
        measured(
            "diameter_d50_nm",
            "D50 diameter",
            quantity(101.3, "nm", 98.9, 103.7),
            sample="Beads 100 nm",
            role=Role.REFERENCE_BEAD,
        ),
        measured("particles_in_window_pct", "Particles of 50 to 200 nm", quantity(88.4, "%", 85.9, 90.9)),
    ]


def other_measurements() -> list[Measurement]:
    dls = {
        "technique": "DLS",
        "method": "Zetasizer cumulants",
        "provenance": Provenance(
            sources=(source(DLS_FILE, "Z-Average", "record 3"),),
            made_by="characterization.metrics.z_average",
            software_version="0.1.0",
        ),
    }
    return [
        measured("z_average_nm", "Z-average diameter", quantity(146.2, "nm", 143.1, 149.3), **dls),
        measured("zeta_potential_mv", "Zeta potential", quantity(-23.41, "mV", -25.2, -21.6), **dls),
        measured("particles_per_ug_protein", "Particles per µg protein", quantity(3.4e8, "particles/ug", 2.6e8, 4.4e8)),
        measured(
            "particles_per_cell",
            "Particles per producing cell",
            None,
            state=State.NOT_ASSESSED,
            reason="study.toml does not state how many cells the batch was made with",
        ),  # type: ignore[arg-type]
        outside("sterility", "Sterility", finding="no growth"),
        outside(
            "endotoxin_eu_per_ml",
            "Endotoxin",
            quantity=quantity(0.1, "EU/mL", comparator="<"),
            method="Ph. Eur. 2.6.14",
        ),
        outside("marker_cd63", "CD63", finding="positive", method="bead assay"),
        outside("calnexin", "Calnexin", finding="negative", method="western blot"),
        measured(
            "potency",
            "Potency",
            None,
            state=State.NOT_ASSESSED,
            reason="no result in results.csv",
            method="",
            technique="",
        ),  # type: ignore[arg-type]
    ]


def limits() -> list[Limit]:
    def limit(attribute: str, title: str, group: str, **other: object) -> Limit:
        return Limit(attribute=attribute, title=title, group=group, source="user", **other)

    return [
        limit(
            "particle_concentration_per_ml",
            "Particle concentration",
            "quantity",
            unit="1/mL",
            low=1.0e11,
            decimals=1,
            rule=DecisionRule.GUARD_BAND,
        ),
        limit("diameter_d50_nm", "D50 diameter", "purity", unit="nm", low=80.0, high=200.0),
        limit(
            "diameter_d90_nm", "D90 diameter", "purity", unit="nm", high=210.0, decimals=0, rule=DecisionRule.GUARD_BAND
        ),
        limit(
            "particles_in_window_pct",
            "Particles of 50 to 200 nm",
            "purity",
            unit="%",
            low=90.0,
            decimals=1,
            limit_kind=LimitKind.PERCENT_IN_RANGE,
        ),
        limit("particles_per_ug_protein", "Particles per µg protein", "purity", unit="particles/ug", low=1e8),
        limit("marker_cd63", "CD63", "identity", limit_kind=LimitKind.FINDING, accept=("positive",)),
        limit("calnexin", "Calnexin", "identity", limit_kind=LimitKind.FINDING, accept=("negative", "not detected")),
        limit("sterility", "Sterility", "safety", limit_kind=LimitKind.FINDING, accept=("no growth",)),
        limit("endotoxin_eu_per_ml", "Endotoxin", "safety", unit="EU/mL", high=0.5, high_inclusive=False),
        limit("potency", "Potency", "potency", unit="%", low=80.0, high=125.0),
        limit("zeta_potential_mv", "Zeta potential", "identity", limit_kind=LimitKind.REPORT),
    ]


JUDGED = {
    "particle_concentration_per_ml": (Outcome.PASS, Outcome.PASS, "1.1e11 to 1.4e11 lies above 1.0e11"),
    "diameter_d90_nm": (Outcome.BORDERLINE, Outcome.PASS, "the limit 210 nm lies inside the interval 192 to 217 nm"),
    "particles_in_window_pct": (Outcome.FAIL, Outcome.BORDERLINE, "88.4 % is below 90.0 %"),
    "potency": (Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED, "no result in results.csv"),
    "zeta_potential_mv": (Outcome.REPORTED, None, "reported only"),
}


def verdicts_of(measurements: list[Measurement], found: list[Limit], *, clean: bool = False) -> list[Verdict]:
    verdicts = []
    for limit in found:
        outcome, other, reason = JUDGED.get(limit.attribute, (Outcome.PASS, Outcome.PASS, "inside the limit"))
        if clean and outcome in (Outcome.FAIL, Outcome.BORDERLINE):
            outcome, other, reason = Outcome.PASS, Outcome.PASS, "inside the limit"
        result = next(m for m in measurements if m.attribute == limit.attribute and m.role is Role.PRODUCT)
        verdicts.append(
            Verdict(
                batch="B-017",
                limit=limit,
                outcome=outcome,
                reason=reason,
                other_rule=DecisionRule.SIMPLE if limit.rule is DecisionRule.GUARD_BAND else DecisionRule.GUARD_BAND,
                other_outcome=other,
                quantity=result.quantity,
                finding=result.finding,
                sample=result.sample,
                method=result.method,
                evidence=("entry 12",),
            )
        )
    return verdicts


def checklist() -> tuple[ChecklistLine, ...]:
    return (
        ChecklistLine(
            "MISEV2023",
            "M1",
            "required",
            "Report the source and its passage",
            "met",
            "study.toml, culture.passage",
            "read",
        ),
        ChecklistLine(
            "MISEV2023",
            "M7",
            "recommended",
            "Report a detergent control",
            "not met",
            "no sample has this role",
            "to be confirmed against the original",
        ),
        ChecklistLine(
            "MISEV2023", "M9", "recommended", "Report protein per particle", "not assessed", "no protein result", "read"
        ),
        ChecklistLine(
            "MSC-EV quality attributes",
            "Q3",
            "suggested",
            "Mesenchymal marker",
            "not applicable",
            "identity was shown on cells",
            "read",
        ),
    )


def build_plan(**changes: object) -> StudyPlan:
    plan = StudyPlan(
        title="Umbilical cord EV campaign, spring 2026",
        product=Product(
            name="UC-MSC-EV for infusion", cell_source="human umbilical cord MSC", description="TFF and SEC isolate"
        ),
        protocol=Protocol(
            name="P-12", steps=(Step(name="culture", detail="hollow fibre, 5 days"), Step(name="TFF", detail="500 kDa"))
        ),
        batches=(Batch(name="B-017", product="UC-MSC-EV for infusion"),),
        samples=(
            Sample(name="DP-1", batch="B-017", dilution_factor=200.0, dilution_steps=2, pipetting_cv_pct=1.5),
            Sample(name="PBS", batch="B-017", role=Role.DILUENT_BLANK),
            Sample(
                name="Beads 100 nm",
                batch="B-017",
                role=Role.REFERENCE_BEAD,
                nominal_diameter_nm=100.0,
                nominal_diameter_u_nm=3.0,
            ),
        ),
        files=(
            FileUse(path=NTA_FILE, sample="DP-1", batch="B-017"),
            FileUse(path=DLS_FILE, sample="DP-1", batch="B-017"),
        ),
        person="A. Reviewer",
        role="quality control",
        questions=("Which dilution had the sample in zeta B-017.txt?",),
    )
    return plan.model_copy(update=changes)


def build_certificate(
    *, judged: bool = True, clean: bool = False, runs_count: int = 5, simulated: bool = False
) -> CertificateContent:
    """One batch with a failure, a borderline, a not assessed limit, notices and an excluded replicate.

    Args:
        judged: False leaves the specification out.
        clean: True turns failures into passes.
        runs_count: replicates of the product sample.
        simulated: True adds the simulated truth, as in the demonstration.
    """
    plan = build_plan()
    batch = Batch(
        name="B-017", product=plan.product.name, made_on="2026-02-24", cells_count=None, product_volume_ml=48.0
    )
    measurements = [*nta_measurements(), *other_measurements()]
    found = limits() if judged else []
    verdicts = verdicts_of(measurements, found, clean=clean)
    runs = [
        RunEntry(
            nta_run(n),
            "DP-1",
            "product",
            included=n != 3,
            reason="bubble in the cell (A. Reviewer, 2026-03-04)" if n == 3 else "",
        )
        for n in range(1, runs_count + 1)
    ]
    runs += [
        RunEntry(nta_run(8, median_nm=96.0, scale=2.3e7, file=NTA_FILE, hint="PBS"), "PBS", "diluent blank"),
        RunEntry(dls_run(), "DP-1", "product"),
    ]
    return CertificateContent(
        headline=headline(batch, verdicts),
        plan=plan,
        batch=batch,
        measurements=tuple(measurements),
        verdicts=tuple(verdicts),
        specification=Specification(product=plan.product.name, edition="3", limits=tuple(found), source="user")
        if judged
        else None,
        runs=tuple(runs),
        files=(
            FileEntry(NTA_FILE, sha(NTA_FILE), 48_211, "nanosight_summary", "1.2", "tested"),
            FileEntry(DLS_FILE, sha(DLS_FILE), 9_034, "zetasizer_text", "1.0", "candidate"),
            FileEntry(RESULTS_FILE, sha(RESULTS_FILE), 812, "results_csv", "1.0", "tested"),
            FileEntry(
                "exports/broken.csv",
                sha("broken"),
                17,
                "",
                "",
                "",
                error="empty after the header: export it again from the instrument",
            ),
        ),
        checklist=checklist(),
        works=(
            Work(
                "doi:10.1002/jev2.12404",
                "Welsh JA et al. MISEV2023. J Extracell Vesicles 2024;13:e12404.",
                "reporting rules",
            ),
        ),
        notices=(
            Notice(
                code="file-unreadable",
                message="exports/broken.csv could not be read.",
                severity=Severity.SERIOUS,
                action="Export it again and run once more.",
            ),
        ),
        seal=Seal("file:workspace", 12, sha("seal"), "2026-03-10T09:30:00+01:00", "A. Reviewer", "quality control"),
        software=(("paracrine", "0.1.0"), ("numpy", "2.4.6")),
        truth=(
            ("particle_concentration_per_ml", 1.3e11, "1/mL"),
            ("diameter_d50_nm", 120.0, "nm"),
            ("diameter_d90_nm", 190.0, "nm"),
        )
        if simulated
        else (),
        made_at="2026-03-10T09:30:00+01:00",
    )


def empty_certificate() -> CertificateContent:
    """A batch of which nothing is known."""
    full = build_certificate(judged=False)
    return replace(
        full, measurements=(), runs=(), files=(), checklist=(), works=(), notices=(), seal=None, software=(), made_at=""
    )


def build_comparison() -> ComparisonContent:
    """Two batches: one attribute of every outcome."""
    first = build_certificate(clean=True)
    other = replace(
        first,
        batch=first.batch.model_copy(update={"name": "B-018"}),
        runs=tuple(RunEntry(nta_run(n, median_nm=141.0, scale=4.1e8), "DP-1", "product") for n in range(11, 15)),
        measurements=tuple(m.model_copy(update={"batch": "B-018"}) for m in first.measurements),
    )

    def compare(attribute: str, title: str, unit: str, outcome: str, *numbers: float | None) -> AttributeComparison:
        ratio, low, high, smallest = numbers
        return AttributeComparison(
            attribute, title, unit, "B-017", "B-018", ratio, low, high, 1.25, outcome, smallest, f"because of {title}"
        )

    return ComparisonContent(
        headline="Batches B-017 and B-018 differ in D50 diameter; particle concentration is equivalent.",
        plan=first.plan,
        certificates=(first, other),
        comparisons=(
            compare(
                "particle_concentration_per_ml", "Particle concentration", "1/mL", "equivalent", 1.04, 0.95, 1.14, 1.12
            ),
            compare("diameter_d50_nm", "D50 diameter", "nm", "different", 1.41, 1.34, 1.49, 1.08),
            compare("diameter_d90_nm", "D90 diameter", "nm", "not shown", 0.93, 0.72, 1.21, 1.44),
            compare(
                "particles_per_ug_protein",
                "Particles per µg protein",
                "particles/ug",
                "not assessed",
                None,
                None,
                None,
                None,
            ),
        ),
    )
