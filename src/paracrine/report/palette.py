"""Colours of the pages, light and dark; status colours stand for status only."""

from __future__ import annotations

from paracrine.figures.style import hues

INK: dict[str, tuple[str, str]] = {
    "page": ("#ffffff", "#14171b"),
    "panel": ("#f5f7f9", "#1c2127"),
    "ink": ("#1b1f24", "#e6e8eb"),
    "muted": ("#535c66", "#a6aeb8"),
    "line": ("#d3d9df", "#353c45"),
    "link": ("#005a8e", "#6fc1f0"),
}
# Hues of Okabe and Ito (bluish green, vermillion, orange, grey), shaded until they read as text.
STATUS: dict[str, tuple[str, str]] = {
    "pass": ("#006b4f", "#3ecf9f"),
    "fail": ("#a83a00", "#ff9a5c"),
    "borderline": ("#7a5500", "#e6b84d"),
    "open": ("#535c66", "#a6aeb8"),
}


def palette_css() -> str:
    """Return the colours as CSS variables, dark where the reader's system asks for it, light on paper."""
    pairs = {**INK, **STATUS, **{hue.name: (hue.light, hue.dark) for hue in hues()}}
    light = " ".join(f"--{name}: {shades[0]};" for name, shades in pairs.items())
    dark = " ".join(f"--{name}: {shades[1]};" for name, shades in pairs.items())
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )
