"""One file as one page: can this acquisition be trusted."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from certificate_parts import NTA_FILE, nta_run, sha
from page_reading import Page

from paracrine.core.notice import Notice, Severity
from paracrine.payloads.trace import Trace
from paracrine.report.content import FileEntry
from paracrine.report.run_page import OwnNumber, run_headline, run_html

FILE = FileEntry(NTA_FILE, sha(NTA_FILE), 48_211, "nanosight_summary", "1.2", "tested")
DRIFT = Notice(code="drift", message="the sample drifted by 4.2 px a frame", action="wait for the temperature")


def test_the_first_sentence_counts_runs_and_doubts() -> None:
    quiet = (nta_run(1), nta_run(2))
    start = f"2 runs in {NTA_FILE}, read by nanosight_summary 1.2 (tested): "
    assert run_headline(quiet, file=FILE) == f"{start}nothing doubtful."
    serious = DRIFT.model_copy(update={"code": "empty", "message": "no particle", "severity": Severity.SERIOUS})
    doubtful = (quiet[0].with_notices(DRIFT), quiet[1].with_notices(DRIFT, serious))
    assert run_headline(doubtful, file=FILE) == f"{start}1 serious notice and 1 caution."


def test_a_file_nobody_could_read_says_why() -> None:
    said = run_headline((), file=replace(FILE, error="empty after the header"))
    assert said == f"{NTA_FILE} could not be read: empty after the header"
    assert "No run was found" in Page(run_html((), file=FILE)).one("runs").text


def test_printed_numbers_stand_beside_the_same_from_the_data() -> None:
    text = Page(run_html((nta_run(3),), file=FILE)).one("runs").text
    assert "diameter d50 nm – 120.4 120.41 −0.01 nm Results / D50" in text


def test_our_numbers_stand_first_or_say_why_there_is_none() -> None:
    own = (OwnNumber("diameter_d50_nm", "D50", 121.3, "nm"), OwnNumber("x", "Mode", None, "nm", "too few particles"))
    text = Page(run_html((nta_run(3),), file=FILE, own=(own,))).one("runs").text
    assert "D50 121.3 120.4 120.41 −0.01 nm Results / D50" in text
    assert "Mode not assessed: too few particles not printed" in text


def test_each_run_shows_payload_notices_and_unread_fields() -> None:
    run = replace(nta_run(1).with_notices(DRIFT), unread={"Results / Odd": "<b>7</b>"})
    page = Page(run_html((run,), file=FILE))
    text = page.one("runs").text
    assert "size distribution: bins 1000, low nm 0, high nm 1000" in text
    assert "Kept unread: 1" in text
    assert "<b>7</b>" in text
    assert "The sample drifted by 4.2 px a frame." in page.one("note-1").text


def test_traces_are_drawn_with_their_axis_and_without_missing_points() -> None:
    times = np.geomspace(0.5, 1e5, 60)
    values = np.exp(-times / 900.0)
    values[7] = np.nan
    run = replace(nta_run(1), payloads=(Trace("correlogram", times, "us", values, "1"),))
    page = Page(run_html((run,), file=FILE))
    (spec,) = [json.loads(s.text) for s in page.all("script") if s.attributes.get("type") == "application/json"]
    assert len(spec["layer"][0]["data"]["values"]) == 59
    assert spec["layer"][0]["encoding"]["x"]["axis"]["title"] == "Delay time (µs), log scale"
