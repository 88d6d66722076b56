"""From the command line: a dose followed, carried over and refused; sizes of a certified batch feed in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from paracrine import open_bench
from paracrine.cli.app import app, run_app
from paracrine.core.errors import UnknownName
from paracrine.core.parameter import Grade
from paracrine.fate.answer import answer
from paracrine.fate.model import ROUTES
from paracrine.fate.predict import FateQuestion, predict

RUN = CliRunner()


def test_a_dose_is_followed_and_printed_for_machines(tmp_path: Path) -> None:
    page = tmp_path / "fate.html"
    asked = [
        "fate",
        "simulate",
        "--species",
        "rat",
        "--dose",
        "3e10particles",
        "--label",
        "luciferase",
        "--out",
        str(page),
    ]
    done = RUN.invoke(app, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    data = json.loads(done.output)
    assert data["species"] == "rat"
    assert data["balance_error_frac"] < 1e-9
    assert page.is_file()
    shown = RUN.invoke(app, asked)
    assert "brain: not assessed" in shown.output
    assert "half-life in blood" in shown.output


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (["fate", "simulate", "--species", "mouse", "--dose", "1e10"], "no unit"),
        (["fate", "simulate", "--species", "mous", "--dose", "1e10particles"], "mouse"),
        (["dose", "--from", "mouse:1e10particles:iv", "--to", "human", "--organ", "brain"], "not assessed"),
        (["dose", "--from", "mouse:30ug:iv", "--to", "human"], "--ratio"),
        (["dose", "--from", "mouse@tiny:1e10particles:iv", "--to", "human"], "no weight"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_no_page(
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


@pytest.mark.parametrize("route", [name for name in ROUTES.names() if name not in ("iv", "infusion")])
def test_a_route_without_data_gives_a_range_and_no_point(route: str) -> None:
    found = answer(predict(FateQuestion("mouse", 1e10, route=route, until_h=24.0)))
    assert {place.grade for place in found.places} == {Grade.ASSUMPTION}
    blood = found.place("blood").intact
    hour = found.at(1.0)
    assert blood.low[hour] < 0.15 * blood.high[hour]


def test_an_infusion_adds_up_to_what_has_run_in() -> None:
    draws = predict(FateQuestion("mouse", 1e10, route="infusion", duration_h=4.0, until_h=8.0))
    half = draws.vesicles[:, list(draws.times_h).index(2.0)].sum(axis=1)
    assert half == pytest.approx(0.5, abs=1e-6)
    assert draws.balance_error_frac < 1e-6


def test_sizes_of_an_instrument_file_feed_in(tmp_path: Path) -> None:
    """Rung 1: of 10 counts in bins 80-90, 90-100 and 100-110 nm half lie below 93.3 nm."""
    sizes = tmp_path / "sizes.csv"
    sizes.write_text("centre diameter (nm);count\n85;4\n95;3\n105;3\n", "utf-8")
    report = open_bench().fate.simulate("mouse", "1e10particles", size_from=sizes)
    assert report.answer.sizes.startswith("D10 82, D50 93, D90 107 nm, sizes.csv")


@pytest.mark.slow
def test_sizes_of_a_certified_batch_feed_in(tmp_path: Path) -> None:
    open_bench().demo(tmp_path / "demo")
    workspace = tmp_path / "demo" / "certificates" / "workspace"
    report = open_bench(workspace).fate.simulate("mouse", "1e10particles", size_from="B-002")
    assert "batch B-002 of the workspace" in report.answer.sizes
    with pytest.raises(UnknownName, match="B-00"):
        open_bench(workspace).fate.simulate("mouse", "1e10particles", size_from="B-009")
