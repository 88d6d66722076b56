"""BibTeX from Zotero, Mendeley, Scopus, Google Scholar and others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from paracrine.core.run import Maturity
from paracrine.evidence.bibtex.entries import entries
from paracrine.evidence.bibtex.latex import plain_latex
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.identifiers import clean_pmc, clean_pmid
from paracrine.evidence.ris.work import read_pairs
from paracrine.evidence.source import Item, Refused, Source
from paracrine.readers.format import Sniffed

SOURCE = Source(
    name="bibtex",
    title="BibTeX",
    gives="works",
    version="1",
    maturity=Maturity.TESTED,
    samples=("zotero_export.bib.gz",),
    references=("https://www.bibtex.org/Format/",),
    known_limits="@string macros other than months are kept as their names; mathematics becomes plain text",
    is_text=True,
)
_START = re.compile(r"(?:^|\n)\s*@[A-Za-z]+\s*[{(]")
_TYPES = {
    "article": "JOUR", "inproceedings": "CONF", "conference": "CONF", "proceedings": "CONF", "book": "BOOK",
    "incollection": "CHAP", "inbook": "CHAP", "phdthesis": "THES", "mastersthesis": "THES", "techreport": "RPRT",
    "unpublished": "UNPB", "online": "ELEC", "dataset": "DATA",
}  # fmt: skip
_TAGS = {
    "title": "TI", "abstract": "AB", "journal": "JF", "journaltitle": "JF", "booktitle": "JF", "volume": "VL",
    "number": "IS", "issue": "IS", "doi": "DO", "issn": "SN", "isbn": "SN", "url": "UR", "language": "LA",
    "publisher": "PB", "address": "CY", "note": "N1", "annote": "N1", "shortjournal": "JA", "unique-id": "AN",
}  # fmt: skip


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim text with `@type{` near its start."""
    if _START.search(file.head_text[:4000]):
        return Sniffed(True, "an entry @type{")
    return Sniffed(False, "no entry @type{")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every entry; comments and strings are none."""
    for entry in entries(file):
        if entry.error:
            yield Refused(f"entry {entry.number}, line {entry.line}", entry.error)
            continue
        fields = {name: plain_latex(value) for name, value in entry.fields.items()}
        pairs = [("TY", _TYPES.get(entry.kind, "GEN"))]
        pairs += [(_TAGS[name], value) for name, value in fields.items() if name in _TAGS]
        pairs += [("AU", name) for name in re.split(r"\s+and\s+", fields.get("author", "")) if name]
        pairs += [("KW", word) for word in re.split(r"\s*[,;]\s*", fields.get("keywords", "")) if word]
        pairs += [("PG", fields["pages"].replace("--", "-"))] if fields.get("pages") else []
        when = "/".join(part for part in (fields.get("year", ""), fields.get("month", "")) if part)
        pairs += [("PY", fields.get("date") or when)] if fields.get("date") or when else []
        work = read_pairs(pairs, SOURCE.origin(file.name, file.sha256, f"entry {entry.number}, line {entry.line}"))
        yield replace(
            work,
            pmid=clean_pmid(fields.get("pmid", "")) or work.pmid,
            pmc=clean_pmc(fields.get("pmcid", "")) or work.pmc,
        )
