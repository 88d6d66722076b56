"""Another package brings a reader, a metric and a rule book; no file of ours is edited."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

READER = """
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.readers.format import Format, Sniffed
import numpy as np

FORMAT = Format(name="acme_sizer", title="Acme sizer", technique=Technique.NTA, version="1", maturity=Maturity.DRAFT)

def sniff(source):
    return Sniffed(source.data.startswith(b"ACME"), "the first word is not ACME")

def read(source):
    measurand = Measurand(diameter=DiameterKind.OPTICAL, weighting=Weighting.NUMBER)
    sizes = SizeDistribution(np.array([50.0, 60.0, 80.0]), np.array([3e8, 1e8]), "1/mL", measurand)
    ref = source.ref(reader="acme_sizer", reader_version="1")
    return (Run(source=ref, name="one", technique=Technique.NTA, instrument="Acme", payloads=(sizes,)),)
"""
METRIC = """
from paracrine.characterization.metric import Metric, MetricValue

METRIC = Metric(name="bins_count", title="Bins", unit="1", payload_kind="size_distribution", scale="absolute",
                definition="Number of bins with particles.")

def measure(payload, context):
    return MetricValue(float((payload.contents > 0).sum()))
"""
ENTRY_POINTS = """[paracrine.readers.formats]
acme_sizer = acme.reader
[paracrine.characterization.metrics]
bins_count = acme.metric
"""


def test_variants_of_a_second_package_work_like_our_own(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "acme").mkdir(parents=True)
    for name, text in (("__init__", ""), ("reader", READER), ("metric", METRIC)):
        (site / "acme" / f"{name}.py").write_text(text, encoding="utf-8")
    described = site / "acme-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", encoding="utf-8")
    (described / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    (tmp_path / "sample.acme").write_bytes(b"ACME 1\n")
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r}); sys.argv = ['paracrine', 'read', 'sample.acme', '--json']; "
        "from paracrine.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["reader"] == "acme_sizer"
    own = {number["name"]: number["value"] for number in shown["runs"][0]["own"]}
    assert own["bins_count"] == 2
    assert own["particle_concentration_per_ml"] == 4e8
