"""A drafted study keeps different samples apart and says what nobody told it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from paracrine.bench.draft import draft_study
from paracrine.bench.intake import FileReading
from paracrine.bench.study import read_study
from paracrine.core.product import Role
from paracrine.core.provenance import SourceRef
from paracrine.core.run import Run, Technique


def reading(path: str, *names: tuple[str, str]) -> FileReading:
    source = SourceRef(name=path, sha256="a" * 64)
    runs = tuple(Run(source, run, Technique.NTA, "camera", sample_hint=sample) for run, sample in names)
    return FileReading(path, "a" * 64, 7, runs)


def test_two_sample_names_in_one_file_are_two_samples_and_videos_of_one_name_are_one(tmp_path: Path) -> None:
    one = reading("lot7/day.csv", ("v1", "EV 3"), ("v2", "EV 3"), ("v3", "PBS blank"))
    draft = draft_study(tmp_path, (one,))
    (tmp_path / "study.toml").write_text(draft.text, encoding="utf-8")
    plan = read_study(tmp_path / "study.toml")
    assert [(s.name, s.role) for s in plan.samples] == [("EV 3", Role.PRODUCT), ("PBS blank", Role.DILUENT_BLANK)]
    assert [(use.sample, use.runs) for use in plan.files] == [("EV 3", ("EV 3",)), ("PBS blank", ("PBS blank",))]
    assert any("2 sample names" in question for question in draft.questions)


def test_a_file_of_one_sample_is_taken_whole_and_missing_forms_are_asked_for(tmp_path: Path) -> None:
    draft = draft_study(tmp_path, (reading("lot8.csv", ("v1", "EV"), ("v2", "EV")),))
    (sample,) = tomllib.loads(draft.text)["sample"]
    assert sample["file"] == [{"path": "lot8.csv"}]
    assert {word for q in draft.questions for word in ("spec.toml", "results.csv") if word in q} == {
        "spec.toml",
        "results.csv",
    }


def test_source_documents_of_results_are_not_called_unreadable(tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text("attribute,source\nsterility,letter.txt\n", encoding="utf-8")
    unread = tuple(FileReading(name, "b" * 64, 5, error=f"{name}: no reader") for name in ("letter.txt", "odd.bin"))
    assert draft_study(tmp_path, (reading("lot9.csv", ("v1", "EV")), *unread)).unread == (
        ("odd.bin", "odd.bin: no reader"),
    )
