"""The certificate of analysis as PDF/A, for printing and archives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from paracrine.figures.printable import printable_data
from paracrine.figures.render import render_svg
from paracrine.report.certificate_page import build_page
from paracrine.report.content import CertificateContent
from paracrine.report.view import CertificatePage

TEMPLATE = Path(__file__).parent / "templates" / "certificate.typ"
_STANDARD = "a-2b"


def certificate_pdf(content: CertificateContent) -> bytes:
    """Return the certificate as PDF, every font inside; the same content gives the same bytes.

    The file is PDF/A-2b unless a text holds letters that no font of this machine has.
    """
    import typst

    files = _files(build_page(content))
    compile_files: Callable[..., bytes] = typst.compile
    try:
        return compile_files(files, pdf_standards=_STANDARD, timestamp=_timestamp(content.made_at))
    except typst.TypstError:
        return compile_files(files, timestamp=_timestamp(content.made_at))


def certificate_pictures(content: CertificateContent, *, pixels_per_inch: float = 96.0) -> list[bytes]:
    """Return the printed pages as PNG, for a slide or a README."""
    import typst

    compile_files: Callable[..., bytes | list[bytes]] = typst.compile
    pages = compile_files(_files(build_page(content)), format="png", ppi=pixels_per_inch)
    return [pages] if isinstance(pages, bytes) else pages


def _files(page: CertificatePage) -> dict[str, bytes]:
    """The template, the page as JSON and the pictures, under the names the template uses."""
    files = {"main.typ": TEMPLATE.read_bytes()}
    charts = []
    for chart in page.charts:
        name = f"{chart.anchor}.svg"
        files[name] = _print_svg(render_svg(chart.spec))
        alt = str(chart.spec["description"])
        charts.append({"title": chart.title, "caption": chart.caption, "file": name, "alt": alt})
    data: dict[str, Any] = {**asdict(page), "charts": charts}
    for group in data["groups"]:
        for row in group["rows"]:
            if row["strip"]:
                name = f"strip-{len(files)}.svg"
                files[name] = _print_svg(row["strip"])
                row["strip"] = name
    files["data.json"] = json.dumps(printable_data(data), ensure_ascii=False).encode()
    return files


def _print_svg(svg: str) -> bytes:
    """Ink for `currentColor` and the document's font, which Typst brings along."""
    inked = svg.replace('"currentColor"', '"#000000"')
    return re.sub(r'font-family="[^"]*"', 'font-family="Libertinus Serif"', inked).encode()


def _timestamp(made_at: str) -> int:
    try:
        return int(datetime.fromisoformat(made_at).timestamp())
    except ValueError:
        return 0
