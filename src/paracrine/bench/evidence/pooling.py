"""Pool a table of studies, write its page, and say what changed since the last time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from paracrine.bench.outputs import write_outputs
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

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"headline": self.headline, "page": str(self.page) if self.page else None, **self.result.to_data()}


def pool_file(path: Path, question: PoolQuestion, *, out: Path | None) -> PoolReport:
    """Pool a CSV of studies; with `out`, write NAME-pool.html and NAME-pool.json there.

    Raises:
        InputError: when the file cannot be read or its columns cannot answer.
    """
    table, sha256 = _read(path)
    result = pool_table(table, question)
    headline = pool_headline(result)
    if out is None:
        return PoolReport(headline, result, None)
    name = f"{path.stem}-pool"
    news = _news(out / f"{name}.json", result)
    content = PoolContent(result, sha256, _asked(question), news, __version__)
    data = json.dumps({"headline": headline, **result.to_data()}, indent=2, ensure_ascii=False)
    write_outputs(out, {f"{name}.html": pool_html(content).encode(), f"{name}.json": data.encode()})
    return PoolReport(headline, result, out / f"{name}.html", news)


def pool_network_file(
    path: Path, question: PoolQuestion, *, reference: str, small_is_good: bool, out: Path | None
) -> PoolReport:
    """Pool a CSV of comparisons as a network; with `out`, write NAME-network.html and NAME-network.json there.

    Raises:
        InputError: when the file cannot be read or the network falls apart.
    """
    table, sha256 = _read(path)
    answer = pool_network_table(table, question, reference=reference, small_is_good=small_is_good)
    headline = network_headline(answer)
    if out is None:
        return PoolReport(headline, answer, None)
    name = f"{path.stem}-network"
    page = network_html(NetworkContent(answer, sha256, _asked(question), __version__))
    data = json.dumps({"headline": headline, **answer.to_data()}, indent=2, ensure_ascii=False)
    write_outputs(out, {f"{name}.html": page.encode(), f"{name}.json": data.encode()})
    return PoolReport(headline, answer, out / f"{name}.html")


def _read(path: Path) -> tuple[StudyTable, str]:
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
    return read_table(text, name=path.name), hashlib.sha256(raw).hexdigest()


def _asked(question: PoolQuestion) -> tuple[tuple[str, str], ...]:
    usual = PoolQuestion()
    found = []
    for one in fields(question):
        value = getattr(question, one.name)
        if value != getattr(usual, one.name):
            found.append((one.name, ", ".join(value) if isinstance(value, tuple) else str(value)))
    return tuple(found)


def _news(previous: Path, result: PoolResult) -> tuple[str, ...]:
    if not previous.is_file():
        return ()
    try:
        old = json.loads(previous.read_text("utf-8"))
        before = {one["group"]: one for one in old["answers"]}
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
