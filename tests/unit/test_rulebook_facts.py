"""Rule books and release tables against the fact tables they were typed from (rung 2)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from paracrine.core.specification import LimitKind
from paracrine.release.example import list_example_specifications, load_example_specification
from paracrine.rulebooks.book import READ
from paracrine.rulebooks.checklist import load_rulebook
from paracrine.rulebooks.markers import find_protein, load_proteins

_ITEM = re.compile(r"\{(?:id|n): (\w+).*?status: \"?(.+?)\"?[,}]")


def statuses(path: Path) -> dict[str, str]:
    return dict(_ITEM.findall(path.read_text(encoding="utf-8")))


def test_marker_categories_are_those_of_the_published_lists(standards_facts: Path) -> None:
    """Rung 2."""
    with (standards_facts / "misev2018_protein_categories.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["symbol"]: (row["category"], row["subgroup"]) for row in csv.DictReader(file)}
    typed = {protein.symbol: (protein.category, protein.subgroup) for protein in load_proteins()}
    assert typed == {symbol: listed.get(symbol, ("", "")) for symbol in typed}


@pytest.mark.parametrize(("book", "file"), [("misev2018", "misev2018.yaml"), ("ev_metric", "ev_metric.yaml")])
def test_no_rule_from_memory_is_called_read(standards_facts: Path, book: str, file: str) -> None:
    """Rung 2: the status of each item in the fact table."""
    known = statuses(standards_facts / file)
    rules = {rule.rule_id: rule for rule in load_rulebook(book).rules}
    assert set(rules) == set(known)
    assert not [rule_id for rule_id, rule in rules.items() if rule.basis == READ and known[rule_id] == "memory"]


def test_what_is_known_from_memory_alone_is_never_read() -> None:
    unread = [rule for rule in load_rulebook("miflowcyt_ev").rules if rule.basis == READ]
    ratios = [rule for rule in load_rulebook("msc_ev_cqa").rules if rule.section == "ratios" and rule.basis == READ]
    assert unread + ratios == []


def test_the_traps_of_the_marker_lists_hold() -> None:
    """Rung 2: the traps named beside the fact tables."""
    assert find_protein("CD105") is not None
    assert [getattr(find_protein(name), "category", None) for name in ("CD105", "CD90", "CD73")] == ["", "1", "1"]
    assert [getattr(find_protein(name), "subgroup", None) for name in ("GAPDH", "BiP", "GM130")] == ["2b", "4c", "4c"]
    assert find_protein("nothing") is None


def test_marker_names_are_unique() -> None:
    names = [name.lower() for protein in load_proteins() for name in (protein.symbol, *protein.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("name", "product"), [("wjsc2025", "WJSC2025 MSC-EV"), ("sttt2025", "STTT2025 nebulised EV")])
def test_published_tables_have_the_stages_and_numbers_of_the_fact_table(
    standards_facts: Path, name: str, product: str
) -> None:
    """Rung 2: every stage, and every numeric limit with its side and unit."""
    with (standards_facts / "release_specs.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["product"] == product]
    specification = load_example_specification(name)
    assert specification.example
    assert all(row["source"].startswith(f"https://doi.org/{specification.source[4:]}") for row in rows)
    assert {limit.stage for limit in specification.limits} == {row["stage"] for row in rows}
    published = {
        (row["stage"], row["operator"], float(row["limit"])) for row in rows if row["limit"].replace(".", "").isdigit()
    }
    typed = set()
    for limit in specification.limits:
        if limit.limit_kind is LimitKind.LABEL:
            typed.add((limit.stage, "+-", limit.tolerance_pct))
        if limit.low is not None:
            typed.add((limit.stage, ">=" if limit.low_inclusive else ">", limit.low))
        if limit.high is not None:
            typed.add((limit.stage, "<=" if limit.high_inclusive else "<", limit.high))
    size_peak = {("EV drug substance", "<", 200.0)} if name == "wjsc2025" else set()
    assert typed == published | size_peak


def test_examples_are_listed_and_say_that_they_are_examples() -> None:
    assert list_example_specifications() == ("sttt2025", "wjsc2025")
    for name in list_example_specifications():
        assert load_example_specification(name).product.startswith("Example:")
