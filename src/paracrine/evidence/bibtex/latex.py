"""LaTeX in BibTeX fields to plain text."""

from __future__ import annotations

import re
import unicodedata

from paracrine.evidence.markup import lowered, one_line, raised

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł",
    "i": "i", "j": "j", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "kappa": "κ", "lambda": "λ", "mu": "µ",
    "omega": "ω", "Delta": "Δ", "pm": "±", "times": "×", "leq": "≤", "geq": "≥", "sim": "~", "textmu": "µ",
    "textless": "<", "textgreater": ">", "textasciitilde": "~", "textbackslash": "\\", "degree": "°",
    "textdegree": "°", "textendash": "–", "textemdash": "—",
}  # fmt: skip
_ACCENT = re.compile(r"\\(?:([`'^~\"=.])\s*|([uvHckrd])(?=[{\s])\s*)(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))")
_RAISED = re.compile(r"\$?\s*(?:\^|\\textsuperscript\s*)\{([^{}]*)\}\s*\$?|\$\^(\w)\$")
_SUNK = re.compile(r"\$?\s*(?:(?<!\\)_|\\textsubscript\s*)\{([^{}]*)\}\s*\$?|\$_(\w)\$")
_NAMED = re.compile(r"\\([A-Za-z]+)(?:\s*\{\}|\s+|(?![A-Za-z]))")
_ESCAPED = re.compile(r"\\([&%$#_{}])")


def plain_latex(text: str) -> str:
    """Return a field without braces and commands; raised digits as `^9`."""
    if "\\" in text or "$" in text:
        text = _ACCENT.sub(_accented, text)
        text = _RAISED.sub(lambda found: raised(found[1] or found[2] or ""), text)
        text = _SUNK.sub(lambda found: lowered(found[1] or found[2] or ""), text)
        text = _NAMED.sub(lambda found: _LETTERS.get(found[1], ""), text)
        text = _ESCAPED.sub(lambda found: found[1] if found[1] not in "{}" else "", text).replace("$", "")
    return one_line(text.replace("{", "").replace("}", "").replace("~", " "))


def _accented(found: re.Match[str]) -> str:
    accent, letter = found[1] or found[2], found[3] or found[4]
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])
