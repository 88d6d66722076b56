"""What readers share whose layout is known from code alone."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.notice import Notice
from paracrine.readers.format import Format


def draft_notices(form: Format) -> Iterator[Notice]:
    """Yield the notices every run of a draft reader carries."""
    yield Notice(
        code="draft-reader",
        message=f"no real file was ever held against this reader ({form.title})",
        action="compare with the instrument's own report, and send a sample file",
    )
    if form.open_ended:
        yield Notice(
            code="no-end-mark",
            message="this layout states neither its length nor its end: a file cut between two rows looks complete",
            action="compare the number of rows with the instrument",
        )
