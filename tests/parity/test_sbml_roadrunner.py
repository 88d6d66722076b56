"""SBML out and in; rung 3, a live peer: libroadrunner simulates the file to the same amounts."""

from __future__ import annotations

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.facts.species import read_species
from paracrine.fate.exchange.sbml import Network, read_sbml, write_sbml
from paracrine.fate.simulate import Dose, injections, simulate
from paracrine.numerics.ode.expression import written
from paracrine.numerics.ode.solve import solve_system

pytest.importorskip("libsbml", reason="extra sbml is not installed")
TIMES_H = np.array([0.0, 0.1, 1.0, 3.5, 4.0, 24.0, 48.0])
RULE = "<rateRule variable='infusion_2'><math xmlns='http://www.w3.org/1998/Math/MathML'><cn>1</cn></math></rateRule>"
DOSES = (Dose(1e10), Dose(2e10, 3.0, 1.0), Dose(5e9, 10.0))


def network(model: str) -> Network:
    done = simulate(
        model, species=read_species("mouse"), doses=DOSES, times_h=[1.0], parameters={"liver_capacity_per_ml": 1.3e10}
    )
    return Network(
        model, done.model.system, done.values, tuple(injections(done.model, done.doses)), done.model.meanings
    )


@pytest.mark.parametrize("model", ["phagocyte_pbpk", "flow_limited_pbpk"])
def test_libroadrunner_finds_the_same_amounts(model: str) -> None:
    roadrunner = pytest.importorskip("roadrunner", reason="extra peers is not installed")
    made = network(model)
    ours = solve_system(made.system, made.values, made.injections, TIMES_H, relative_error=1e-10)
    runner = roadrunner.RoadRunner(write_sbml(made))
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = 1e-12
    runner.timeCourseSelections = list(made.system.states)
    peer = np.array(runner.simulate(times=list(TIMES_H)))
    assert np.abs(peer - ours).max() < 1e-8 * 3.5e10


@pytest.mark.parametrize("model", ["phagocyte_pbpk", "flow_limited_pbpk"])
def test_what_is_read_back_is_what_was_written(model: str) -> None:
    """Numbers go through fifteen digits."""
    made = network(model)
    back = read_sbml(write_sbml(made))
    assert back.system.states == made.system.states
    assert back.values == pytest.approx(dict(made.values), rel=1e-14)
    assert sorted(back.injections, key=lambda one: one.at_h) == sorted(made.injections, key=lambda one: one.at_h)
    flows = [(one.source, one.target, written(one.rate)) for one in made.system.flows]
    assert [(one.source, one.target, written(one.rate)) for one in back.system.flows] == flows
    assert back.meanings["blood_ml"] == made.meanings["blood_ml"]


def test_a_model_of_another_program_is_read() -> None:
    """Rung 1: Michaelis-Menten in a compartment of 2 L by concentration; the slope at the start in closed form."""
    text = """<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="other">
    <listOfCompartments><compartment id="c" size="2" constant="true" spatialDimensions="3"/></listOfCompartments>
    <listOfSpecies><species id="s" compartment="c" initialConcentration="3" hasOnlySubstanceUnits="false"
      boundaryCondition="false" constant="false"/><species id="p" compartment="c" initialAmount="0"
      hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/></listOfSpecies>
    <listOfParameters><parameter id="v" value="0.7" constant="true"/><parameter id="k" value="1.1" constant="true"/>
    </listOfParameters><listOfReactions><reaction id="r" reversible="false" fast="false"><listOfReactants>
    <speciesReference species="s" stoichiometry="1" constant="true"/></listOfReactants><listOfProducts>
    <speciesReference species="p" stoichiometry="1" constant="true"/></listOfProducts><kineticLaw>
    <math xmlns="http://www.w3.org/1998/Math/MathML"><apply><divide/><apply><times/><ci>c</ci><ci>v</ci><ci>s</ci>
    </apply><apply><plus/><ci>k</ci><ci>s</ci></apply></apply></math></kineticLaw></reaction></listOfReactions>
    </model></sbml>"""
    made = read_sbml(text)
    assert made.injections[0].amount == 6.0
    found = solve_system(made.system, made.values, made.injections, np.array([1e-6]), relative_error=1e-10)
    assert found[0, 1] == pytest.approx(1e-6 * 2 * 0.7 * 3 / (1.1 + 3), rel=1e-5)


@pytest.mark.parametrize(
    ("swap", "reason"),
    [
        (('stoichiometry="1"', 'stoichiometry="2"'), "joins one state"),
        (("<listOfEvents>", f"<listOfRules>{RULE}</listOfRules><listOfEvents>"), "rules are not followed"),
        (("<geq/>", "<lt/>"), "no dose at a fixed time"),
        (("</sbml>", ""), "SBML"),
    ],
)
def test_what_a_flow_system_cannot_say_is_refused(swap: tuple[str, str], reason: str) -> None:
    text = write_sbml(network("phagocyte_pbpk"))
    assert swap[0] in text
    with pytest.raises(InputError, match=reason):
        read_sbml(text.replace(swap[0], swap[1], 1))
