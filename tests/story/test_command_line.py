"""The command line used rightly and wrongly: one line, exit code, nothing half done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paracrine.store import open_workspace

ENVIRONMENT = {**os.environ, "COLUMNS": "120", "PARACRINE_PERSON": "T. Tester"}


def paracrine(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("paracrine")
    command = [str(program)] if program.is_file() else [sys.executable, "-c", "from paracrine.cli import main; main()"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, env=ENVIRONMENT, cwd=cwd, check=False
    )


def test_help_shows_every_verb_and_each_verb_an_example() -> None:
    shown = paracrine("--help")
    assert shown.returncode == 0
    for verb in ("demo", "init", "run", "review", "read", "formats", "verify", "export", "track", "simulate-nta"):
        assert verb in shown.stdout
        assert "Example" in paracrine(verb, "--help").stdout, verb


def test_formats_lists_maturity_as_text_and_as_json() -> None:
    assert "tested" in paracrine("formats").stdout
    listed = json.loads(paracrine("formats", "--json").stdout)
    assert {"nanosight_summary", "zetaview_size", "zetasizer_txt"} <= {row["name"] for row in listed}
    assert all(row["maturity"] in ("tested", "candidate", "draft") for row in listed)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty"),
        ("noise.csv", bytes(range(256)) * 50, "no reader knows this file"),
        ("table.csv", b"particle_size,count\n1,2\n", "particle_size"),
        ("letter.txt", "Sehr geehrte Damen und Herren,\n".encode("utf-16"), "no reader knows this file"),
        ("broken.xlsx", b"PK\x03\x04 this is no archive", "truncated or broken"),
    ],
)
def test_a_file_nobody_can_read_is_one_line_and_exit_code_2(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = paracrine("read", tmp_path / name)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_one_file_becomes_a_page_and_an_unreadable_one_leaves_none(tmp_path: Path) -> None:
    (tmp_path / "sizes.csv").write_text("diameter (nm),particles\n50,10\n60,30\n70,20\n80,5\n", encoding="utf-8")
    assert paracrine("read", tmp_path / "sizes.csv", "--html", tmp_path / "out" / "page.html").returncode == 0
    page = (tmp_path / "out" / "page.html").read_text(encoding="utf-8")
    assert "1 run in sizes.csv, read by histogram" in page
    (tmp_path / "empty.csv").write_text("")
    assert paracrine("read", tmp_path / "empty.csv", "--html", tmp_path / "none.html").returncode == 2
    assert not (tmp_path / "none.html").exists()


def test_a_folder_without_a_study_says_how_to_get_one(tmp_path: Path) -> None:
    done = paracrine("run", tmp_path)
    assert done.returncode == 2
    assert "paracrine init" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_wrong_study_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("[product]\nname = 'x'\n[[batch]]\nnam = 'y'\n", encoding="utf-8")
    done = paracrine("run", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("paracrine: study.toml: batch 1")
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_init_drafts_a_study_that_runs_on_a_read_only_folder_with_umlauts_and_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "Müllers Proben 7"
    folder.mkdir()
    (folder / "Größe B-7.csv").write_text("diameter (nm);particles\n50;10\n60;30\n70;20\n80;5\n", encoding="utf-8-sig")
    drafted = paracrine("init", folder)
    assert drafted.returncode == 0, drafted.stderr
    assert "What could not be known" in drafted.stdout
    assert paracrine("init", folder).returncode == 2
    folder.chmod(0o555)
    try:
        done = paracrine("run", folder, "--out", tmp_path / "out")
    finally:
        folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "out").rglob("certificate.html"))
    checked = paracrine("verify", tmp_path / "out", "--json")
    assert json.loads(checked.stdout)["ok"] is True


def test_strict_turns_a_failed_limit_into_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "sizes.csv").write_text("diameter (nm),particles\n50,10\n60,30\n70,20\n80,5\n", encoding="utf-8")
    assert paracrine("init", tmp_path).returncode == 0
    limit = '[[limit]]\nattribute = "diameter_d50_nm"\nhigh = 20\nunit = "nm"\n'
    product = (
        (tmp_path / "study.toml").read_text(encoding="utf-8").split("[product]\n")[1].splitlines()[0].split("  #")[0]
    )
    (tmp_path / "spec.toml").write_text(product.replace("name", "product") + "\n" + limit, encoding="utf-8")
    first = paracrine("run", tmp_path)
    assert (first.returncode, "fail" in first.stdout) == (0, True), first.stderr
    again = paracrine("run", tmp_path, "--strict")
    assert again.returncode == 3
    assert "Nothing changed" in again.stdout


def test_an_unreadable_file_of_the_study_ends_with_exit_code_2_after_all_else_is_done(tmp_path: Path) -> None:
    (tmp_path / "sizes.csv").write_text("diameter (nm),particles\n50,10\n60,30\n70,20\n80,5\n", encoding="utf-8")
    assert paracrine("init", tmp_path).returncode == 0
    (tmp_path / "sizes.csv").write_text("", encoding="utf-8")
    done = paracrine("run", tmp_path)
    assert done.returncode == 2
    assert "sizes.csv" in done.stderr
    assert list((tmp_path / "certificates").rglob("certificate.pdf"))


def test_export_writes_an_ro_crate(tmp_path: Path) -> None:
    (tmp_path / "sizes.csv").write_text("diameter (nm),particles\n50,10\n60,30\n70,20\n80,5\n", encoding="utf-8")
    assert paracrine("init", tmp_path).returncode == 0
    assert paracrine("run", tmp_path).returncode == 0
    done = paracrine("export", tmp_path, "--ro-crate", tmp_path / "crate", "--reason", "for the audit", "--json")
    assert done.returncode == 0, done.stderr
    with open_workspace(tmp_path / "certificates" / "workspace") as workspace:
        (told,) = workspace.entries("export")
    assert (told.person, told.reason, told.number) == ("T. Tester", "for the audit", json.loads(done.stdout)["entry"])
    assert told.body["head_entry"] == told.number - 1
    assert json.loads(paracrine("verify", tmp_path, "--json").stdout)["ok"] is True
    described = json.loads((tmp_path / "crate" / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert any("w3id.org/ro/crate/1" in str(part) for part in described["@context"])
