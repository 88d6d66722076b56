"""Screening: two blinded reviewers, conflicts, the order learnt, the stopping rule, the flow, exports."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import hypergeom
from typer.testing import CliRunner

from paracrine import open_bench
from paracrine.cli.app import app
from paracrine.core.errors import InputError, UnknownName
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import read_items
from paracrine.evidence.screening.ranking import Ranker
from paracrine.evidence.screening.replay import replay
from paracrine.evidence.screening.stopping import judge_stopping, p_of_missing
from paracrine.evidence.screening.words import read_words
from paracrine.evidence.work import Work

TOPICS = ("vesicle kidney dose", "pottery glaze kiln")


def text(place: int) -> str:
    return f"{TOPICS[place % 4 != 0]} study {place} {'mice' if place % 3 else 'cells'}"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    records = "".join(
        f"TY  - JOUR\nTI  - {text(place)}\nAB  - {text(place)} more {place}\nAN  - WOS:{place}\nER  - \n"
        for place in range(24)
    )
    (tmp_path / "a.ris").write_text(records)
    evidence = open_bench(tmp_path / "base", person="Ada").evidence
    evidence.add([tmp_path / "a.ris"])
    evidence.screening.start("r", exclude=["wrong topic", "no data"], reviewers=2)
    return tmp_path / "base"


def as_person(base: Path, person: str):  # type: ignore[no-untyped-def]
    return open_bench(base, person=person).evidence.screening


def test_the_order_is_learnt_from_own_decisions(base: Path) -> None:
    ada = as_person(base, "Ada")
    ada.decide("r", [{"key": "wos:WOS:0", "verdict": "include"}, {"key": "wos:WOS:1", "verdict": "exclude"}])
    keys = [record["key"] for record in ada.next("r", count=5)]
    assert keys == sorted(keys, key=lambda key: int(key.rpartition(":")[2]) % 4)[:5]
    assert all(int(key.rpartition(":")[2]) % 4 == 0 for key in keys)


def test_reviewers_do_not_see_one_another(base: Path) -> None:
    as_person(base, "Ada").decide("r", [{"key": "wos:WOS:0", "verdict": "include", "note": "lovely"}])
    (shown,) = as_person(base, "Jo").next("r")
    assert shown["key"] == "wos:WOS:0"
    assert "lovely" not in json.dumps(shown)
    assert "Ada" not in json.dumps(shown)


def test_a_conflict_is_shown_settled_and_counted(base: Path) -> None:
    ada, jo = as_person(base, "Ada"), as_person(base, "Jo")
    ada.decide("r", [{"key": f"wos:WOS:{place}", "verdict": "include"} for place in (0, 4, 8)])
    jo.decide(
        "r",
        [{"key": "wos:WOS:0", "verdict": "maybe"}, {"key": "wos:WOS:4", "verdict": "exclude", "reason": "no data"}],
    )
    status = ada.status("r")
    assert [state.key for state in status.conflicts] == ["wos:WOS:4"]
    assert (status.flow.screened_count, status.flow.sought_count, status.flow.conflicts_count) == (1, 1, 1)
    ada.decide("r", [{"key": "wos:WOS:4", "verdict": "exclude", "reason": "no data", "settles": True}])
    flow = jo.status("r").flow
    assert (flow.screened_count, flow.sought_count, flow.excluded_count, flow.conflicts_count) == (2, 1, 1, 0)
    with pytest.raises(InputError, match="no conflict"):
        ada.decide("r", [{"key": "wos:WOS:8", "verdict": "exclude", "settles": True}])


def test_a_conflict_is_settled_in_the_terminal(base: Path) -> None:
    ada, jo = as_person(base, "Ada"), as_person(base, "Jo")
    ada.decide("r", [{"key": f"wos:WOS:{place}", "verdict": "include"} for place in (4, 8)])
    jo.decide("r", [{"key": f"wos:WOS:{place}", "verdict": "exclude", "reason": "no data"} for place in (4, 8)])
    given = ["evidence", "screen", "settle", "r", "--workspace", str(base), "--person", "Kim"]
    done = CliRunner().invoke(app, given, input="x\ne\n7\n1\nq\n")
    assert "Ada: include" in done.output
    assert "Jo: exclude (no data)" in done.output
    assert "1 conflicts left in r." in done.output
    status = ada.status("r")
    assert [state.key for state in status.conflicts] == ["wos:WOS:8"]
    assert status.flow.excluded_count == 1


def test_decisions_are_entered_all_or_none(base: Path) -> None:
    ada = as_person(base, "Ada")
    good = {"key": "wos:WOS:0", "verdict": "include"}
    for bad, error in (
        ({"key": "wos:WOS:99", "verdict": "include"}, UnknownName),
        ({"key": "wos:WOS:1", "verdict": "yes"}, InputError),
        ({"key": "wos:WOS:1", "verdict": "exclude", "reason": "dull"}, InputError),
    ):
        with pytest.raises(error):
            ada.decide("r", [good, bad])
    assert ada.status("r").mine_count == 0


def test_the_full_text_stage_gives_reasons_and_a_flow(base: Path, tmp_path: Path) -> None:
    ada, jo = as_person(base, "Ada"), as_person(base, "Jo")
    for person in (ada, jo):
        person.decide("r", [{"key": f"wos:WOS:{place}", "verdict": "include"} for place in (0, 4, 8)])
    for person in (ada, jo):
        assert len(person.next("r", count=9, stage="full text")) == 3
        person.decide(
            "r",
            [
                {"key": "wos:WOS:0", "verdict": "include"},
                {"key": "wos:WOS:4", "verdict": "exclude", "reason": "no data"},
                {"key": "wos:WOS:8", "verdict": "exclude", "reason": "not retrieved"},
            ],
            stage="full text",
        )
    flow = ada.status("r").flow
    assert (flow.sought_count, flow.not_retrieved_count, flow.assessed_count, flow.included_count) == (3, 1, 2, 1)
    assert flow.excluded_reasons == (("no data", 1),)
    picture = ada.write("r", tmp_path / "flow.svg").read_text()
    assert "no data (n = 1)" in picture
    page = ada.write("r", tmp_path / "flow.html").read_text()
    assert "<svg" in page
    evidence = open_bench(base).evidence
    assert evidence.export(tmp_path / "in.ris", review="r", verdict="include", stage="full text") == 1
    (again,) = [item for item in read_items(EvidenceFile(tmp_path / "in.ris")) if isinstance(item, Work)]
    assert (again.title, again.key) == (text(0), "wos:WOS:0")


def test_a_spreadsheet_gets_no_formula(tmp_path: Path) -> None:
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - =HYPERLINK(1)\nER  - \n")
    evidence = open_bench(tmp_path / "base", person="Ada").evidence
    evidence.add([tmp_path / "a.ris"])
    evidence.export(tmp_path / "out.csv")
    assert "'=HYPERLINK(1)" in (tmp_path / "out.csv").read_text()


def test_setting_features_of_one_record_apart_changes_no_product() -> None:
    """Rung 3: scikit-learn's TfidfVectorizer; what a record shares with every other, and with itself."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [*(text(place) for place in range(23)), "a Vésicle’s dose dose of EV-2 dose", "x", ""]
    peer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95).fit_transform(texts)
    ours = read_words(texts)
    products = (ours.shared @ ours.shared.T).toarray() + np.diag(ours.alone)
    np.testing.assert_allclose(products, (peer @ peer.T).toarray(), atol=1e-12)
    assert ours.alone.max() > 0.1


def test_the_ranker_solves_the_same_problem_as_the_library() -> None:
    """Rung 3: scikit-learn's LinearSVC with the same loss, cost and weights; labels come one by one, one changes."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    texts = [text(place) for place in range(24)]
    labels = {place: place % 4 == 0 for place in (0, 1, 2, 3, 4, 9, 15)}
    ranker = Ranker(texts)
    for count in range(2, len(labels)):
        ranker.scores({place: labels[place] != (place == 4) for place in list(labels)[:count]})
    ours = ranker.scores(labels)
    signs = np.array([1 if labels[place] else -1 for place in labels])
    weights = np.where(signs > 0, 1.0, np.sum(signs > 0) / (9.8 * np.sum(signs < 0)))
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95).fit_transform(texts)
    peer = LinearSVC(loss="squared_hinge", C=0.11, tol=1e-10, max_iter=100_000)
    peer.fit(words[list(labels)], signs, sample_weight=weights * (len(signs) / weights.sum()))
    theirs = peer.decision_function(words)
    assert np.ptp(theirs) > 0.1
    np.testing.assert_allclose(ours - ours.mean(), theirs - theirs.mean(), atol=1e-6)


def test_a_replay_finds_all_and_reads_less_than_all() -> None:
    texts = [text(place) for place in range(80)]
    labels = [int(place % 4 == 0) for place in range(80)]
    done = replay(texts, texts, labels, first=(0, 1))
    assert sum(labels[place] for place in done.order) == 20
    assert len(done.order) < 30


def test_the_stopping_rule_is_the_hypergeometric_test() -> None:
    """Rung 1: with everything read at random the p is that of one draw; a long barren run lowers it."""
    verdicts = [True] * 5 + [False] * 60
    whole = int(5 / 0.95) + 1
    expected = min(
        hypergeom.cdf(5 - sum(verdicts[:start]), 100 - start, whole - sum(verdicts[:start]), 65 - start)
        for start in range(65)
    )
    assert p_of_missing(verdicts, 100, 0.95) == pytest.approx(expected, rel=1e-12)
    assert not judge_stopping(verdicts, 100).may_stop
    assert judge_stopping([True] * 5 + [False] * 92, 100).may_stop
    assert judge_stopping([True] * 40 + [False] * 400, 1000).recall_at_least > 0.7


def test_a_random_order_is_not_stopped_early() -> None:
    """Rung 1: at 95 % confidence at most 1 in 20 random orders may stop below the target; 60 orders, seed fixed."""
    rng = np.random.default_rng(7)
    early = 0
    for _ in range(60):
        relevant = np.zeros(400, dtype=bool)
        relevant[rng.choice(400, 30, replace=False)] = True
        stop = next(
            (read for read in range(40, 400, 20) if p_of_missing(relevant[:read].tolist(), 400, 0.95) < 0.05), 400
        )
        early += int(relevant[:stop].sum() < 0.95 * 30)
    assert early <= 6


@pytest.mark.parametrize(
    "given",
    [
        ["screen", "run", "r", "--stage", "full"],
        ["screen", "start", "s", "--target-recall", "1.5"],
        ["export", "out.ris", "--review", "r", "--stage", "paper"],
        ["export", "out.ris", "--review", "r", "--verdict", "perhaps"],
    ],
)
def test_a_wrong_word_is_one_clear_line(base: Path, given: list[str]) -> None:
    with pytest.raises((UnknownName, InputError)):
        CliRunner().invoke(app, ["evidence", *given, "--workspace", str(base)], catch_exceptions=False)
