"""The simulated campaign: the same seed writes the same bytes, and every file says that it is simulated."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

from paracrine.instruments.campaign import CampaignTruth, simulate_campaign


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CampaignTruth]:
    folder = tmp_path_factory.mktemp("campaign")
    return folder, simulate_campaign(folder, seed=71)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(
    campaign: tuple[Path, CampaignTruth], tmp_path: Path
) -> None:
    first = contents(campaign[0])
    again, other = tmp_path / "again", tmp_path / "other"
    simulate_campaign(again, seed=71)
    simulate_campaign(other, seed=72)
    assert contents(again) == first
    changed = {name for name, data in contents(other).items() if data != first[name]}
    measured = {name for name in first if name.endswith((".csv", ".txt")) and "/" in name and "documents" not in name}
    assert measured <= changed
    assert not {"study.toml", "spec.toml", "results.csv"} & changed


def test_every_file_says_that_it_is_simulated(campaign: tuple[Path, CampaignTruth]) -> None:
    assert not [name for name, data in contents(campaign[0]).items() if b"simulated" not in data.lower()]


def test_the_study_names_exactly_the_files_that_were_written(campaign: tuple[Path, CampaignTruth]) -> None:
    folder, _ = campaign
    study = tomllib.loads((folder / "study.toml").read_text("utf-8"))
    named = {use["path"] for sample in study["sample"] for use in sample.get("file", ())}
    named |= {plate["path"] for plate in study["plate"]}
    forms = {"study.toml", "spec.toml", "results.csv"}
    written = {name for name in contents(folder) if name not in forms and not name.startswith("documents/")}
    assert named == written
    assert {sample["role"] for sample in study["sample"]} == {
        "product", "process blank", "detergent control", "reference bead", "diluent blank",
    }  # fmt: skip


def test_results_name_source_documents_that_exist(campaign: tuple[Path, CampaignTruth]) -> None:
    folder, truth = campaign
    with (folder / "results.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["batch"] for row in rows} == set(truth.batches)
    assert all((folder / row["source_document"]).is_file() for row in rows)


def test_the_truth_holds_together(campaign: tuple[Path, CampaignTruth]) -> None:
    """Rung 1: ratios of the stated amounts."""
    _, truth = campaign
    for batch in truth.batches:
        values = {(item.attribute, item.method): item.value for item in truth.of(batch)}
        particles = values["particle_concentration_undiluted_per_ml", "NanoSight"]
        protein = values["protein_ug_per_ml", ""]
        assert values["particles_per_ug_protein", ""] == pytest.approx(particles / protein)
        d10, d50, d90 = (values[f"diameter_d{p}_nm", "NanoSight"] for p in (10, 50, 90))
        assert d10 < d50 < d90


def test_only_the_third_batch_is_bad_and_in_two_ways(campaign: tuple[Path, CampaignTruth]) -> None:
    """Rung 1: the true values against the limits of spec.toml."""
    folder, truth = campaign
    limits = tomllib.loads((folder / "spec.toml").read_text("utf-8"))["limit"]
    bad: dict[str, set[str]] = {}
    for batch in truth.batches:
        values = {item.attribute: item for item in reversed(truth.of(batch)) if item.method != "ZetaView"}
        for limit in limits:
            item = values.get(limit["attribute"])
            if item is None:
                continue
            if item.value < limit.get("low", -1e300) or item.value > limit.get("high", 1e300):
                bad.setdefault(batch, set()).add(limit["attribute"])
    assert {batch: tuple(sorted(names)) for batch, names in bad.items()} == dict(truth.failing)
    assert truth.failing == {"B-003": ("diameter_d90_nm", "particles_per_ug_protein")}
