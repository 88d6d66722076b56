"""Render what a certificate and a comparison consist of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from paracrine.bench.outputs import outputs_are_intact, write_outputs
from paracrine.bench.records import ComparisonRecord
from paracrine.core.measurement import Measurement
from paracrine.core.plan import StudyPlan
from paracrine.core.records import canonical_json
from paracrine.release.comparability import compare_batches
from paracrine.release.comparison import AttributeComparison
from paracrine.report.certificate_data import certificate_json, measurements_csv
from paracrine.report.certificate_html import certificate_html
from paracrine.report.certificate_pdf import certificate_pdf
from paracrine.report.comparison import comparison_html
from paracrine.report.content import CertificateContent, ComparisonContent
from paracrine.report.headline import comparison_headline
from paracrine.store import Actor, Workspace

COMPARISON_NAME = "comparison.html"


def render_certificate(content: CertificateContent) -> dict[str, bytes]:
    """Return the four files of a certificate by name."""
    return {
        "certificate.html": certificate_html(content).encode(),
        "certificate.pdf": certificate_pdf(content),
        "certificate.json": certificate_json(content).encode(),
        "measurements.csv": measurements_csv(content).encode(),
    }


def render_page(content: CertificateContent | ComparisonContent) -> dict[str, bytes]:
    """Return the files of a certificate or of a comparison by name; runs in any process."""
    if isinstance(content, CertificateContent):
        return render_certificate(content)
    return {COMPARISON_NAME: comparison_html(content).encode()}


def compare_contents(plan: StudyPlan, contents: Mapping[str, CertificateContent]) -> ComparisonContent:
    """Compare all batches of a study with the first one."""
    certificates = tuple(contents[batch.name] for batch in plan.batches)
    comparisons = _compare_with_first(plan, certificates)
    headline = comparison_headline(comparisons)
    return ComparisonContent(headline=headline, plan=plan, certificates=certificates, comparisons=comparisons)


def record_comparison(
    workspace: Workspace, content: ComparisonContent, rendered: dict[str, bytes], *, out: Path, actor: Actor
) -> None:
    """Write the comparison page and record its hash."""
    outputs = write_outputs(out, rendered)
    basis = canonical_json([m.to_data() for certificate in content.certificates for m in certificate.measurements])
    record = ComparisonRecord(
        title=content.plan.title,
        headline=content.headline,
        fingerprint=hashlib.sha256(basis.encode()).hexdigest(),
        outputs=outputs,
    )
    workspace.append(record, key=content.plan.title, actor=actor, reason="comparison of batches")


def comparison_is_current(workspace: Workspace, plan: StudyPlan, *, out: Path) -> bool:
    """Whether the comparison page is there as it was last written."""
    latest = workspace.latest("comparison", plan.title)
    return latest is not None and outputs_are_intact(out, ComparisonRecord.from_data(latest.body).outputs)


def _to_compare(plan: StudyPlan, certificate: CertificateContent) -> tuple[Measurement, ...]:
    specification = certificate.specification
    if specification is None:
        return certificate.measurements
    named = {limit.attribute for limit in specification.limits} | set(plan.margins)
    return tuple(measurement for measurement in certificate.measurements if measurement.attribute in named)


def _compare_with_first(
    plan: StudyPlan, certificates: tuple[CertificateContent, ...]
) -> tuple[AttributeComparison, ...]:
    """Compare every batch with the first one listed, which a study names as its reference by order.

    With a specification, what it and the margins name is compared; without one, everything measured.
    """
    first, *others = (_to_compare(plan, certificate) for certificate in certificates)
    found: list[AttributeComparison] = []
    for other in others:
        found.extend(compare_batches(first, other, margins=plan.margins))
    return tuple(found)
