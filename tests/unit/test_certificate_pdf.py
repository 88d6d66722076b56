"""The certificate as PDF: pages, text, archive standard, nothing of the user's text set as markup."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from certificate_samples import build_certificate, empty_certificate
from pypdf import PdfReader

from paracrine.report.certificate_pdf import certificate_pdf
from paracrine.report.content import CertificateContent


@pytest.fixture(scope="module")
def content() -> CertificateContent:
    return build_certificate(simulated=True)


@pytest.fixture(scope="module")
def pdf(content: CertificateContent) -> bytes:
    return certificate_pdf(content)


def text_of(pdf: bytes) -> str:
    """All text of a PDF in one line, the soft breaks of long words taken out."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(" ".join(pages).replace("\u200b", "").split())


def test_it_says_what_the_page_says(pdf: bytes, content: CertificateContent) -> None:
    text = text_of(pdf)
    assert content.headline in text
    for said in (
        "Simulated data, not for release",
        "Diluent blank PBS",
        "What to do:",
        "bubble in the cell",
        "not assessed",
    ):
        assert said in text, said
    for heading in (
        "Results",
        "Charts",
        "Replicates",
        "Uncertainty budgets",
        "Rule-book coverage",
        "Seal",
        "Signatures",
    ):
        assert heading in text, heading


def test_each_page_says_which_of_how_many_it_is_with_batch_and_seal(pdf: bytes, content: CertificateContent) -> None:
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) > 3
    assert content.seal is not None
    for number, page in enumerate(pages, 1):
        foot = " ".join(page.extract_text().replace("\u200b", "").split())
        assert f"page {number} of {len(pages)}" in foot
        assert f"Batch B-017 · seal {content.seal.seal_sha256[:16]}" in foot


def test_it_is_made_for_archives_with_every_font_inside(pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>2<", metadata)
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert any(key in inner for key in ("/FontFile2", "/FontFile3"))


def test_numbers_lead_to_their_source_entry(pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    links = [a.get_object() for page in reader.pages for a in page.get("/Annots", ())]
    assert len([link for link in links if link["/Subtype"] == "/Link"]) > 40


def test_the_same_content_gives_the_same_bytes(content: CertificateContent, pdf: bytes) -> None:
    assert certificate_pdf(content) == pdf


def test_text_of_the_user_is_set_as_it_is(content: CertificateContent) -> None:
    hostile = '#eval("1") $x$ *b* _i_ @cite `c` <label> \\ ] #panic() // gone'
    batch = content.batch.model_copy(update={"name": hostile})
    measurements = tuple(m.model_copy(update={"title": hostile, "sample": hostile}) for m in content.measurements)
    runs = tuple(replace(r, sample=hostile) for r in content.runs)
    changed = replace(content, headline=hostile, batch=batch, measurements=measurements, runs=runs)
    text = text_of(certificate_pdf(changed))
    assert text.count('#eval("1") $x$ *b* _i_ @cite `c` <label> \\ ] #panic() // gone') > 10


def test_letters_no_font_has_do_not_stop_it(content: CertificateContent) -> None:
    odd = "\U000e0041\uf8ff\x01 sample"
    batch = content.batch.model_copy(update={"name": odd})
    assert certificate_pdf(replace(content, batch=batch, headline=odd)).startswith(b"%PDF-")


def test_a_batch_of_which_nothing_is_known_still_makes_a_page() -> None:
    assert "Nothing was measured on this batch" in text_of(certificate_pdf(empty_certificate()))


def test_very_long_names_stay_on_the_page(content: CertificateContent) -> None:
    name = "donor7-passage3-hollow-fibre-" * 8
    measurements = tuple(m.model_copy(update={"sample": name}) for m in content.measurements)
    reader = PdfReader(io.BytesIO(certificate_pdf(replace(content, measurements=measurements))))
    width = float(reader.pages[0].mediabox.width)
    rights: list[float] = []

    def note_right(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
        rights.append(matrix[4] + 0.2 * size * len(text.rstrip()))

    reader.pages[0].extract_text(visitor_text=note_right)
    assert max(rights) < width
