"""Builds what a certificate consists of, for the tests of the pages: realistic, all values different."""

from __future__ import annotations

from dataclasses import replace

from certificate_parts import DLS_FILE, NTA_FILE, RESULTS_FILE, dls_run, nta_run, sha
from certificate_results import limits, nta_measurements, other_measurements, verdicts_of

from paracrine.core.notice import Notice, Severity
from paracrine.core.plan import FileUse, StudyPlan
from paracrine.core.product import Batch, Product, Protocol, Role, Sample, Step
from paracrine.core.specification import Specification
from paracrine.release.comparison import AttributeComparison
from paracrine.report.content import CertificateContent, ComparisonContent, FileEntry, RunEntry, Seal, TruthEntry, Work
from paracrine.report.headline import headline
from paracrine.rulebooks.line import ChecklistLine


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


FILES = (
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
)


def batch_runs(runs_count: int) -> tuple[RunEntry, ...]:
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
    return tuple(runs)


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
    return CertificateContent(
        headline=headline(batch, verdicts),
        plan=plan,
        batch=batch,
        measurements=tuple(measurements),
        verdicts=tuple(verdicts),
        specification=Specification(product=plan.product.name, edition="3", limits=tuple(found), source="user")
        if judged
        else None,
        runs=batch_runs(runs_count),
        files=FILES,
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
            TruthEntry("particle_concentration_per_ml", 1.3e11, "1/mL"),
            TruthEntry("diameter_d50_nm", 120.0, "nm"),
            TruthEntry("diameter_d90_nm", 190.0, "nm"),
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
