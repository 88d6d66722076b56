"""Limits read from spec.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from paracrine.core.errors import InputError
from paracrine.core.specification import DecisionRule, Limit, LimitKind
from paracrine.release.specification import parse_specification, read_specification


def limit(body: str, **options: object) -> Limit:
    text = f'product = "Wharton EV"\n[[limit]]\n{body}\n'
    return parse_specification(text, where="spec.toml", **options).limits[0]  # type: ignore[arg-type]


def test_every_key_of_a_limit_reaches_the_record() -> None:
    read = limit(
        'attribute = "Particle concentration per ml"\ntitle = "Particles"\nlow = 5.0e9\nbelow = 2.0e11\n'
        'unit = "particles/mL"\nrule = "guard_band"\nstage = "purified EV"\nmethod = "NTA"\ngroup = "quantity"\n'
        'source = "QP-17"'
    )
    assert (read.attribute, read.title, read.unit) == ("particle_concentration_per_ml", "Particles", "1/mL")
    assert (read.low, read.high, read.low_inclusive, read.high_inclusive) == (5.0e9, 2.0e11, True, False)
    assert (read.decimals, read.power_of_ten, read.rule) == (1, True, DecisionRule.GUARD_BAND)
    assert (read.stage, read.method, read.group, read.source) == ("purified EV", "NTA", "quantity", "QP-17")


@pytest.mark.parametrize(
    ("written", "decimals", "power_of_ten"),
    [
        ("high = 0.5", 1, False),
        ("high = 0.50", 2, False),
        ("high = 180", 0, False),
        ("high = 1e10", 0, True),
        ("high = 1.00e10", 2, True),
        ("low = 0.5\nhigh = 10", 1, False),
        ("low = 0\nhigh = 2.5e11", 1, True),
        ("high = 0.5\ndecimals = 3", 3, False),
    ],
)
def test_the_digits_are_those_the_limit_is_written_with(written: str, decimals: int, power_of_ten: bool) -> None:
    read = limit(f'attribute = "endotoxin"\nunit = "EU/mL"\n{written}')
    assert (read.decimals, read.power_of_ten) == (decimals, power_of_ten)


def test_limits_and_their_digits_move_to_the_unit_kept() -> None:
    """Rung 1: 0.5 mg/mL is 500 ug/mL, written to hundreds."""
    read = limit('attribute = "protein_ug_per_ml"\nlow = 0.5\nunit = "mg/mL"')
    assert (read.low, read.unit, read.decimals) == (500.0, "ug/mL", -2)
    fraction = limit('attribute = "particles_in_window_pct"\nabove = 0.90\nunit = "1"')
    assert (fraction.low, fraction.unit, fraction.decimals) == (90.0, "%", 0)


def test_a_unit_that_is_no_power_of_ten_away_is_refused() -> None:
    with pytest.raises(InputError, match="write it in h"):
        limit('attribute = "hold_time_h"\nhigh = 90\nunit = "min"')


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('attribute = "sterility"\naccept = ["negative"]', LimitKind.FINDING),
        ('attribute = "particle_concentration_per_ml"\ntolerance_pct = 20', LimitKind.LABEL),
        ('attribute = "viability"\nkind = "percent"\nlow = 90', LimitKind.PERCENT_IN_RANGE),
        ('attribute = "protein_ug_per_ml"\nkind = "report"', LimitKind.REPORT),
        ('attribute = "zeta_potential_mv"\nhigh = -10', LimitKind.NUMERIC),
    ],
)
def test_the_kind_follows_from_the_keys(body: str, kind: LimitKind) -> None:
    assert limit(body).limit_kind is kind


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('attribut = "x"\nlow = 1', "unknown key 'attribut' .did you mean 'attribute'"),
        ("low = 1", "'attribute' is missing"),
        ('attribute = "endotoxin"\nunit = "EU/mL"\nlow = 1\nabove = 2', "'low' or 'above', not both"),
        ('attribute = "endotoxin"\nunit = "EU/mL"', "needs low, above, high or below"),
        ('attribute = "endotoxin"\nunit = "EU/mL"\nlow = 2\nhigh = 1', "is above the upper end"),
        ('attribute = "endotoxin"\nunit = "EU/mL"\nlow = 1\nbelow = 1', "no value can meet"),
        ('attribute = "endotoxin"\nunit = "EU/mL"\nbelow = "0.5"', "below must be a number"),
        ('attribute = "endotoxin"\nunit = "EU/mL"\nbelow = true', "below must be a number"),
        ('attribute = "endotoxin"\nunit = "EU/mL"\nbelow = nan', "not a usable number"),
        ('attribute = "endotoxin"\nbelow = 0.5', "unit: endotoxin: the unit is missing"),
        ('attribute = "diameter_mean_nm"\nunit = "mL"\nbelow = 0.5', "unit: diameter_mean_nm is kept in nm"),
        ('attribute = "sterility"\naccept = []', "accept is empty"),
        ('attribute = "sterility"\naccept = "negative"', "must be a list of words"),
        ('attribute = "sterility"\naccept = ["negative"]\nlow = 1', "takes no 'low'"),
        ('attribute = "sterility"\naccept = ["negative"]\nunit = "EU/mL"', "neither unit nor decimals"),
        ('attribute = "sterility"\nkind = "finding"', "needs the accepted words"),
        ('attribute = "x"\nkind = "findig"\naccept = ["no"]', "did you mean 'finding'"),
        ('attribute = "x"\nunit = "nm"\nlow = 1\nrule = "guardband"', "did you mean 'guard_band'"),
        ('attribute = "particle_concentration_per_ml"\nkind = "label"', "'tolerance_pct' is missing"),
        ('attribute = "particle_concentration_per_ml"\ntolerance_pct = 0', "must be above 0"),
        ('attribute = "x_pct"\nlow = 90\nwindow_low_nm = 50', "needs window_low_nm and window_high_nm"),
        ('attribute = "x_pct"\nlow = 90\ndecimals = -1', "whole number from 0"),
        ("attribute = 5\nlow = 1", "attribute must be text"),
    ],
)
def test_a_mistake_is_named_with_its_limit_and_line(body: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        limit(body)
    assert "limit 1" in caught.value.where
    assert "(line 2)" in caught.value.where


def test_a_name_that_nearly_is_a_measured_attribute_is_a_slip() -> None:
    known = ("diameter_mean_nm", "diameter_d50_nm")
    body = 'attribute = "diamter_mean_nm"\nhigh = 200'
    with pytest.raises(InputError, match="did you mean 'diameter_mean_nm'"):
        limit(body, known_attributes=known)
    assert limit(body + "\nown_word = true", known_attributes=known).attribute == "diamter_mean_nm"
    assert limit('attribute = "endotoxin"\nunit = "EU/mL"\nhigh = 1', known_attributes=known).high == 1
    assert limit('attribute = "diamter_mean"\naccept = ["ok"]', known_attributes=known).accept == ("ok",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("product = ", "is not TOML"),
        ("[[limit]]\nattribute = 'x'", "product is not named"),
        ("product = 'P'", "there is no limit"),
        ("product = 'P'\nlimit = 3", "must be written as"),
        ("product = 'P'\nexample = 'yes'\n[[limit]]", "example must be true or false"),
        ("product = 'P'\nlimits = 3", "did you mean 'limit'"),
    ],
)
def test_a_broken_file_is_refused_in_plain_words(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "spec.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_specification(path)


def test_a_missing_or_foreign_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_specification(tmp_path / "spec.toml")
    (tmp_path / "other.toml").write_bytes(b'product = "\xe4"')
    with pytest.raises(InputError, match="not UTF-8"):
        read_specification(tmp_path / "other.toml")
