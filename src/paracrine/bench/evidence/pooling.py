"""Pool a table of studies, write its page, and say what changed since the last time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from paracrine.bench.evidence.answering import Answer, Ledger, write_answer
from paracrine.core.errors import InputError
from paracrine.core.version import __version__
from paracrine.evidence.pool.network_answer import NetworkAnswer, pool_network_table
from paracrine.evidence.pool.pooling import pool_table
from paracrine.evidence.pool.question import PoolQuestion
from paracrine.evidence.pool.result import PoolResult
from paracrine.evidence.pool.table import StudyTable, read_table
from paracrine.report.evidence_pool import (
    NetworkContent,
    PoolContent,
    network_headline,
    network_html,
    pool_headline,
    pool_html,
)

LIMIT_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class PoolReport:
    """What pooling answered and where the page is."""

    headline: str
    result: PoolResult | NetworkAnswer
    page: Path | None
    news: tuple[str, ...] = ()
    entry: int | None = None
    """Number of the ledger entry that tells of the page."""

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        page = str(self.page) if self.page else None
        return {"headline": self.headline, "page": page, "ledger_entry": self.entry, **self.result.to_data()}


def pool_file(path: Path, question: PoolQuestion, *, out: Path | None, ledger: Ledger | None = None) -> PoolReport:
    """Pool a CSV of studies; with `out`, write NAME-pool.html and NAME-pool.json there and record them.

    Raises:
        InputError: when the file cannot be read or its columns cannot answer.
    """
    table, raw = _read(path)
    result = pool_table(table, question)
    headline = pool_headline(result)
    if out is None:
        return PoolReport(headline, result, None)
    name = f"{path.stem}-pool"
    asked = _asked(question)
    news = _news(out / f"{name}.json", result, asked)
    content = PoolContent(result, hashlib.sha256(raw).hexdigest(), asked, news, __version__)
    data = json.dumps({"headline": headline, "asked": asked, **result.to_data()}, indent=2, ensure_ascii=False)
    files = {f"{name}.html": pool_html(content).encode(), f"{name}.json": data.encode()}
    entry = write_answer(Answer("pool", headline, asked, {path.name: raw}, files), out, ledger)
    return PoolReport(headline, result, out / f"{name}.html", news, entry)


def pool_network_file(
    path: Path,
    question: PoolQuestion,
    *,
    reference: str,
    small_is_good: bool,
    out: Path | None,
    ledger: Ledger | None = None,
) -> PoolReport:
    """Pool a CSV of comparisons as a network; with `out`, write NAME-network.html and .json there and record them.

    Raises:
        InputError: when the file cannot be read or the network falls apart.
    """
    table, raw = _read(path)
    answer = pool_network_table(table, question, reference=reference, small_is_good=small_is_good)
    headline = network_headline(answer)
    if out is None:
        return PoolReport(headline, answer, None)
    name = f"{path.stem}-network"
    asked = (*_asked(question), ("reference", answer.reference), ("small values", "good" if small_is_good else "bad"))
    page = network_html(NetworkContent(answer, hashlib.sha256(raw).hexdigest(), asked, __version__))
    data = json.dumps({"headline": headline, **answer.to_data()}, indent=2, ensure_ascii=False)
    files = {f"{name}.html": page.encode(), f"{name}.json": data.encode()}
    entry = write_answer(Answer("network", headline, asked, {path.name: raw}, files), out, ledger)
    return PoolReport(headline, answer, out / f"{name}.html", entry=entry)


def _read(path: Path) -> tuple[StudyTable, bytes]:
    try:
        if path.stat().st_size > LIMIT_BYTES:
            raise InputError("the table is larger than 50 MB", where=str(path))
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return read_table(text, name=path.name), raw


def _asked(question: PoolQuestion) -> tuple[tuple[str, str], ...]:
    usual = PoolQuestion()
    found = []
    for one in fields(question):
        value = getattr(question, one.name)
        if value != getattr(usual, one.name):
            found.append((one.name, ", ".join(value) if isinstance(value, tuple) else str(value)))
    return tuple(found)


def _news(previous: Path, result: PoolResult, asked: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    if not previous.is_file():
        return ()
    try:
        old = json.loads(previous.read_text("utf-8"))
        before = {one["group"]: one for one in old["answers"]}
        if old.get("asked", []) != [list(one) for one in asked]:
            return ("another question was asked last time: nothing to compare with",)
    except (ValueError, KeyError, TypeError):
        return ("the earlier answer beside this page cannot be read",)
    lines = []
    for answer in result.answers:
        was = before.get(answer.group)
        if was is None:
            lines.append(f"new group {answer.group}" if answer.group else "nothing to compare with")
            continue
        labels, earlier = {s.label for s in answer.studies}, {s["label"] for s in was["studies"]}
        if labels - earlier:
            lines.append(f"added {', '.join(sorted(labels - earlier))}")
        if earlier - labels:
            lines.append(f"gone {', '.join(sorted(earlier - labels))}")
        now = asdict(answer.pooled) if answer.pooled else None
        if now != was["pooled"] and now and was["pooled"]:
            lines.append(f"{answer.measure_title} from {was['pooled']['value']:.3g} to {now['value']:.3g}")
    return tuple(lines)
