"""Which dilution factor holds, who multiplies by it, and what it adds to the budget. It is applied once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.characterization.material import Material
from paracrine.characterization.request import RunUse
from paracrine.core.notice import Notice, Severity
from paracrine.core.product import DilutionBy, Sample
from paracrine.core.quantity import Component

_SAME = 1e-3


@dataclass(frozen=True, slots=True)
class Dilution:
    """The settled dilution of one sample; `factor` None means it is not settled, with `reason`."""

    factor: float | None
    reason: str = ""
    statement: str = ""
    """Who multiplied, for the page."""
    component: Component | None = None
    notices: tuple[Notice, ...] = ()


def stated_dilution(sample: Sample, use: RunUse) -> float | None:
    """Return the dilution the user stated for a run: that of its file, else that of its sample."""
    return use.dilution_factor if use.dilution_factor is not None else sample.dilution_factor


def settle_dilution(sample: Sample, uses: Sequence[RunUse]) -> Dilution:
    """Settle the dilution of a sample from its files and from what the user stated.

    Args:
        sample: with the user's factor, or None.
        uses: the runs of this sample by one method.
    """
    stated_factors = {factor for use in uses if (factor := stated_dilution(sample, use)) is not None}
    if len(stated_factors) > 1:
        listed = ", ".join(f"{factor:g}" for factor in sorted(stated_factors))
        return Dilution(None, f"study.toml states different dilutions for one method ({listed}): make a sample of each")
    stated = next(iter(stated_factors), sample.dilution_factor)
    in_files = {use.run.dilution_factor for use in uses if use.run.dilution_factor is not None}
    if len(in_files) > 1:
        listed = ", ".join(f"{factor:g}" for factor in sorted(in_files))
        return Dilution(None, f"the runs state different dilutions ({listed}): make a sample of each dilution")
    in_file = next(iter(in_files), None)
    multiplied = any(use.run.dilution_by is DilutionBy.INSTRUMENT for use in uses)
    if in_file is not None and not multiplied and any(use.run.dilution_by is DilutionBy.UNKNOWN for use in uses):
        return Dilution(None, f"the file states dilution {in_file:g}, not whether its numbers are multiplied by it")
    if stated is None and in_file == 1:
        return Dilution(
            None,
            "the file states dilution 1, which is also what it holds when nobody entered one; "
            "write dilution_factor = 1 in study.toml if the sample was not diluted",
        )
    if stated is None and in_file is None:
        return Dilution(None, "no dilution factor is stated, neither in the file nor in study.toml")
    if stated is not None and in_file is not None and in_file != 1 and abs(stated / in_file - 1) > _SAME:
        return _contradiction(stated, in_file)
    factor = stated if stated is not None else in_file
    by_instrument = multiplied and in_file is not None and in_file == factor
    return Dilution(
        factor,
        statement=_statement(factor or 1.0, by_instrument=by_instrument, from_study=stated is not None),
        component=_component(sample, factor or 1.0),
        notices=_notices(sample, factor or 1.0),
    )


def differing_dilutions(material: Material, uses: Sequence[RunUse]) -> str:
    """Return why the runs of a material have no common as-measured concentration; empty when they have one."""
    factors: set[float] = set()
    for sample in material.samples:
        own = [use for use in uses if use.sample == sample.name]
        factors |= {use.run.dilution_factor for use in own if use.run.dilution_factor is not None}
        factors |= {factor for use in own if (factor := stated_dilution(sample, use)) is not None}
    known = sorted(factors - {1.0})
    if len(material.samples) == 1:
        known = sorted({use.run.dilution_factor for use in uses if use.run.dilution_factor is not None})
    if len(known) < 2:
        return ""
    listed = ", ".join(f"{factor:g}" for factor in known)
    return f"the runs were measured at different dilutions ({listed}) and have no common as-measured concentration"


def _contradiction(stated: float, in_file: float) -> Dilution:
    message = f"study.toml states dilution {stated:g}, the file states {in_file:g}"
    return Dilution(
        None,
        message,
        notices=(
            Notice(
                code="dilution-contradiction",
                message=message,
                severity=Severity.SERIOUS,
                concerns="particle_concentration_undiluted_per_ml",
                action="correct study.toml, or leave dilution_factor out to take the file's",
            ),
        ),
    )


def _statement(factor: float, *, by_instrument: bool, from_study: bool) -> str:
    if factor == 1:
        return "the sample was not diluted (stated), nothing was multiplied"
    if by_instrument:
        return f"dilution {factor:g} was applied once, by the instrument's software"
    origin = "stated in study.toml" if from_study else "stated in the file"
    return f"dilution {factor:g} ({origin}) was applied once, by Paracrine"


def _component(sample: Sample, factor: float) -> Component | None:
    if factor == 1 or sample.pipetting_cv_pct is None:
        return None
    steps = max(sample.dilution_steps, 1)
    return Component(
        name="dilution",
        standard_uncertainty=sample.pipetting_cv_pct / 100 * math.sqrt(steps),
        shared_id=f"dilution:{sample.batch}:{sample.name}:{factor:g}",
        source=f"stated pipetting CV {sample.pipetting_cv_pct:g} % per step, {steps} step{'s' if steps > 1 else ''}",
    )


def _notices(sample: Sample, factor: float) -> tuple[Notice, ...]:
    if factor == 1 or sample.pipetting_cv_pct is not None:
        return ()
    return (
        Notice(
            code="dilution-uncertainty-not-stated",
            message="no pipetting CV is stated: the interval leaves the error of the dilution out",
            concerns="particle_concentration_undiluted_per_ml",
            action="state pipetting_cv_pct of the sample in study.toml",
        ),
    )
