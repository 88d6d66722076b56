"""Are these batches the same product: what differs, by how much, against what replicates could show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from paracrine.core.product import Role
from paracrine.figures.attribute_ratio import OUTCOME_MARKS, draw_attribute_ratio, usual_title
from paracrine.figures.size_distribution import Series, common_axis_nm
from paracrine.figures.style import Spec
from paracrine.release.comparison import AttributeComparison
from paracrine.report.content import CertificateContent, ComparisonContent
from paracrine.report.html_page import render_html
from paracrine.report.numbers import NOT_ASSESSED, write_value
from paracrine.report.origins import Origins
from paracrine.report.results import Notes, Results, subtitle
from paracrine.report.size_charts import Shape, draw_sizes, size_series
from paracrine.report.view import Chart, OriginGroup, Shown
from paracrine.report.words import MARKS, in_sentence, sentence, worst_outcome, write_time, write_unit

_ROWS_ON_A_CHART = 20
_RATIO_DIGITS = 3
_ORDER = ("different", "not shown", "equivalent", "not assessed")


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
    first: tuple[Shown, ...]
    second: tuple[Shown, ...]
    ratio: str
    interval: str
    margin: str
    smallest: str
    mark: str
    outcome: str
    found: str
    """Why this outcome: the first clause of the reason."""
    reason: str
    """What else a reader must know of this row alone."""


@dataclass(frozen=True, slots=True)
class PairTable:
    """All attributes over one pair of batches."""

    first: str
    second: str
    summary: str
    remarks: tuple[str, ...]
    """What concerns several rows, said once."""
    rows: tuple[ComparisonRow, ...]


def comparison_html(content: ComparisonContent) -> str:
    """Return the comparison of several batches as one HTML file, self-contained as the certificate is."""
    sources = {c.batch.name: _BatchSources(position, c) for position, c in enumerate(content.certificates, 1)}
    made_at = content.certificates[0].made_at if content.certificates else ""
    facts = (("Product", content.plan.product.name), ("Study", content.plan.title), ("Made", write_time(made_at)))
    return render_html(
        "comparison.html.j2",
        footer=f"Comparison · {content.plan.title}",
        charts=_charts(content),
        title=f"Comparison of batches, {content.plan.title}",
        headline=content.headline,
        facts=tuple(fact for fact in facts if fact[1]),
        simulated=any(c.truth for c in content.certificates),
        batches=tuple(_batch_line(c) for c in content.certificates),
        pairs=tuple(_pair_tables(content.comparisons, sources)),
        files=tuple(file for source in sources.values() for file in source.origins.files),
        origins=tuple(origin for source in sources.values() for origin in source.groups()),
    )


class _BatchSources:
    """Results of one batch, with anchors that are its own on a page of several batches."""

    def __init__(self, position: int, content: CertificateContent) -> None:
        self._content = content
        self.origins = Origins(content.files, content.measurements, prefix=f"batch-{position}-")
        self._results = Results(content, self.origins, Notes())

    def shown(self, comparison: AttributeComparison) -> tuple[Shown, ...]:
        """Return the batch's own results in an attribute, one a sample."""
        found = [
            self._results.shown(index)
            for index, m in enumerate(self._content.measurements)
            if m.attribute == comparison.attribute
            and m.role is Role.PRODUCT
            and comparison.title in (m.title, f"{m.title} ({m.method}, {m.stage})")
        ]
        return tuple(found) or (Shown(NOT_ASSESSED, is_number=False),)

    def groups(self) -> tuple[OriginGroup, ...]:
        """Return where each result came from."""
        batch = self._content.batch.name
        return self.origins.groups([f"{batch} · {subtitle(m)}" for m in self._content.measurements])


def _batch_line(content: CertificateContent) -> BatchLine:
    worst = worst_outcome(content.verdicts)
    return BatchLine(content.batch.name, content.batch.made_on, content.headline, MARKS[worst], worst.value)


def _pair_tables(
    comparisons: Sequence[AttributeComparison], sources: Mapping[str, _BatchSources]
) -> Iterator[PairTable]:
    for (first, second), rows in _by_pair(comparisons).items():
        clauses = Counter(clause for c in rows for clause in c.reason.split("; ")[1:])
        shared = {clause for clause, count in clauses.items() if count > 1}
        counts = {word: [c for c in rows if c.outcome == word] for word in OUTCOME_MARKS}
        parts = [f"{len(found)} {word}" for word, found in counts.items() if found]
        different = [in_sentence(c.title) for c in counts["different"]]
        summary = ", ".join(parts) + (f". Different: {', '.join(different)}." if different else ".")
        remarks = tuple(sentence(f"{clause} ({clauses[clause]} of {len(rows)} rows)") for clause in sorted(shared))
        yield PairTable(first, second, summary, remarks, tuple(_row(c, sources, shared) for c in rows))


def _row(
    comparison: AttributeComparison, sources: Mapping[str, _BatchSources], shared: Collection[str]
) -> ComparisonRow:
    found, *others = comparison.reason.split("; ")
    first, second = (
        sources[name].shown(comparison) if name in sources else (Shown(NOT_ASSESSED, is_number=False),)
        for name in (comparison.batch_a, comparison.batch_b)
    )
    ratio, low, high, smallest = (
        None if value is None else write_value(value, digits=_RATIO_DIGITS)
        for value in (comparison.ratio, comparison.ratio_low, comparison.ratio_high, comparison.smallest_ratio)
    )
    margins = [
        write_value(value, digits=_RATIO_DIGITS) for value in (1 / comparison.margin_ratio, comparison.margin_ratio)
    ]
    return ComparisonRow(
        title=usual_title(comparison.title),
        unit=write_unit(comparison.unit),
        first=first,
        second=second,
        ratio=ratio or NOT_ASSESSED,
        interval=f"({low} to {high})" if low and high else "",
        margin=" to ".join(margins),
        smallest=smallest or NOT_ASSESSED,
        mark=OUTCOME_MARKS.get(comparison.outcome, "·"),
        outcome=comparison.outcome,
        found=sentence(found),
        reason=sentence("; ".join(clause for clause in others if clause not in shared)),
    )


def _charts(content: ComparisonContent) -> tuple[Chart, ...]:
    found = [*_ratio_charts(content.comparisons), *_size_charts(content.certificates)]
    return tuple(Chart(f"chart-{n}", title, caption, spec) for n, (title, caption, spec) in enumerate(found, 1))


def _ratio_charts(comparisons: Sequence[AttributeComparison]) -> Iterator[tuple[str, str, Spec]]:
    caption = (
        "Dot and line: ratio with its 90 % interval. Shaded, dashed ends: the margin within which batches count as "
        "equivalent. ‹ ›: the smallest difference these replicates could have shown."
    )
    for (first, second), found in _by_pair(comparisons).items():
        rows = [comparison for comparison in found if comparison.ratio is not None]
        for start in range(0, len(rows), _ROWS_ON_A_CHART):
            yield f"{second} beside {first}", caption, draw_attribute_ratio(rows[start : start + _ROWS_ON_A_CHART])


def _size_charts(certificates: Sequence[CertificateContent]) -> Iterator[tuple[str, str, Spec]]:
    shapes: dict[Shape, list[Series]] = {}
    for certificate in certificates:
        for shape, series in size_series(certificate.runs, label=certificate.batch.name, own_weighting=True).items():
            shapes.setdefault(shape, []).extend(series)
    distributions = [r.distribution for many in shapes.values() for one in many for r in one.replicates]
    axis_nm = common_axis_nm(distributions)
    specification = next((c.specification for c in certificates if c.specification), None)
    yield from draw_sizes(shapes, limits=specification.limits if specification else (), axis_nm=axis_nm)


def _by_pair(comparisons: Sequence[AttributeComparison]) -> dict[tuple[str, str], list[AttributeComparison]]:
    """Comparisons of each pair of batches, those that differ first and those not assessed last."""
    pairs: dict[tuple[str, str], list[AttributeComparison]] = {}
    for comparison in sorted(
        comparisons, key=lambda c: _ORDER.index(c.outcome) if c.outcome in _ORDER else len(_ORDER)
    ):
        pairs.setdefault((comparison.batch_a, comparison.batch_b), []).append(comparison)
    return {pair: pairs[pair] for pair in dict.fromkeys((c.batch_a, c.batch_b) for c in comparisons)}
