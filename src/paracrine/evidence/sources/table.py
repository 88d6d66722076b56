"""CSV, TSV and XLSX exports of databases and programs, by the names of their columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from paracrine.core.run import Maturity
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.identifiers import clean_pmc, clean_pmid, registry_ids
from paracrine.evidence.ris.work import read_pairs
from paracrine.evidence.source import Item, Refused, Remark, Source
from paracrine.evidence.tables.columns import (
    PMCS,
    PMIDS,
    database_of,
    is_keywords,
    recognise,
    split_authors,
    split_keywords,
    tag_of,
)
from paracrine.evidence.tables.rows import Row, find_header, rows
from paracrine.evidence.work import Extra, Work
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="table",
    title="CSV, TSV or XLSX with a title column",
    gives="works",
    version="1",
    maturity=Maturity.TESTED,
    samples=("ris_citation_formats/*.csv", "database_csv/", "asysd_labelled_development.csv", "screening/"),
    references=(),
    known_limits="columns nobody knows are kept as unplaced fields; names in one cell are parted by their marks",
    is_text=True,
)
_TRIALS = ("clinical trial numbers", "ctgov id", "ictrp id")
_LONGEST_EXTRA = 2000


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim tables whose header names a title or abstract and one column more."""
    if not file.is_zip and file.head_text[:1] in ("{", "[", "<", "@"):
        return Sniffed(False, "no table")
    if not file.is_zip and any(
        sign in f"\n{file.head_text[:3000]}" for sign in ("\nTY  -", "\nPMID- ", "\nFN ", "\nVR 1")
    ):
        return Sniffed(False, "tags, no table")
    if find_header(file, recognise) is None:
        return Sniffed(False, "no header with a title column")
    return Sniffed(True, "a header with a title column")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every row."""
    header = find_header(file, recognise) or []
    # A column `source` is the journal in some exports and anything in others: another journal column decides.
    skipped = {"source"} if any(tag_of(name) == "JF" for name in header if name != "source") else set()
    unknown = [name for name in header if name and (not tag_of(name) or name in skipped)]
    placed = {*PMIDS, *PMCS, *_TRIALS}
    unknown = [name for name in unknown if name not in placed and not is_keywords(name)]
    if unknown:
        yield Remark(
            f"{len(unknown)} columns kept as they are: {', '.join(unknown[:12])}{' …' if len(unknown) > 12 else ''}"
        )
    for row in rows(file, recognise):
        work = _work(row, file, skipped)
        if work.title or work.abstract or work.doi or work.pmid:
            yield work
        else:
            yield Refused(row.locator, "a row without title, abstract, DOI and PMID")


def _work(row: Row, file: EvidenceFile, skipped: set[str]) -> Work:
    pairs: list[tuple[str, str]] = [("TY", "JOUR")]
    extra: list[Extra] = []
    for name, value in row.cells.items():
        tag = tag_of(name) if name not in skipped else ""
        if tag == "AU":
            if not any(one == "AU" for one, _ in pairs):
                pairs += [("AU", author) for author in split_authors(value)]
        elif tag == "LA":
            pairs += [("LA", language) for language in split_keywords(value)]
        elif tag:
            pairs.append((tag, value))
        elif is_keywords(name):
            pairs += [("KW", word) for word in split_keywords(value)]
        elif name not in PMIDS and name not in PMCS and "@" not in value:
            extra.append(Extra(name, value[:_LONGEST_EXTRA]))
    work = read_pairs(pairs, SOURCE.origin(file.name, file.sha256, row.locator))
    database, accession = database_of(row.cells)
    pmid = next((clean_pmid(_digits(row.cells[name])) for name in PMIDS if row.cells.get(name)), "")
    return replace(
        work,
        database=database or work.database,
        accession=accession or work.accession,
        pmid=pmid or work.pmid,
        pmc=next((clean_pmc(row.cells[name]) for name in PMCS if row.cells.get(name)), "") or work.pmc,
        trial_ids=tuple(number for name in _TRIALS for _, number in registry_ids(row.cells.get(name, ""))),
        extra=(*work.extra, *extra),
        doubts=(*work.doubts, row.doubt) if row.doubt else work.doubts,
    )


def _digits(value: str) -> str:
    return value.replace("PUBMED", "").rpartition("/")[2].strip()
