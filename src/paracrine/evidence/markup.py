"""Inline markup to plain text in which raised and lowered letters survive: 10<sup>9</sup> is `10^9`, never 109."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_LOWERABLE = frozenset("0123456789+-=()")
_BLANKS = re.compile(r"\s+")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:.-]*(?:\s[^<>]*)?/?>")
_RAISED = re.compile(r"<(?:jats:)?sup(?:\s[^<>]*)?>(.*?)</(?:jats:)?sup>", re.DOTALL | re.IGNORECASE)
_SUNK = re.compile(
    r"<(?:jats:|ce:)?(?:sub|inf)(?:\s[^<>]*)?>(.*?)</(?:jats:|ce:)?(?:sub|inf)>", re.DOTALL | re.IGNORECASE
)
_MAIL = re.compile(r"(?:electronic address|e-?mail(?: address)?)?\s*:?\s*[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_BLOCKS = frozenset({"p", "title", "sec", "list", "list-item", "break", "br", "div"})


def one_line(text: str | None) -> str:
    """Return text with every run of blanks as one blank."""
    if not text:
        return ""
    # Most texts of a database are clean already, and looking is four times cheaper than splitting.
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.split())


def raised(text: str) -> str:
    """Return raised letters as `^9`, or `^(a b)` where they are several words."""
    inner = one_line(text)
    if not inner:
        return ""
    return f"^({inner})" if " " in inner else f"^{inner}"


def lowered(text: str) -> str:
    """Return lowered digits and signs as Unicode subscripts, anything else as `_text`."""
    inner = one_line(text)
    if not inner:
        return ""
    if _LOWERABLE.issuperset(inner):
        return inner.translate(_LOWERED)
    return f"_({inner})" if " " in inner else f"_{inner}"


def element_text(element: _Element | None) -> str:
    """Return all text of an element with its inline markup, on one line."""
    if element is None:
        return ""
    if not len(element):
        return one_line(element.text)
    parts: list[str] = []
    _gather(element, parts)
    return one_line("".join(parts))


def _gather(element: _Element, parts: list[str]) -> None:
    text = element.text
    if text:
        parts.append(text)
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            # A comment or an entity nobody resolved; the latter stays readable.
            if getattr(child, "name", None):
                parts.append(f"&{child.name};")
        else:
            name = tag.rpartition("}")[2] if tag[:1] == "{" else tag
            if name == "sup":
                parts.append(raised(_inner(child)))
            elif name in ("sub", "inf"):
                parts.append(lowered(_inner(child)))
            elif name in _BLOCKS:
                parts.append(" ")
                _gather(child, parts)
                parts.append(" ")
            else:
                _gather(child, parts)
        tail = child.tail
        if tail:
            parts.append(tail)


def _inner(element: _Element) -> str:
    if not len(element):
        return element.text or ""
    parts: list[str] = []
    _gather(element, parts)
    return "".join(parts)


def tagged_text(text: str) -> str:
    """Return a text that holds HTML or JATS tags and character references as plain text on one line.

    Comparisons such as `p<0.05` are no tags and stay.
    """
    if "<" in text:
        text = _RAISED.sub(lambda found: raised(_TAG.sub("", found[1])), text)
        text = _SUNK.sub(lambda found: lowered(_TAG.sub("", found[1])), text)
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    return one_line(text)


def without_mail(text: str) -> str:
    """Return an affiliation without mail addresses."""
    if "@" not in text:
        return text
    return _MAIL.sub("", text).strip(" .;,") or ""


def scrubbed(text: str) -> str:
    """Return a note without mail addresses; everything else stays."""
    return _MAIL.sub("", text) if "@" in text else text
