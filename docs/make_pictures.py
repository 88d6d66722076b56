"""Draw the README's pictures from the demonstration: `python docs/make_pictures.py`."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from paracrine.bench.certify import BatchInputs, assemble
from paracrine.bench.demo import SEED
from paracrine.bench.fingerprint import paths_of
from paracrine.bench.intake import read_files
from paracrine.bench.run_study import load_study
from paracrine.figures.render import render_png
from paracrine.instruments.campaign import simulate_campaign
from paracrine.report.certificate_pdf import certificate_pictures
from paracrine.report.charts import certificate_charts
from paracrine.report.content import CertificateContent, TruthEntry

PICTURES = Path(__file__).parent / "pictures"
MADE_AT = "2026-05-18T09:00:00+00:00"


def certified(batch_name: str) -> CertificateContent:
    """Certify one batch of the demonstration, without recording it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        truth = simulate_campaign(folder, seed=SEED)
        study = load_study(folder)
        batch = next(batch for batch in study.plan.batches if batch.name == batch_name)
        inputs = BatchInputs(
            plan=study.plan,
            batch=batch,
            specification=study.specification,
            readings={reading.path: reading for reading in read_files(folder, paths_of(study.plan, batch))},
            external=tuple(m for m in study.external if m.batch == batch_name),
            excluded={},
            truth=tuple(TruthEntry(t.attribute, t.value, t.unit, t.method) for t in truth.of(batch_name)),
        )
        return replace(assemble(inputs), made_at=MADE_AT)


def main() -> None:
    """Write the first page of a certificate and its first chart."""
    content = certified("B-003")
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "certificate.png").write_bytes(certificate_pictures(content, pixels_per_inch=80)[0])
    (PICTURES / "sizes.png").write_bytes(render_png(certificate_charts(content)[0].spec, scale=1.2))


if __name__ == "__main__":
    main()
