"""The certificate of analysis as one self-contained page."""

from __future__ import annotations

from paracrine.report.certificate_page import build_page
from paracrine.report.content import CertificateContent
from paracrine.report.html_page import render_html


def certificate_html(content: CertificateContent) -> str:
    """Return the certificate as one HTML file.

    It fetches nothing, shows its charts as pictures without JavaScript and as interactive charts with it, follows the
    reader's light or dark setting and prints on A4 and Letter.
    """
    page = build_page(content)
    return render_html("certificate.html.j2", footer=page.footer, charts=page.charts, page=page)
