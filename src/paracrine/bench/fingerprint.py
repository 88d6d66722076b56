"""Tell whether anything changed since a certificate was made."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath

from paracrine.bench.nta.content import code_sha256
from paracrine.core.plan import StudyPlan
from paracrine.core.product import Batch, Sample
from paracrine.core.records import canonical_json
from paracrine.core.specification import Specification
from paracrine.core.version import __version__
from paracrine.readers.intake import load_readers


def samples_of(plan: StudyPlan, batch: Batch) -> tuple[Sample, ...]:
    """Return the samples of a batch, shared ones (blanks, beads) included under the batch's name."""
    own = [sample for sample in plan.samples if sample.batch == batch.name]
    shared = [sample.model_copy(update={"batch": batch.name}) for sample in plan.samples if not sample.batch]
    return (*own, *shared)


def paths_of(plan: StudyPlan, batch: Batch) -> tuple[str, ...]:
    """Return the files a batch rests on, shared ones and plates included, each once."""
    files = [use.path for use in plan.files if use.batch in (batch.name, "")]
    return tuple(dict.fromkeys([*files, *(plate.path for plate in plan.plates)]))


def role_maps_of(plan: StudyPlan) -> tuple[str, ...]:
    """Return where the role map of each plate would lie, beside the plate; it need not be there."""
    return tuple(f"{PurePosixPath(plate.path).with_suffix('')}.roles.csv" for plate in plan.plates)


def fingerprint(
    plan: StudyPlan,
    batch: Batch,
    specification: Specification | None,
    *,
    hashes: Mapping[str, str],
    results: Iterable[str],
    review_entries: Iterable[int],
    videos: Collection[str] = (),
) -> str:
    """Hash everything a batch's certificate depends on.

    Args:
        plan: the study.
        batch: the batch.
        specification: the limits, None where there are none.
        hashes: file path to sha256 for every file of the batch.
        results: canonical JSON of each external result of the batch.
        review_entries: numbers of the ledger entries that review this batch.
        videos: paths that are raw videos, whose results depend on the code of the analysis.
    """
    general = plan.model_copy(
        update={"batches": (batch,), "samples": samples_of(plan, batch), "files": (), "plates": ()}
    )
    parts = {
        "software": __version__,
        "readers": sorted((module.FORMAT.name, module.FORMAT.version) for module in load_readers()),
        "plan": general.to_data(),
        "files": [use.to_data() for use in plan.files if use.batch in (batch.name, "")],
        "specification": specification.to_data() if specification else None,
        "hashes": {path: hashes.get(path, "") for path in (*paths_of(plan, batch), *role_maps_of(plan))},
        "results": sorted(results),
        "reviews": sorted(review_entries),
        "video_code": code_sha256() if any(path in videos for path in paths_of(plan, batch)) else "",
    }
    return hashlib.sha256(canonical_json(parts).encode()).hexdigest()
