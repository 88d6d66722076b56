"""Pooling a table: what it answers, what it refuses, what it warns of."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.bench.evidence.ledger_records import AnswerRecord
from paracrine.core.errors import InputError, LimitError, UnknownName
from paracrine.evidence.pool.pooling import pool_table
from paracrine.evidence.pool.question import PoolQuestion
from paracrine.evidence.pool.result import PooledAnswer
from paracrine.evidence.pool.table import read_table
from paracrine.store import open_workspace

COVID = "study,events_1,n_1,events_2,n_2\nZamanian,4,21,13,24\nZarrabi,0,8,8,24\n"


def answer(text: str, **asked: object) -> PooledAnswer:
    return pool_table(read_table(text, name="t.csv"), PoolQuestion(**asked)).answers[0]  # type: ignore[arg-type]


def codes(found: PooledAnswer) -> set[str]:
    return {notice.code for notice in found.notices}


def test_two_trials_are_pooled_by_z_and_marked_as_too_few() -> None:
    found = answer(COVID)
    assert found.pooled is not None
    assert found.pooled.value == pytest.approx(0.323759, abs=1e-5)  # exp(-1.127755), metafor
    assert {"half-added", "two-studies-z"} <= codes(found)
    assert found.prediction is None


def test_hksj_that_is_too_sure_is_serious() -> None:
    text = "study,effect,variance\na,0.31,0.04\nb,0.28,0.05\nc,0.35,0.06\nd,0.3,0.03\n"
    assert "hksj-too-sure" in codes(answer(text, test="hksj"))
    assert "hksj-too-sure" not in codes(answer(text))


def test_proportions_without_events_give_the_exact_bound() -> None:
    found = answer("study,events,n\na,0,60\nb,0,30\n")
    assert found.pooled is not None
    # Clopper-Pearson of 0/90, analytic: 1 - 0.025**(1/90)
    assert found.pooled.high == pytest.approx(1 - 0.025 ** (1 / 90), abs=1e-12)
    assert "zero events" in found.reason


def test_ratios_without_any_event_are_not_pooled() -> None:
    found = answer("study,events_1,n_1,events_2,n_2\na,0,10,0,12\nb,0,20,0,18\n")
    assert found.pooled is None
    assert "no ratio exists" in found.reason


def test_one_group_without_events_is_serious() -> None:
    found = answer("study,events_1,n_1,events_2,n_2\na,0,10,3,12\nb,0,20,4,18\n")
    assert "one-group-without-events" in codes(found)


def test_people_and_animals_are_never_pooled_silently() -> None:
    text = "study,effect,variance,species\na,0.3,0.1,human\nb,0.5,0.2,mouse\nc,0.4,0.1,mouse\n"
    with pytest.raises(InputError, match="never pooled silently"):
        answer(text)
    by = pool_table(read_table(text, name="t.csv"), PoolQuestion(by="species"))
    assert [one.group for one in by.answers] == ["human", "mouse"]
    assert answer(text, where=("species=mouse",)).pooled is not None


def test_doses_of_different_units_share_no_axis() -> None:
    text = "study,effect,variance,dose,dose_unit\na,0.3,0.1,1e9,particles\nb,0.5,0.2,20,ug\nc,0.4,0.1,2e9,particles\n"
    with pytest.raises(InputError, match="share no axis"):
        answer(text, moderators=("dose",))


def test_a_shared_control_is_split_or_modelled() -> None:
    text = "study,control,n_1,mean_1,sd_1,n_2,mean_2,sd_2\n"
    text += "a,c,10,5,2,12,4,2\na,c,11,6,2,12,4,2\nb,,9,5.5,2.2,8,4.1,1.9\nd,,14,5.2,2.1,15,4.4,2\ne,,13,5.6,2,12,4,2\n"
    split = answer(text, measure="md", model="random")
    assert split.studies[0].standard_error == pytest.approx((4 / 10 + 4 / 6) ** 0.5)  # 12 controls, 6 each
    whole = answer(text, measure="md", shared="model")
    assert whole.studies[0].standard_error == pytest.approx((4 / 10 + 4 / 12) ** 0.5)
    assert "robust" in whole.model


def test_risk_of_bias_filters_and_knows_its_words() -> None:
    text = "study,effect,variance,risk_randomisation,risk_deviations,risk_missing\n"
    text += "a,0.3,0.1,low,low,low\nb,0.5,0.2,high,low,low\nc,0.4,0.1,low,some concerns,low\n"
    kept = answer(text, risk_at_most="some concerns")
    assert [study.label for study in kept.studies] == ["a", "c"]
    with pytest.raises(InputError, match="no judgement of"):
        answer(text.replace("high", "awful"))


def test_what_cannot_be_read_says_where() -> None:
    with pytest.raises(InputError, match=r"line 3.*no number"):
        answer("study,effect,variance\na,1,0.1\nb,NA,0.2\n")
    with pytest.raises(InputError, match="no number"):
        answer("study,effect,variance\na,1,0.1\nb,inf,0.2\n")
    with pytest.raises(InputError, match="above n_1"):
        answer("study,events_1,n_1,events_2,n_2\na,11,10,3,12\nb,1,20,4,18\n")
    with pytest.raises(UnknownName, match="did you mean"):
        answer("study,effect,variance\na,1,0.1\nb,2,0.2\n", method="rem")


def test_the_page_stands_alone_and_tells_what_changed(tmp_path: Path) -> None:
    table = tmp_path / "covid.csv"
    table.write_text(COVID, encoding="utf-8")
    first = open_bench(tmp_path / "base").evidence.pool(table, out=tmp_path)
    assert first.page is not None
    page = first.page.read_text(encoding="utf-8")
    assert "Forest plot" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    table.write_text(COVID + "Third,3,30,6,31\n", encoding="utf-8")
    again = open_bench(tmp_path / "base").evidence.pool(table, out=tmp_path)
    assert any("added Third" in line for line in again.news)


def test_arms_become_a_network_with_ranking() -> None:
    text = "study,treatment,events,n\n1,A,9,140\n1,C,23,140\n1,D,10,138\n2,B,11,78\n"
    text += "2,C,12,85\n2,D,29,170\n3,A,75,731\n3,C,363,714\n"
    from paracrine.evidence.pool.network_answer import pool_network_table

    found = pool_network_table(read_table(text, name="t.csv"), PoolQuestion(measure="or"), small_is_good=False)
    assert found.reference == "C"
    assert sum(score for _, score in found.ranking) == pytest.approx(2.0)  # mean P-score is 1/2, analytic
    with pytest.raises(InputError, match="falls apart"):
        pool_network_table(
            read_table("study,treatment,events,n\n1,A,2,10\n1,B,3,10\n2,C,1,9\n2,D,4,12\n", name="t.csv"),
            PoolQuestion(measure="or"),
            small_is_good=False,
        )


RARE = "study,treatment,events,n\n1,A,0,40\n1,C,2,41\n2,A,1,60\n2,C,3,58\n3,B,2,50\n3,C,4,51\n4,A,0,30\n4,B,0,29\n"


def test_rare_events_become_a_network_without_adding_to_zeros() -> None:
    from paracrine.evidence.pool.network_answer import pool_network_table

    found = pool_network_table(
        read_table(RARE, name="t.csv"), PoolQuestion(measure="or", model="mh"), small_is_good=True
    )
    assert "4 (no event" in " ".join(notice.message for notice in found.notices)
    value = next(shown.value for name, shown, _ in found.against if name == "A")
    # Mantel-Haenszel by hand: (0*39/81 + 1*55/118) / (2*40/81 + 3*59/118)
    assert value == pytest.approx((55 / 118) / (80 / 81 + 177 / 118), rel=1e-12)
    with pytest.raises(InputError, match="answers with or"):
        pool_network_table(read_table(RARE, name="t.csv"), PoolQuestion(measure="rr", model="mh"), small_is_good=True)


def test_one_tau2_for_all_groups_needs_groups() -> None:
    with pytest.raises(InputError, match="needs --by"):
        answer("study,effect,variance\na,0.3,0.04\nb,0.8,0.05\n", common_tau2=True)


def test_a_pooled_page_is_in_the_ledger_with_table_and_question(tmp_path: Path) -> None:
    table = tmp_path / "covid.csv"
    table.write_text(COVID, encoding="utf-8")
    bench = open_bench(tmp_path / "base", person="Ada")
    report = bench.evidence.pool(table, out=tmp_path, measure="or")
    arms = tmp_path / "arms.csv"
    arms.write_text(RARE, encoding="utf-8")
    bench.evidence.network(arms, model="mh", out=tmp_path)
    assert bench.evidence.pool(table).entry is None
    with closing(open_workspace(tmp_path / "base")) as workspace:
        first, second = workspace.entries(AnswerRecord.kind)
        assert (first.number, first.body["asked"], first.key) == (report.entry, [["measure", "or"]], "covid-pool.html")
        assert second.body["verb"] == "network"
        kept = workspace.file_path(first.body["sources"]["covid.csv"])
        assert kept.read_bytes() == table.read_bytes()
        assert workspace.verify().ok


def test_rows_that_do_not_say_who_they_are_about_are_serious() -> None:
    text = "study,organism,effect,variance\na,mouse,0.31,0.04\nb,,0.28,0.05\nc,mouse,0.35,0.06\n"
    found = pool_table(read_table(text, name="t.csv"), PoolQuestion())
    assert [notice.code for notice in found.notices] == ["species-not-stated"]


@pytest.mark.parametrize("asked", [{"order": "dose"}, {"moderators": ("log_dose",)}])
def test_no_axis_mixes_units_of_dose(asked: dict[str, object]) -> None:
    text = "study,effect,variance,dose,log_dose,dose_unit\na,0.3,0.04,2,0.3,particles\nb,0.2,0.05,5,0.7,cells\n"
    with pytest.raises(InputError, match="share no axis"):
        answer(text, **asked)


@pytest.mark.parametrize("asked", [{"prediction": "hst"}, {"test": "zz"}, {"shared": "both"}, {"method": "remls"}])
def test_what_does_not_exist_is_refused_even_where_it_would_not_be_used(asked: dict[str, object]) -> None:
    with pytest.raises(UnknownName):
        answer(COVID, **asked)


def test_a_network_names_what_zero_events_do() -> None:
    from paracrine.evidence.pool.network_answer import pool_network_table

    found = pool_network_table(read_table(RARE, name="t.csv"), PoolQuestion(measure="or"), small_is_good=True)
    assert {"double-zero", "half-added"} <= {notice.code for notice in found.notices}
    assert found.study_count == 3
    none = "study,treatment,events,n\n1,A,0,10\n1,B,0,10\n2,A,0,20\n2,B,0,22\n"
    with pytest.raises(LimitError, match="no study has an event"):
        pool_network_table(read_table(none, name="t.csv"), PoolQuestion(measure="or"), small_is_good=True)
