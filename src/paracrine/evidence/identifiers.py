"""Numbers by which works and trials are known: DOI, PMID, PMC, registry numbers."""

from __future__ import annotations

import re
from urllib.parse import unquote

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>\]}]+")
_PREFIX = re.compile(r"^\s*(?:https?://)?(?:dx\.)?doi\.org/|^\s*doi:?\s*", re.IGNORECASE)
_BARE = re.compile(r"10\.[^\s\"<>\]}%/]*/[^\s\"<>\]}%]*(?<=[A-Za-z0-9])")
_TAIL = " .,;'\""

REGISTRIES = (
    ("ClinicalTrials.gov", re.compile(r"\bNCT\s?0*(\d{8})\b", re.IGNORECASE), "NCT{}"),
    ("ISRCTN", re.compile(r"\bISRCTN\s?(\d{8})\b", re.IGNORECASE), "ISRCTN{}"),
    ("EUCTR", re.compile(r"\b(?:EUCTR\s?|EudraCT[\s:#no.]*)(\d{4}-\d{6}-\d{2})(?:-[A-Z]{2,3})?\b", re.I), "EUCTR{}"),
    ("ChiCTR", re.compile(r"\bChiCTR[\s-]?((?:[A-Z]{2,4}-)?\d{8,10})\b", re.IGNORECASE), "CHICTR{}"),
    ("CTRI", re.compile(r"\bCTRI/(\d{4}/\d{2,3}/\d{6})\b", re.IGNORECASE), "CTRI/{}"),
    ("ANZCTR", re.compile(r"\bACTRN\s?(\d{14})\b", re.IGNORECASE), "ACTRN{}"),
    ("DRKS", re.compile(r"\bDRKS\s?(\d{8})\b", re.IGNORECASE), "DRKS{}"),
    ("jRCT", re.compile(r"\bjRCTs?(\d{9,10})\b", re.IGNORECASE), "JRCT{}"),
    ("UMIN", re.compile(r"\b(?:JPRN-)?UMIN\s?(\d{9})\b", re.IGNORECASE), "UMIN{}"),
    ("JapicCTI", re.compile(r"\b(?:JPRN-)?JapicCTI-(\d{6})\b", re.IGNORECASE), "JAPICCTI-{}"),
    ("IRCT", re.compile(r"\bIRCT\s?(\d{11,}N\d+)\b", re.IGNORECASE), "IRCT{}"),
    ("NTR", re.compile(r"\b(?:NL-OMON|NTR|NL)\s?(\d{4,5})\b"), "NTR{}"),
    ("RBR", re.compile(r"\bRBR-([0-9a-z]{6,7})\b", re.IGNORECASE), "RBR-{}"),
    ("KCT", re.compile(r"\bKCT(\d{7})\b", re.IGNORECASE), "KCT{}"),
    ("TCTR", re.compile(r"\bTCTR(\d{11})\b", re.IGNORECASE), "TCTR{}"),
    ("PACTR", re.compile(r"\bPACTR(\d{15,16})\b", re.IGNORECASE), "PACTR{}"),
    ("SLCTR", re.compile(r"\bSLCTR/(\d{4}/\d{3})\b", re.IGNORECASE), "SLCTR/{}"),
    ("RPCEC", re.compile(r"\bRPCEC(\d{8})\b", re.IGNORECASE), "RPCEC{}"),
    ("LBCTR", re.compile(r"\bLBCTR(\d{10})\b", re.IGNORECASE), "LBCTR{}"),
    ("PER", re.compile(r"\bPER-(\d{3}-\d{2})\b", re.IGNORECASE), "PER-{}"),
)  # fmt: skip


def clean_doi(text: str) -> str:
    """Return the DOI in a text, lower case and bare; empty when there is none."""
    if _BARE.fullmatch(text):
        return text.lower()
    bare = _PREFIX.sub("", text.strip())
    if "%" in bare:
        bare = unquote(bare)
    found = _DOI.search(bare)
    if not found:
        return ""
    doi = found[0].rstrip(_TAIL)
    # A closing bracket belongs to the DOI only where one was opened inside it.
    while doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1].rstrip(_TAIL)
    return doi.lower()


def clean_pmid(text: str) -> str:
    """Return a PubMed number without blanks and leading zeros; empty when it is none."""
    bare = text.strip().removeprefix("PMID:").strip()
    return bare.lstrip("0") if bare.isascii() and bare.isdigit() and len(bare) <= 9 else ""


def clean_pmc(text: str) -> str:
    """Return a PubMed Central number as `PMC123`; empty when it is none."""
    bare = text.strip().upper().removeprefix("PMC").partition(".")[0]
    return f"PMC{bare}" if bare.isascii() and bare.isdigit() else ""


def registry_ids(text: str) -> tuple[tuple[str, str], ...]:
    """Return (registry, number) for every registry number written in a text, each once, in order."""
    if not text:
        return ()
    found = [
        (match.start(), registry, form.format(match[1]).upper())
        for registry, pattern, form in REGISTRIES
        for match in pattern.finditer(text)
    ]
    return tuple(dict.fromkeys((registry, number) for _, registry, number in sorted(found)))


def registry_of(number: str) -> tuple[str, str]:
    """Return registry and normal form of one registry number; registry empty when unknown."""
    found = registry_ids(number)
    return found[0] if found else ("", number.strip().upper())
