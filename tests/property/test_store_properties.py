"""Whatever JSON and whatever words go in come out again, under a seal that other code computes too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paracrine.store import Actor, Workspace, open_workspace

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip)
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(TEXTS.filter(lambda name: not name.endswith("sha256")), VALUES, max_size=5)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One workspace for all examples, verified after the last one."""
    with open_workspace(tmp_path_factory.mktemp("lab"), create=True) as opened:
        yield opened
        assert opened.verify().ok


@settings(max_examples=100, deadline=None)
@given(body=BODIES, key=WORDS, person=WORDS, role=WORDS, reason=WORDS)
def test_every_body_and_word_comes_back_under_a_seal_of_the_page(
    workspace: Workspace, body: dict[str, object], key: str, person: str, role: str, reason: str
) -> None:
    """Rung 1: the seal is computed here from the rule in docs/format.md."""
    record = {**body, "kind": "sample", "version": "1"}
    number = workspace.append(record, key=key, actor=Actor(person, role), reason=reason).number
    entry = workspace.entry(number)
    assert entry.body == record
    assert (entry.key, entry.person, entry.role, entry.reason) == (key, person, role, reason)
    fields = [entry.kind, entry.version, key, person, role, reason, entry.at_utc, entry.zone, entry.text]
    line = json.dumps([entry.previous_sha256, number, *fields], ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(line.encode()).hexdigest() == entry.seal_sha256


@settings(deadline=None)
@given(body=BODIES)
def test_the_order_of_members_does_not_matter(body: dict[str, object]) -> None:
    from paracrine.store.entry import record_text

    forward = record_text({"kind": "sample", **body, "version": "1"} | {"kind": "sample"})
    backward = record_text(dict(reversed([*({**body, "kind": "sample", "version": "1"}).items()])))
    assert forward == backward
