"""Objects out of a large JSON array one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from paracrine.core.errors import InputError
from paracrine.evidence.file import EvidenceFile

MAX_OBJECT_LETTERS = 50_000_000
_CHUNK = 1 << 20


def objects(file: EvidenceFile, array: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (number, object) of the array under member `array`, of a top-level array, or of top-level objects.

    Raises:
        InputError: when the text is no JSON from some place on, or one object is over 50 million letters.
    """
    with file.open() as stream:
        text = _Window(stream, file)
        text.skip_blanks()
        if not text.starts("["):
            place = text.find(f'"{array}"', within=1_000_000)
            if place < 0:
                # One object, or one a line.
                number = 0
                while not text.is_done():
                    number += 1
                    yield number, text.decode(f"{file.name}: record {number}")
                return
            text.drop(place + len(array) + 2)
            text.skip_blanks(":")
        if not text.starts("["):
            raise InputError(f"{array!r} is no list", where=file.name)
        text.drop(1)
        number = 0
        while True:
            text.skip_blanks(",")
            if text.starts("]"):
                return
            number += 1
            yield number, text.decode(f"{file.name}: record {number}")


class _Window:
    """The part of a JSON text that is being read."""

    def __init__(self, stream: Any, file: EvidenceFile) -> None:
        import codecs

        encoding = file.encoding if file.encoding.startswith("utf-16") else "utf-8-sig"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._stream = stream
        self._text = ""
        self._done = 0
        self._ended = False
        self._parse = json.JSONDecoder(parse_constant=lambda _: None)

    def starts(self, letter: str) -> bool:
        return self._text.startswith(letter, self._done)

    def is_done(self) -> bool:
        self.skip_blanks()
        return self._done >= len(self._text)

    def find(self, word: str, *, within: int) -> int:
        while len(self._text) < within and self._more():
            pass
        place = self._text.find(word, self._done)
        return place - self._done if place >= 0 else -1

    def drop(self, letters: int) -> None:
        self._done += letters

    def skip_blanks(self, also: str = "") -> None:
        skipped = " \n\r\t" + also
        while True:
            while self._done < len(self._text) and self._text[self._done] in skipped:
                self._done += 1
            if self._done < len(self._text) or not self._more():
                return

    def decode(self, where: str) -> dict[str, Any]:
        wanted = 0
        while True:
            try:
                value, end = self._parse.raw_decode(self._text, self._done)
                break
            except (json.JSONDecodeError, RecursionError) as error:
                have = len(self._text) - self._done
                if have > MAX_OBJECT_LETTERS:
                    raise InputError("an object of over 50 million letters, or no JSON", where=where) from error
                # Read twice as much before the next try, so that a long object costs no more than two readings.
                wanted = max(wanted * 2, 2 * have, _CHUNK)
                before = len(self._text)
                while len(self._text) - self._done < wanted and self._more():
                    pass
                if len(self._text) == before:
                    raise InputError(
                        f"no JSON from here on: {error}", where=where, hint="the file may be cut off"
                    ) from error
        if not isinstance(value, dict):
            raise InputError("is no JSON object", where=where)
        self._text, self._done = self._text[end:], 0
        return value

    def _more(self) -> bool:
        if self._ended:
            return False
        chunk = self._stream.read(_CHUNK)
        self._ended = not chunk
        self._text = self._text[self._done :] + self._decoder.decode(chunk, final=not chunk)
        self._done = 0
        return bool(chunk)
