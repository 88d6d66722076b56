"""What is asked of a table of studies."""

from __future__ import annotations

from dataclasses import dataclass

MODELS = {
    "auto": "random effects; levels where a study gives several effects",
    "random": "random effects, one effect a study",
    "common": "one common effect",
    "levels": "effects inside studies, with robust errors",
    "mh": "Mantel-Haenszel",
    "peto": "Peto's odds ratio",
    "mixed": "mixed model of the counts, no correction for zero cells",
}
NETWORK_MODELS = {
    "random": "random effects, one variance between studies (dl or reml)",
    "common": "common effects",
    "mh": "Mantel-Haenszel by design, odds ratios of arms with counts",
}
SHARED = {
    "split": "events and people of a shared control are divided among its comparisons",
    "model": "the correlation that a shared control makes is modelled",
}


@dataclass(frozen=True, slots=True)
class PoolQuestion:
    """Measure, model and what to leave out; empty means the default that the answer names."""

    measure: str = ""
    method: str = "reml"
    test: str = "auto"
    model: str = "auto"
    prediction: str = "hts"
    moderators: tuple[str, ...] = ()
    by: str = ""
    common_tau2: bool = False
    order: str = ""
    where: tuple[str, ...] = ()
    shared: str = "split"
    risk_at_most: str = ""
    coverage_pct: float = 95.0
