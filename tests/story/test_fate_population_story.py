"""From the command line: a dose in many bodies, models for other programs, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from paracrine.cli.app import app, run_app

RUN = CliRunner()
ASKED = ["fate", "population", "--species", "human", "--dose", "2e11particles", "--n", "20", "--no-sensitivity"]


def test_a_population_is_printed_and_written(tmp_path: Path) -> None:
    page = tmp_path / "many.html"
    asked = [*ASKED, "--out", str(page)]
    done = RUN.invoke(app, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    data = json.loads(done.output)
    assert data["individuals_count"] == 20
    assert "brain" not in {place["name"] for place in data["places"]}
    assert {notice["code"] for notice in data["notices"]} >= {"spread-assumed", "species-extrapolated"}
    text = page.read_text("utf-8")
    assert "20 simulated humans" in text
    assert "What makes the spread" not in text
    shown = RUN.invoke(app, asked)
    assert "brain: not assessed" in shown.output


def test_a_model_goes_out_and_comes_in(tmp_path: Path) -> None:
    pytest.importorskip("libsbml", reason="extra sbml is not installed")
    place = tmp_path / "m.xml"
    done = RUN.invoke(app, ["fate", "sbml-out", "--species", "rat", "--dose", "4e9particles", "--out", str(place)])
    assert done.exit_code == 0, done.output
    shown = RUN.invoke(app, ["fate", "sbml-in", str(place), "--until", "2", "--points", "3", "--json"])
    data = json.loads(shown.output)
    assert data["times_h"] == [0.0, 1.0, 2.0]
    assert sum(data["amounts"][2]) == pytest.approx(4e9, rel=1e-9)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ([*ASKED, "--route", "infusion"], "duration"),
        ([*ASKED, "--disease", "flu"], "disease"),
        ([*ASKED[:-3], "--n", "1"], "individuals"),
        (["fate", "sbml-in", "none.xml"], "none.xml"),
        (["fate", "petab-out", "none.csv"], "none.csv"),
        (["fate", "sbml-out", "--species", "rat", "--dose", "4e9particles", "--model", "pbk"], "pbk"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(
    asked: list[str], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["paracrine", *asked])
    with pytest.raises(SystemExit) as stop:
        run_app()
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert word in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
