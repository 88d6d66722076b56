"""What a user's time courses say, as a page."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.notice import Notice, Severity
from paracrine.fate.fitting import Fit
from paracrine.figures.prior_posterior import MovedRow, draw_moved
from paracrine.numerics.importance import KHAT_USABLE
from paracrine.report.html_page import render_html
from paracrine.report.numbers import THIN, write_value
from paracrine.report.results import Notes
from paracrine.report.view import Chart


def fit_headline(found: Fit) -> str:
    """Say how many values moved what, and whether studies predict one another."""
    told = [one.title for one in found.moved if one.verdict == "identified"]
    count = len(found.studies)
    values = f"{sum(found.studies.values())} values of {count} {'study' if count == 1 else 'studies'}"
    what = f"{values} identify {'; '.join(told)}" if told else f"{values} identify no parameter by themselves"
    if found.coverage is None:
        return f"{what}; whether one study predicts another is not assessed. Grade: measured here."
    inside, rows, low, high = found.coverage
    return (
        f"{what}; {inside} of {rows} values lie in the interval predicted from the other studies "
        f"({100 * low:.0f} to {100 * high:.0f}{THIN}%). Grade: measured here."
    )


def fit_notices(found: Fit) -> tuple[Notice, ...]:
    """Return what a reader must know."""
    return tuple(_notices(found))


def _notices(found: Fit) -> Iterator[Notice]:
    if found.khat > KHAT_USABLE:
        yield Notice(
            code="khat-too-high", severity=Severity.SERIOUS,
            message=f"k-hat is {found.khat:.2f}, above {KHAT_USABLE:g}: the intervals are not to be trusted.",
            action="Give more rows, or fewer organs.",
        )  # fmt: skip
    shaky = [f"{one.study} ({one.khat:.2f})" for one in found.held_out if not one.khat <= KHAT_USABLE]
    if shaky:
        yield Notice(
            code="left-out-khat-too-high", severity=Severity.CAUTION,
            message=f"k-hat is above {KHAT_USABLE:g} without {', '.join(shaky)}: "
            "how well the other studies predict it is not to be trusted.",
            action="Give more rows of the other studies, or fewer organs.",
        )  # fmt: skip
    driven = [one.title for one in found.moved if one.verdict == "prior-driven"]
    if driven:
        yield Notice(
            code="prior-driven",
            severity=Severity.NOTE,
            message=f"The data say next to nothing on {'; '.join(driven)}.",
        )
    if len(found.studies) == 1:
        yield Notice(
            code="one-study",
            message="One study: how studies differ comes from the literature alone.",
        )


def moved_rows(found: Fit) -> list[tuple[str, str, str, str, str, str]]:
    """Return rows of parameter, before, after, unit, shrinkage and verdict."""
    return [
        (
            one.title,
            _interval(one.prior),
            _interval(one.posterior),
            one.unit,
            f"{100 * one.shrinkage:.0f}{THIN}%",
            one.verdict,
        )
        for one in found.moved
    ]


def fit_html(found: Fit, *, name: str) -> str:
    """Return a fit as one HTML page.

    Args:
        found: the fit.
        name: of the file.
    """
    rows = [
        MovedRow(one.title, _over(one.prior, one.prior[0]), _over(one.posterior, one.prior[0])) for one in found.moved
    ]
    coverage = ""
    if found.coverage is not None:
        inside, count, low, high = found.coverage
        coverage = (
            f"{inside} of {count} inside: {100 * inside / count:.0f} %, 95 % binomial interval {100 * low:.0f} to "
            f"{100 * high:.0f} %; values of one study hang together."
        )
    return render_html(
        "fit.html.j2",
        footer=f"Fit of {name}",
        charts=(Chart("chart-moved", "What the data moved", "Grey before, blue after.", draw_moved(rows)),),
        name=name,
        headline=fit_headline(found),
        notes=Notes().of(fit_notices(found)),
        moved=moved_rows(found),
        held=[(one.study, one.rows, one.inside, f"{one.khat:.2f}") for one in found.held_out],
        coverage=coverage,
        method=[
            "Each study has its own uptake, breakdown, label loss and fast share around those of the population; they "
            "are integrated out by a Laplace approximation. The population is drawn around its peak and corrected by "
            f"importance weights: {found.effective_count:.0f} effective draws, k-hat {found.khat:.2f}.",
            "The prior is the posterior that ships, of a vesicle study not seen.",
        ],
    )


def _interval(values: tuple[float, float, float]) -> str:
    middle, low, high = (write_value(value, digits=2) for value in values)
    return f"{middle} ({low} to {high})"


def _over(values: tuple[float, float, float], by: float) -> tuple[float, float, float]:
    middle, low, high = (value / by for value in values)
    return middle, low, high
