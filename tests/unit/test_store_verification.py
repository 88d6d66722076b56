"""Whatever is changed afterwards is found, and named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from store_builders import ACTOR, filled, unprotected

from paracrine.core.errors import RecordError
from paracrine.core.progress import Cancelled
from paracrine.store import VerifyReport, open_workspace
from paracrine.store.entry import seal


def verified(folder: Path, **more: object) -> VerifyReport:
    with open_workspace(folder) as workspace:
        return workspace.verify(**more)


def test_an_untouched_workspace_verifies(tmp_path: Path) -> None:
    report = verified(filled(tmp_path, 4))
    assert report.ok
    assert (report.entries_checked, report.files_checked, report.head_number) == (6, 3, 6)
    assert (report.first_broken, report.problems, report.remarks) == ("", (), ())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "verdict"),
        ("version", "2"),
        ("key", "batch 9"),
        ("person", "Mallory"),
        ("role", "head of quality"),
        ("reason", "nothing to see"),
        ("at_utc", "2001-02-03T04:05:06.000000Z"),
        ("zone", "+09:00[Asia/Tokyo]"),
        ("text", '{"kind":"note","turn":99,"version":"1"}'),
        ("text", "not JSON"),
        ("text", b"\xff\xfe"),
        ("text", "[1]"),
        ("previous_sha256", "5" * 64),
        ("seal_sha256", "6" * 64),
    ],
)
def test_any_changed_field_is_found_in_its_entry(tmp_path: Path, column: str, value: object) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        database.execute(f"UPDATE entries SET {column} = ? WHERE number = 4", (value,))
    report = verified(folder)
    assert not report.ok
    assert report.first_broken.startswith("entry 4 (")
    assert "\n" not in report.first_broken


def test_an_entry_missing_in_the_middle_is_found(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        database.execute("DELETE FROM entries WHERE number IN (3, 4)")
    assert verified(folder).first_broken == "entry 5 (note, batch 3): entry 3 to 4 before it is missing"


def test_two_exchanged_entries_are_found(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        for old, new in ((4, 99), (5, 4), (99, 5)):
            database.execute("UPDATE entries SET number = ? WHERE number = ?", (new, old))
    assert verified(folder).first_broken.startswith("entry 4 (")


def test_a_resealed_entry_breaks_the_link_to_the_next(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        forge(database, 4, 4)
    report = verified(folder)
    assert (
        report.first_broken
        == "entry 5 (note, batch 3): does not follow the entry before it; one of the two was exchanged"
    )


def test_a_chain_resealed_to_its_end_shows_against_a_seal_kept_elsewhere(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    kept = {6: verified(folder).head_seal_sha256, 5: ""}
    with open_workspace(folder) as workspace:
        kept = {5: workspace.entry(5).seal_sha256}
    with unprotected(folder) as database:
        forge(database, 4, 7)
        last = database.execute("SELECT seal_sha256 FROM entries WHERE number = 7").fetchone()[0]
        database.execute("UPDATE head SET seal_sha256 = ?", (last,))
    (folder / "head.json").unlink()
    assert verified(folder).ok
    assert verified(folder, expected=kept).first_broken.startswith("entry 5 (note, batch 3): has another seal")
    assert verified(folder, expected={9: last}).first_broken.startswith("the seal given remembers entry 9")


def test_entries_cut_off_the_end_are_counted_by_the_head(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        database.execute("DELETE FROM entries WHERE number > 5")
    assert verified(folder).first_broken == "the head remembers entry 7, the ledger ends at 5: the end is missing"


def test_a_lost_head_is_found_and_stops_writing(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        database.execute("DELETE FROM head")
    assert "lost its head row" in verified(folder).first_broken
    with open_workspace(folder) as workspace, pytest.raises(RecordError, match="lost its head row"):
        workspace.append({"kind": "note"}, key="k", actor=ACTOR, reason="r")


def test_a_head_set_back_stops_writing(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        database.execute("UPDATE head SET number = 3, seal_sha256 = (SELECT seal_sha256 FROM entries WHERE number = 3)")
    with open_workspace(folder) as workspace, pytest.raises(RecordError, match="does not follow the last one"):
        workspace.append({"kind": "note"}, key="k", actor=ACTOR, reason="r")


def test_an_older_copy_of_the_ledger_is_found(tmp_path: Path) -> None:
    """The copy is whole in itself; only head.json remembers what came later."""
    folder = filled(tmp_path / "lab", 3)
    shutil.copy(folder / "ledger.db", tmp_path / "older.db")
    with open_workspace(folder) as workspace:
        workspace.append({"kind": "note"}, key="late", actor=ACTOR, reason="r")
    shutil.copy(tmp_path / "older.db", folder / "ledger.db")
    report = verified(folder)
    assert report.first_broken == "head.json remembers entry 6, the ledger ends at 5: the end is missing"


def test_a_ledger_copied_without_its_wal_is_found(tmp_path: Path) -> None:
    folder = filled(tmp_path / "lab", 3)
    with open_workspace(folder) as workspace:
        workspace.append({"kind": "note"}, key="late", actor=ACTOR, reason="r")
        shutil.copytree(folder, tmp_path / "copy", ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    assert "the end is missing" in verified(tmp_path / "copy").first_broken
    assert verified(folder).ok


def test_a_head_note_that_lags_is_no_problem(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    note = (folder / "head.json").read_bytes()
    with open_workspace(folder) as workspace:
        workspace.append({"kind": "note"}, key="late", actor=ACTOR, reason="r")
    (folder / "head.json").write_bytes(note)
    assert verified(folder).ok
    (folder / "head.json").write_bytes(b"{")
    report = verified(folder)
    assert report.ok
    assert report.remarks == ("head.json cannot be understood",)


@pytest.mark.parametrize("pattern", ["files/*/*", "arrays/*/*.npz", "arrays/*/*.json"])
def test_a_changed_or_missing_file_is_found_with_the_entry_that_claims_it(tmp_path: Path, pattern: str) -> None:
    folder = filled(tmp_path)
    path = next(folder.glob(pattern))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.chmod(0o644)
    path.write_bytes(data)
    changed = verified(folder)
    path.unlink()
    missing = verified(folder)
    assert not changed.ok
    assert "content changed" in changed.first_broken
    assert not missing.ok
    assert "missing" in missing.first_broken
    if pattern != "arrays/*/*.npz":
        claimant = "entry 1 (file_ref, batch 1/export.csv)" if "files" in pattern else "entry 2 (distribution, batch 1)"
        assert claimant in changed.first_broken
        assert claimant in missing.first_broken


def test_unclaimed_and_foreign_files_are_no_problem(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with open_workspace(folder) as workspace:
        workspace.add_file(b"nobody claims me", name="x")
    (folder / "files" / ".DS_Store").write_bytes(b"mac")
    (folder / "files" / "ab").mkdir(exist_ok=True)
    (folder / "files" / "ab" / "Thumbs.db").write_bytes(b"windows")
    report = verified(folder)
    assert report.ok
    assert report.files_checked == 4


def test_a_missing_trigger_is_found(tmp_path: Path) -> None:
    import sqlite3

    folder = filled(tmp_path)
    database = sqlite3.connect(folder / "ledger.db")
    database.execute("DROP TRIGGER entries_never_go")
    database.commit()
    database.close()
    assert "trigger entries_never_go is missing" in verified(folder).first_broken


def test_damage_on_the_disk_never_passes(tmp_path: Path) -> None:
    """Overwrite each text, seal and reason where it lies in the database file: found, or refused with one line."""
    folder = filled(tmp_path / "lab", 6)
    whole = (folder / "ledger.db").read_bytes()
    with open_workspace(folder) as workspace:
        wanted = [b'"version":"1"', b"Grace Hopper", b"intake", *(e.seal_sha256.encode() for e in workspace.entries())]
    places = [match.start() for word in wanted for match in re.finditer(re.escape(word), whole)]
    assert len(places) >= 8 + 6 + 1 + 2 * 8
    for place in places:
        data = bytearray(whole)
        data[place : place + 4] = b"\xc3\x28\xff0"
        (folder / "ledger.db").write_bytes(data)
        try:
            assert not verified(folder).ok, data[place - 20 : place + 20]
        except RecordError as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_a_clock_that_goes_back_is_a_remark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from paracrine.store import ledger

    folder = filled(tmp_path, 1)
    monkeypatch.setattr(ledger, "now", lambda: ("2001-01-01T00:00:00.000000Z", "+00:00"))
    with open_workspace(folder) as workspace:
        workspace.append({"kind": "note"}, key="k", actor=ACTOR, reason="r")
    report = verified(folder)
    assert report.ok
    assert report.remarks == ("entry 4 (note, k): the clock says it is older than the entry before it",)


def test_a_long_list_of_problems_is_cut(tmp_path: Path) -> None:
    folder = filled(tmp_path, 300)
    with unprotected(folder) as database:
        database.execute("UPDATE entries SET reason = 'other'")
    report = verified(folder)
    assert len(report.problems) == 101
    assert report.problems[-1] == "and 202 more"


def test_progress_counts_every_entry_and_file_and_may_stop(tmp_path: Path) -> None:
    folder = filled(tmp_path, 4)

    class Counting:
        def __init__(self, stop_after: int = 1000) -> None:
            self.totals: dict[str, int] = {}
            self.steps: dict[str, int] = {}
            self.stop_after = stop_after

        def start(self, label: str, total: int) -> None:
            self.totals[label] = total

        def advance(self, label: str, steps: int = 1) -> None:
            self.steps[label] = self.steps.get(label, 0) + steps
            if self.steps[label] >= self.stop_after:
                raise Cancelled

    counting = Counting()
    verified(folder, progress=counting)
    assert counting.totals == counting.steps == {"entries": 6, "files": 3}
    with pytest.raises(Cancelled):
        verified(folder, progress=Counting(stop_after=3))


def forge(database: object, first: int, last: int) -> None:
    """Change the reason of one entry and seal from there on as if nothing had been."""
    names = "kind, version, key, person, role, reason, at_utc, zone, text"
    database.execute("UPDATE entries SET reason = 'forged' WHERE number = ?", (first,))
    for number in range(first, last + 1):
        previous = database.execute("SELECT seal_sha256 FROM entries WHERE number = ?", (number - 1,)).fetchone()[0]
        fields = database.execute(f"SELECT {names} FROM entries WHERE number = ?", (number,)).fetchone()
        database.execute(
            "UPDATE entries SET previous_sha256 = ?, seal_sha256 = ? WHERE number = ?",
            (previous, seal(previous, number, *fields), number),
        )
