"""Colours can be read, light and dark."""

from __future__ import annotations

import re

import pytest

from paracrine.figures.style import SERIES, hues, series_dash, series_hue
from paracrine.report.palette import INK, STATUS, palette_css

READ_AS_TEXT = ["ink", "muted", "link", *STATUS, *(hue.name for hue in hues() if hue.name != "paper")]


def luminance(colour: str) -> float:
    """Relative luminance by the W3C's formula (rung 1)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def shades(mode: int) -> dict[str, str]:
    return {name: pair[mode] for name, pair in {**INK, **STATUS}.items()} | {
        hue.name: (hue.light, hue.dark)[mode] for hue in hues()
    }


def test_the_formula_gives_the_known_extremes() -> None:
    """Rung 1: black on white is 21, a colour on itself is 1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#0072b2", "#0072b2") == 1.0


@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize("ground", ["page", "panel"])
@pytest.mark.parametrize("name", READ_AS_TEXT)
def test_text_has_a_contrast_of_four_and_a_half(mode: int, ground: str, name: str) -> None:
    of = shades(mode)
    assert contrast(of[name], of[ground]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1])
def test_words_on_bars_can_be_read(mode: int) -> None:
    of = shades(mode)
    assert of["paper"] == of["page"]
    assert all(contrast(of["paper"], of[hue.name]) >= 4.5 for hue in hues() if hue.name != "paper")


def test_every_colour_is_a_variable_in_both_modes() -> None:
    light, dark = palette_css().split("prefers-color-scheme: dark")
    for css in (light, dark):
        assert set(re.findall(r"--([a-z]+):", css)) == set(shades(0))


def test_series_differ_by_more_than_colour() -> None:
    looks = {(series_hue(n).name, tuple(series_dash(n))) for n in range(2 * len(SERIES))}
    assert len(looks) == 2 * len(SERIES)
    assert len({tuple(series_dash(n)) for n in range(len(SERIES))}) == len(SERIES)
