"""One self-contained HTML file from a template: styles, charts and code inside, nothing fetched."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paracrine.figures.printable import printable, printable_data
from paracrine.figures.render import render_svg
from paracrine.figures.style import Spec, hues
from paracrine.report.browser_code import vega_code
from paracrine.report.palette import palette_css
from paracrine.report.view import Chart

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"
_COLOUR_KEYS = frozenset({"color", "stroke", "fill"})


def render_html(template: str, *, footer: str, charts: tuple[Chart, ...] = (), **context: Any) -> str:
    """Fill a template; every text is escaped.

    Args:
        template: file name in the templates folder.
        footer: at the foot of each printed page.
        charts: drawn as pictures and, where JavaScript runs, as interactive charts.
        context: what the template names.
    """
    from markupsafe import Markup

    pictures = {chart.anchor: Markup(_picture(chart)) for chart in charts}
    specs = {chart.anchor: Markup(_json_in_html(live_spec(chart.spec))) for chart in charts}
    return (
        _environment()
        .get_template(template)
        .render(
            styles=Markup(palette_css() + (TEMPLATES / "page.css").read_text("utf-8") + _page_foot(footer)),
            code=Markup(vega_code() + (TEMPLATES / "page.js").read_text("utf-8")) if charts else "",
            charts=charts,
            pictures=pictures,
            specs=specs,
            footer=footer,
            **context,
        )
    )


def live_spec(spec: Spec) -> Spec:
    """Return a chart for the browser: as wide as its place, colours following the page."""
    themed: Spec = _themed(printable_data(spec))
    width = {} if "vconcat" in themed else {"width": "container"}
    return {**themed, **width, "config": {**themed["config"], "font": _FONTS}}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: printable(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = Markup
    return environment


def _picture(chart: Chart) -> str:
    """The drawing with its own clip ids and the page's colours; sized by the page."""
    svg = render_svg(chart.spec)
    # The library numbers its ids on and on within a process; a page must not depend on what was drawn before it.
    seen: dict[str, str] = {}
    svg = re.sub(
        r'(id="|url\(#)((?:clip|gradient)\w*)',
        lambda found: f"{found[1]}{chart.anchor}-{seen.setdefault(found[2], f'part{len(seen)}')}",
        svg,
    )
    for hue in hues():
        svg = re.sub(rf'(fill|stroke)="{hue.light}"', rf'\1="var(--{hue.name})"', svg)
    return svg.replace('class="marks"', 'role="img"', 1)


def _themed(value: Any, key: str = "") -> Any:
    names = {hue.light: f"var(--{hue.name})" for hue in hues()}
    if isinstance(value, dict):
        return {name: _themed(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_themed(inner, "color" if key == "range" else "") for inner in value]
    return names.get(value, value) if key in _COLOUR_KEYS and isinstance(value, str) else value


def _json_in_html(value: Any) -> str:
    """JSON that cannot end its script element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _page_foot(text: str) -> str:
    escaped = "".join(letter if letter.isalnum() and letter.isascii() else f"\\{ord(letter):x} " for letter in text)
    return f'@page {{ @bottom-left {{ content: "{escaped}"; }} }}\n'
