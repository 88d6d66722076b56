"""The checklist engine and the rule books it ships."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from paracrine.core.errors import InputError, UnknownName
from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Batch, Role
from paracrine.core.quantity import Quantity
from paracrine.rulebooks import checklist
from paracrine.rulebooks.book import READ, TO_BE_CONFIRMED, parse_rulebook
from paracrine.rulebooks.checklist import (
    ChecklistRecord,
    check,
    list_rulebooks,
    load_rulebook,
    record_of_batch,
    summarise_coverage,
)
from paracrine.rulebooks.line import ChecklistLine

BOOK = """
title = "Test book"
edition = "1"
source = "doi:10.1000/test"
scope = "For a test."
[[rule]]
id = "R"
level = "mandatory"
text = "Something is done."
basis = "read"
answered_by = {answered_by}
{more}
"""


def marker(name: str, finding: str | None = "positive", **options: Any) -> Measurement:
    fields: dict[str, Any] = {
        "attribute": f"marker_{name}",
        "title": name,
        "batch": "B1",
        "sample": "s",
        "method": "WB",
    }
    if finding is None:
        fields["quantity"] = Quantity(value=45.0, unit="%")
    return Measurement(**(fields | {"finding": finding} | options))


def number(attribute: str, **options: Any) -> Measurement:
    fields: dict[str, Any] = {"attribute": attribute, "title": "x", "batch": "B1", "sample": "s", "method": "NTA"}
    if options.get("state") is None:
        fields["quantity"] = Quantity(value=7.0, unit="nm")
    return Measurement(**(fields | options))


def answer(answered_by: str, record: ChecklistRecord, more: str = "") -> ChecklistLine:
    text = BOOK.replace("{answered_by}", answered_by).replace("{more}", more)
    (line,) = check(parse_rulebook(text, name="test"), record)
    return line


def lines(name: str, record: ChecklistRecord) -> dict[str, ChecklistLine]:
    return {line.rule_id: line for line in check(load_rulebook(name), record)}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "not assessed"),
        ({"culture.medium": " "}, "not assessed"),
        ({"culture.medium": "serum-free"}, "not assessed"),
        ({"culture.medium": "serum-free", "culture.serum": "none"}, "met"),
        ({"culture.medium": "n/a", "culture.serum": "not applicable"}, "not applicable"),
    ],
)
def test_facts_are_answered_by_any_text(facts: dict[str, str], said: str) -> None:
    found = answer('{ facts = ["culture.medium", "culture.serum"] }', ChecklistRecord(facts=facts))
    assert found.answer == said


@pytest.mark.parametrize(("text", "said"), [("No", "not met"), ("TEM of 3 grids", "met"), ("", "not assessed")])
def test_something_to_be_done_is_not_met_by_no(text: str, said: str) -> None:
    found = answer('{ done = ["imaging.close_up"] }', ChecklistRecord(facts={"imaging.close_up": text}))
    assert found.answer == said


@pytest.mark.parametrize(
    ("measurements", "said"),
    [
        ([number("protein_ug_per_ml"), number("particle_concentration_per_ml")], "met"),
        ([number("protein_ug_per_ml"), number("protein_total_ug")], "not assessed"),
        ([number("protein_ug_per_ml"), number("lipid_ug", role=Role.PROCESS_BLANK)], "not assessed"),
        ([number("protein_ug_per_ml"), number("lipid_ug", state=State.NOT_ASSESSED, reason="r")], "not assessed"),
    ],
)
def test_attributes_count_patterns_with_a_result_on_the_product(measurements: list[Measurement], said: str) -> None:
    condition = '{ attributes = ["protein*", "lipid*|particle*"], at_least = 2 }'
    assert answer(condition, ChecklistRecord(measurements)).answer == said


def test_a_technique_is_a_whole_word() -> None:
    condition = '{ techniques = ["TEM"] }'
    assert answer(condition, ChecklistRecord(techniques=("system suitability",))).answer == "not assessed"
    assert answer(condition, ChecklistRecord([number("morphology", method="tem, negative stain")])).answer == "met"


def test_roles_come_from_samples_and_measurements() -> None:
    condition = '{ roles = ["diluent blank", "reference bead"] }'
    record = ChecklistRecord([number("x", role=Role.DILUENT_BLANK)], roles=("reference bead",))
    assert answer(condition, record).answer == "met"
    assert answer(condition, ChecklistRecord(roles=("reference bead",))).answer == "not assessed"


@pytest.mark.parametrize(
    ("measurements", "said"),
    [
        ([marker("cd63")], "met"),
        ([marker("CD90", "Present")], "met"),
        ([marker("cd63", "negative"), marker("cd81", "positive")], "met"),
        ([marker("cd63", "negative")], "not met"),
        ([marker("cd63", "inconclusive")], "not assessed"),
        ([marker("cd63_pct", None)], "not assessed"),
        ([marker("calnexin", "positive")], "not assessed"),
        ([marker("cd105", "positive")], "not assessed"),
        ([marker("cd63", role=Role.PROCESS_BLANK)], "not assessed"),
        ([], "not assessed"),
    ],
)
def test_a_membrane_marker_found_by_western_blot_answers_g2(measurements: list[Measurement], said: str) -> None:
    assert lines("misev2018", ChecklistRecord(measurements))["G2"].answer == said


def test_purity_controls_count_present_or_absent_and_other_names_too() -> None:
    found = lines("misev2018", ChecklistRecord([marker("gm130", "negative"), marker("apoa1", "positive")]))
    assert found["G4"].answer == "met"
    assert found["G5"].because == "looked for: GM130"


def test_gapdh_is_no_purity_control() -> None:
    assert lines("misev2018", ChecklistRecord([marker("gapdh", "negative")]))["G4"].answer == "not assessed"


@pytest.mark.parametrize(
    ("claim", "looked_for", "said"),
    [
        ("", False, "not assessed"),
        ("", True, "met"),
        ("no", False, "not applicable"),
        ("no", True, "not applicable"),
        ("small EVs", False, "not assessed"),
        ("small EVs", True, "met"),
    ],
)
def test_a_conditional_rule_follows_the_claim(claim: str, looked_for: bool, said: str) -> None:
    record = ChecklistRecord([marker("calnexin", "negative")] if looked_for else [], facts={"claims.subtype": claim})
    assert lines("misev2018", record)["G5"].answer == said


def test_flow_cytometry_rules_are_due_only_where_it_was_used() -> None:
    blank = number("x", role=Role.DILUENT_BLANK)
    without = lines("miflowcyt_ev", ChecklistRecord([blank]))
    assert {line.answer for line in without.values()} == {"not applicable"}
    used = lines("miflowcyt_ev", ChecklistRecord([blank], techniques=("bead flow cytometry",)))
    assert used["3.1"].answer == "met"
    assert used["4.4"].answer == "not assessed"


def test_ev_metric_is_fulfilled_over_applicable_and_says_its_basis() -> None:
    """Rung 1: five of six components that apply (no ultracentrifuge, antibodies or lysis), counted by hand."""
    facts = {
        "imaging.wide_field": "TEM",
        "imaging.close_up": "TEM",
        "separation.density_gradient": "iodixanol",
        "separation.ev_density": "1.11 g/mL",
        "separation.ultracentrifugation": "no",
        "lysis.used": "no",
    }
    measurements = [number("particle_concentration_per_ml"), *(marker(m, method="MS") for m in ("cd9", "cd63"))]
    record = ChecklistRecord([*measurements, marker("calnexin", "negative", method="MS")], facts=facts)
    book = load_rulebook("ev_metric")
    coverage = summarise_coverage(book, check(book, record))
    assert (coverage.met, coverage.applicable, coverage.not_applicable) == (5, 6, 3)
    assert coverage.score_pct == pytest.approx(100 * 5 / 6)
    assert coverage.score_basis == TO_BE_CONFIRMED


def test_a_book_without_a_score_gets_none() -> None:
    book = load_rulebook("misev2018")
    coverage = summarise_coverage(book, check(book, ChecklistRecord()))
    assert (coverage.score_pct, coverage.met, coverage.not_assessed) == (None, 0, len(book.rules))
    assert coverage.to_be_confirmed == len(book.rules)


def test_the_record_of_a_batch_holds_its_amounts_and_shared_blanks_only() -> None:
    batch = Batch(name="B1", product="P", medium_volume_ml=400.0, facts={"culture.medium": "a"})
    measurements = [number("a"), number("b", batch="B2"), number("c", batch="", role=Role.DILUENT_BLANK)]
    record = record_of_batch(batch, measurements, techniques=("NTA",))
    assert [m.attribute for m in record.measurements] == ["a", "c"]
    assert record.facts == {"batch.medium_volume_ml": "400.0", "culture.medium": "a"}
    assert record.roles == ("product", "diluent blank")
    assert lines("misev2018", record)["Q1"].answer == "met"


@pytest.mark.parametrize("name", ["ev_metric", "miflowcyt_ev", "misev2018", "misev2023", "msc_ev_cqa"])
def test_every_line_names_source_and_basis(name: str) -> None:
    book = load_rulebook(name)
    for line in check(book, ChecklistRecord()):
        assert line.source.startswith("doi:10.")
        assert line.basis in (READ, TO_BE_CONFIRMED)
        assert line.basis == TO_BE_CONFIRMED or line.read_in
        assert line.because
    assert len(book.facts()) == len(set(book.facts()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("mandatory", "obligatory"), "unknown level 'obligatory'"),
        (('basis = "read"', 'basis = "sure"'), "basis must be"),
        (("doi:10.1000/test", "a friend"), "must be a doi: key"),
        (("text =", "txt ="), "unknown key 'txt'"),
        (('{ done = ["a"] }', "{ at_least = 2 }"), "exactly one of"),
        (('{ done = ["a"] }', '{ done = ["a"], facts = ["b"] }'), "exactly one of"),
        (('{ done = ["a"] }', '{ done = "a" }'), "must be a list"),
        (('{ done = ["a"] }', '{ attributes = ["a"], at_least = 0 }'), "whole number above 0"),
        (('{ done = ["a"] }', '{ markers = ["CD9"], finding = "maybe" }'), "unknown finding"),
        (('{ done = ["a"] }', '{ roles = ["diluant blank"] }'), "did you mean 'diluent blank'"),
        (('{ done = ["a"] }', '{ every = [{ done = ["a"], x = 1 }] }'), "unknown key 'x'"),
        (("[[rule]]", "[rule"), "is not TOML"),
    ],
)
def test_a_broken_rule_book_is_refused_by_name(change: tuple[str, str], message: str) -> None:
    text = BOOK.replace("{answered_by}", '{ done = ["a"] }').replace("{more}", "")
    with pytest.raises(InputError, match=message) as caught:
        parse_rulebook(text.replace(*change), name="test")
    assert caught.value.where.startswith("test.toml")


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'misev2023'"):
        load_rulebook("misev2032")


def test_another_package_can_bring_a_rule_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "our_rules"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    text = BOOK.replace("{answered_by}", '{ done = ["a"] }').replace("{more}", "")
    (package / "in_house.toml").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("in_house", "our_rules", checklist.ENTRY_POINTS)
    monkeypatch.setattr(checklist, "entry_points", lambda group: [point] if group == checklist.ENTRY_POINTS else [])
    assert list_rulebooks()[-1] == "in_house"
    assert load_rulebook("in_house").title == "Test book"
    load_rulebook.cache_clear()
    sys.modules.pop("our_rules", None)


def test_the_reference_page_names_every_book_and_every_fact() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "rulebooks.md").read_text(encoding="utf-8")
    for name in list_rulebooks():
        book = load_rulebook(name)
        counts = f"| {len(book.rules)} | {sum(rule.basis == READ for rule in book.rules)} |"
        assert f"| `{name}` | {book.title} {counts} {book.source} |" in page
        assert not [key for key in book.facts() if f"`{key}`" not in page]
