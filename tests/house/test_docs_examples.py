"""Python examples in the documentation run as printed, page by page, each page in a folder of its own.

A block that reads its arguments (`sys.argv`) is a script to save and run; the tests of its subject run it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(text: str) -> list[re.Match[str]]:
    return [block for block in BLOCK.finditer(text) if "sys.argv" not in block.group(1)]


def pages() -> list[str]:
    found = [path for path in sorted(DOCS.rglob("*.md")) if examples(path.read_text(encoding="utf-8"))]
    return [path.relative_to(DOCS).as_posix() for path in found]


@pytest.mark.parametrize("page", pages())
def test_the_examples_of_a_page_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DOCS / page).read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "__example__"}
    for block in examples(text):
        first_line = text.count("\n", 0, block.start()) + 1
        code = "\n" * first_line + block.group(1)
        exec(compile(code, page, "exec"), names)


def test_some_page_has_an_example() -> None:
    assert {"how-to/write-a-specification.md", "how-to/compare-batches.md"} <= set(pages())
