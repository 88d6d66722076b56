"""Settings an instrument writes in an XML file beside its data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paracrine.core.errors import InputError
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.source import SourceFile

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_BYTES = 5_000_000


def read_settings(source: SourceFile, *, prefix: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return settings and origin from the XML file that shares the data file's name without prefix, if there is one.

    Raises:
        InputError: when that file is no well-formed XML, or declares entities.
    """
    stem = source.path.stem.removeprefix(prefix)
    if not stem:
        return {}, {}
    path = next((found for found in sorted(source.path.parent.glob("*.xml")) if found.stem.startswith(stem)), None)
    if path is None or path.stat().st_size > _MOST_BYTES:
        return {}, {}
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    data = path.read_bytes()
    try:
        root = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InputError("the settings are no well-formed XML", where=path.name, hint="export them again") from error
    origin = {"settings file": path.name, "settings sha256": hashlib.sha256(data).hexdigest()}
    return dict(_leaves(root)), origin


def _leaves(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        text = (element.text or "").strip()
        if not len(element) and text and not is_personal(name):
            yield name, without_folders(text)
