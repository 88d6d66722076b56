"""SBML out and in: a flow is a reaction, a dose an initial amount or an event."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any

from paracrine.core.errors import InputError, MissingExtra
from paracrine.numerics.ode.expression import Expression, Number, Operation, Symbol, written
from paracrine.numerics.ode.flows import Flow, FlowSystem
from paracrine.numerics.ode.solve import Injection

_BODY = "body"
_SIGNS = {"AST_PLUS": "+", "AST_MINUS": "-", "AST_TIMES": "*", "AST_DIVIDE": "/", "AST_POWER": "^"}


@dataclass(frozen=True)
class Network:
    """A flow system with the values and the doses that one simulation needs: what an SBML file holds."""

    name: str
    system: FlowSystem
    values: Mapping[str, float]
    injections: tuple[Injection, ...]
    meanings: Mapping[str, str]
    """What a state or parameter is, where it was said."""


def require_libsbml() -> ModuleType:
    """Return libsbml.

    Raises:
        MissingExtra: when it is not installed.
    """
    try:
        import libsbml
    except ImportError as error:
        raise MissingExtra("SBML needs python-libsbml", hint="pip install 'paracrine[sbml]'") from error
    return libsbml  # type: ignore[no-any-return]


def write_sbml(network: Network) -> str:
    """Return a model as SBML Level 3 Version 1: amounts as items, time in hours.

    Raises:
        MissingExtra: without python-libsbml.
        InputError: when libsbml finds the document inconsistent; that is a mistake of ours or of a name.
    """
    sbml = require_libsbml()
    document = sbml.SBMLDocument(3, 1)
    model = document.createModel()
    model.setId(network.name)
    _units(sbml, model)
    place = model.createCompartment()
    _set(place, setId=_BODY, setConstant=True, setSize=1.0, setSpatialDimensions=3, setUnits="dimensionless")
    start = {one.state: 0.0 for one in network.injections} | dict.fromkeys(network.system.states, 0.0)
    for one in network.injections:
        if one.at_h == 0 and one.duration_h == 0:
            start[one.state] += one.amount
    for name in network.system.states:
        _set(
            model.createSpecies(), setId=name, setName=network.meanings.get(name, name), setCompartment=_BODY,
            setInitialAmount=start[name], setHasOnlySubstanceUnits=True, setBoundaryCondition=False,
            setConstant=False, setSubstanceUnits="item",
        )  # fmt: skip
    for name in network.system.parameters:
        text = network.meanings.get(name, name)
        _set(model.createParameter(), setId=name, setName=text, setValue=float(network.values[name]), setConstant=True)
    for index, flow in enumerate(network.system.flows):
        _reaction(sbml, model, f"flow_{index + 1}", flow.source, flow.target, written(flow.rate, raised="^"))
    _doses(sbml, model, network)
    document.setConsistencyChecks(sbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    document.checkConsistency()
    if document.getNumErrors(sbml.LIBSBML_SEV_ERROR):
        raise InputError(document.getErrorLog().getErrorWithSeverity(0, sbml.LIBSBML_SEV_ERROR).getMessage().strip())
    return str(sbml.writeSBMLToString(document))


def _set(element: Any, **values: Any) -> None:
    for method, value in values.items():
        getattr(element, method)(value)


def _units(sbml: ModuleType, model: Any) -> None:
    hour = model.createUnitDefinition()
    hour.setId("hour")
    _set(hour.createUnit(), setKind=sbml.UNIT_KIND_SECOND, setExponent=1.0, setScale=0, setMultiplier=3600.0)
    _set(model, setTimeUnits="hour", setSubstanceUnits="item", setExtentUnits="item")


def _reaction(sbml: ModuleType, model: Any, name: str, source: str | None, target: str | None, rate: str) -> None:
    reaction = model.createReaction()
    _set(reaction, setId=name, setReversible=False, setFast=False)
    for end, create in ((source, reaction.createReactant), (target, reaction.createProduct)):
        if end is not None:
            _set(create(), setSpecies=end, setStoichiometry=1.0, setConstant=True)
    law = reaction.createKineticLaw()
    law.setMath(sbml.parseL3Formula(rate))
    inside = _names(law.getMath())
    for name in sorted(inside):
        if model.getSpecies(name) is not None and name not in (source, target):
            reaction.createModifier().setSpecies(name)


def _names(node: Any) -> set[str]:
    found = {node.getName()} if node.isName() else set()
    for index in range(node.getNumChildren()):
        found |= _names(node.getChild(index))
    return found


def _doses(sbml: ModuleType, model: Any, network: Network) -> None:
    for index, one in enumerate(network.injections, 1):
        if one.duration_h > 0:
            rate = f"infusion_{index}"
            begins = one.amount / one.duration_h
            at_once = begins if one.at_h == 0 else 0.0
            _set(model.createParameter(), setId=rate, setValue=at_once, setConstant=False)
            _reaction(sbml, model, f"{rate}_flow", None, one.state, rate)
            if one.at_h > 0:
                _event(sbml, model, f"{rate}_begins", one.at_h, rate, repr(begins))
            _event(sbml, model, f"{rate}_ends", one.at_h + one.duration_h, rate, "0")
        elif one.at_h > 0:
            _event(sbml, model, f"dose_{index}", one.at_h, one.state, f"{one.state} + {one.amount!r}")


def _event(sbml: ModuleType, model: Any, name: str, at_h: float, variable: str, value: str) -> None:
    event = model.createEvent()
    _set(event, setId=name, setUseValuesFromTriggerTime=False)
    trigger = event.createTrigger()
    _set(trigger, setInitialValue=True, setPersistent=True, setMath=sbml.parseL3Formula(f"time >= {at_h!r}"))
    _set(event.createEventAssignment(), setVariable=variable, setMath=sbml.parseL3Formula(value))


def read_sbml(text: str, *, where: str = "SBML") -> Network:
    """Read a model of reactions with constant parameters and doses at fixed times.

    Rules, functions, delays, assignments at the start and stoichiometry other than one are refused by name, never
    left out silently.

    Raises:
        MissingExtra: without python-libsbml.
        InputError: when the document is broken or says more than a flow system can.
    """
    return _Reader(require_libsbml(), text, where).network()


class _Reader:
    def __init__(self, sbml: ModuleType, text: str, where: str) -> None:
        self.sbml, self.where = sbml, where
        # Kept, because the model dies with its document.
        self.document = sbml.readSBMLFromString(text)
        if self.document.getNumErrors(sbml.LIBSBML_SEV_FATAL) or self.document.getNumErrors(sbml.LIBSBML_SEV_ERROR):
            raise self.refused(self.document.getErrorLog().getError(0).getMessage().strip().splitlines()[0])
        self.model = self.document.getModel()
        if self.model is None:
            raise self.refused("the document holds no model")
        self.sizes = {one.getId(): one.getSize() for one in self.model.getListOfCompartments()}

    def refused(self, message: str) -> InputError:
        return InputError(message, where=self.where)

    def network(self) -> Network:
        self._refuse_the_rest()
        parameters = {one.getId(): one.getValue() for one in self.model.getListOfParameters() if one.getConstant()}
        parameters |= {name: size for name, size in self.sizes.items() if not math.isnan(size)}
        species = [one.getId() for one in self.model.getListOfSpecies()]
        infusions = {one.getId(): one.getValue() for one in self.model.getListOfParameters() if not one.getConstant()}
        flows, carried = self._flows(infusions)
        system = FlowSystem(tuple(species), tuple(parameters), tuple(flows))
        unused = [name for name in self.sizes if name not in system.used]
        kept = {name: value for name, value in parameters.items() if name not in unused}
        named = (*self.model.getListOfSpecies(), *self.model.getListOfParameters())
        return Network(
            name=self.model.getId() or "model",
            system=FlowSystem(system.states, tuple(kept), system.flows),
            values=kept,
            injections=tuple(self._injections(infusions, carried)),
            meanings={one.getId(): one.getName() for one in named if one.getName()},
        )

    def _refuse_the_rest(self) -> None:
        model = self.model
        counts = {
            "rules": model.getNumRules(),
            "functions": model.getNumFunctionDefinitions(),
            "initial assignments": model.getNumInitialAssignments(),
            "constraints": model.getNumConstraints(),
        }
        for what, count in counts.items():
            if count:
                raise self.refused(f"{what} are not followed; the file has {count}")
        for one in model.getListOfSpecies():
            if one.getBoundaryCondition() or one.getConstant():
                raise self.refused(f"species {one.getId()} is held constant")
        for place in model.getListOfCompartments():
            if not place.getConstant():
                raise self.refused(f"compartment {place.getId()} changes its size")

    def _flows(self, infusions: Mapping[str, float]) -> tuple[list[Flow], dict[str, str]]:
        flows, carried = [], {}
        for reaction in self.model.getListOfReactions():
            ends = [self._end(reaction.getListOfReactants()), self._end(reaction.getListOfProducts())]
            law = reaction.getKineticLaw()
            if law is None or law.getMath() is None:
                raise self.refused(f"reaction {reaction.getId()} has no rate")
            if law.getNumLocalParameters() or law.getNumParameters():
                raise self.refused(f"reaction {reaction.getId()} has parameters of its own")
            rate = self._formula(law.getMath())
            if isinstance(rate, Symbol) and rate.name in infusions and ends[0] is None and ends[1] is not None:
                carried[rate.name] = ends[1]
            else:
                flows.append(Flow(ends[0], ends[1], rate))
        return flows, carried

    def _end(self, references: Any) -> str | None:
        if len(references) > 1 or any(one.getStoichiometry() != 1 for one in references):
            raise self.refused("a flow joins one state to one state; a reaction of the file joins more")
        return references[0].getSpecies() if len(references) else None

    def _formula(self, node: Any) -> Expression:
        kind = node.getType()
        if node.isNumber():
            return Number(float(node.getValue()))
        if kind == self.sbml.AST_NAME:
            return self._symbol(node.getName())
        children = [self._formula(node.getChild(index)) for index in range(node.getNumChildren())]
        for name, sign in {**_SIGNS, "AST_FUNCTION_POWER": "^"}.items():
            if kind == getattr(self.sbml, name):
                return self._folded(sign, children)
        raise self.refused(f"{self.sbml.formulaToL3String(node)} is not a sum, product, quotient or power")

    def _folded(self, sign: str, children: Sequence[Expression]) -> Expression:
        if len(children) == 1 and sign == "-":
            return -children[0]
        result = children[0]
        for child in children[1:]:
            result = Operation(sign, result, child)
        return result

    def _symbol(self, name: str) -> Expression:
        species = self.model.getSpecies(name)
        if species is None or species.getHasOnlySubstanceUnits() or self.sizes[species.getCompartment()] == 1:
            return Symbol(name)
        return Operation("/", Symbol(name), Symbol(species.getCompartment()))

    def _injections(self, infusions: Mapping[str, float], carried: Mapping[str, str]) -> Iterator[Injection]:
        for one in self.model.getListOfSpecies():
            amount = one.getInitialAmount() if one.isSetInitialAmount() else one.getInitialConcentration()
            size = 1.0 if one.isSetInitialAmount() else self.sizes[one.getCompartment()]
            if amount and not math.isnan(amount):
                yield Injection(one.getId(), amount * size)
        changes: dict[str, list[tuple[float, float]]] = {name: [(0.0, value)] for name, value in infusions.items()}
        for event in self.model.getListOfEvents():
            at_h, variable, value = self._event(event)
            if variable in infusions:
                changes[variable].append((at_h, self._number(event, value)))
            else:
                yield Injection(variable, self._added(event, variable, value), at_h)
        for name, steps in changes.items():
            if name not in carried:
                raise self.refused(f"parameter {name} changes, and is no infusion into one state")
            steps.sort()
            for (begin, rate), (end, _) in pairwise(steps):
                if rate > 0:
                    yield Injection(carried[name], rate * (end - begin), begin, end - begin)
            if steps[-1][1] != 0:
                raise self.refused(f"infusion {name} never ends")

    def _event(self, event: Any) -> tuple[float, str, Any]:
        trigger = event.getTrigger().getMath()
        fixed = (
            trigger.getType() in (self.sbml.AST_RELATIONAL_GEQ, self.sbml.AST_RELATIONAL_GT)
            and trigger.getChild(0).getType() == self.sbml.AST_NAME_TIME
            and trigger.getChild(1).isNumber()
        )
        if not fixed or event.getNumEventAssignments() != 1 or event.isSetDelay():
            raise self.refused(f"event {event.getId()} is no dose at a fixed time")
        assignment = event.getEventAssignment(0)
        return float(trigger.getChild(1).getValue()), assignment.getVariable(), assignment.getMath()

    def _number(self, event: Any, node: Any) -> float:
        if not node.isNumber():
            raise self.refused(f"event {event.getId()} sets no number")
        return float(node.getValue())

    def _added(self, event: Any, variable: str, node: Any) -> float:
        if node.getType() == self.sbml.AST_PLUS and node.getNumChildren() == 2:
            left, right = node.getChild(0), node.getChild(1)
            if left.getName() == variable and right.isNumber():
                return float(right.getValue())
        raise self.refused(f"event {event.getId()} does not add an amount to {variable}")
