"""Everything that pooling offers, read from the code, and what others offer that is not here."""

from __future__ import annotations

from paracrine.evidence.pool.question import MODELS, NETWORK_MODELS, SHARED
from paracrine.evidence.pool.risk import risk_tools
from paracrine.numerics.pooling.heterogeneity import ESTIMATORS
from paracrine.numerics.pooling.measure import measures
from paracrine.numerics.pooling.prediction import RULES
from paracrine.numerics.pooling.random_effects import TESTS

NOT_OFFERED = {
    "D2ORN of 2x2 tables": "the reference itself refuses it",
    "variance inflation factors": "of moderators; the reference itself refuses its own example",
    "fail-safe N for a random-effects model": "Rosenthal, Orwin and Rosenberg are offered in Python",
    "selection model without a study on one side of the step": "the likelihood has no top; metafor stops at its bound",
    "REML in networks of netmeta 2.8": "for Senn2013 it leaves the two-arm study of row 4 out of tau (0.322 for 0.316)",
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
        "network model": _rows(NETWORK_MODELS),
        "prediction rule": _rows(RULES),
        "shared control": _rows(SHARED),
        "risk of bias": [{"name": key, "what": tool.title} for key, tool in risk_tools().items()],
        "not offered": _rows(NOT_OFFERED),
    }


def _rows(named: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "what": what} for name, what in named.items()]
