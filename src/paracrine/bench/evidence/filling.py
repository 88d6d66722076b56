"""Items of a file into the index: new, the same again, or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from paracrine.core.errors import InputError
from paracrine.evidence.documents import document_of, record_of
from paracrine.evidence.extract.facets import read_facets
from paracrine.evidence.source import Item, Refused, Remark
from paracrine.evidence.trial import Trial
from paracrine.evidence.updating import Change, update
from paracrine.evidence.work import Work
from paracrine.store.search_index import Document, SearchIndex

_TRANSACTION = 2000
_LISTED = 1000


@dataclass(slots=True)
class Filled:
    """What became of the items of one file; lists are cut at 1 000, counts are whole."""

    read_count: int = 0
    new_count: int = 0
    duplicate_count: int = 0
    updated_count: int = 0
    refused_count: int = 0
    changes_count: int = 0
    refused: list[Refused] = field(default_factory=list)
    skipped: list[Refused] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    new_keys: list[str] = field(default_factory=list)
    retracted: list[str] = field(default_factory=list)


def fill(index: SearchIndex, items: Iterable[Item], *, on_record: Callable[[], None] | None = None) -> Filled:
    """Put the records of a file into the index, some thousand a transaction; a file that ends badly keeps its start."""
    filled = Filled()
    waiting = iter(_until_broken(items, filled))
    ended = False
    while not ended:
        with index.writing():
            ended = True
            for item in waiting:
                _take(index, item, filled)
                if on_record:
                    on_record()
                if filled.read_count % _TRANSACTION == 0 and isinstance(item, Work | Trial):
                    ended = False
                    break
    filled.changes.sort(key=lambda change: not change.is_news)
    return filled


def _until_broken(items: Iterable[Item], filled: Filled) -> Iterator[Item]:
    try:
        yield from items
    except InputError as error:
        if not filled.read_count:
            raise
        yield Refused(error.where, f"{error.message}; what stands before was kept")


def _take(index: SearchIndex, item: Item, filled: Filled) -> None:
    if isinstance(item, Remark):
        filled.remarks.append(item.text)
    elif isinstance(item, Refused):
        filled.refused_count += item.is_record
        listed = filled.refused if item.is_record else filled.skipped
        if len(listed) < _LISTED:
            listed.append(item)
    else:
        filled.read_count += 1
        _put(index, item, filled)


def _put(index: SearchIndex, record: Work | Trial, filled: Filled) -> None:
    key = record.key
    data = index.get(key)
    if data is None:
        index.put(_document(record))
        filled.new_count += 1
        _list(filled.new_keys, key)
        if isinstance(record, Work) and record.is_retracted:
            _list(filled.retracted, key)
        return
    old = record_of(data)
    updated = update(old, record)
    if not updated.changes:
        filled.duplicate_count += 1
        return
    index.put(_document(updated.record), before=document_of(old))
    filled.updated_count += 1
    filled.changes_count += len(updated.changes)
    for change in updated.changes:
        if change.is_news or len(filled.changes) < _LISTED:
            filled.changes.append(change)
    if isinstance(old, Work) and isinstance(updated.record, Work) and updated.record.is_retracted > old.is_retracted:
        _list(filled.retracted, key)


def _document(record: Work | Trial) -> Document:
    document = document_of(record)
    return replace(document, facets={**document.facets, **read_facets(record)})


def _list(names: list[str], name: str) -> None:
    if len(names) < _LISTED:
        names.append(name)
