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
    for module in load_metrics():
        metric: Metric = module.METRIC
        payload = choose_payload(run, metric)
        if payload is None:
            continue
        context = contexts.get(id(payload))
        if context is None:
            shared = SizeSummary(payload) if isinstance(payload, SizeDistribution) else None
            context = contexts[id(payload)] = MetricContext(run=run, window=window, shared=shared)
        answers[metric.name] = module.measure(payload, context)
    return answers


def choose_payload(run: Run, metric: Metric) -> Payload | None:
    """Return the payload a metric looks at; None when the metric does not apply to the run.

    Of several size distributions the one in the method's own weighting counts: intensity in dynamic light
    scattering, number elsewhere. Weightings are never converted.
    """
    if metric.techniques and run.technique not in metric.techniques:
        return None
    fitting = [payload for payload in run.payloads if payload.payload_kind == metric.payload_kind]
    if metric.payload_kind != SizeDistribution.payload_kind:
        return fitting[0] if fitting else None
    native = _NATIVE_WEIGHTING.get(run.technique, Weighting.NUMBER)
    sizes = [payload for payload in fitting if isinstance(payload, SizeDistribution)]
    if metric.contents_unit:
        sizes = [payload for payload in sizes if payload.contents_unit == metric.contents_unit]
    return next((payload for payload in sizes if payload.measurand.weighting is native), sizes[0] if sizes else None)


def group_by_method(uses: Iterable[RunUse]) -> Iterator[tuple[str, Sequence[RunUse]]]:
    """Yield (method, runs): one technique on one instrument; a file belongs to one instrument as a whole."""
    instruments: dict[str, str] = {}
    groups: dict[str, list[RunUse]] = {}
    for use in uses:
        run = use.run
        instrument = instruments.setdefault(run.source.sha256 + run.source.name, run.instrument)
        method = ", ".join(part for part in (run.technique.value, instrument) if part)
        groups.setdefault(method, []).append(use)
    yield from groups.items()
