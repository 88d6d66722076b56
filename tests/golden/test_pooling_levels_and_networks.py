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
from paracrine.numerics.pooling.likelihood import marginal_likelihood
from paracrine.numerics.pooling.network import (
    Comparison,
    build_network,
    estimate_network_tau2,
    pool_network,
    rank_treatments,
)
from paracrine.numerics.pooling.network_counts import CountedArms, pool_designs
from paracrine.numerics.pooling.network_inconsistency import decompose_q, split_comparisons
from paracrine.numerics.pooling.prediction import predict_new_effect
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
    ahead = predict_new_effect(fit_levels(effects, groups))
    assert_near((ahead.low, ahead.high), list(key["konstantopoulos_predict"].values()), 1e-6)
    assert_near(profile_level(model, groups, "district"), key["konstantopoulos_profile_ci"]["sigma2_1"][1:], 1e-4)
    assert_near(profile_level(model, groups, "school"), key["konstantopoulos_profile_ci"]["sigma2_2"][1:], 1e-4)
    weights = np.linalg.inv(model.marginal)
    for kind in ("cr1", "cr2"):
        found = robust_fit(effects, district, weights=weights, working=model.marginal, kind=kind)
        wanted = key[f"konstantopoulos_robust_{kind.upper()}"]
        assert_near((found.standard_error[0], found.degrees_of_freedom[0]), (wanted["se"], wanted["df"]), 1e-6)
        assert_near(found.p_value, wanted["p"], 1e-6)


def test_two_outcomes_of_one_study(reference: Path) -> None:
    keys = results(reference, "07_multilevel_metafor.json")
    key = keys["berkey1998_multivariate_UN_REML"]
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
    years = (column(rows, "year") - 1983)[:, None]
    aged = EffectSet(
        y=effects.y, v=effects.v, x=np.hstack([effects.x, effects.x * years]), names=("AL", "PD", "AL:year", "PD:year")
    )
    model, key = fit_outcomes(aged, sampling, trial, outcome, restricted=False), keys["berkey1998_UN_ML_year"]
    assert_near(model.beta, key["beta"], 1e-4)
    assert_near(model.standard_error, key["se"], 1e-4)
    assert_near(list(model.variances.values()), key["tau2"], 1e-4)
    assert_near(model.log_likelihood, key["loglik"], 1e-4)


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


def test_the_network_of_netmeta_by_mantel_and_haenszel(reference: Path) -> None:
    key = results(reference, "10_network_netmeta.json")["Dong2013_MH"]
    arms: dict[str, dict[str, tuple[float, float]]] = {}
    for row in table(reference / "datasets" / "Dong2013_arms.csv"):
        arms.setdefault(row["id"], {})[row["treatment"]] = (float(row["death"]), float(row["randomized"]))
    studies = []
    for study, found in arms.items():
        counts = np.array([found[name] for name in sorted(found)])
        studies.append(CountedArms(study, tuple(sorted(found)), counts[:, 0], counts[:, 1]))
    pooled = pool_designs(studies)
    model = pool_network(pooled.network, tau2=0.0)
    assert list(model.network.treatments) == key["TE_common"]["rows"]
    assert_near(model.effect, key["TE_common"]["values"], 1e-8)
    assert_near(model.standard_error, key["seTE_common"]["values"], 1e-8)
    assert_near(model.q, key["Q"], 1e-8)
    assert len(pooled.used) == 37


def test_netmeta_estimates_tau_by_reml_from_other_rows_than_it_pools(reference: Path) -> None:
    """Its tau comes out of our likelihood when row 4 is left out and the three-arm study gives three comparisons.

    netmeta takes these as independent beside the common tau2; given its tau, everything else agrees.
    """
    key = results(reference, "10_network_netmeta.json")["Senn2013_REML"]
    rows = table(reference / "datasets" / "Senn2013_pairwise.csv")
    assert [i for i, row in enumerate(rows) if row["studlab"] == "Willms1999"] == [2, 26, 27]
    names = sorted({row[side] for row in rows for side in ("treat1", "treat2")})
    used = [row for i, row in enumerate(rows) if i != 3]
    design = np.array([[1.0 * (row["treat1"] == name) - (row["treat2"] == name) for name in names[1:]] for row in used])
    effects = column(used, "TE")
    variance = np.diag(column(used, "seTE") ** 2)
    same = np.array([[0.5 * (a["studlab"] == b["studlab"]) for b in used] for a in used]) + 0.5 * np.eye(len(used))

    def likelihood_at(tau2: float) -> float:
        return marginal_likelihood(effects, design, variance + tau2 * same, restricted=True)

    top = key["tau2"]
    assert likelihood_at(top) > max(likelihood_at(top * 0.999), likelihood_at(top * 1.001))
    network = build_network(
        [Comparison(row["studlab"], row["treat1"], row["treat2"], float(row["TE"]), float(row["seTE"])) for row in rows]
    )
    assert estimate_network_tau2(network, method="reml") ** 0.5 == pytest.approx(0.316, abs=5e-4)
    model = pool_network(network, tau2=top)
    assert_near(model.effect, key["TE_random"]["values"], 1e-8)
    assert_near(model.standard_error, key["seTE_random"]["values"], 1e-8)
    assert_near(model.prediction_high, key["pred_upper"]["values"], 1e-8)
