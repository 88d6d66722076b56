"""The certificate for machines: one JSON document, and one CSV row a measurement."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from paracrine.core.measurement import Measurement
from paracrine.report.content import CertificateContent, RunEntry
from paracrine.report.numbers import write_data

CERTIFICATE_JSON_VERSION = "1"

MEASUREMENT_COLUMNS = (
    "batch", "sample", "role", "stage", "attribute", "title", "state", "reason", "comparator", "value", "low", "high",
    "unit", "coverage_pct", "basis", "interval_name", "finding", "method", "technique", "laboratory", "performed_by",
    "performed_at", "replicates_count", "excluded_count", "notices", "source_names", "source_sha256", "made_by",
    "software_version",
)  # fmt: skip

_FORMULA_STARTS = ("=", "+", "-", "@")


def certificate_json(content: CertificateContent) -> str:
    """Write the certificate as indented JSON with sorted keys; numbers in full, units beside them.

    The keys are explained in `docs/reference/certificate-json.md`.
    """
    return json.dumps(certificate_data(content), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def certificate_data(content: CertificateContent) -> dict[str, Any]:
    """Return the certificate as plain JSON values."""
    return {
        "kind": "certificate",
        "version": CERTIFICATE_JSON_VERSION,
        "headline": content.headline,
        "made_at": content.made_at,
        "plan": content.plan.to_data(),
        "batch": content.batch.to_data(),
        "specification": content.specification.to_data() if content.specification else None,
        "measurements": [measurement.to_data() for measurement in content.measurements],
        "verdicts": [verdict.to_data() for verdict in content.verdicts],
        "runs": [_run_data(entry) for entry in content.runs],
        "files": [asdict(entry) for entry in content.files],
        "checklist": [asdict(line) for line in content.checklist],
        "works": [asdict(work) for work in content.works],
        "notices": [notice.to_data() for notice in content.notices],
        "seal": asdict(content.seal) if content.seal else None,
        "software": dict(content.software),
        "simulated_truth": [
            {"attribute": true.attribute, "value": true.value, "unit": true.unit, "method": true.method}
            for true in content.truth
        ],
    }


def measurements_csv(content: CertificateContent) -> str:
    """Write one row a measurement, in the order of the certificate.

    Numbers keep every digit (`1.2e10` style). A text cell that a spreadsheet would run as a formula is led by an
    apostrophe.
    """
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, MEASUREMENT_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(measurement) for measurement in content.measurements)
    return stream.getvalue()


def _row(measurement: Measurement) -> dict[str, str]:
    quantity, sources = measurement.quantity, measurement.provenance.sources
    numbers: dict[str, str] = {}
    if quantity is not None:
        numbers = {
            "value": write_data(quantity.value),
            "low": write_data(quantity.low),
            "high": write_data(quantity.high),
            "coverage_pct": write_data(quantity.coverage_pct) if quantity.low is not None else "",
        }
    texts = {
        "batch": measurement.batch,
        "sample": measurement.sample,
        "role": measurement.role.value,
        "stage": measurement.stage,
        "attribute": measurement.attribute,
        "title": measurement.title,
        "state": measurement.state.value,
        "reason": measurement.reason,
        "comparator": "" if quantity is None or quantity.comparator == "=" else quantity.comparator,
        "unit": quantity.unit if quantity else "",
        "basis": quantity.basis.value if quantity and quantity.basis else "",
        "interval_name": measurement.budget.interval_name if measurement.budget else "",
        "finding": measurement.finding or "",
        "method": measurement.method,
        "technique": measurement.technique,
        "laboratory": measurement.laboratory,
        "performed_by": measurement.performed_by,
        "performed_at": measurement.performed_at,
        "replicates_count": str(sum(replicate.included for replicate in measurement.replicates)),
        "excluded_count": str(sum(not replicate.included for replicate in measurement.replicates)),
        "notices": "; ".join(notice.message for notice in measurement.notices),
        "source_names": _distinct(source.name for source in sources),
        "source_sha256": _distinct(source.sha256 for source in sources),
        "made_by": measurement.provenance.made_by,
        "software_version": measurement.provenance.software_version,
    }
    return {**numbers, **{column: _safe_cell(text) for column, text in texts.items()}}


def _safe_cell(text: str) -> str:
    """One line, and no formula also for a reader that drops blanks at the begin."""
    line = re.sub(r"[\r\n\t]+", " ", text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA_STARTS) else line


def _distinct(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _run_data(entry: RunEntry) -> dict[str, Any]:
    run = entry.run
    return {
        "name": run.name,
        "sample": entry.sample,
        "role": entry.role,
        "included": entry.included,
        "reason": entry.reason,
        "source": run.source.to_data(),
        "technique": run.technique.value,
        "instrument": run.instrument,
        "software": run.software,
        "measured_at": run.measured_at,
        "settings": dict(run.settings),
        "dilution_factor": run.dilution_factor,
        "dilution_by": run.dilution_by.value,
        "maturity": run.maturity.value,
        "payloads": [payload.summary() for payload in run.payloads],
        "vendor": [number._asdict() for number in run.vendor],
        "rederived": [number._asdict() for number in run.rederived],
        "unread": dict(run.unread),
        "notices": [notice.to_data() for notice in run.notices],
    }
