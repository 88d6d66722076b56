"""`bench.evidence`: the verbs of the evidence base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paracrine.core.progress import Progress, Silent

if TYPE_CHECKING:
    from paracrine.bench.bench import Bench
    from paracrine.bench.evidence.adding import AddReport
    from paracrine.bench.evidence.answering import Ledger
    from paracrine.bench.evidence.extracting import ExtractReport
    from paracrine.bench.evidence.linking import LinkReport
    from paracrine.bench.evidence.listing import SourceInfo
    from paracrine.bench.evidence.opening import EvidenceBase
    from paracrine.bench.evidence.pooling import PoolReport
    from paracrine.bench.evidence.screening import Screening
    from paracrine.bench.evidence.searching import SearchReport
    from paracrine.bench.evidence.showing import EvidenceDemo
    from paracrine.bench.evidence.trending import TrendReport
    from paracrine.evidence.trial import Trial
    from paracrine.evidence.work import Work
    from paracrine.facts.disposition import TrialDose

FOLDER_NAME = "evidence"


class Evidence:
    """Verbs over the evidence base of one workspace, by default the folder `evidence` here."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def add(self, files: Iterable[str | Path], *, progress: Progress | None = None) -> AddReport:
        """Read bibliographic and registry files into the base; a file nobody can read stops none of the others.

        Raises:
            InputError: when no file is named.
        """
        from paracrine.bench.evidence.adding import add_files

        with self.open(create=True) as base:
            return add_files(base, tuple(Path(file) for file in files), progress=progress or Silent())

    def sources(self) -> tuple[SourceInfo, ...]:
        """List the formats that can be added."""
        from paracrine.bench.evidence.listing import list_sources

        return list_sources()

    def records(self, kind: str = "") -> Iterator[Work | Trial]:
        """Yield every record of the base, `work` or `trial` if a kind is given."""
        with self.open() as base:
            yield from base.records(kind)

    def record(self, key: str) -> Work | Trial:
        """Return one record by its key.

        Raises:
            UnknownName: when there is none.
        """
        with self.open() as base:
            return base.record(key)

    def search(
        self,
        query: str = "",
        *,
        where: Iterable[str] = (),
        limit: int = 20,
        facets: bool = False,
        save: str = "",
        saved: str = "",
    ) -> SearchReport:
        """Search the base: `exosome AND (kidney OR renal) NOT cancer`, fields as `title:exosome`.

        Args:
            query: words, "phrases", AND, OR, NOT, brackets, `word*`, and fields as `title:word`;
                empty with filters alone.
            where: filters such as `year>=2020`, `database=pubmed,embase`, `status=recruiting`.
            limit: how many hits to return.
            facets: also count the matches by kind, year, database …
            save: keep the search under this name.
            saved: run the search kept under this name, and tell what is new.

        Raises:
            InputError: when the search cannot be understood.
            UnknownName: when a field, facet or saved search does not exist.
        """
        from paracrine.bench.evidence.searching import save_search, saved_search, search_base

        where = tuple(where)
        with self.open() as base:
            since = None
            if saved:
                kept = saved_search(base, saved)
                query, where, since = query or kept.query, where or kept.where, kept.last_number
            report = search_base(base, query, where=where, limit=limit, with_facets=facets, since=since)
            if save:
                save_search(base, save, query, where)
            return report

    def extract(
        self,
        files: Iterable[str | Path] = (),
        *,
        corrections: str | Path | None = None,
        out: str | Path | None = None,
        progress: Progress | None = None,
    ) -> ExtractReport:
        """Read source, route, dose, schedule, methods and safety out of records, each with the words that say it.

        Args:
            files: read these instead of the base.
            corrections: CSV key,item,value made by hand; over the base they are kept in its ledger, and searches
                filter by them.
            out: folder for extracted.html, extracted.csv, doses.csv and safety.csv.
            progress: told of each record.

        Raises:
            InputError: when a file or the corrections cannot be read.
            RecordError: when there is no base and no file is named.
        """
        from paracrine.bench.evidence.extracting import extract_base, extract_files

        target = Path(out) if out is not None else None
        mine = Path(corrections) if corrections is not None else None
        paths = tuple(Path(file) for file in files)
        if paths:
            return extract_files(paths, corrections=mine, out=target, progress=progress or Silent())
        with self.open() as base:
            return extract_base(base, corrections=mine, out=target, progress=progress or Silent())

    def trial_doses(self) -> tuple[TrialDose, ...]:
        """Return the doses that registered trials of the base state, corrected by hand where a person did.

        Raises:
            RecordError: when there is no base.
        """
        from paracrine.bench.evidence.trial_doses import read_base_doses

        with self.open() as base:
            return read_base_doses(base)

    def trends(self, files: Iterable[str | Path] = (), *, out: str | Path | None = None) -> TrendReport:
        """Count records by year, condition, source, phase and country; with `out`, a page is written there.

        Raises:
            RecordError: when there is no base and no file is named.
        """
        from paracrine.bench.evidence.trending import trends_of_base, trends_of_files

        paths = tuple(Path(file) for file in files)
        target = Path(out) if out is not None else None
        if paths:
            return trends_of_files(paths, out=target, ledger=self.ledger())
        with self.open() as base:
            return trends_of_base(base, out=target, ledger=self.ledger())

    def demo(self, out: str | Path = "paracrine-evidence-demo") -> EvidenceDemo:
        """Show the room on curated trials that ship with the program."""
        from paracrine.bench.evidence.showing import show_curated

        return show_curated(Path(out))

    def pool(self, table: str | Path, *, out: str | Path | None = None, **asked: Any) -> PoolReport:
        """Pool a CSV of studies; with `out`, a page and its JSON are written there.

        Args:
            table: one comparison a line.
            out: folder of the page.
            asked: fields of `PoolQuestion`: measure, method, test, model, prediction, moderators, by, common_tau2,
                order, where, shared, risk_at_most, coverage_pct.

        Raises:
            InputError: when the table cannot answer the question.
            UnknownName: for an unknown measure, estimator, test, model or rule.
        """
        from paracrine.bench.evidence.pooling import pool_file
        from paracrine.evidence.pool.question import PoolQuestion

        target = Path(out) if out is not None else None
        return pool_file(Path(table), PoolQuestion(**asked), out=target, ledger=self.ledger())

    def network(
        self,
        table: str | Path,
        *,
        reference: str = "",
        small_is_good: bool = True,
        out: str | Path | None = None,
        **asked: Any,
    ) -> PoolReport:
        """Pool a CSV of comparisons or arms as a network, with ranking and inconsistency.

        Raises:
            InputError: when the columns make no comparisons or the network falls apart.
        """
        from paracrine.bench.evidence.pooling import pool_network_file
        from paracrine.evidence.pool.question import PoolQuestion

        target = Path(out) if out is not None else None
        question = PoolQuestion(**asked)
        return pool_network_file(
            Path(table), question, reference=reference, small_is_good=small_is_good, out=target, ledger=self.ledger()
        )

    def methods(self) -> dict[str, list[dict[str, str]]]:
        """List effect sizes, estimators, tests, models and rules of pooling, and what is not offered."""
        from paracrine.evidence.pool.offer import list_methods

        return list_methods()

    def dedupe(self) -> LinkReport:
        """Find records of one work and what else belongs together; nothing is deleted.

        Raises:
            RecordError: when there is no base.
        """
        from paracrine.bench.evidence.linking import link_records

        with self.open() as base:
            return link_records(base)

    def decide_link(self, one: str, other: str, *, together: bool, reason: str) -> int:
        """Say that two records are one work, or are not; returns the ledger entry.

        Raises:
            InputError: when there is no reason.
            UnknownName: when a record does not exist.
        """
        from paracrine.bench.evidence.linking import decide_link

        with self.open() as base:
            return decide_link(base, one, other, together=together, reason=reason)

    @property
    def screening(self) -> Screening:
        """Reviews: blinded decisions, the order of reading, when to stop, the flow."""
        from paracrine.bench.evidence.screening import Screening

        return Screening(self)

    def export(self, out: str | Path, *, query: str = "", review: str = "", verdict: str = "", stage: str = "") -> int:
        """Write works as .ris, .csv or .json and return how many.

        Args:
            out: where to; the ending decides the format.
            query: only those a search finds.
            review: only those decided in a review.
            verdict: only those with this verdict: include or exclude.
            stage: of the verdict: abstract or full text.

        Raises:
            InputError: when the ending is unknown or nothing is there to write.
        """
        from paracrine.bench.evidence.exporting import export_works

        with self.open() as base:
            return export_works(base, Path(out), query=query, review=review, verdict=verdict, stage=stage)

    def ledger(self) -> Ledger:
        """Return where answers are recorded; the workspace is made when the first one is."""
        from paracrine.bench.evidence.answering import Ledger

        return Ledger(lambda: self._bench.evidence_workspace(create=True), self._bench.actor("", ""))

    def open(self, *, create: bool = False) -> EvidenceBase:
        """Open the base: ledger and search index, the latter made again where it is behind.

        Raises:
            RecordError: when there is none and `create` is not asked for.
        """
        from paracrine.bench.evidence.opening import open_base

        return open_base(self._bench.evidence_workspace(create=create), self._bench.actor("", ""))
