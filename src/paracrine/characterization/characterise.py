"""One batch: from runs to measurements."""

from __future__ import annotations

from collections.abc import Iterable

from paracrine.characterization.assembling import (
    Subject,
    assemble_measurement,
    learn_concentration_per_count,
)
from paracrine.characterization.material import group_samples
from paracrine.characterization.measuring import RunValue, group_by_method, load_metrics, measure_run
from paracrine.characterization.metric import MetricValue
from paracrine.characterization.request import BatchRequest, RunUse
from paracrine.core.measurement import Measurement

Answers = list[tuple[RunUse, dict[str, MetricValue]]]


def characterise_batch(request: BatchRequest) -> tuple[Measurement, ...]:
    """Measure every sample of a batch and what follows from the samples together.

    Returns one measurement per sample, method and attribute. Results from elsewhere (`request.external`) are
    used where a ratio needs them and are not returned again.
    """
    return tuple(_measure_samples(request))


def _measure_samples(request: BatchRequest) -> Iterable[Measurement]:
    answers: Answers = [(use, measure_run(use.run, window=request.plan.window)) for use in request.uses if use.sample]
    by_use = {id(use): found for use, found in answers}
    for method, group in group_by_method(use for use, _ in answers):
        per_count = learn_concentration_per_count(_values(group, "particle_concentration_per_ml", by_use))
        for material in group_samples(request.samples):
            own = [use for use in group if use.sample in material]
            subject = Subject(material, method, request, per_count)
            for module in load_metrics():
                values = _values(own, module.METRIC.name, by_use)
                if values:
                    yield assemble_measurement(module.METRIC, subject, values)


def _values(uses: Iterable[RunUse], attribute: str, by_use: dict[int, dict[str, MetricValue]]) -> list[RunValue]:
    return [RunValue(use, by_use[id(use)][attribute]) for use in uses if attribute in by_use[id(use)]]
