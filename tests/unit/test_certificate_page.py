"""The certificate as one page: complete without network and JavaScript, every number with its source."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from certificate_samples import build_certificate, empty_certificate
from page_reading import Page

from paracrine.core.measurand import Measurand, Weighting
from paracrine.core.specification import Outcome
from paracrine.report.certificate_html import certificate_html
from paracrine.report.content import CertificateContent

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}{% raw %}\u202e\x01"


@pytest.fixture(scope="module")
def content() -> CertificateContent:
    return build_certificate(simulated=True)


@pytest.fixture(scope="module")
def html(content: CertificateContent) -> str:
    return certificate_html(content)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def hostile(content: CertificateContent) -> CertificateContent:
    """The same content with every text of the user replaced."""
    measurements = tuple(
        m.model_copy(update={"title": HOSTILE, "sample": HOSTILE, "method": HOSTILE, "reason": m.reason and HOSTILE})
        for m in content.measurements
    )
    verdicts = tuple(
        v.model_copy(update={"sample": HOSTILE, "method": HOSTILE, "reason": HOSTILE}) for v in content.verdicts
    )
    runs = tuple(
        replace(r, sample=HOSTILE, reason=HOSTILE, run=replace(r.run, name=HOSTILE, settings={HOSTILE: HOSTILE}))
        for r in content.runs
    )
    files = tuple(replace(f, path=HOSTILE, error=HOSTILE) for f in content.files)
    batch = content.batch.model_copy(update={"name": HOSTILE})
    changed = {"measurements": measurements, "verdicts": verdicts, "runs": runs, "files": files, "batch": batch}
    return replace(content, headline=HOSTILE, **changed)


def test_the_first_sentence_answers(page: Page, content: CertificateContent) -> None:
    assert page.all("h1")[0].text == content.headline
    assert page.all("title")[0].text == "Certificate of analysis, batch B-017"


def test_nothing_is_fetched(page: Page) -> None:
    fetching = ("src", "data", "poster", "action", "srcset", "background")
    assert [e for e in page.elements for name in fetching if e.attributes.get(name)] == []
    assert [e.attributes["href"] for e in page.all() if not e.attributes.get("href", "#").startswith("#")] == []
    assert page.all("link") == []
    assert page.all("base") == []
    assert not re.search(r"url\((?!#)|@import", "".join(style.text for style in page.all("style")))


def test_the_page_forbids_the_browser_to_fetch(page: Page) -> None:
    policy = next(m.attributes["content"] for m in page.all("meta") if m.attributes.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)


def test_charts_stand_without_javascript_and_their_clip_ids_are_their_own(html: str, page: Page) -> None:
    figures = page.all("figure", of_class="chart")
    pictures = re.findall(r'<div class="picture">(<svg.*?</svg>)', html, re.S)
    assert len(figures) == len(pictures) == 5
    assert all("hidden" in live.attributes for live in page.all("div", of_class="live"))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_each_live_chart_is_json_with_its_own_data(page: Page) -> None:
    specs = [json.loads(s.text) for s in page.all("script") if s.attributes.get("type") == "application/json"]
    assert len(specs) == 5
    for spec in specs:
        assert spec["width"] == "container"
        assert all("values" in layer["data"] for layer in spec["layer"])
        assert '"url"' not in json.dumps(spec)


def test_every_number_of_the_results_opens_its_source(page: Page) -> None:
    anchors = {e.attributes["id"] for e in page.elements if "id" in e.attributes}
    numbers = page.all("a", of_class="num")
    assert len(numbers) > 40
    for number in numbers:
        assert number.attributes["href"].removeprefix("#") in anchors
        assert "reader" in number.attributes["data-origin"], number.text
    values = [e for e in page.all("td", of_class="value") if re.search(r"\d", e.text)]
    linked = {number.text for number in numbers}
    assert [value.text for value in values if value.text not in linked] == []


def test_the_source_on_hover_names_file_field_reader_and_version(page: Page) -> None:
    number = next(n for n in page.all("a", of_class="num") if n.text == "1.25 × 10¹¹")
    origin = number.attributes["data-origin"]
    assert origin.startswith("exports/B-017 ExperimentSummary.csv\nfield particle_concentration_per_ml")
    assert "reader nanosight_summary 1.2" in origin
    assert "computed by characterization.metrics.particle_concentration_per_ml 0.1.0" in origin


def test_verdicts_are_said_by_shape_and_word(page: Page) -> None:
    said = [cell.text for cell in page.all("td", of_class="verdict-cell")]
    assert len(said) == 11
    for shape, word in (("✓", "pass"), ("✕", "fail"), ("◐", "borderline"), ("–", "not assessed"), ("·", "reported")):
        assert any(text.startswith(f"{shape}{word}") for text in said), word
    assert any("guard band: ◐ borderline" in text for text in said)


def test_the_blank_level_stands_beside_the_concentration(page: Page) -> None:
    assert "Diluent blank PBS 2.3 × 10⁷ (1.1 to 4.2) × 10⁷ mL⁻¹" in page.one("results").text


def test_without_a_blank_run_its_level_is_not_assessed(content: CertificateContent) -> None:
    product = tuple(m for m in content.measurements if m.sample == "DP-1")
    text = Page(certificate_html(replace(content, measurements=product))).one("results").text
    assert "Blank level not assessed no blank was measured by this method" in text


def test_a_missing_result_says_not_assessed_and_why(page: Page) -> None:
    results = page.one("results").text
    assert "Particles per producing cell DP-1 · NanoSight NTA, own percentile convention not assessed" in results
    assert "study.toml does not state how many cells the batch was made with." in results
    cells = [e for e in page.all("td", of_class="value") if not e.text]
    assert cells == []


def test_an_excluded_replicate_stays_with_its_reason_and_both_values(page: Page) -> None:
    row = next(e for e in page.all("tr", of_class="excluded"))
    assert "video 3" in row.text
    assert "2.610 × 10¹¹" in row.text
    assert "✕ excluded: bubble in the cell (A. Reviewer, 2026-03-04)" in row.text
    assert "With every replicate 1.5 × 10¹¹ (0.8 to 2.3) × 10¹¹ mL⁻¹" in page.one("results").text


def test_a_notice_stands_with_its_number_and_says_what_to_do(page: Page) -> None:
    note = page.one("note-3")
    assert note.text.startswith("Caution 3. Video 4 drifted")
    assert "What to do: Repeat video 4 after the temperature is stable" in note.text


def test_a_notice_of_several_results_is_said_once_and_referred_to(content: CertificateContent) -> None:
    drift = next(m for m in content.measurements if m.attribute == "diameter_d90_nm").notices
    twice = tuple(m.model_copy(update={"notices": drift}) for m in content.measurements)
    page = Page(certificate_html(replace(content, measurements=twice)))
    notes = [note.text for note in page.all("p", of_class="note")]
    assert sum("drifted by 4.2 µm/s" in text for text in notes) == 1
    assert notes.count("See also caution 2.") > 8


def test_results_of_one_sample_and_method_share_a_heading(page: Page) -> None:
    headings = [e.text for e in page.all("th") if e.attributes.get("scope") == "rowgroup"]
    assert "DP-1 · NanoSight NTA, own percentile convention · number-weighted" in headings


def test_the_truth_of_a_number_weighted_size_is_not_put_beside_an_intensity_weighted_one(
    content: CertificateContent,
) -> None:
    intensity = Measurand(weighting=Weighting.INTENSITY)
    changed = tuple(m.model_copy(update={"measurand": intensity}) for m in content.measurements)
    text = Page(certificate_html(replace(content, measurements=changed))).one("results").text
    assert "Simulated truth 120 nm" not in text
    assert "Simulated truth 1.3 × 10¹¹ mL⁻¹" in text


def test_the_budget_shows_components_dof_and_shares(page: Page) -> None:
    budgets = page.one("budgets").text
    assert "between videos 4.8 % 3 78 % how between videos is known" in budgets
    assert "it is called repeatability" in budgets


def test_sources_seal_and_rule_books_are_all_there(page: Page, content: CertificateContent) -> None:
    sources = page.one("sources").text
    for file in content.files:
        assert file.sha256 in sources
    assert "could not be read: empty after the header" in sources
    assert "Welsh JA" in sources
    assert "doi:10.1002/jev2.12404" in sources
    assert "(to be confirmed against the original)" in page.one("coverage").text
    assert content.seal is not None
    assert content.seal.seal_sha256 in page.one("seal").text
    assert [word in page.one("seal").text for word in ("Author", "Reviewer", "Release", "Time zone")] == [True] * 4


def test_a_simulated_batch_says_so_and_shows_the_truth(page: Page) -> None:
    assert page.all("p", of_class="banner")[0].text == "Simulated data, not for release"
    assert "Simulated truth 120 nm" in page.one("results").text


def test_text_of_the_user_is_never_markup(content: CertificateContent) -> None:
    page = Page(certificate_html(hostile(content)))
    assert page.all("img") == []
    assert not any("alert" in script.text[:40] for script in page.all("script"))
    assert "{{7*7}}" in page.all("h1")[0].text
    assert not any(letter in page.one("results").text for letter in "\u202e\x01")


def test_without_specification_results_stand_and_nothing_is_judged() -> None:
    page = Page(certificate_html(build_certificate(judged=False)))
    assert page.all("td", of_class="verdict-cell") == []
    assert "No limits were given, so no result is judged." in page.one("results").text
    assert "122" in page.one("results").text


def test_a_batch_of_which_nothing_is_known_still_makes_a_page() -> None:
    page = Page(certificate_html(empty_certificate()))
    assert "every attribute is not assessed" in page.one("results").text
    assert page.all("script") == []


def test_fifty_runs_stay_under_two_megabytes() -> None:
    html = certificate_html(build_certificate(runs_count=50))
    assert len(html) < 2_000_000


def test_a_verdict_that_met_no_measurement_has_a_row(content: CertificateContent) -> None:
    lost = content.verdicts[0].model_copy(
        update={"sample": "", "method": "", "quantity": None, "finding": None, "outcome": Outcome.NOT_ASSESSED}
    )
    page = Page(certificate_html(replace(content, verdicts=(lost,))))
    (cell,) = page.all("td", of_class="verdict-cell")
    assert cell.text.startswith("–not assessed")
