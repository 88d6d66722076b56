"""Size distributions of a batch: what may share an axis, with which limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from paracrine.core.product import Role
from paracrine.core.run import Technique
from paracrine.core.specification import Limit, LimitKind
from paracrine.figures.size_distribution import (
    Replicate,
    Series,
    SizeLimit,
    draw_size_distribution,
    drawn_replicates,
    has_band,
)
from paracrine.figures.style import Spec, short_names
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.report.content import RunEntry
from paracrine.report.numbers import write_decimals
from paracrine.report.origins import source_text
from paracrine.report.words import title_of

_SERIES_AT_MOST = 8
_UNITS_FIRST = ("1/mL", "particles", "%")
_WITH_PRODUCT = (Role.PRODUCT.value, Role.DILUENT_BLANK.value, Role.PROCESS_BLANK.value)


@dataclass(frozen=True, slots=True)
class Shape:
    """What distributions share that may be laid over one another."""

    technique: str
    instrument: str
    unit: str
    weighting: str
    controls: bool
    """Beads and detergent controls, whose scale would hide the product."""

    @property
    def title(self) -> str:
        """The chart's title."""
        instrument = f", {self.instrument}" if self.instrument else ""
        derived = "" if self.is_own or not self.weighting else f", {self.weighting}-weighted"
        controls = ": controls and beads" if self.controls else ""
        return f"Size distribution by {self.technique}{instrument}{derived}{controls}"

    @property
    def acquisition(self) -> tuple[str, str, bool]:
        """What was measured at once, whatever the weighting."""
        return self.technique, self.instrument, self.controls

    @property
    def is_own(self) -> bool:
        """Whether the technique measures this weighting and does not derive it from another."""
        return self.weighting == ("number" if self.technique == Technique.NTA.value else "intensity")


def size_series(runs: Sequence[RunEntry], *, label: str = "", own_weighting: bool = False) -> dict[Shape, list[Series]]:
    """Return the size distributions of runs, by what may share an axis and by sample.

    Args:
        runs: of one batch.
        label: name of the batch where it, not the sample, tells the curves apart; controls are then left out.
        own_weighting: leave out distributions that a technique derives from the one it measures.
    """
    found: dict[Shape, dict[str, list[Replicate]]] = {}
    for entry in runs:
        if label and entry.role != Role.PRODUCT.value:
            continue
        role = "" if entry.role in (Role.PRODUCT.value, entry.sample) else f" ({entry.role})"
        name = label or f"{entry.sample or entry.run.sample_hint or 'sample'}{role}"
        for payload in entry.run.payloads:
            if isinstance(payload, SizeDistribution):
                replicate = Replicate(entry.run.name, payload, source_text(entry.run.source), entry.included)
                found.setdefault(_shape(entry, payload), {}).setdefault(name, []).append(replicate)
    if own_weighting:
        own = {(shape.technique, shape.instrument, shape.controls) for shape in found if shape.is_own}
        kept = {
            shape for shape in found if shape.is_own or (shape.technique, shape.instrument, shape.controls) not in own
        }
        found = {shape: samples for shape, samples in found.items() if shape in kept}
    return {
        shape: [Series(name, tuple(r)) for name, r in zip(short_names(list(samples)), samples.values(), strict=True)]
        for shape, samples in sorted(found.items(), key=lambda item: _reading_order(item[0]))
    }


def draw_sizes(
    series: Mapping[Shape, Sequence[Series]],
    *,
    limits: Iterable[Limit] = (),
    axis_nm: tuple[float, float] | None = None,
) -> Iterator[tuple[str, str, Spec]]:
    """Yield title, caption and chart of each shape, eight series a chart at most."""
    known = tuple(limits)
    for shape, many in series.items():
        lines = size_limits(known, shape)
        for start in range(0, len(many), _SERIES_AT_MOST):
            shown = many[start : start + _SERIES_AT_MOST]
            spec = draw_size_distribution(shown, limits=lines, axis_nm=axis_nm)
            yield shape.title, _caption(shape, shown, bool(lines)), spec


def size_limits(limits: Iterable[Limit], shape: Shape) -> list[SizeLimit]:
    """Return the numeric limits on a diameter by this technique, as lines on the size axis."""
    found = []
    by = f"{shape.technique} {shape.instrument}".casefold()
    for limit in limits:
        here = limit.unit == "nm" and limit.limit_kind is LimitKind.NUMERIC and limit.method.casefold() in by
        if here and shape.weighting in ("", "number") and not shape.controls:
            title = title_of(limit.attribute, limit.title)
            for sign, value in (("≥", limit.low), ("≤", limit.high)):
                if value is not None and value > 0:
                    number = write_decimals(value, limit.decimals, power=limit.power_of_ten)
                    found.append(SizeLimit(value, f"{title} {sign} {number} nm"))
    return found


def _shape(entry: RunEntry, payload: SizeDistribution) -> Shape:
    weighting = payload.measurand.weighting.value if payload.measurand.weighting else ""
    run = entry.run
    controls = entry.role not in _WITH_PRODUCT
    return Shape(run.technique.value, run.instrument, payload.contents_unit, weighting, controls)


def _reading_order(shape: Shape) -> tuple[bool, int, str, str]:
    unit = _UNITS_FIRST.index(shape.unit) if shape.unit in _UNITS_FIRST else len(_UNITS_FIRST)
    return shape.controls, unit, shape.technique, shape.instrument


def _caption(shape: Shape, shown: Sequence[Series], limited: bool) -> str:
    excluded = sum(not replicate.included for one in shown for replicate in one.replicates)
    lines = sum(len(drawn_replicates(one)) for one in shown)
    replicates = sum(len(one.replicates) for one in shown)
    words = [
        f"{shape.weighting.capitalize()}-weighted." if shape.weighting else "",
        "Thin lines are replicates, thick lines their means." if any(len(one.replicates) > 1 for one in shown) else "",
        f"{lines} of {replicates} replicates have a line; means and bands hold all." if lines < replicates else "",
        "Bands are 95 % intervals of the mean at each size." if any(has_band(one) for one in shown) else "",
        f"{excluded} excluded replicate{'' if excluded == 1 else 's'} in short grey dashes." if excluded else "",
        "Dotted: the vendor's own curve." if any(one.vendor for one in shown) else "",
        "Dashed upright lines are limits." if limited else "",
    ]
    return " ".join(word for word in words if word)
