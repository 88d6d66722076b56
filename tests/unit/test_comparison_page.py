"""The comparison of batches as one page."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from certificate_samples import build_comparison
from page_reading import Page

from paracrine.report.comparison import comparison_html
from paracrine.report.content import ComparisonContent


@pytest.fixture(scope="module")
def content() -> ComparisonContent:
    return build_comparison()


@pytest.fixture(scope="module")
def page(content: ComparisonContent) -> Page:
    return Page(comparison_html(content))


def test_the_first_sentence_answers(page: Page, content: ComparisonContent) -> None:
    assert page.all("h1")[0].text == content.headline


def test_each_attribute_shows_both_batches_ratio_margin_and_what_could_have_shown(page: Page) -> None:
    text = page.one("differences").text
    assert "D90 diameter nm 205 (192 to 217) 205 (192 to 217) 0.93 (0.72 to 1.21) 0.8 to 1.25 1.44 ◐not shown" in text
    assert "1 equivalent, 1 different, 1 not shown, 1 not assessed. Different: D50 diameter." in text


def test_what_differs_comes_first_and_what_is_not_assessed_says_why_last(page: Page) -> None:
    outcomes = [cell.text for cell in page.all("td", of_class="verdict")]
    assert outcomes == ["✕different", "◐not shown", "✓equivalent", "–not assessed"]
    assert "Because of Particles per µg protein. –not assessed" in page.one("differences").text


def test_remarks_on_several_rows_are_said_once(content: ComparisonContent) -> None:
    remarked = tuple(replace(c, reason=f"{c.reason}; the margin 1.25 is an assumption") for c in content.comparisons)
    text = Page(comparison_html(replace(content, comparisons=remarked))).one("differences").text
    assert text.count("The margin 1.25 is an assumption (4 of 4 rows).") == 1
    assert text.lower().count("is an assumption") == 1


def test_curves_of_all_batches_share_one_size_axis(page: Page) -> None:
    specs = [json.loads(s.text) for s in page.all("script") if s.attributes.get("type") == "application/json"]
    sizes = [spec for spec in specs if "Size distributions" in spec["description"]]
    assert len(sizes) == 2
    domains = {tuple(s["layer"][0]["encoding"]["x"]["scale"]["domain"]) for s in sizes}
    assert domains == {(10.0, 1000.0)}
    assert "B-017 (5 replicates), B-018 (4 replicates)" in sizes[0]["description"]


def test_every_number_opens_the_source_of_its_own_batch(page: Page) -> None:
    anchors = {e.attributes["id"] for e in page.elements if "id" in e.attributes}
    links = [number.attributes["href"].removeprefix("#") for number in page.all("a", of_class="num")]
    assert set(links) <= anchors
    assert {link.partition("-origin")[0] for link in links} == {"batch-1", "batch-2"}


def test_more_than_eight_batches_are_spread_over_charts(content: ComparisonContent) -> None:
    first = content.certificates[0]
    few_runs = first.runs[:1]
    many = tuple(
        replace(first, batch=first.batch.model_copy(update={"name": f"B-{number}"}), runs=few_runs)
        for number in range(30, 40)
    )
    page = Page(comparison_html(replace(content, certificates=many)))
    assert sum("Size distribution" in h.text for h in page.all("h3")) == 2


def test_nothing_to_compare_says_so(content: ComparisonContent) -> None:
    page = Page(comparison_html(replace(content, certificates=(), comparisons=())))
    assert "Nothing can be compared" in page.one("differences").text
