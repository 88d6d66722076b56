"""Stokes-Einstein, viscosity of water, scattering of spheres: closed forms and published values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paracrine.core.errors import LimitError
from paracrine.physics.scattering import relative_scatter, scattering_vector_per_nm, sphere_form_factor
from paracrine.physics.stokes_einstein import diffusion_um2_per_s, hydrodynamic_diameter_nm
from paracrine.physics.viscosity import water_viscosity_mpas


def test_the_stored_record_of_a_zetasizer_closes() -> None:
    """Rung 2: D 0.38489 um2/s at 25.01 degC and 2.32 cP is 489.14 nm in a documented instrument record."""
    diameter = hydrodynamic_diameter_nm(0.38489, temperature_c=25.01, viscosity_mpas=2.32)
    assert diameter == pytest.approx(489.14, abs=0.05)


def test_stokes_einstein_and_its_inverse_take_arrays() -> None:
    """Rung 1: d = kB T / (3 pi eta D), kB exact."""
    d = np.array([40.0, 115.0, 380.0])
    diffusion = diffusion_um2_per_s(d, temperature_c=21.5, viscosity_mpas=1.07)
    np.testing.assert_allclose(diffusion, 1.380649e-23 * 294.65 / (3 * math.pi * 1.07e-3 * d * 1e-9) * 1e12, rtol=1e-12)
    np.testing.assert_allclose(hydrodynamic_diameter_nm(diffusion, temperature_c=21.5, viscosity_mpas=1.07), d)


# Full formulation (two factors, table 1 and 2 of IAPWS R12-08), used here as the oracle of the short one.
_H0 = (1.67752, 2.20462, 0.6366564, -0.241605)
_H1 = (
    (0.520094, 0.222531, -0.281378, 0.161913, -0.0325372, 0, 0),
    (0.0850895, 0.999115, -0.906851, 0.257399, 0, 0, 0),
    (-1.08374, 1.88797, -0.772479, 0, 0, 0, 0),
    (-0.289555, 1.26613, -0.489837, 0, 0.0698452, 0, -0.00435673),
    (0, 0, -0.257040, 0, 0, 0.00872102, 0),
    (0, 0.120573, 0, 0, 0, 0, -0.000593264),
)


def full_viscosity_upas(temperature_k: float, density_kg_per_m3: float) -> float:
    t, r = temperature_k / 647.096, density_kg_per_m3 / 322.0
    dilute = 100 * math.sqrt(t) / sum(h / t**i for i, h in enumerate(_H0))
    finite = sum((1 / t - 1) ** i * sum(h * (r - 1) ** j for j, h in enumerate(row)) for i, row in enumerate(_H1))
    return dilute * math.exp(r * finite)


def test_the_oracle_meets_its_published_check_values() -> None:
    """Rung 2: IAPWS R12-08 table 4."""
    assert full_viscosity_upas(298.15, 998.0) == pytest.approx(889.735100, rel=1e-8)
    assert full_viscosity_upas(298.15, 1200.0) == pytest.approx(1437.649467, rel=1e-8)
    assert full_viscosity_upas(373.15, 1000.0) == pytest.approx(307.883622, rel=1e-8)


@pytest.mark.parametrize(
    ("temperature_c", "density_kg_per_m3"),
    [(4.0, 999.97), (10.0, 999.70), (20.0, 998.21), (22.0, 997.77), (25.0, 997.05), (37.0, 993.33), (50.0, 988.03)],
)
def test_water_viscosity_agrees_with_the_full_formulation(temperature_c: float, density_kg_per_m3: float) -> None:
    """Rung 2: doi:10.1063/1.3088050, at the density of water at 0.1 MPa."""
    full = full_viscosity_upas(temperature_c + 273.15, density_kg_per_m3) / 1000
    assert water_viscosity_mpas(temperature_c) == pytest.approx(full, rel=4e-4)


def test_water_at_25_degrees_has_the_published_state_point() -> None:
    """Rung 2: 890.1 uPa.s at 25 degC and 0.1 MPa, an IAPWS state point."""
    assert water_viscosity_mpas(25.0) * 1000 == pytest.approx(890.1, abs=0.15)


def test_a_kelvin_near_room_temperature_moves_a_size_by_2_7_percent() -> None:
    """Rung 2: about 2.7 % per kelvin in water near 22 degC."""
    sizes = [
        hydrodynamic_diameter_nm(4.0, temperature_c=t, viscosity_mpas=water_viscosity_mpas(t)) for t in (21.5, 22.5)
    ]
    assert sizes[1] / sizes[0] - 1 == pytest.approx(0.027, abs=0.002)


@pytest.mark.parametrize("temperature_c", [-40.0, 130.0, math.nan])
def test_viscosity_outside_the_formula_is_refused(temperature_c: float) -> None:
    with pytest.raises(LimitError):
        water_viscosity_mpas(temperature_c)


def test_the_scattering_vector_doubles_from_60_to_180_degrees() -> None:
    """Rung 1: sin 30 = 1/2."""
    at_60 = scattering_vector_per_nm(wavelength_nm=488.0, refractive_index=1.34, angle_deg=60.0)
    assert at_60 == pytest.approx(2 * math.pi * 1.34 / 488.0)
    at_180 = scattering_vector_per_nm(wavelength_nm=488.0, refractive_index=1.34, angle_deg=180.0)
    assert at_180 == pytest.approx(2 * at_60)


def test_form_factor_is_guinier_for_small_and_zero_at_the_first_minimum() -> None:
    """Rung 1: exp(-(q Rg)^2/3) with Rg^2 = 3/5 R^2; zero where tan u = u, u = 4.493409457909064."""
    q = 0.01
    small = np.array([2.0, 8.0, 20.0])
    np.testing.assert_allclose(sphere_form_factor(small, q_per_nm=q), np.exp(-((q * small / 2) ** 2) / 5), rtol=1e-4)
    at_zero = sphere_form_factor(np.array([2 * 4.493409457909064 / q]), q_per_nm=q)
    assert at_zero[0] == pytest.approx(0.0, abs=1e-15)


def test_form_factor_has_no_step_where_the_series_ends() -> None:
    q = 0.02
    around = np.array([0.0099999, 0.0100001]) * 2 / q
    low, high = sphere_form_factor(around, q_per_nm=q)
    assert low == pytest.approx(high, rel=1e-8)


def test_scatter_of_small_spheres_rises_with_the_sixth_power() -> None:
    """Rung 1: Rayleigh."""
    assert relative_scatter(np.array([30.0]), q_per_nm=0.0)[0] == 30.0**6
    pair = relative_scatter(np.array([1.0, 2.0]), q_per_nm=0.02)
    assert pair[1] / pair[0] == pytest.approx(64.0, rel=1e-3)
