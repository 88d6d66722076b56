"""Damaged files give no wrong number and no traceback (a short run; `benchmarks/mutate.py` makes the long ones)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paracrine.testing.damage import DAMAGES
from paracrine.testing.mutation import Victim, damage_and_read, damage_many
from paracrine.testing.oracle import Outcome
from paracrine.testing.samples import write_pulses, write_samples


@pytest.fixture(scope="module")
def victims(tmp_path_factory: pytest.TempPathFactory) -> list[Victim]:
    folder = tmp_path_factory.mktemp("whole")
    paths = [path for paths in write_samples(folder).values() for path in paths]
    return [Victim.read(path) for path in paths]


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(which=st.integers(0, 10), damage=st.sampled_from(sorted(DAMAGES)), seed=st.integers(0, 2**32 - 1))
def test_a_damaged_file_gives_no_wrong_number(
    victims: list[Victim], damaged: Path, which: int, damage: str, seed: int
) -> None:
    outcome, said = damage_and_read(victims[which % len(victims)], damage=damage, seed=seed, folder=damaged)
    assert outcome is not Outcome.WRONG, said


@pytest.mark.parametrize(
    ("name", "damage", "seed"),
    [
        ("b7-Results.csv", "shuffle_lines", 20302332),
        ("b7-Results.csv", "shuffle_lines", 20516260),
        ("b7-Results.csv", "truncate", 6346),
        ("b6-ExperimentSummary.csv", "change_digits", 20317042),
        ("b6-ExperimentSummary.csv", "flip_bytes", 20900614),
        ("b7 sizes.csv", "delete_piece", 6746),
        ("b7 sizes.csv", "delete_piece", 20348280),
        ("b7 sizes.csv", "delete_piece", 20983530),
        ("b7 sizes.csv", "change_digits", 30030150),
    ],
)
def test_what_the_long_runs_found_stays_mended(
    victims: list[Victim], damaged: Path, name: str, damage: str, seed: int
) -> None:
    victim = next(victim for victim in victims if victim.path.name == name)
    outcome, said = damage_and_read(victim, damage=damage, seed=seed, folder=damaged)
    assert outcome is not Outcome.WRONG, said


def test_whole_files_read_again_are_the_same(victims: list[Victim]) -> None:
    for victim in victims:
        again = Victim.read(victim.path)
        assert [run.name for run in again.runs] == [run.name for run in victim.runs]


@pytest.mark.slow
def test_damaged_hdf5_files_crash_nothing(damaged: Path, tmp_path: Path) -> None:
    """The HDF5 library itself crashes on some of them; a process of its own takes the blow."""
    *_, tally = damage_many([Victim.read(write_pulses(tmp_path / "b7_cc.h5"))], count=60, seed=5, folder=damaged)
    assert not tally.wrong, tally.wrong[:5]


@pytest.mark.slow
def test_many_damaged_files_give_no_wrong_number(victims: list[Victim], damaged: Path) -> None:
    *_, tally = damage_many(victims, count=20_000, seed=77, folder=damaged)
    assert not tally.wrong, tally.wrong[:5]
