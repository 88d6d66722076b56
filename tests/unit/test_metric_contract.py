"""All metrics keep the contract, broken ones are told why, and other people's are found."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from paracrine.characterization.definitions import list_definitions
from paracrine.characterization.derivation import load_derived
from paracrine.characterization.measuring import METRICS, load_metrics
from paracrine.characterization.metric import MetricValue
from paracrine.characterization.metrics import diameter_d50_nm, particle_concentration_per_ml
from paracrine.core.catalog import Catalog
from paracrine.core.errors import UnknownName
from paracrine.testing.metric import check_derived, check_metric


@pytest.mark.parametrize("module", load_metrics(), ids=lambda module: module.METRIC.name)
def test_metric_keeps_the_contract(module: ModuleType) -> None:
    check_metric(module)


@pytest.mark.parametrize("module", load_derived(), ids=lambda module: module.DERIVED.name)
def test_derived_metric_keeps_the_contract(module: ModuleType) -> None:
    check_derived(module)


def broken(base: Any, measure: Any = None, **changes: Any) -> ModuleType:
    metric = dataclasses.replace(base.METRIC, **changes)
    return cast(ModuleType, SimpleNamespace(METRIC=metric, measure=measure or base.measure))


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (broken(diameter_d50_nm, cites=("doi:10.1/none",)), "not in the bibliography"),
        (broken(diameter_d50_nm, definition="a size"), "not a sentence"),
        (
            broken(diameter_d50_nm, measure=lambda p, c: MetricValue(float(p.contents.sum()))),
            "amount|empty|no particle",
        ),
        (broken(diameter_d50_nm, measure=lambda p, c: MetricValue(120.0)), "follow the axis"),
        (broken(diameter_d50_nm, measure=lambda p, c: MetricValue(float("nan"))), "is nan"),
        (broken(diameter_d50_nm, measure=lambda p, c: MetricValue(None)), "no reason"),
        (broken(diameter_d50_nm, measure=lambda p, c: 120.0), "not MetricValue"),
        (broken(diameter_d50_nm, bounds=(0.0, 10.0)), "outside"),
        (broken(particle_concentration_per_ml, zero_is_a_result=False), "of no particle is 0.0"),
        (
            broken(particle_concentration_per_ml, measure=lambda p, c: MetricValue(p.total, standard_uncertainty=0.1)),
            "without counts",
        ),
    ],
)
def test_broken_metric_is_told_what_it_breaks(module: ModuleType, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check_metric(module)


def test_metric_of_another_package_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "their_metrics-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-metrics\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{METRICS.package}]\ndiameter_d25_nm = their_diameter_d25\n")
    source = Path(str(diameter_d50_nm.__file__)).read_text().replace("d50", "d25").replace("D50", "D25")
    (tmp_path / "their_diameter_d25.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert "diameter_d25_nm" in METRICS.names()
        assert METRICS.load("diameter_d25_nm").METRIC.name == "diameter_d25_nm"
        check_metric(METRICS.load("diameter_d25_nm"))
    finally:
        sys.modules.pop("their_diameter_d25", None)


def test_unknown_metric_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="diameter_d90_nm"):
        Catalog(METRICS.package, METRICS.required).load("diameter_d9_nm")


def test_definitions_name_every_attribute_once() -> None:
    names = [definition.name for definition in list_definitions()]
    assert len(names) == len(set(names))
    assert {"particle_concentration_undiluted_per_ml", "protein_ug_per_ml", "particles_per_ug_protein"} <= set(names)
