"""docs/format.md tells the truth: a stranger verifies with the program printed there and nothing of ours."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from store_builders import filled, unprotected

from paracrine.store import Entry, VerifyReport, open_workspace
from paracrine.store.dialects import postgresql, sqlite
from paracrine.store.tables import ENTRIES, FORMAT, FORMAT_VERSION, HEAD

DOCUMENT = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
PROGRAM = re.search(r"```python\n(.*?)```", DOCUMENT, re.DOTALL).group(1)


def stranger(folder: Path) -> tuple[int, str]:
    """Run the printed program without site packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, str(folder)], capture_output=True, text=True, check=False
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def own(folder: Path) -> VerifyReport:
    with open_workspace(folder) as workspace:
        return workspace.verify()


def test_the_program_is_short_and_uses_nothing_of_ours() -> None:
    lines = [line for line in PROGRAM.splitlines() if line.strip()]
    assert len(lines) <= 20
    assert "paracrine" not in PROGRAM


def test_a_stranger_finds_an_untouched_workspace_whole(tmp_path: Path) -> None:
    """Rung 1: the seal is computed from the rule on the page, by other code."""
    folder = filled(tmp_path / "Müller 1")
    report = own(folder)
    assert stranger(folder) == (0, f"7 entries, intact; the last seal is {report.head_seal_sha256}")


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE entries SET reason = 'x' WHERE number = 6", "entry 6 was changed after it was sealed"),
        ("UPDATE entries SET zone = '+00:00' WHERE number = 2", "entry 2 was changed after it was sealed"),
        ("DELETE FROM entries WHERE number = 3", "entry 4 does not follow entry 2"),
        ("DELETE FROM entries WHERE number > 5", "entries after 5 are missing"),
    ],
)
def test_a_stranger_and_verify_agree_on_what_is_broken(tmp_path: Path, change: str, finding: str) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        database.execute(change)
    assert stranger(folder) == (1, finding)
    assert not own(folder).ok


def test_a_stranger_finds_a_changed_file(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    path = next(folder.glob("files/??/*"))
    path.chmod(0o644)
    path.write_bytes(b"other")
    assert stranger(folder) == (1, f"the file {path.name} was changed")


def test_the_page_names_every_column_trigger_and_version() -> None:
    for name in (*ENTRIES.columns.keys(), *HEAD.columns.keys(), *sqlite.TRIGGERS, *postgresql.TRIGGERS, FORMAT):
        assert f"`{name}`" in DOCUMENT, name
    assert f"format, version {FORMAT_VERSION}" in DOCUMENT
    assert sqlite.TRIGGERS.keys() == postgresql.TRIGGERS.keys()
    assert list(ENTRIES.columns.keys()) == list(Entry.__dataclass_fields__)
