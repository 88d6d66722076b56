"""A compartment system as a list of flows, from which slopes, Jacobian and balance follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from paracrine.numerics.ode.expression import ZERO, Expression, add, derivative, subtract, symbols


@dataclass(frozen=True, slots=True)
class Flow:
    """What leaves one state and arrives in another, in amount per hour.

    `source` or `target` is None where the flow comes from or goes to somewhere that is not followed.
    """

    source: str | None
    target: str | None
    rate: Expression
    name: str = ""


@dataclass(frozen=True)
class FlowSystem:
    """States, parameters and the flows between the states; autonomous, so time enters through doses alone."""

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    flows: tuple[Flow, ...]

    def __post_init__(self) -> None:
        names = (*self.states, *self.parameters)
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"defined twice: {', '.join(twice)}")
        ends = {end for flow in self.flows for end in (flow.source, flow.target) if end is not None}
        unknown = sorted((ends - set(self.states)) | (self.used - set(names)))
        if unknown:
            raise ValueError(f"flows name what is neither state nor parameter: {', '.join(unknown)}")

    @cached_property
    def used(self) -> frozenset[str]:
        """Every symbol that stands in a rate."""
        return frozenset(name for flow in self.flows for name in symbols(flow.rate))

    @cached_property
    def slopes(self) -> tuple[Expression, ...]:
        """Change of each state per hour: what arrives minus what leaves."""
        change: dict[str, Expression] = dict.fromkeys(self.states, ZERO)
        for flow in self.flows:
            if flow.target is not None:
                change[flow.target] = add(change[flow.target], flow.rate)
            if flow.source is not None:
                change[flow.source] = subtract(change[flow.source], flow.rate)
        return tuple(change[name] for name in self.states)

    @cached_property
    def jacobian(self) -> dict[tuple[int, int], Expression]:
        """Derivative of slope i by state j, where it is not zero everywhere."""
        place = {name: index for index, name in enumerate(self.states)}
        entries: dict[tuple[int, int], Expression] = {}
        for flow in self.flows:
            for name in sorted(set(symbols(flow.rate)) & place.keys()):
                slope = derivative(flow.rate, name)
                if slope == ZERO:
                    continue
                column = place[name]
                if flow.target is not None:
                    at = (place[flow.target], column)
                    entries[at] = add(entries.get(at, ZERO), slope)
                if flow.source is not None:
                    at = (place[flow.source], column)
                    entries[at] = subtract(entries.get(at, ZERO), slope)
        return entries

    @property
    def closed(self) -> bool:
        """Whether every flow goes from a state to a state, so that the sum of all states is conserved."""
        return all(flow.source is not None and flow.target is not None for flow in self.flows)
