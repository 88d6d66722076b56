"""Everything that pooling offers, read from the code, and what others offer that is not here."""

from __future__ import annotations

from paracrine.evidence.pool.question import MODELS, SHARED
from paracrine.evidence.pool.risk import risk_tools
from paracrine.numerics.pooling.heterogeneity import ESTIMATORS
from paracrine.numerics.pooling.measure import measures
from paracrine.numerics.pooling.prediction import RULES
from paracrine.numerics.pooling.random_effects import TESTS

NOT_OFFERED = {
    "DLIT": "iterated DerSimonian-Laird (metafor)",
    "D2ORN of 2x2 tables": "the reference itself refuses it",
    "fail-safe N for a random-effects model": "Rosenthal, Orwin and Rosenberg are offered in Python",
    "Schwarzer's rank test": "Begg, Egger, Harbord, Peters, Deeks and Pustejovsky are offered",
    "selection model without a study on one side of the step": "the likelihood has no top; others stop at a bound",
    "network Mantel-Haenszel": "arms with counts are pooled by inverse variance, 1/2 added to tables that hold a zero",
    "REML in networks as netmeta answers": "the likelihood of contrasts has its top at tau 0.316, not 0.322",
    "Hedges' g with the variance of meta": "the variances LS, LS2, UB and AV of metafor are offered",
    "variance inflation factors": "of moderators",
    "Baujat and radial plots": "influence is given as leave-one-out and studentised residuals",
}


def list_methods() -> dict[str, list[dict[str, str]]]:
    """Return names and meanings by kind: effect sizes, estimators, tests, models, rules, tools, not offered."""
    return {
        "effect size": [{"name": key, "what": one.title} for key, (_, one) in measures().items()],
        "estimator": [
            {"name": one.__name__.rpartition(".")[2], "what": f"{one.TAU2.title}: {one.TAU2.advice}"}
            for one in ESTIMATORS
        ],
        "test": _rows(TESTS),
        "model": _rows(MODELS),
        "prediction rule": _rows(RULES),
        "shared control": _rows(SHARED),
        "risk of bias": [{"name": key, "what": tool.title} for key, tool in risk_tools().items()],
        "not offered": _rows(NOT_OFFERED),
    }


def _rows(named: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "what": what} for name, what in named.items()]
