"""Every fate model, route and part keeps its contract; the laws of the published liposome model are met."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from paracrine.core.errors import InputError, LimitError, UnknownName
from paracrine.core.parameter import Grade
from paracrine.facts.species import read_species
from paracrine.fate.model import MODELS, PARTS, ROUTES, load_model
from paracrine.fate.models import flow_limited_pbpk, liposome_kagan_2013
from paracrine.fate.simulate import Dose, simulate
from paracrine.numerics.ode.expression import evaluate
from paracrine.numerics.ode.solve import Injection, solve_system
from paracrine.testing import check_model, check_route


@pytest.mark.parametrize("name", MODELS.names())
def test_a_model_keeps_the_contract(name: str) -> None:
    check_model(MODELS.load(name))


@pytest.mark.parametrize("name", ROUTES.names())
def test_a_route_keeps_the_contract(name: str) -> None:
    check_route(ROUTES.load(name), flow_limited_pbpk)


@pytest.mark.parametrize("name", PARTS.names())
def test_a_part_keeps_the_contract(name: str) -> None:
    check_route(PARTS.load(name), flow_limited_pbpk)


def test_the_check_notices_a_model_that_breaks_its_promise() -> None:
    """Two equal defaults, a source that nobody knows, and a number in KNOWN that is not met."""
    good = MODELS.load("three_compartment")
    made = {name: getattr(good, name) for name in dir(good) if not name.startswith("__")} | {"__doc__": good.__doc__}
    first, second, *rest = good.PARAMETERS
    same = first.model_copy(update={"value": second.value, "low": 0.0})
    unsourced = first.model_copy(update={"source": "doi:10.1/nothing"})
    wrong = list(good.KNOWN)
    wrong[0] = type(wrong[0])(**{name: getattr(wrong[0], name) for name in wrong[0].__slots__} | {"amount_frac": 0.9})
    for change, reason in (
        ({"PARAMETERS": (same, second, *rest)}, "stand twice"),
        ({"PARAMETERS": (unsourced, second, *rest)}, "neither in the bibliography"),
        ({"KNOWN": tuple(wrong)}, "one compartment"),
    ):
        module = SimpleNamespace(**made | change, __name__="three_compartment")
        with pytest.raises(AssertionError, match=reason):
            check_model(module)  # type: ignore[arg-type]


def test_a_linear_model_is_its_matrix_exponential() -> None:
    """Rung 1: at a dose that fills nothing, the whole body equals scipy's expm of its Jacobian."""
    from scipy.linalg import expm

    done = simulate(
        "flow_limited_pbpk", species=read_species("mouse"), doses=Dose(1.0), times_h=[0.02, 1.0, 30.0],
        parameters={"liver_capacity_per_ml": 1e30, "spleen_capacity_per_ml": 1e30},
    )  # fmt: skip
    system = done.model.system
    here = dict(done.values) | dict.fromkeys(system.states, 0.0)
    matrix = np.zeros((len(system.states),) * 2)
    for place, formula in system.jacobian.items():
        matrix[place] = evaluate(formula, here)
    start = np.eye(len(system.states))[done.model.place("blood")]
    exact = [expm(matrix * hours) @ start for hours in (0.02, 1.0, 30.0)]
    tight = solve_system(system, done.values, [Injection("blood", 1.0)], done.times_h, relative_error=1e-11)
    assert np.abs(tight - exact).max() < 1e-9


@pytest.mark.parametrize("species", ["mouse", "rat", "human"])
@pytest.mark.parametrize("parts", [(), ("lesion",)])
def test_nothing_is_lost_to_a_billionth(species: str, parts: tuple[str, ...]) -> None:
    """Rung 1: doses at once and over time, phagocytes filling up."""
    done = simulate(
        "flow_limited_pbpk", species=read_species(species), doses=[Dose(3e10), Dose(2e10, 5.0, 2.0)], parts=parts,
        times_h=[0.0, 0.01, 5.0, 6.0, 7.0, 48.0], parameters={"liver_capacity_per_ml": 9e9},
    )  # fmt: skip
    assert done.balance_error_frac < 1e-9
    assert done.amounts.min() > -1e-6 * done.dose_particles
    assert done.left_out == (() if species == "mouse" else ("brain",))


def test_liver_that_is_full_takes_no_more() -> None:
    done = simulate(
        "flow_limited_pbpk", species=read_species("mouse"), doses=Dose(1e13), times_h=[200.0],
        parameters={"liver_capacity_per_ml": 1e9, "cell_breakdown_per_h": 0.0, "blood_breakdown_per_h": 0.0},
    )  # fmt: skip
    assert done.of("liver_cells")[0] == pytest.approx(1e9 * done.values["liver_volume_ml"], rel=1e-3)


def test_a_route_that_the_model_cannot_take_is_refused() -> None:
    with pytest.raises(LimitError, match="brain_parenchyma"):
        load_model("three_compartment", route="intranasal")
    with pytest.raises(LimitError, match="blood_ml"):
        load_model("three_compartment", parts=["lesion"])
    with pytest.raises(UnknownName, match="intranasal"):
        load_model("flow_limited_pbpk", route="intranasel")
    assert load_model("flow_limited_pbpk", route="depot").grade is Grade.ASSUMPTION


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"doses": Dose(0.0)}, "above zero"),
        ({"doses": Dose(1e9), "route": "infusion"}, "needs a duration"),
        ({"doses": Dose(1e9), "times_h": [-1.0, 2.0]}, "increasing"),
        ({"doses": Dose(1e9), "parameters": {"liver_uptake": 3.0}}, "liver_uptake_ml_h"),
    ],
)
def test_a_question_that_means_nothing_is_refused(change: dict[str, object], reason: str) -> None:
    asked: dict[str, object] = {"species": read_species("mouse"), "times_h": [1.0]} | change
    with pytest.raises((InputError, UnknownName), match=reason):
        simulate("flow_limited_pbpk", **asked)  # type: ignore[arg-type]


def test_the_published_liposome_model_is_what_its_equations_say() -> None:
    """Rung 3: the equations of doi:10.1007/s11095-013-1127-z written again, solved by scipy's LSODA."""
    model = load_model("liposome_kagan_2013")
    times = np.array([0.05, 0.48, 4.0, 24.0])
    dose = 20 * 0.25 * (1 - 0.0183)
    found = solve_system(model.system, model.defaults, [Injection("plasma", dose)], times, relative_error=1e-12)
    assert np.abs(found - scipy_liposome(times, dose)).max() < 1e-9 * dose
    assert found[1, model.place("plasma")] / model.defaults["plasma_l"] == pytest.approx(200, rel=0.3)
    assert pytest.approx(5.798, rel=1e-3) == liposome_kagan_2013.SCALE


def scipy_liposome(times: np.ndarray, dose: float) -> np.ndarray:
    """Columns as in the model: plasma, seven organs' plasma, seven organs outside, released."""
    from scipy.integrate import solve_ivp

    organs = ("lung", "liver", "spleen", "kidney", "heart", "gut", "rest")
    share = np.array([0.5, 3.66, 0.2, 0.73, 0.33, 2.7, 0.0]) / 100
    share[6] = 1 - 0.0717 - share.sum()
    volume = 0.25 * share
    vessels = np.array([36, 21, 22, 16, 26, 19, 4]) / 100 * volume
    q = 14.1 * 0.25**0.75 * 0.55
    flow = q * np.array([0.0, 0.183, 0.01, 0.141, 0.049, 0.143, 0.0])
    flow[6] = q - flow[1] - flow[3] - flow[4]
    up = (0.25 / 0.024) ** 0.75 * np.array([0, 4.62e-4, 5.95e-5, 0, 0, 2.04e-4, 1.97e-5])
    limit = np.array([np.inf, 121, 270, np.inf, np.inf, np.inf, np.inf])
    plasma_l, release = 0.0394 * 0.25, 0.0035

    def slopes(_: float, y: np.ndarray) -> np.ndarray:
        c, inside, outside = y[0] / plasma_l, y[1:8] / vessels, y[8:15]
        taken = up * inside * (1 - outside / (volume - vessels) / limit)
        d = flow * (c - inside) - taken - release * y[1:8]
        d[1] = (flow[1] - flow[2] - flow[5]) * c + flow[2] * inside[2] + flow[5] * inside[5] - flow[1] * inside[1]
        d[1] -= taken[1] + release * y[2]
        d[0] = flow[[1, 3, 4, 6]] @ inside[[1, 3, 4, 6]] - q * inside[0] - release * y[1]
        return np.concatenate(
            [[q * (inside[0] - c) - release * y[0]], d, taken - release * outside, [release * y[:15].sum()]]
        )

    assert len(organs) == 7
    start = np.zeros(16)
    start[0] = dose
    done = solve_ivp(slopes, (0, 24), start, method="Radau", t_eval=times, rtol=1e-12, atol=1e-14)
    return np.asarray(done.y.T)
