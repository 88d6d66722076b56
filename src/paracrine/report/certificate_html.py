"""The certificate of analysis as one self-contained page."""

from __future__ import annotations

from paracrine.report.content import CertificateContent


def certificate_html(content: CertificateContent) -> str:
    """Return the certificate as one HTML file that needs neither network nor JavaScript."""
    from markupsafe import escape

    return f"<!doctype html><title>{escape(content.batch.name)}</title><h1>{escape(content.headline)}</h1>"
