"""Attribute names and the unit a value is kept in."""

from __future__ import annotations

import pytest

from paracrine.core.attribute import attribute_title, attribute_word, can_be_negative, stored_unit
from paracrine.core.errors import InputError


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" Endotoxin EU per mL", "endotoxin_eu_per_ml"), ("Marker CD63", "marker_cd63"), ("HLA-DR", "hla_dr")],
)
def test_a_typed_name_becomes_the_word_that_is_kept(typed: str, kept: str) -> None:
    assert attribute_word(typed) == kept


@pytest.mark.parametrize(
    ("attribute", "unit", "kept"),
    [
        ("diameter_d50_nm", "um", "nm"),
        ("particles_in_window_pct", "1", "%"),
        ("recovery_frac", "%", "1"),
        ("viability", "%", "%"),
        ("endotoxin", "EU/ml", "EU/mL"),
        ("protein_ug_per_ml", "mg/mL", "ug/mL"),
        ("bsa_ng_per_ml", "ug/mL", "ng/mL"),
        ("bioburden", "CFU/mL", "CFU/mL"),
        ("endotoxin_iu_per_ml", "IU/mL", "EU/mL"),
        ("particle_concentration_per_ml", "particles/mL", "1/mL"),
        ("particle_concentration_undiluted_per_ml", "", "1/mL"),
        ("particles_per_ml_medium", "", "1/mL"),
        ("particles_per_ug_protein", "1/mg", "particles/ug"),
        ("particles_per_cell", "", "particles/cell"),
        ("cytokine_pg_per_ml", "pg/mL", "pg/mL"),
    ],
)
def test_the_name_decides_the_unit_and_else_the_dimension(attribute: str, unit: str, kept: str) -> None:
    assert stored_unit(attribute, unit) == kept


def test_a_name_and_a_unit_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(InputError, match="kept in nm"):
        stored_unit("diameter_d50_nm", "mL")
    with pytest.raises(InputError, match="kept in nm"):
        stored_unit("diameter_d50_nm", "furlong")


def test_a_number_whose_unit_nobody_states_is_refused() -> None:
    with pytest.raises(InputError, match="unit is missing"):
        stored_unit("endotoxin", " ")


def test_titles_are_words_without_the_unit() -> None:
    assert attribute_title("marker_cd63") == "Marker CD63"
    assert attribute_title("endotoxin_eu_per_ml") == "Endotoxin"


def test_only_some_dimensions_lie_below_zero() -> None:
    assert can_be_negative("mV")
    assert can_be_negative("degC")
    assert not can_be_negative("EU/mL")
