"""Works cited by what ran."""

from __future__ import annotations

from collections.abc import Iterable

from paracrine.core.measurement import Measurement
from paracrine.core.specification import Specification
from paracrine.facts.references import reference_lines
from paracrine.report.content import Work


def cited_works(measurements: Iterable[Measurement], specification: Specification | None) -> tuple[Work, ...]:
    """Collect the works that measurements and limits cite, with what each was used for."""
    used: dict[str, list[str]] = {}
    for measurement in measurements:
        for key in measurement.provenance.cites:
            used.setdefault(key, []).append(measurement.title)
    for limit in specification.limits if specification else ():
        if limit.source.startswith("doi:"):
            used.setdefault(limit.source, []).append(f"limit of {limit.title or limit.attribute}")
    return tuple(
        Work(key=key, reference=line, used_for=", ".join(dict.fromkeys(used[key])))
        for key, line in reference_lines(used)
    )
