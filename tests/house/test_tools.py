"""Format, lint, types and import contracts hold."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_ruff_format() -> None:
    run("ruff", "format", "--check", ".")


def test_ruff_lint() -> None:
    run("ruff", "check", ".")


def test_mypy_strict(tmp_path: Path) -> None:
    run("mypy", "--cache-dir", str(tmp_path))


def test_import_contracts() -> None:
    program = shutil.which("lint-imports") or str(Path(sys.executable).with_name("lint-imports"))
    if not Path(program).is_file():
        pytest.fail("import-linter is part of the test extra and must be there")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
