"""What the bench's verbs return: plain answers that display themselves in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from paracrine.core.measurement import Measurement


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """One batch's certificate: the answer and where its files are."""

    batch: str
    headline: str
    outcomes: tuple[tuple[str, str], ...]
    """(attribute, outcome) per limit."""
    measurements: tuple[Measurement, ...]
    outputs: Mapping[str, Path]
    unreadable: tuple[tuple[str, str], ...] = ()
    """(path, why) for files of the study that could not be read."""
    unchanged: bool = False

    @property
    def failed(self) -> bool:
        """Whether a limit failed."""
        return any(outcome == "fail" for _, outcome in self.outcomes)

    def _repr_html_(self) -> str:
        page = self.outputs.get("certificate.html")
        link = f' <a href="{escape(page.resolve().as_uri())}">certificate</a>' if page else ""
        return f"<p>{escape(self.headline)}{link}</p>"


@dataclass(frozen=True, slots=True)
class RunReport:
    """What `run` did."""

    title: str
    out: Path
    workspace: str
    batches: tuple[BatchOutcome, ...]
    comparison: Path | None = None
    unused_files: tuple[str, ...] = ()

    @property
    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """Files that could not be read, each once."""
        return tuple(dict.fromkeys(item for batch in self.batches for item in batch.unreadable))

    @property
    def failed(self) -> bool:
        """Whether any limit of any batch failed."""
        return any(batch.failed for batch in self.batches)

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to do."""
        return all(batch.unchanged for batch in self.batches)

    def to_data(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {
            "title": self.title,
            "out": str(self.out),
            "workspace": self.workspace,
            "comparison": str(self.comparison) if self.comparison else None,
            "unchanged": self.unchanged,
            "unreadable": [{"path": path, "error": error} for path, error in self.unreadable],
            "unused_files": list(self.unused_files),
            "batches": [
                {
                    "batch": batch.batch,
                    "headline": batch.headline,
                    "outcomes": [{"attribute": name, "outcome": outcome} for name, outcome in batch.outcomes],
                    "outputs": {name: str(path) for name, path in batch.outputs.items()},
                    "unchanged": batch.unchanged,
                }
                for batch in self.batches
            ],
        }

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{batch._repr_html_()}</li>" for batch in self.batches)
        return f"<p><b>{escape(self.title)}</b></p><ul>{items}</ul>"
