"""Are these batches the same product: the comparison page."""

from __future__ import annotations

from paracrine.report.content import ComparisonContent


def comparison_html(content: ComparisonContent) -> str:
    """Return the comparison of several batches as one HTML file."""
    from markupsafe import escape

    return f"<!doctype html><title>Comparison</title><h1>{escape(content.headline)}</h1>"
