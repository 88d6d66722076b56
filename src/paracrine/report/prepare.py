"""Loads what the first page would wait for, while files are still being read."""

from __future__ import annotations

from threading import Thread


def start_preparing() -> Thread:
    """Start loading the drawing library and the chart code in a thread of its own, and return the thread.

    Worth calling where a page will surely be made: the program ends only when the thread has (a second or two).
    """
    thread = Thread(target=_prepare, name="prepare-pages")
    thread.start()
    return thread


def _prepare() -> None:
    from paracrine.figures.render import render_svg
    from paracrine.figures.style import finish
    from paracrine.report.browser_code import vega_code

    point = {"data": {"values": [{}]}, "mark": "point"}
    render_svg(finish([point], description="first drawing"))
    vega_code()
