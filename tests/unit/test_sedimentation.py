"""Pelleting by rotor geometry against the published table, and the clearing factor against its formula."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from paracrine.core.errors import InputError
from paracrine.facts.production_facts import read_rotors
from paracrine.physics.sedimentation import (
    Rotor,
    cut_off_diameter_nm,
    k_factor,
    pelleted_frac,
    sedimentation_coefficient_s,
    speed_rpm,
)
from paracrine.production.equipment import rotor_by_name

# doi:10.1038/srep17319, Table 2: 10 000 g, 30 min, vesicles of 1.15 g/cm3 in 1.55 mPa.s.
# Percent pelleted at 150, 120, 100, 70 nm; cut-off, nm.
PUBLISHED = {
    "SW 40Ti": (30, 20, 14, 7, 321),
    "SW28": (31, 21, 15, 7, 308),
    "MLS-50": (51, 34, 25, 12, 230),
    "Type 45 Ti": (62, 41, 29, 14, 210),
    "Type 60 Ti": (88, 61, 43, 22, 170),
    "Type 70 Ti": (88, 62, 43, 22, 169),
    "F-45-24-15": (100, 95, 73, 38, 128),
    "TLA 110": (100, 98, 76, 40, 125),
}
LIQUID = {"particle_g_per_cm3": 1.15, "medium_g_per_cm3": 1.0, "viscosity_mpas": 1.55}


@pytest.mark.parametrize("name", PUBLISHED)
def test_all_published_values_of_a_rotor_are_met(name: str) -> None:
    """Rung 2: 32 shares within 1 percentage point and 8 cut-off diameters within 1 nm: all 40 values."""
    rotor = rotor_by_name(name)
    *shares, cut_off = PUBLISHED[name]
    for diameter, share in zip((150, 120, 100, 70), shares, strict=True):
        coefficient = sedimentation_coefficient_s(float(diameter), **LIQUID)
        found = 100 * float(pelleted_frac(coefficient, rotor=rotor, rcf_xg=1e4, time_h=0.5))
        assert abs(found - share) < 1.0, diameter
    assert abs(cut_off_diameter_nm(rotor, rcf_xg=1e4, time_h=0.5, **LIQUID) - cut_off) < 1.0


def test_the_typed_table_is_the_fact_table() -> None:
    path = Path(__file__).parents[3] / "shared" / "facts" / "production" / "04c_uc_pelleting_livshits.csv"
    if not path.is_file():
        pytest.skip("fact tables are not here (../shared/facts/production)")
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    order = {
        "pelleted_pct_150nm": 0,
        "pelleted_pct_120nm": 1,
        "pelleted_pct_100nm": 2,
        "pelleted_pct_70nm": 3,
        "d_star_nm": 4,
    }
    assert len(rows) == 40
    assert all(PUBLISHED[row["rotor"]][order[row["quantity"]]] == float(row["paper_value"]) for row in rows)
    assert set(PUBLISHED) == set(read_rotors())


def test_clearing_factor_is_the_analytic_one() -> None:
    """Rung 1: `k = ln(rmax / rmin) / w^2 1e13 / 3600`, also as `2.53e5 ln(rmax / rmin) / (rpm / 1000)^2`."""
    rotor = Rotor("test", swinging=True, rmin_mm=61.0, rmax_mm=152.0, rav_mm=110.0, path_mm=91.0)
    rcf = 83000.0
    omega_squared = rcf * 9.80665 / 0.110
    assert float(k_factor(rotor, rcf)) == pytest.approx(math.log(152 / 61) / omega_squared * 1e13 / 3600, rel=1e-12)
    rpm = float(speed_rpm(rotor, rcf))
    assert float(k_factor(rotor, rcf)) == pytest.approx(2.53303e5 * math.log(152 / 61) / (rpm / 1000) ** 2, rel=1e-5)
    assert rpm == pytest.approx(math.sqrt(omega_squared) * 30 / math.pi, rel=1e-12)


def test_hours_to_pellet_are_k_over_svedbergs_in_a_swinging_bucket() -> None:
    """Rung 1: at `t = k / S` the last particle arrives."""
    rotor = rotor_by_name("SW28")
    hours = float(k_factor(rotor, 52000.0)) / 37.0
    assert float(pelleted_frac(37e-13, rotor=rotor, rcf_xg=52000.0, time_h=hours)) == pytest.approx(1.0, abs=1e-12)
    assert float(pelleted_frac(37e-13, rotor=rotor, rcf_xg=52000.0, time_h=0.9 * hours)) < 1.0


def test_what_floats_is_not_pelleted() -> None:
    lipoprotein = sedimentation_coefficient_s(40.0, particle_g_per_cm3=0.95, medium_g_per_cm3=1.0, viscosity_mpas=1.1)
    assert lipoprotein < 0
    assert float(pelleted_frac(lipoprotein, rotor=rotor_by_name("Type 70 Ti"), rcf_xg=1e5, time_h=4.0)) == 0.0


def test_radii_that_do_not_rise_are_refused() -> None:
    with pytest.raises(InputError, match="must rise"):
        Rotor("wrong", swinging=False, rmin_mm=90.0, rmax_mm=60.0, rav_mm=70.0, path_mm=20.0)
