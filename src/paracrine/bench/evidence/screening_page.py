"""The flow of a review as page, picture or counts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from paracrine.bench.evidence.answering import Answer, Ledger, write_answer
from paracrine.bench.evidence.screening import ScreeningStatus
from paracrine.core.errors import InputError
from paracrine.figures.prisma_flow import draw_flow


def write_flow(status: ScreeningStatus, out: Path, *, ledger: Ledger) -> Path:
    """Write the flow by the ending of the file name, and record it.

    Raises:
        InputError: when the ending is none of .html, .svg, .json, or the file cannot be written.
    """
    ending = out.suffix.lower()
    if ending == ".json":
        text = json.dumps(asdict(status.flow), indent=2, ensure_ascii=False)
    elif ending == ".svg":
        text = draw_flow(status.flow)
    elif ending == ".html":
        from paracrine.report.screening_page import screening_html

        text = screening_html(status.plan, status.flow, status.stopping, status.pairs_count, status.kappa)
    else:
        raise InputError("is written as .html, .svg or .json", where=str(out))
    asked = (("review", status.plan.name),)
    write_answer(Answer("flow", status.headline, asked, {}, {out.name: text.encode()}), out.parent, ledger)
    return out
