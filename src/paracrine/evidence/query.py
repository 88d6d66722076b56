"""A search as people write it, `exosome AND (kidney OR renal) NOT cancer`, into the index's own language."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName

FIELDS = {
    "title": ("title",),
    "ti": ("title",),
    "abstract": ("abstract",),
    "ab": ("abstract",),
    "tiab": ("title", "abstract"),
    "author": ("authors",),
    "au": ("authors",),
    "journal": ("journal",),
    "keyword": ("keywords",),
    "kw": ("keywords",),
    "mesh": ("keywords",),
    "id": ("numbers",),
    "doi": ("numbers",),
    "pmid": ("numbers",),
    "text": ("other",),
}
_TOKEN = re.compile(r'\s*(?:(\()|(\))|([A-Za-z]+):(?=\S)|"([^"]*)"(\*)?|(AND|OR|NOT)(?![^\s()])|([^\s()"]+))')
_WORD = re.compile(r"\w")
_MAX_TERMS = 200


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search: `match` for the index, `terms` as written."""

    text: str
    match: str
    terms: tuple[str, ...]


def parse_query(text: str) -> Query:
    """Return the search in the index's language; every word a user writes is quoted, so nothing else gets through.

    Raises:
        InputError: when brackets or quotes do not close, an operand is missing, or there are only exclusions.
        UnknownName: when a field does not exist.
    """
    if text.count('"') % 2:
        raise InputError("a quotation mark does not close", where=f"search {text!r}")
    tokens = _tokens(text)
    if not tokens:
        raise InputError("nothing to search for", hint="exosome AND (kidney OR renal) NOT cancer")
    reader = _Reader(tokens, text)
    match = reader.either()
    if reader.here() is not None:
        raise InputError("a bracket closes that was never opened", where=f"search {text!r}")
    return Query(text, match, tuple(reader.terms))


Token = tuple[str, str]


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    place = 0
    while place < len(text.rstrip()):
        token = _TOKEN.match(text, place)
        if token is None:
            raise InputError("cannot be understood", where=f"search {text!r} at letter {place + 1}")
        opened, closed, field, phrase, star, operator, word = token.groups()
        if opened:
            found.append(("(", ""))
        elif closed:
            found.append((")", ""))
        elif field and field.lower() not in ("http", "https"):
            found.append(("field", field.lower()))
        elif operator:
            found.append((operator, ""))
        elif phrase is not None:
            found.append(("term", phrase + ("*" if star else "")))
        else:
            found.append(("term", word if word is not None else field))
        place = token.end()
    return found


class _Reader:
    """Reads OR over AND over NOT over terms, left to right."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self._tokens = tokens
        self._place = 0
        self._where = f"search {text!r}"
        self.terms: list[str] = []

    def here(self) -> str | None:
        return self._tokens[self._place][0] if self._place < len(self._tokens) else None

    def _take(self) -> Token:
        if self.here() is None:
            raise InputError("something is missing at the end", where=self._where)
        self._place += 1
        return self._tokens[self._place - 1]

    def _chain(self, word: str, part: Callable[[], str], joined: str) -> str:
        parts = [part()]
        while self.here() == word:
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else f"({joined.join(parts)})"

    def either(self) -> str:
        return self._chain("OR", self._all, " OR ")

    def _all(self) -> str:
        wanted: list[str] = []
        unwanted: list[str] = []
        while True:
            here = self.here()
            if here in (None, ")", "OR"):
                break
            if here == "AND":
                if not wanted and not unwanted:
                    raise InputError("AND has nothing before it", where=self._where)
                self._take()
                here = self.here()
                if here in (None, ")", "OR", "AND"):
                    raise InputError("AND has nothing after it", where=self._where)
            if here == "NOT":
                self._take()
                unwanted.append(self._one())
            else:
                wanted.append(self._one())
        if not wanted:
            hint = "say what to find besides what to leave out" if unwanted else ""
            raise InputError("there is nothing to find", where=self._where, hint=hint)
        match = wanted[0] if len(wanted) == 1 else f"({' AND '.join(wanted)})"
        return f"({match} NOT ({' OR '.join(unwanted)}))" if unwanted else match

    def _one(self, columns: tuple[str, ...] = ()) -> str:
        kind, value = self._take()
        if kind == "field":
            if value not in FIELDS:
                raise UnknownName(f"there is no field {value!r} to search in", hint=nearest(value, FIELDS))
            return self._one(FIELDS[value])
        if kind == "(":
            inner = self.either()
            if self.here() != ")":
                raise InputError("a bracket does not close", where=self._where)
            self._take()
            return f"{_columns(columns)}({inner})" if columns else f"({inner})"
        if kind != "term":
            raise InputError(f"{kind} stands where a word should be", where=self._where)
        return self._term(value, columns)

    def _term(self, value: str, columns: tuple[str, ...]) -> str:
        self.terms.append(value)
        if len(self.terms) > _MAX_TERMS:
            raise InputError(f"more than {_MAX_TERMS} words", where=self._where)
        bare = value.rstrip("*")
        if not _WORD.search(bare):
            raise InputError(f"{value!r} holds no letter and no digit", where=self._where)
        quoted = '"' + bare.replace('"', " ") + '"' + ("*" if value.endswith("*") else "")
        return f"{_columns(columns)}{quoted}"


def _columns(columns: tuple[str, ...]) -> str:
    return f"{{{' '.join(columns)}}} : " if columns else ""
