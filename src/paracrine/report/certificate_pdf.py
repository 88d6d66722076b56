"""The certificate of analysis as PDF."""

from __future__ import annotations

import json
from collections.abc import Callable

from paracrine.report.content import CertificateContent


def certificate_pdf(content: CertificateContent) -> bytes:
    """Return the certificate as PDF."""
    import typst

    compile_files: Callable[[dict[str, bytes]], bytes] = typst.compile  # type: ignore[assignment]

    source = b'#let data = json("data.json")\n= #data.headline\n'
    return compile_files({"main.typ": source, "data.json": json.dumps({"headline": content.headline}).encode()})
