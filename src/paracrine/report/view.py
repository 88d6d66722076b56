"""What a page shows, as plain text in the order it is read; HTML and PDF draw the same view."""

from __future__ import annotations

from dataclasses import dataclass, field

from paracrine.figures.style import Spec


@dataclass(frozen=True, slots=True)
class Shown:
    """A number, a finding or `not assessed`, and where it came from.

    `whole` and `rest` are a number cut at its decimal mark; a word is all `whole` with `is_number` False.
    """

    whole: str
    rest: str = ""
    interval: str = ""
    unit: str = ""
    anchor: str = ""
    """Id of the source entry that a click opens."""
    origin: str = ""
    """File, field, reader and version, one a line, shown on hover."""
    is_number: bool = True

    @property
    def text(self) -> str:
        """The value alone."""
        return self.whole + self.rest


@dataclass(frozen=True, slots=True)
class Note:
    """A notice beside the number it concerns; a repeated one only refers to its number."""

    number: int
    severity: str
    message: str
    action: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class BesideLine:
    """A number beside ours: the vendor's, the blank's, the value before an exclusion."""

    label: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of a results table."""

    title: str
    subtitle: str
    shown: Shown
    interval_name: str = ""
    limit: str = ""
    limit_note: str = ""
    strip: str = ""
    """SVG of where the result lies between its limits."""
    mark: str = ""
    outcome: str = ""
    rule: str = ""
    other_rule: str = ""
    reason: str = ""
    besides: tuple[BesideLine, ...] = ()
    notes: tuple[Note, ...] = ()
    truth: Shown | None = None


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """Rows under one heading; notes that concern several of them are said once, here."""

    title: str
    rows: tuple[ResultRow, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with what it says; `anchor` is its id on the page."""

    anchor: str
    title: str
    caption: str
    spec: Spec
    keeps_width: bool = False
    """Columns of text beside the plot: scrolled on a narrow screen, not squeezed."""


@dataclass(frozen=True, slots=True)
class ReplicateTable:
    """Replicates as rows, results as columns; excluded rows carry their reason."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[ReplicateRow, ...]


@dataclass(frozen=True, slots=True)
class ReplicateRow:
    """One run: its values in the order of the columns; `reason` says why it is excluded."""

    run: str
    cells: tuple[Shown, ...]
    included: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BudgetPart:
    """A component of a budget, in print."""

    name: str
    uncertainty: str
    degrees_of_freedom: str
    share: str
    share_frac: float
    source: str


@dataclass(frozen=True, slots=True)
class BudgetTable:
    """The budget behind one result's interval."""

    title: str
    shown: Shown
    summary: str
    parts: tuple[BudgetPart, ...]
    combined: str
    """Combined standard uncertainty."""
    degrees_of_freedom: str
    is_judged: bool
    """Whether the result met a limit: print then shows every part with its source."""


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample, its role and what is known of it."""

    name: str
    role: str
    stage: str
    dilution: str
    replicates: str
    detail: str


@dataclass(frozen=True, slots=True)
class MethodBlock:
    """An instrument with its software and settings; a setting that varied lists its values."""

    title: str
    detail: str
    settings: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverageBook:
    """A rule book: counts by answer, then its lines, unmet first."""

    title: str
    summary: str
    lines: tuple[CoverageLine, ...]


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One rule and what the record says about it."""

    rule: str
    level: str
    text: str
    mark: str
    answer: str
    because: str
    to_confirm: bool


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that went into the page."""

    anchor: str
    path: str
    size: str
    sha256: str
    reader: str
    maturity: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class OriginPlace:
    """Where in one file a number was read."""

    file: str
    file_anchor: str
    detail: str


@dataclass(frozen=True, slots=True)
class OriginLine:
    """One result: the code that computed it, what that assumes and cites, each said once a page."""

    anchor: str
    title: str
    computed: str
    assumptions: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    is_first: bool = True
    """Whether this code is named for the first time on the page."""


@dataclass(frozen=True, slots=True)
class OriginGroup:
    """Results read at the same places."""

    title: str
    places: tuple[OriginPlace, ...]
    lines: tuple[OriginLine, ...]


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """Everything on a certificate, in reading order."""

    title: str
    headline: str
    mark: str
    outcome: str
    lead: tuple[str, ...]
    """Further sentences: the other rule, example limits, simulated data."""
    facts: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, str, int], ...]
    """Mark, outcome and how many limits have it."""
    reasons: tuple[ResultRow, ...]
    """Failed, borderline and not assessed limits."""
    notes: tuple[Note, ...]
    groups: tuple[ResultGroup, ...]
    unjudged: tuple[ResultGroup, ...]
    controls: tuple[ResultGroup, ...]
    charts: tuple[Chart, ...]
    replicate_tables: tuple[ReplicateTable, ...]
    budgets: tuple[BudgetTable, ...]
    samples: tuple[SampleRow, ...]
    methods: tuple[MethodBlock, ...]
    steps: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]
    coverage: tuple[CoverageBook, ...]
    works: tuple[tuple[str, str, str], ...]
    files: tuple[FileLine, ...]
    origins: tuple[OriginGroup, ...]
    seal: tuple[tuple[str, str], ...]
    software: str
    footer: str
    simulated: bool = False
    signatures: tuple[tuple[str, str], ...] = field(default=())
