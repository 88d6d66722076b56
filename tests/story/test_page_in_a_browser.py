"""A certificate opened in a real browser: charts come alive, nothing leaves the machine.

Needs a Chromium: set PARACRINE_TEST_CHROMIUM to its path.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from certificate_samples import build_certificate
from pypdf import PdfReader

from paracrine.report.certificate_html import certificate_html

CHROMIUM = os.environ.get("PARACRINE_TEST_CHROMIUM", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no browser: set PARACRINE_TEST_CHROMIUM to the path of a Chromium"),
]
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=8000",
]


def open_page(html: str, folder: Path, *options: str) -> str:
    """Return the page as the browser left it, and on the second line what it logged."""
    page = folder / "certificate.html"
    page.write_text(html, encoding="utf-8")
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}", *options, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_every_chart_comes_alive(tmp_path: Path) -> None:
    dom = open_page(certificate_html(build_certificate()), tmp_path, "--dump-dom")
    assert len(re.findall(r'<figure class="chart is-live"', dom)) == len(re.findall(r'<figure class="chart', dom)) == 4


@pytest.mark.parametrize("scripts", ["kept", "taken out"])
def test_it_prints_with_its_charts_with_and_without_scripts(tmp_path: Path, scripts: str) -> None:
    html = certificate_html(build_certificate())
    if scripts == "taken out":
        html = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    printed = tmp_path / "printed.pdf"
    open_page(html, tmp_path, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(printed).pages).split())
    assert "Batch B-017 fails 1 of 10 limits" in text
    assert text.count("Hydrodynamic diameter (nm), log scale") == 2
    assert "Deviation from the mean (%)" in text
