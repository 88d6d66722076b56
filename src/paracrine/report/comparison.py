"""Are these batches the same product: what differs, by how much, against what replicates could show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from paracrine.core.product import Role
from paracrine.figures.attribute_ratio import OUTCOME_MARKS, draw_attribute_ratio
from paracrine.figures.size_distribution import Series, SizeLimit, common_axis_nm, draw_size_distribution
from paracrine.release.comparison import AttributeComparison
from paracrine.report.charts import Shape, size_limits, size_series
from paracrine.report.content import CertificateContent, ComparisonContent, FileEntry
from paracrine.report.html_page import render_html
from paracrine.report.numbers import NOT_ASSESSED, write_value
from paracrine.report.origins import Origins
from paracrine.report.results import Notes, Results
from paracrine.report.view import Chart, FileLine, OriginLine, Shown
from paracrine.report.words import MARKS, write_time, write_unit

_BATCHES_ON_A_CHART = 8
_ROWS_ON_A_CHART = 20
_RATIO_DIGITS = 3


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch: its own one sentence."""

    name: str
    made_on: str
    headline: str
    mark: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One attribute over two batches."""

    title: str
    unit: str
    first: Shown
    second: Shown
    ratio: str
    interval: str
    margin: str
    smallest: str
    mark: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class PairTable:
    """All attributes over one pair of batches."""

    first: str
    second: str
    summary: str
    rows: tuple[ComparisonRow, ...]


def comparison_html(content: ComparisonContent) -> str:
    """Return the comparison of several batches as one HTML file, self-contained as the certificate is."""
    sources = {c.batch.name: _BatchSources(position, c) for position, c in enumerate(content.certificates, 1)}
    first_made = content.certificates[0].made_at if content.certificates else ""
    return render_html(
        "comparison.html.j2",
        footer=f"Comparison · {content.plan.title}",
        charts=_charts(content),
        title=f"Comparison of batches, {content.plan.title}",
        headline=content.headline,
        facts=(("Product", content.plan.product.name), ("Study", content.plan.title), ("Made", write_time(first_made))),
        simulated=any(c.truth for c in content.certificates),
        batches=tuple(_batch_line(c) for c in content.certificates),
        pairs=tuple(_pair_tables(content.comparisons, sources)),
        files=tuple(file for source in sources.values() for file in source.files),
        origins=tuple(origin for source in sources.values() for origin in source.origins),
    )


class _BatchSources:
    """Results of one batch with anchors that are unique on a page of several batches."""

    def __init__(self, position: int, content: CertificateContent) -> None:
        self._prefix = f"b{position}-"
        self._content = content
        origins = Origins(_named(content), content.measurements)
        self._results = Results(content, origins, Notes())
        self.files: tuple[FileLine, ...] = tuple(replace(f, anchor=self._prefix + f.anchor) for f in origins.files)
        subtitles = [f"{content.batch.name} · {m.sample} · {m.method or m.technique}" for m in content.measurements]
        self.origins: tuple[OriginLine, ...] = tuple(self._prefixed(line) for line in origins.lines(subtitles))

    def shown(self, comparison: AttributeComparison) -> Shown:
        """Return the batch's own result in an attribute; not assessed where it has none, or several."""
        found = [
            index
            for index, m in enumerate(self._content.measurements)
            if m.attribute == comparison.attribute and m.role is Role.PRODUCT
        ]
        if not found:
            return Shown(NOT_ASSESSED, is_number=False)
        if len(found) > 1:
            return Shown(f"{len(found)} results", interval="see its certificate", is_number=False)
        shown = self._results.shown(found[0])
        return replace(shown, anchor=self._prefix + shown.anchor)

    def _prefixed(self, line: OriginLine) -> OriginLine:
        places = tuple(
            replace(place, file_anchor=self._prefix + place.file_anchor if place.file_anchor else "")
            for place in line.places
        )
        return replace(line, anchor=self._prefix + line.anchor, places=places)


def _named(content: CertificateContent) -> tuple[FileEntry, ...]:
    return content.files


def _batch_line(content: CertificateContent) -> BatchLine:
    outcomes = [verdict.outcome for verdict in content.verdicts]
    worst = next((outcome for outcome in _ORDER if outcome in outcomes), None)
    mark = MARKS[worst] if worst else "·"
    return BatchLine(content.batch.name, content.batch.made_on, content.headline, mark, worst.value if worst else "")
