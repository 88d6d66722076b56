"""The chart library inside a page: made once a machine, never half, never fetched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from paracrine.report.browser_code import vega_code


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    vega_code.cache_clear()
    yield tmp_path / "paracrine"
    vega_code.cache_clear()


@pytest.fixture
def bundles(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the bundler was asked for; it gives a short text instead of a megabyte."""
    import vl_convert

    asked: list[str] = []

    def bundle(snippet: str) -> str:
        asked.append(snippet)
        return "code();"

    monkeypatch.setattr(vl_convert, "javascript_bundle", bundle)
    return asked


def test_it_is_bundled_once_and_then_read(cache: Path, bundles: list[str]) -> None:
    first = vega_code()
    vega_code.cache_clear()
    assert vega_code() == first
    assert bundles == ["window.vegaEmbed = vegaEmbed;"]
    assert [path.suffix for path in cache.iterdir()] == [".js"]


def test_half_a_file_is_made_again(cache: Path, bundles: list[str]) -> None:
    whole = vega_code()
    (kept,) = cache.iterdir()
    kept.write_text(whole[:4], encoding="utf-8")
    vega_code.cache_clear()
    assert vega_code() == whole
    assert kept.read_text(encoding="utf-8") == whole


def test_a_folder_that_cannot_be_written_is_no_obstacle(
    bundles: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    vega_code.cache_clear()
    assert vega_code().startswith("code();")
    vega_code.cache_clear()


def test_the_real_code_ends_no_script_and_loads_nothing() -> None:
    code = vega_code()
    assert "</script" not in code.lower()
    assert "vegaEmbed" in code
    assert not re.search(r"\bimport\s*\(?[\"']https?:", code)
