"""Small synthetic files in the layouts of the field: what is read, refused, changed, and what stays bounded."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.bench.bench import Bench
from paracrine.core.errors import InputError, RecordError
from paracrine.evidence.dates import read_date
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.identifiers import clean_doi, registry_ids
from paracrine.evidence.markup import tagged_text
from paracrine.evidence.reading import read_items
from paracrine.evidence.source import Refused, Remark
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

ARTICLE = """<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID>{pmid}</PMID>{revised}<Article><Journal>
<JournalIssue><PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue><Title>Vesicle News</Title>
</Journal><ArticleTitle>10<sup>9</sup> particles of CD63<sub>2</sub> in <i>Mus musculus</i></ArticleTitle><Abstract>
<AbstractText Label="AIM">Given &lt; 10<sup>-3</sup> g.</AbstractText></Abstract><AuthorList><Author><LastName>Byron
</LastName><ForeName>Ada</ForeName><AffiliationInfo><Affiliation>Hall 7, Oslo. Electronic address: ada@example.org.
</Affiliation></AffiliationInfo></Author><Author><CollectiveName>EV Study Group</CollectiveName></Author></AuthorList>
<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList><AccessionNumber>NCT01234567
</AccessionNumber></AccessionNumberList></DataBank></DataBankList>{types}</Article>{corrections}</MedlineCitation>
<PubmedData><ReferenceList><Reference><Citation>Older work. 1990.</Citation><ArticleIdList><ArticleId IdType="pubmed">77
</ArticleId></ArticleIdList></Reference><Reference><Citation>Without number</Citation></Reference></ReferenceList>
</PubmedData></PubmedArticle>"""
RETRACTED = '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>Vesicle News</RefSource>'
RETRACTED += "<PMID>99</PMID></CommentsCorrections></CommentsCorrectionsList>"


def pubmed(pmid: int = 11, *, revised: int = 2020, corrections: str = "") -> str:
    date = f"<DateRevised><Year>{revised}</Year><Month>1</Month><Day>2</Day></DateRevised>"
    return ARTICLE.format(pmid=pmid, revised=date, corrections=corrections, types="")


def write(path: Path, *records: str, head: str = '<?xml version="1.0"?>\n') -> Path:
    path.write_text(f"{head}<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>", encoding="utf-8")
    return path


def items(path: Path) -> list[object]:
    return list(read_items(EvidenceFile(path)))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return open_bench(tmp_path / "base", person="Ada")


def test_raised_and_lowered_letters_groups_references_and_contacts(tmp_path: Path) -> None:
    (work,) = items(write(tmp_path / "a.xml", pubmed()))
    assert isinstance(work, Work)
    assert work.title == "10^9 particles of CD63₂ in Mus musculus"
    assert work.abstract_text == "AIM: Given < 10^-3 g."
    assert [(author.text, author.is_group) for author in work.authors] == [
        ("Byron Ada", False),
        ("EV Study Group", True),
    ]
    assert work.authors[0].affiliations == ("Hall 7, Oslo",)
    assert (work.year, work.date_text) == (1998, "1998 Dec-1999 Jan")
    assert work.trial_ids == ("NCT01234567",)
    assert [(one.text, one.pmid) for one in work.references] == [("Older work. 1990.", "77"), ("Without number", "")]


def test_a_damaged_record_costs_itself_only(tmp_path: Path) -> None:
    broken = pubmed(12).replace("</ArticleTitle>", "", 1)
    found = items(write(tmp_path / "a.xml", pubmed(11), "\n", broken, "\n", pubmed(13)))
    assert [item.pmid for item in found if isinstance(item, Work)] == ["11", "13"]
    (refused,) = [item for item in found if isinstance(item, Refused)]
    assert refused.locator.startswith("record 2, line ")
    assert "broken at line" in refused.reason


def test_a_file_cut_off_keeps_what_stands_before(tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_text(("<PubmedArticleSet>" + pubmed(11) + pubmed(12))[:-200], encoding="utf-8")
    found = items(path)
    assert [type(item) for item in found] == [Work, Refused]


def test_a_record_without_number_is_refused(tmp_path: Path) -> None:
    found = items(write(tmp_path / "a.xml", pubmed(11).replace("<PMID>11</PMID>", ""), pubmed(12)))
    assert [item.reason for item in found if isinstance(item, Refused)] == ["a record without PMID"]


def test_an_entity_bomb_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(InputError, match="declares XML entities"):
        items(write(tmp_path / "a.xml", pubmed(), head=bomb))


def test_a_gzip_bomb_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "bomb.ris.gz"
    path.write_bytes(gzip.compress(b"TY  - JOUR\nAB  - " + b"a" * 120_000_000, 9))
    with pytest.raises(InputError, match="unpacks beyond"):
        items(path)


def test_a_damaged_gzip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(write(tmp_path / "a.xml", pubmed() * 40).read_bytes())[:-900])
    with pytest.raises(InputError, match="damaged or cut off"):
        items(path)


def test_a_zip_bomb_in_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"a" * 300_000_000)
    with pytest.raises(InputError, match="would unpack"):
        items(path)


RIS = """1.
TY  - JOUR
T1  - Dose of vesicles
A1  - Byron, Ada
Y1  - 2019/05//
N2  - ER stress. TY  - is no tag here, nor
ER  - with words after it.
DO  - https://doi.org/10.1000/ABC.1
ER  -
NL  - left over
TY  - JOUR
TI  - No end
PY  - 10 15
"""


def test_ris_preambles_marks_inside_texts_and_missing_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(RIS.replace("\n", "\r").encode("utf-8-sig"))
    found = items(path)
    first, second = (item for item in found if isinstance(item, Work))
    assert first.title == "Dose of vesicles"
    assert first.abstract_text.endswith("is no tag here, nor ER - with words after it.")
    assert (first.doi, first.date, first.year) == ("10.1000/abc.1", "2019-05", 2019)
    assert second.doubts == ("year not understood: '10 15'",)
    skipped = {item.locator: item.reason for item in found if isinstance(item, Refused)}
    assert "left over" in skipped["line 10"]
    assert "cut off" in skipped["line 11"]


def test_a_wrong_encoding_is_named_with_its_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.ris"
    path.write_bytes("TY  - JOUR\nTI  - Café µm\nER  - \n".encode("cp1252"))
    remark, work = items(path)
    assert isinstance(remark, Remark)
    assert "not UTF-8 from byte 20" in remark.text
    assert isinstance(work, Work)
    assert work.title == "Café µm"


def study(number: str = "NCT00000001", **changes: object) -> dict[str, object]:
    status = {"overallStatus": "RECRUITING", "lastUpdatePostDateStruct": {"date": "2023-04-05"}, **changes}
    return {
        "protocolSection": {
            "identificationModule": {"nctId": number, "briefTitle": "Vesicles in ARDS"},
            "statusModule": status,
            "designModule": {"phases": ["PHASE1", "PHASE2"], "enrollmentInfo": {"count": 24, "type": "ESTIMATED"}},
            "contactsLocationsModule": {"centralContacts": [{"name": "Jo Doe", "email": "jo@example.org"}]},
        },
        "hasResults": False,
    }


def test_a_newer_export_tells_what_changed(bench: Bench, tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps({"studies": [study(), study("NCT00000002")]}))
    later = study(overallStatus="COMPLETED", lastUpdatePostDateStruct={"date": "2024-06-07"})
    new.write_text(json.dumps([{**later, "hasResults": True}, study("NCT00000003")]))
    assert bench.evidence.add([old]).files[0].headline.endswith("2 new, 0 duplicate, 0 updated, 0 refused")
    report = bench.evidence.add([new]).files[0]
    assert report.filled is not None
    assert (report.filled.new_count, report.filled.updated_count) == (1, 1)
    assert "trial:NCT00000001: status: recruiting → completed" in report.news
    assert "trial:NCT00000001: posted results: no → yes" in report.news
    older = bench.evidence.add([write_copy(old, tmp_path / "again.json")]).files[0]
    assert older.filled is not None
    assert (older.filled.duplicate_count, older.filled.updated_count) == (2, 0)
    trial = bench.evidence.record("trial:NCT00000001")
    assert isinstance(trial, Trial)
    assert (trial.status, trial.phases, trial.enrollment_basis) == ("completed", ("1", "2"), "estimated")
    assert "example.org" not in json.dumps(trial.to_data())


def write_copy(path: Path, target: Path) -> Path:
    target.write_text(path.read_text() + "\n")
    return target


def test_a_retraction_is_news(bench: Bench, tmp_path: Path) -> None:
    bench.evidence.add([write(tmp_path / "a.xml", pubmed(revised=2020))])
    report = bench.evidence.add([write(tmp_path / "b.xml", pubmed(revised=2021, corrections=RETRACTED))])
    assert "pubmed:11 is marked as retracted" in report.files[0].news
    work = bench.evidence.record("pubmed:11")
    assert isinstance(work, Work)
    assert work.is_retracted


def test_one_bad_file_stops_none_of_the_others(bench: Bench, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xml"
    bad.write_text("<IPGReportSet/>")
    report = bench.evidence.add([bad, tmp_path / "gone.ris", write(tmp_path / "a.xml", pubmed())])
    assert [bool(file.error) for file in report.files] == [True, True, False]
    assert "root element is IPGReportSet" in report.files[0].error
    assert report.works_count == 1


def test_the_index_is_made_again_from_the_kept_files(bench: Bench, tmp_path: Path) -> None:
    bench.evidence.add([write(tmp_path / "a.xml", pubmed(11), pubmed(12))])
    before = [record.to_data() for record in bench.evidence.records()]
    for path in (tmp_path / "base").glob("search.db*"):
        path.unlink()
    assert [record.to_data() for record in bench.evidence.records()] == before
    assert bench.verify(tmp_path / "base").ok


def test_without_a_base_nothing_is_made(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        bench.evidence.search("x")
    assert not (tmp_path / "base").exists()


@pytest.mark.parametrize(
    ("written", "doi"),
    [
        ("http://dx.doi.org/10.1016/S0140-6736(00)02352-7", "10.1016/s0140-6736(00)02352-7"),
        ("doi: 10.1000/a.b).", "10.1000/a.b"),
        ("10.1000%2Fx", "10.1000/x"),
        ("no number", ""),
    ],
)
def test_dois_in_every_spelling(written: str, doi: str) -> None:
    assert clean_doi(written) == doi


@pytest.mark.parametrize(
    ("written", "date"),
    [("2020-02-26", "2020-02-26"), ("16/02/2020", "2020-02-16"), ("20200217", "2020-02-17"),
     ("May 11, 2018", "2018-05-11"), ("2011/05//", "2011-05"), ("17 February 2020", "2020-02-17"), ("10 15", ""),
     ("1998 Dec-1999 Jan", "")],
)  # fmt: skip
def test_dates_in_every_spelling(written: str, date: str) -> None:
    assert read_date(written) == date


def test_registry_numbers_lose_their_country() -> None:
    text = "NCT01234567, EUCTR2020-001366-11-ES and ChiCTR2000030484"
    assert [number for _, number in registry_ids(text)] == ["NCT01234567", "EUCTR2020-001366-11", "CHICTR2000030484"]


def test_comparisons_are_no_tags() -> None:
    assert tagged_text("<jats:p>p<0.05 at 10<jats:sup>9</jats:sup> &amp; more</jats:p>") == "p<0.05 at 10^9 & more"


def test_while_one_process_adds_another_waits_and_searches_go_on(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import paracrine.bench.evidence.opening as opening
    from paracrine.store.writer_lock import hold_alone

    bench.evidence.add([write(tmp_path / "a.xml", pubmed(11))])
    monkeypatch.setattr(opening, "WAIT_S", 0.05)
    with bench.evidence.open() as base, hold_alone(base.workspace.folder, wait_s=0) as is_ours:
        assert is_ours
        base.mark_unsettled()
        base.index.set_note("kept", "by the process that adds")
        with pytest.raises(RecordError, match="another process is adding files"):
            bench.evidence.add([write(tmp_path / "b.xml", pubmed(12))])
        assert bench.evidence.search("older OR work OR title OR vesicles").base_count == 1
        assert base.index.note("kept")
    bench.evidence.add([tmp_path / "b.xml"])
    assert bench.evidence.search("older OR work OR title OR vesicles").base_count == 2


def test_a_zip_of_exports_is_read_file_by_file(bench: Bench, tmp_path: Path) -> None:
    study = '{"protocolSection": {"identificationModule": {"nctId": "NCT0000000%d", "briefTitle": "Vesicles"}}}'
    with zipfile.ZipFile(tmp_path / "ctg.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/NCT00000001.json", study % 1)
        archive.writestr("a/NCT00000002.json", study % 2)
        archive.writestr("works/p.xml", "<PubmedArticleSet>" + pubmed(11) + "</PubmedArticleSet>")
        archive.writestr("broken.json", study[:-9])
        archive.writestr("__MACOSX/._x", "x")
        archive.writestr("inner.zip", b"PK\x03\x04")
    report = bench.evidence.add([tmp_path / "ctg.zip"])
    (done,) = report.files
    assert (report.works_count, report.trials_count, done.source) == (1, 2, "zip_archive")
    assert done.filled is not None
    assert {one.locator for one in (*done.filled.refused, *done.filled.skipped)} == {
        "broken.json: study 1",
        "inner.zip",
    }
    origin = bench.evidence.record("trial:NCT00000002").origin
    assert (origin.file, origin.locator, origin.source) == ("ctg.zip", "a/NCT00000002.json: study 1", "ctgov_v2_json")
    for file in (tmp_path / "base").glob("search.db*"):
        file.unlink()
    assert bench.evidence.search("vesicles").base_count == 3


def test_a_zip_bomb_and_a_cut_zip_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b"[" + b" " * 60_000_000)
    with pytest.raises(InputError, match="unpacks beyond"):
        list(read_items(EvidenceFile(tmp_path / "bomb.zip")))
    (tmp_path / "cut.zip").write_bytes((tmp_path / "bomb.zip").read_bytes()[:-30])
    with pytest.raises(InputError, match="zip"):
        list(read_items(EvidenceFile(tmp_path / "cut.zip")))
