"""Fixtures shared by all tests: where the development files lie, markers from paths, slow tests."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run full-length statistics and kill tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        folder = Path(item.path).relative_to(ROOT / "tests").parts[0]
        if not folder.endswith(".py"):
            item.add_marker(folder)
        if item.get_closest_marker("slow") and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))


@pytest.fixture(scope="session")
def sizing_files() -> Path:
    """Folder of real sizing files; the test skips where it is absent."""
    folder = SHARED / "data" / "sizing"
    if not folder.is_dir():
        pytest.skip("development files are not here (../shared/data/sizing)")
    return folder


@pytest.fixture(scope="session")
def standards_facts() -> Path:
    """Folder of fact tables on standards; the test skips where it is absent."""
    folder = SHARED / "facts" / "standards"
    if not folder.is_dir():
        pytest.skip("fact tables are not here (../shared/facts/standards)")
    return folder


@pytest.fixture(scope="session")
def evidence_files() -> Path:
    """Folder of evidence files and answer keys; the test skips where it is absent."""
    folder = SHARED / "data" / "evidence"
    if not folder.is_dir():
        pytest.skip("development files are not here (../shared/data/evidence)")
    return folder
