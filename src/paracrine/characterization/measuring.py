"""Every metric on every run: which payload it looks at, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.characterization.request import RunUse
from paracrine.characterization.sizing import SizeSummary
from paracrine.core.catalog import Catalog
from paracrine.core.measurand import Weighting
from paracrine.core.plan import SizeWindow
from paracrine.core.run import Payload, Run, Technique
from paracrine.payloads.size_distribution import SizeDistribution

METRICS = Catalog("paracrine.characterization.metrics", ("METRIC", "measure"))
_Signature = tuple[str, Weighting | None, str]
_NATIVE_WEIGHTING = {Technique.DLS: Weighting.INTENSITY}


@dataclass(frozen=True, slots=True)
class RunValue:
    """A metric's answer for one run of a sample."""

    use: RunUse
    value: MetricValue


@cache
def load_metrics() -> tuple[ModuleType, ...]:
    """Return all metrics, ours and other people's, loaded once."""
    return tuple(METRICS)


def measure_run(run: Run, *, window: SizeWindow) -> dict[str, MetricValue]:
    """Return every metric that applies to one run, by attribute name."""
    answers: dict[str, MetricValue] = {}
    contexts: dict[int, MetricContext] = {}
    for module, index in _applying(run.technique, tuple(_signature(payload) for payload in run.payloads)):
        payload = run.payloads[index]
        context = contexts.get(index)
        if context is None:
            shared = SizeSummary(payload) if isinstance(payload, SizeDistribution) else None
            context = contexts[index] = MetricContext(run=run, window=window, shared=shared)
        answers[module.METRIC.name] = module.measure(payload, context)
    return answers


def _signature(payload: Payload) -> _Signature:
    if isinstance(payload, SizeDistribution):
        return payload.payload_kind, payload.measurand.weighting, payload.contents_unit
    return payload.payload_kind, None, ""


@cache
def _applying(technique: Technique, signatures: tuple[_Signature, ...]) -> tuple[tuple[ModuleType, int], ...]:
    """Return the metrics that apply to runs of this make, each with the number of the payload it looks at."""
    chosen = ((module, _choose_payload(technique, signatures, module.METRIC)) for module in load_metrics())
    return tuple((module, index) for module, index in chosen if index is not None)


def _choose_payload(technique: Technique, signatures: tuple[_Signature, ...], metric: Metric) -> int | None:
    """Return which payload a metric looks at; None when it does not apply.

    Of several size distributions the one in the method's own weighting counts: intensity in dynamic light
    scattering, number elsewhere. Weightings are never converted.
    """
    if metric.techniques and technique not in metric.techniques:
        return None
    fitting = [
        (index, weighting)
        for index, (kind, weighting, unit) in enumerate(signatures)
        if kind == metric.payload_kind and metric.contents_unit in ("", unit)
    ]
    native = _NATIVE_WEIGHTING.get(technique, Weighting.NUMBER)
    return next((index for index, weighting in fitting if weighting is native), fitting[0][0] if fitting else None)


def group_by_method(uses: Iterable[RunUse]) -> Iterator[tuple[str, Sequence[RunUse]]]:
    """Yield (method, runs): one technique on one instrument; a file belongs to one instrument as a whole."""
    methods: dict[str, str] = {}
    groups: dict[str, list[RunUse]] = {}
    for use in uses:
        run = use.run
        method = methods.setdefault(run.source.sha256 + run.source.name, method_of(run))
        groups.setdefault(method, []).append(use)
    yield from groups.items()


def method_of(run: Run) -> str:
    """Return how a method is named: technique and instrument."""
    return ", ".join(dict.fromkeys(part for part in (run.technique.value, run.instrument) if part))
