"""One batch: from runs to measurements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paracrine.characterization.assembling import Subject, assemble_measurement, learn_concentration_per_count
from paracrine.characterization.blanks import show_blanks
from paracrine.characterization.calibration import calibrate_measurements, check_beads
from paracrine.characterization.derivation import AS_MEASURED_NAME, DerivedContext, derive_all
from paracrine.characterization.dilution import differing_dilutions
from paracrine.characterization.material import Material, group_samples
from paracrine.characterization.measuring import RunValue, group_by_method, load_metrics, measure_run
from paracrine.characterization.metric import MetricValue
from paracrine.characterization.protein import measure_protein
from paracrine.characterization.request import BatchRequest, RunUse
from paracrine.characterization.undiluted import measure_undiluted
from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Role

_Answers = dict[int, dict[str, MetricValue]]


def characterise_batch(request: BatchRequest) -> tuple[Measurement, ...]:
    """Measure every sample of a batch and what follows from the samples together.

    Returns one measurement per sample, method and attribute. Results from elsewhere (`request.external`) are
    used where a ratio needs them and are not returned again.
    """
    materials = group_samples(request.samples)
    measured = list(_measure_samples(request, materials))
    measured = list(calibrate_measurements(measured, check_beads(measured, materials)))
    measured = [*show_blanks(measured), *measure_protein(request)]
    return (*measured, *derive_all(measured, DerivedContext(request, materials)))


def _measure_samples(request: BatchRequest, materials: tuple[Material, ...]) -> Iterator[Measurement]:
    uses = [use for use in request.uses if use.sample]
    answers = {id(use): measure_run(use.run, window=request.plan.window) for use in uses}
    for method, group in group_by_method(uses):
        per_count = learn_concentration_per_count(_values(group, AS_MEASURED_NAME, answers))
        for material in materials:
            own = [use for use in group if use.sample in material]
            if own:
                yield from _measure_material(Subject(material, method, request, per_count), own, answers)


def _measure_material(subject: Subject, own: list[RunUse], answers: _Answers) -> Iterator[Measurement]:
    for module in load_metrics():
        values = _values(own, module.METRIC.name, answers)
        if not values:
            continue
        measurement = assemble_measurement(module.METRIC, subject, values)
        if module.METRIC.name != AS_MEASURED_NAME:
            yield measurement
            continue
        differing = differing_dilutions(subject.material, own)
        yield _without_value(measurement, differing) if differing else measurement
        if subject.material.role is not Role.DILUENT_BLANK:
            yield measure_undiluted(subject, values)


def _without_value(measurement: Measurement, reason: str) -> Measurement:
    none = {"state": State.NOT_ASSESSED, "reason": reason, "quantity": None, "budget": None, "beside": ()}
    return measurement.model_copy(update=none)


def _values(uses: Iterable[RunUse], attribute: str, answers: _Answers) -> list[RunValue]:
    return [RunValue(use, answers[id(use)][attribute]) for use in uses if attribute in answers[id(use)]]
