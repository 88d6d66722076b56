"""Multilevel, robust and network pooling against metafor, clubSandwich, robumeta and netmeta: rung 3, frozen peers."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paracrine.numerics.pooling.heterogeneity import likelihood
from paracrine.numerics.pooling.levels import fit_levels, fit_outcomes, nest, profile_level
from paracrine.numerics.pooling.network import (
    Comparison,
    build_network,
    estimate_network_tau2,
    pool_network,
    rank_treatments,
)
from paracrine.numerics.pooling.network_inconsistency import decompose_q, split_comparisons
from paracrine.numerics.pooling.random_effects import pool_effects
from paracrine.numerics.pooling.robust import fit_correlated, robust_fit
from paracrine.numerics.pooling.weighted import EffectSet, effect_set


@pytest.fixture(scope="module")
def reference(evidence_files: Path) -> Path:
    return evidence_files / "meta_reference"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(rows: list[dict[str, str]], name: str) -> Any:
    return np.array([float(row[name]) for row in rows])


def results(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))["results"]


def assert_near(found: object, wanted: object, tolerance: float) -> None:
    found_, wanted_ = np.asarray(found, float), np.asarray(wanted, float)
    assert found_ == pytest.approx(wanted_.reshape(found_.shape), rel=tolerance, abs=tolerance)


def test_three_levels_and_robust_errors(reference: Path) -> None:
    key = results(reference, "07_multilevel_metafor.json")
    rows = table(reference / "datasets" / "dat.konstantopoulos2011.csv")
    effects = effect_set(column(rows, "yi"), column(rows, "vi"))
    district = [row["district"] for row in rows]
    groups = {"district": district, "school": nest(district, [row["school"] for row in rows])}
    for restricted, name in ((True, "REML"), (False, "ML")):
        model, wanted = fit_levels(effects, groups, restricted=restricted), key[f"konstantopoulos_3level_{name}"]
        assert_near((model.beta[0], model.standard_error[0]), (wanted["beta"][0], wanted["se"][0]), 1e-6)
        assert_near(list(model.variances.values()), wanted["sigma2"], 1e-6)
        assert_near((model.log_likelihood, model.q), (wanted["loglik"], wanted["QE"]), 1e-8)
    model = fit_levels(effects, groups, test="t")
    assert_near(model.p_value, key["konstantopoulos_3level_t"]["pval"], 1e-5)
    assert_near(profile_level(model, groups, "district"), key["konstantopoulos_profile_ci"]["sigma2_1"][1:], 1e-4)
    assert_near(profile_level(model, groups, "school"), key["konstantopoulos_profile_ci"]["sigma2_2"][1:], 1e-4)
    weights = np.linalg.inv(model.marginal)
    for kind in ("cr1", "cr2"):
        found = robust_fit(effects, district, weights=weights, working=model.marginal, kind=kind)
        wanted = key[f"konstantopoulos_robust_{kind.upper()}"]
        assert_near((found.standard_error[0], found.degrees_of_freedom[0]), (wanted["se"], wanted["df"]), 1e-6)
        assert_near(found.p_value, wanted["p"], 1e-6)


def test_two_outcomes_of_one_study(reference: Path) -> None:
    key = results(reference, "07_multilevel_metafor.json")["berkey1998_multivariate_UN_REML"]
    rows = table(reference / "datasets" / "dat.berkey1998.csv")
    trial, outcome = [row["trial"] for row in rows], [row["outcome"] for row in rows]
    sampling = np.zeros((len(rows), len(rows)))
    for i, row in enumerate(rows):
        inside = [j for j, name in enumerate(trial) if name == trial[i]]
        for j, part in zip(inside, ("v1i", "v2i"), strict=True):
            sampling[i, j] = float(row[part])
    first = np.array([float(name == "AL") for name in outcome])
    effects = EffectSet(
        y=column(rows, "yi"), v=np.diag(sampling).copy(), x=np.column_stack([first, 1 - first]), names=("AL", "PD")
    )
    model = fit_outcomes(effects, sampling, trial, outcome)
    assert_near(model.beta, key["beta"], 1e-5)
    assert_near(model.standard_error, key["se"], 1e-5)
    assert_near(list(model.variances.values()), key["tau2"], 1e-4)
    assert_near(model.correlation, key["rho"], 1e-4)


def test_correlated_effects(reference: Path) -> None:
    rows = table(reference / "robumeta_correlated_effects.csv")
    moderators = {"intercept": (), "within": ("within",), "both": ("within", "between")}
    cases = json.loads((reference / "robumeta_reference.json").read_text(encoding="utf-8"))["cases"]
    for case in cases:
        effects = effect_set(
            column(rows, "effect"),
            column(rows, case["variances"]),
            moderators={name: column(rows, name) for name in moderators[case["model"]]},
        )
        found = fit_correlated(effects, [row["study"] for row in rows], correlation=case["rho"])
        assert_near(found.tau2, case["tau2"], 1e-8)
        assert_near(found.fit.beta, case["beta"], 1e-8)
        assert_near(found.fit.standard_error, case["se"], 1e-8)
        assert_near(found.fit.degrees_of_freedom, case["dof"], 1e-8)
    assert len(cases) == 18


def test_pymare_set_of_metafor_4(reference: Path) -> None:
    rows = table(reference / "metafor_small_sample.csv")
    moderators = {"intercept": (), "one": ("mod1",), "two": ("mod1", "mod2")}
    cases = json.loads((reference / "metafor_reference_pymare.json").read_text(encoding="utf-8"))["cases"]
    for case in cases:
        used = [row for row in rows if row["case"] == case["design"]]
        effects = effect_set(
            column(used, "y"),
            column(used, "v"),
            moderators={name: column(used, name) for name in moderators[case["model"]]},
        )
        model = pool_effects(effects, method=case["method"], test={"knha": "hksj"}.get(case["test"], case["test"]))
        if (case["design"], case["model"], case["method"]) == ("extreme_k10", "one", "ML"):
            # The likelihood has two tops; the reference stays at 0, ours stands on the higher one.
            assert case["tau2"] == 0
            assert model.log_likelihood > likelihood(effects, 0.0, restricted=False) + 0.2
            continue
        tolerance = 1e-4 if case["method"] in ("REML", "ML") else 1e-8
        assert_near(model.tau2.value, case["tau2"], tolerance)
        assert_near(model.beta, case["beta"], tolerance)
        assert_near(model.standard_error, case["se"], tolerance)
        assert_near(model.p_value, case["pval"], tolerance)
    assert len(cases) == 135


@pytest.mark.parametrize(
    ("name", "file"),
    [("Senn2013_DL", "Senn2013_pairwise.csv"), ("smokingcessation_OR_DL", "smokingcessation_pairwise.csv")],
)
def test_networks(reference: Path, name: str, file: str) -> None:
    key = results(reference, "10_network_netmeta.json")[name]
    comparisons = [
        Comparison(row["studlab"], row["treat1"], row["treat2"], float(row["TE"]), float(row["seTE"]))
        for row in table(reference / "datasets" / file)
    ]
    network = build_network(comparisons)
    assert list(network.treatments) == key["treatments"]
    tau2 = estimate_network_tau2(network)
    common, model = pool_network(network, tau2=0.0), pool_network(network, tau2=tau2)
    assert_near((tau2, model.q, model.i2_pct / 100), (key["tau2"], key["Q"], key["I2"]), 1e-8)
    for found, wanted in (
        (common.effect, "TE_common"),
        (common.standard_error, "seTE_common"),
        (model.effect, "TE_random"),
        (model.standard_error, "seTE_random"),
        (model.prediction_low, "pred_lower"),
        (model.prediction_high, "pred_upper"),
    ):
        assert_near(found, key[wanted]["values"], 1e-8)
    scores = rank_treatments(model, small_is_good=key["pscore"]["small"] == "desirable")
    assert scores == pytest.approx(key["pscore"]["random"], abs=1e-8)
    parts, wanted = decompose_q(network), key["decomp"]
    assert_near((parts.within.q, parts.between.q), (wanted["Q"][1]["Q"], wanted["Q"][2]["Q"]), 1e-8)
    assert_near(parts.between_random.q, wanted["Q_inc_random"][0]["Q"], 1e-8)
    splits = {(split.first, split.second): split for split in split_comparisons(model)}
    compared = 0
    for label, difference in zip(key["netsplit"]["comparison"], key["netsplit"]["diff"], strict=True):
        first, second = label.split(":")
        split = splits.get((first, second)) or splits[second, first]
        assert (split.difference is None) == (difference is None)
        if difference is not None and split.difference is not None:
            assert_near(split.difference if split.first == first else -split.difference, difference, 1e-8)
            compared += 1
    assert compared >= 6
