"""Charts to pictures, without a browser."""

from __future__ import annotations

import json
from functools import lru_cache

from paracrine.figures.printable import printable_data
from paracrine.figures.style import HOVER, Spec


def render_svg(spec: Spec) -> str:
    """Draw a chart as SVG.

    The same chart is wanted by the page and by the PDF, so the last drawings are kept.
    """
    return _svg(json.dumps(_still(spec), sort_keys=True))


def render_png(spec: Spec, *, scale: float = 2.0) -> bytes:
    """Draw a chart as PNG in black ink on white, `scale` pixels a point."""
    import vl_convert

    paper = {**_still(spec), "background": "white"}
    text = json.dumps(paper).replace("currentColor", "black")
    return bytes(vl_convert.vegalite_to_png(text, scale=scale, allowed_base_urls=[]))


def _still(spec: Spec) -> Spec:
    layers = [layer for layer in spec.get("layer", []) if not str(layer.get("name", "")).startswith(HOVER)]
    still: Spec = printable_data({**spec, "layer": layers})
    return still


@lru_cache(maxsize=64)
def _svg(spec_json: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec_json, allowed_base_urls=[]))
