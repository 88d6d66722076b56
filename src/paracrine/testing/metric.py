"""Holds metrics and derived metrics, ours or other people's, to their contracts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from paracrine.characterization.derivation import Derived, DerivedContext
from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.characterization.request import BatchRequest
from paracrine.characterization.sizing import SizeSummary
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.plan import StudyPlan
from paracrine.core.product import Batch, DilutionBy, Product
from paracrine.core.provenance import SourceRef
from paracrine.core.run import Payload, Run, Technique
from paracrine.facts.references import read_references
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution

_TRACKS = 1500.0
_MORE = 16.0
_SIZE_UNIT = "nm"


def check_metric(module: ModuleType) -> None:
    """Assert that a metric keeps the contract of `characterization/metrics/`.

    It names itself, answers every payload of its kind with a finite number or a reason, leaves the payload as it
    is, stays inside its bounds, and counts more surely with more particles. Sizes do not depend on how much there
    is and grow with the axis.

    Args:
        module: defines `METRIC` and `measure`.

    Raises:
        AssertionError: naming the promise that was broken.
    """
    metric: Metric = module.METRIC
    _check_identity(metric.name, metric.title, metric.unit, metric.definition, metric.cites)
    assert metric.scale in ("relative", "absolute"), f"{metric.name}: scale {metric.scale!r} is neither"
    if metric.payload_kind == SizeDistribution.payload_kind:
        _check_sizes(module, metric)
    elif metric.payload_kind == Scalars.payload_kind:
        _check_scalars(module, metric)


def check_derived(module: ModuleType) -> None:
    """Assert that a derived metric keeps the contract of `characterization/derived/`.

    Raises:
        AssertionError: naming the promise that was broken.
    """
    derived: Derived = module.DERIVED
    _check_identity(derived.name, derived.title, derived.unit, derived.definition, derived.cites)
    assert module.NEEDS, f"{derived.name}: NEEDS is empty"
    assert derived.name not in module.NEEDS, f"{derived.name} needs itself"
    batch = Batch(name="B", product="P")
    plan = StudyPlan(title="T", product=Product(name="P"), batches=(batch,), samples=())
    made = module.derive((), DerivedContext(BatchRequest(plan, batch, (), ()), ()))
    assert made == (), f"{derived.name} makes {len(made)} results from nothing"


def _check_identity(name: str, title: str, unit: str, definition: str, cites: tuple[str, ...]) -> None:
    assert name == name.lower(), f"{name}: a name is lower case"
    assert name.isidentifier(), f"{name}: a name is one word with underscores"
    assert title, f"{name}: no title"
    assert unit, f"{name}: no unit (1 for a plain ratio)"
    assert len(definition.split()) >= 5, f"{name}: the definition is not a sentence"
    missing = [cite for cite in cites if cite.lower() not in read_references()]
    assert not missing, f"{name} cites what is not in the bibliography: {', '.join(missing)}"


def _check_sizes(module: ModuleType, metric: Metric) -> None:
    unit = metric.contents_unit or "1/mL"
    for payload in _distributions(unit):
        before = payload.contents.copy(), payload.edges_nm.copy()
        answer = _ask(module, metric, payload)
        assert np.array_equal(before[0], payload.contents), f"{metric.name} changes the payload"
        assert np.array_equal(before[1], payload.edges_nm), f"{metric.name} changes the payload"
        assert answer.value is not None, f"{metric.name} has no value: {answer.reason}"
        shared = _ask(module, metric, payload, shared=SizeSummary(payload))
        assert shared == answer, f"{metric.name} depends on whether the summary is shared"
        _check_counting(module, metric, payload)
        if metric.unit == _SIZE_UNIT:
            _check_scaling(module, metric, payload, answer.value)
    empty = _distribution(np.arange(6.0) * 30 + 40, np.zeros(5), unit, 0.0)
    nothing = _ask(module, metric, empty)
    wanted = 0.0 if metric.zero_is_a_result else None
    assert nothing.value == wanted, f"{metric.name} of no particle is {nothing.value}, not {wanted}"


def _check_counting(module: ModuleType, metric: Metric, payload: SizeDistribution) -> None:
    few, many = (
        _ask(module, metric, _distribution(payload.edges_nm, payload.contents, payload.contents_unit, count))
        for count in (_TRACKS, _TRACKS * _MORE)
    )
    if few.standard_uncertainty and many.standard_uncertainty:
        assert many.standard_uncertainty <= few.standard_uncertainty, f"{metric.name} is less sure of more particles"
    unknown = _ask(module, metric, _distribution(payload.edges_nm, payload.contents, payload.contents_unit, None))
    if payload.contents_unit != "particles":
        assert unknown.standard_uncertainty is None, f"{metric.name} has a counting error without counts"


def _check_scaling(module: ModuleType, metric: Metric, payload: SizeDistribution, value: float) -> None:
    more = _distribution(payload.edges_nm, payload.contents * 7.0, payload.contents_unit, payload.tracks_count)
    wider = _distribution(payload.edges_nm * 2.0, payload.contents, payload.contents_unit, payload.tracks_count)
    same, doubled = _ask(module, metric, more).value, _ask(module, metric, wider).value
    assert _close(same, value), f"{metric.name} changes with the amount: {value} nm, {same} nm"
    assert _close(doubled, 2 * value), f"{metric.name} does not follow the axis: {value} nm, {doubled} nm at twice"


def _check_scalars(module: ModuleType, metric: Metric) -> None:
    absent = _ask(module, metric, Scalars({}))
    assert absent.value is None, f"{metric.name} has a value where the file states none"
    present = _ask(module, metric, Scalars({metric.name: 0.375}))
    assert present.value is not None, f"{metric.name} has no value where the file states {metric.name}"


def _ask(module: ModuleType, metric: Metric, payload: Payload, *, shared: SizeSummary | None = None) -> MetricValue:
    technique = metric.techniques[0] if metric.techniques else Technique.NTA
    run = Run(
        source=SourceRef(name="probe", sha256="0" * 64),
        name="probe",
        technique=technique,
        instrument="probe",
        payloads=(payload,),
        dilution_factor=4.0,
        dilution_by=DilutionBy.PARACRINE,
    )
    answer: Any = module.measure(payload, MetricContext(run=run, shared=shared))
    assert isinstance(answer, MetricValue), f"{metric.name} returns {type(answer).__name__}, not MetricValue"
    if answer.value is None:
        assert answer.reason, f"{metric.name} has no value and gives no reason"
        return answer
    low, high = metric.bounds or (-math.inf, math.inf)
    assert math.isfinite(answer.value), f"{metric.name} is {answer.value}"
    assert low <= answer.value <= high, f"{metric.name} is {answer.value}, outside {low} to {high}"
    error = answer.standard_uncertainty
    assert error is None or (math.isfinite(error) and error >= 0), f"{metric.name} has the counting error {error}"
    return answer


def _distributions(unit: str) -> Iterator[SizeDistribution]:
    centres = np.arange(0.5, 400.0)
    bell = np.exp(-(((centres - 131.0) / 37.0) ** 2) / 2)
    yield _distribution(np.arange(401.0), bell * 3.1e6, unit, _TRACKS)
    edges = np.geomspace(30.0, 700.0, 41)
    yield _distribution(edges, np.diff(np.log(edges)) * np.linspace(9.0, 1.0, 40) * 2.3e5, unit, _TRACKS)
    yield _distribution(np.array([60.0, 90.0, 95.0, 140.0]), np.array([0.0, 5.0e7, 0.0]), unit, _TRACKS)


def _distribution(edges: FloatArray, contents: FloatArray, unit: str, tracks: float | None) -> SizeDistribution:
    measurand = Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER)
    return SizeDistribution(edges.copy(), contents.copy(), unit, measurand, tracks)


def _close(found: float | None, wanted: float) -> bool:
    return found is not None and math.isclose(found, wanted, rel_tol=1e-9)
