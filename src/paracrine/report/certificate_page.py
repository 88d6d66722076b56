"""Everything on a certificate in the order it is read."""

from __future__ import annotations

from paracrine.core.specification import Outcome
from paracrine.report.annex import budget_tables, coverage_books, method_blocks, replicate_tables, sample_rows
from paracrine.report.charts import certificate_charts
from paracrine.report.content import CertificateContent
from paracrine.report.numbers import THIN, write_value
from paracrine.report.origins import Origins
from paracrine.report.results import Notes, Results, find_reasons, subtitle
from paracrine.report.view import CertificatePage
from paracrine.report.words import MARKS, worst_outcome, write_time

SIGNATURES = (
    ("Author", "I made this certificate from the record named by the seal."),
    ("Reviewer", "I checked results, exclusions and notices against the record."),
    ("Release", "I decide on the release of this batch."),
)
_SEAL_LETTERS = 16


def build_page(content: CertificateContent) -> CertificatePage:
    """Arrange a certificate's content for drawing; no number is computed that is not in the record."""
    origins = Origins(content.files, content.measurements)
    notes = Notes()
    top_notes = notes.of(content.notices)
    results = Results(content, origins, notes)
    groups, unjudged, controls = results.judged(), results.unjudged(), results.controls()
    outcomes = [verdict.outcome for verdict in content.verdicts]
    worst = worst_outcome(content.verdicts)
    return CertificatePage(
        title=f"Certificate of analysis, batch {content.batch.name}",
        headline=content.headline,
        mark=MARKS[worst],
        outcome=worst.value,
        lead=_lead(content),
        facts=_facts(content),
        counts=tuple((MARKS[o], o.value, outcomes.count(o)) for o in Outcome if outcomes.count(o)),
        reasons=find_reasons(groups),
        notes=top_notes,
        groups=groups,
        unjudged=unjudged,
        controls=controls,
        charts=certificate_charts(content),
        replicate_tables=replicate_tables(content, origins),
        budgets=budget_tables(content, results),
        samples=sample_rows(content),
        methods=method_blocks(content.runs, notes),
        steps=tuple((step.name, step.detail) for step in content.plan.protocol.steps) if content.plan.protocol else (),
        questions=content.plan.questions,
        coverage=coverage_books(content.checklist),
        works=tuple((work.key.removeprefix("doi:"), work.reference, work.used_for) for work in content.works),
        files=origins.files,
        origins=origins.groups([subtitle(measurement) for measurement in content.measurements]),
        seal=_seal(content),
        software=", ".join(f"{name} {version}" for name, version in content.software),
        footer=_footer(content),
        simulated=bool(content.truth),
        signatures=SIGNATURES,
    )


def _lead(content: CertificateContent) -> tuple[str, ...]:
    said = []
    if content.truth:
        said.append("Simulated data: virtual instruments made these files from a stated truth. Not for release.")
    specification = content.specification
    if specification is not None and specification.example:
        said.append("The limits are a published example, not limits for this product.")
    turned = [v for v in content.verdicts if v.outcome is Outcome.PASS and v.other_outcome is Outcome.BORDERLINE]
    if turned:
        verb = "limit that passes would be" if len(turned) == 1 else "limits that pass would be"
        said.append(f"{len(turned)} {verb} borderline if the interval counted (guard-band rule).")
    if any(
        m.budget and not m.budget.calibrated and m.quantity and m.quantity.low is not None for m in content.measurements
    ):
        said.append("Repeatability intervals do not cover calibration: no bead or standard run backs those results.")
    return tuple(said)


def _facts(content: CertificateContent) -> tuple[tuple[str, str], ...]:
    plan, batch, specification = content.plan, content.batch, content.specification
    limits = "none given"
    if specification is not None:
        edition = f", edition {specification.edition}" if specification.edition else ""
        limits = f"{specification.product}{edition}"
    product = plan.product.name + (f" ({plan.product.cell_source})" if plan.product.cell_source else "")
    facts = [
        ("Product", product),
        ("Description", plan.product.description),
        ("Batch", batch.name),
        ("Made on", batch.made_on),
        ("Study", plan.title),
        ("Protocol", plan.protocol.name if plan.protocol else ""),
        ("Specification", limits),
        ("Volume of product", _amount(batch.product_volume_ml, "mL")),
        ("Volume of medium", _amount(batch.medium_volume_ml, "mL")),
        ("Producing cells", _amount(batch.cells_count, "")),
        ("Label", _amount(batch.label_particles_per_ml, "mL⁻¹")),
        ("Prepared by", ", ".join(part for part in (plan.person, plan.role) if part)),
        ("Certificate made", write_time(content.made_at)),
        (
            "Seal",
            f"entry {content.seal.entry}, {content.seal.seal_sha256[:_SEAL_LETTERS]}" if content.seal else "not sealed",
        ),
    ]
    return tuple((name, value) for name, value in facts if value)


def _amount(value: float | None, unit: str) -> str:
    return "" if value is None else f"{write_value(value, digits=6)}{THIN}{unit}".rstrip(THIN)


def _seal(content: CertificateContent) -> tuple[tuple[str, str], ...]:
    seal = content.seal
    if seal is None:
        return ()
    return (
        ("Workspace", seal.workspace),
        ("Ledger entry", str(seal.entry)),
        ("Seal (SHA-256)", seal.seal_sha256),
        ("Sealed at", write_time(seal.sealed_at)),
        ("By", ", ".join(part for part in (seal.person, seal.role) if part)),
    )


def _footer(content: CertificateContent) -> str:
    seal = f"seal {content.seal.seal_sha256[:_SEAL_LETTERS]}" if content.seal else "not sealed"
    return f"Batch {content.batch.name} · {seal}"
