"""EndNote XML (also written by Covidence and Rayyan): texts wrapped in style elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from paracrine.core.run import Maturity
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.identifiers import clean_pmc
from paracrine.evidence.markup import lowered, one_line, raised
from paracrine.evidence.ris.work import read_pairs
from paracrine.evidence.source import Item, Refused, Source
from paracrine.evidence.work import Extra
from paracrine.evidence.xml_records import elements, root_tag
from paracrine.readers.format import Sniffed

if TYPE_CHECKING:
    from lxml.etree import _Element

SOURCE = Source(
    name="endnote_xml",
    title="EndNote XML",
    gives="works",
    version="1",
    maturity=Maturity.TESTED,
    samples=("tafenoquine.xml",),
    references=("https://support.clarivate.com/Endnote/s/article/EndNote-XML-Document-Type-Definition",),
    known_limits="attached files are not opened",
)
_TYPES = {
    "journal article": "JOUR", "electronic article": "EJOUR", "conference proceedings": "CONF",
    "conference paper": "CPAPER", "book section": "CHAP", "book": "BOOK", "thesis": "THES", "report": "RPRT",
    "unpublished work": "UNPB", "web page": "ELEC", "dataset": "DATA",
}  # fmt: skip
_TAGS = {
    "titles/title": "TI", "titles/secondary-title": "T2", "periodical/full-title": "JF", "periodical/abbr-1": "JA",
    "titles/alt-title": "J2", "volume": "VL", "number": "IS", "pages": "PG", "edition": "ET", "abstract": "AB",
    "isbn": "SN", "accession-num": "AN", "electronic-resource-num": "DO", "language": "LA", "publisher": "PB",
    "pub-location": "CY", "notes": "N1", "work-type": "M3", "auth-address": "AD", "remote-database-name": "DB",
    "remote-database-provider": "DP", "custom5": "C5", "custom1": "C1", "custom3": "C3", "custom4": "C4",
    "custom7": "C7", "label": "LB", "titles/translated-title": "TT",
}  # fmt: skip


def sniff(file: EvidenceFile) -> Sniffed:
    """Claim XML with EndNote's records."""
    if root_tag(file) == "xml" and "<records>" in file.head_text[:4000]:
        return Sniffed(True, "<xml><records>")
    return Sniffed(False, "no <xml><records>")


def read(file: EvidenceFile) -> Iterator[Item]:
    """Yield every record."""
    for piece in elements(file, ("record",)):
        if piece.element is None:
            yield Refused(piece.locator, piece.error)
            continue
        element = piece.element
        kind = element.find("ref-type")
        pairs = [("TY", _TYPES.get((kind.get("name", "") if kind is not None else "").lower(), "GEN"))]
        pairs += [(tag, _text(element.find(path))) for path, tag in _TAGS.items()]
        pairs += [("AU", _text(author)) for author in element.iterfind("contributors/authors/author")]
        pairs += [("KW", _text(word).replace("*", "")) for word in element.iterfind("keywords/keyword")]
        pairs += [("UR", _text(url)) for url in element.iterfind("urls/related-urls/url")]
        year, day = _text(element.find("dates/year")), _text(element.find("dates/pub-dates/date"))
        pairs += [("PY", year), ("DA", f"{day} {year}" if re.search("[A-Za-z]", day) else "")]
        work = read_pairs(pairs, SOURCE.origin(file.name, file.sha256, piece.locator))
        extra = tuple(Extra(name, _text(element.find(name))) for name in ("caption", "rec-number", "research-notes"))
        yield replace(
            work,
            pmc=clean_pmc(_text(element.find("custom2"))) or work.pmc,
            extra=(*work.extra, *(one for one in extra if one.value)),
        )


def _text(element: _Element | None) -> str:
    """Return the text of the style elements inside; a style may raise or lower its letters."""
    if element is None:
        return ""
    if not len(element):
        return one_line(element.text)
    parts = [element.text or ""]
    for style in element:
        face, text = style.get("face", ""), "".join(style.itertext())
        parts.append(raised(text) if "superscript" in face else lowered(text) if "subscript" in face else text)
        parts.append(style.tail or "")
    return one_line("".join(parts))
