"""Facts of the room `fate`: every row has a source, what is missing stays missing, the user may supply it."""

from __future__ import annotations

from pathlib import Path

import pytest

from paracrine.core.errors import InputError, UnknownName
from paracrine.facts.disposition import read_disposition_rows, read_scaling_factors, read_trial_doses
from paracrine.facts.references import read_references
from paracrine.facts.species import read_species, species_names

HEADER = "organ,quantity,value,low,high,unit,source,origin,grade,note\n"


def test_every_source_is_a_known_work_or_an_address() -> None:
    sources = {row.source for name in species_names() for row in read_species(name).rows}
    sources |= {row.source for row in (*read_disposition_rows(), *read_trial_doses(), *read_scaling_factors())}
    works = read_references()
    bare = {
        one for one in sources if one.lower() not in works and not one.startswith("https://") and "Psychiatr" not in one
    }
    assert bare == set()


def test_an_organ_without_its_rows_is_left_out_and_named() -> None:
    human = read_species("human")
    assert human.organ("brain") is None
    assert human.not_assessed == (("brain", "no vascular space with a source for this species"),)
    assert read_species("mouse").organ("brain") is not None


def test_the_user_supplies_a_missing_row_with_a_source(tmp_path: Path) -> None:
    own = tmp_path / "brain.csv"
    own.write_text(HEADER + "brain,vascular space,4.5,,,% of organ volume,lab book 17,,measured here,\n", "utf-8")
    brain = read_species("human", own_rows=own).organ("brain")
    assert brain is not None
    assert brain.vascular_ml == pytest.approx(70_000 * 0.02 * 0.045)


@pytest.mark.parametrize(
    ("line", "error", "word"),
    [
        ("brain,vascular space,4,,,% of organ volume,,,assumption,", InputError, "no source"),
        ("brain,vascular space,140,,,% of organ volume,x,,assumption,", InputError, "cannot be"),
        ("brain,vascular space,-4,,,% of organ volume,x,,assumption,", InputError, "cannot be"),
        ("brain,vascular space,4,,,mL,x,,assumption,", InputError, "in 'mL'"),
        ("brian,vascular space,4,,,% of organ volume,x,,assumption,", UnknownName, "brian"),
        ("brain,vascular space,4,,,% of organ volume,x,,certain,", UnknownName, "certain"),
        ("brain,vascular space,four,,,% of organ volume,x,,assumption,", InputError, "not a number"),
    ],
)
def test_an_unusable_row_is_refused_by_name(line: str, error: type[Exception], word: str, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(HEADER + line + "\n", "utf-8")
    with pytest.raises(error, match=word):
        read_species("human", own_rows=own)


def test_an_unknown_species_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="mouse"):
        read_species("mousse")


def test_flows_follow_the_published_table() -> None:
    """Rung 2: 16.1 % of 16.5 L/h/kg^0.75 at 24 g, doi:10.1007/s11095-013-1127-z."""
    liver = read_species("mouse").organ("liver")
    assert liver is not None
    assert liver.flow_ml_h / 60 == pytest.approx(2.70, abs=0.005)


def test_conflicting_trial_doses_stand_side_by_side() -> None:
    doses = [row for row in read_trial_doses() if row.conflict == "vesicles in 15 mL of one product"]
    assert {row.amount for row in doses} == {1.2e12, 1.05e12, 1.05e9}


def test_nothing_is_taken_from_the_set_with_a_doubtful_time_unit() -> None:
    assert not [row for row in read_disposition_rows() if "panagi" in row.key]
