"""Read study.toml: product, batches, samples with roles, files, settings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from paracrine.bench.nta.study_videos import require_video_settings
from paracrine.bench.toml_form import fill, read_toml, require_known, take_table, take_tables
from paracrine.core.errors import InputError
from paracrine.core.plan import FileUse, PlateUse, SizeWindow, StudyPlan, VideoSettings
from paracrine.core.product import Batch, Product, Protocol, Role, Sample

STUDY_NAME = "study.toml"
_KEYS = (
    "title",
    "person",
    "role",
    "product",
    "protocol",
    "settings",
    "video",
    "margins",
    "batch",
    "sample",
    "plate",
    "questions",
)
_SETTINGS = ("window_low_nm", "window_high_nm", "rulebooks")


def read_study(path: Path) -> StudyPlan:
    """Read and check a study.

    Raises:
        InputError: when the form is incomplete, contradicts itself or names a file outside its folder.
    """
    data = read_toml(path)
    where = path.name
    require_known(data, _KEYS, where=where)
    product = fill(Product, take_table(data, "product", where=where), where=f"{where}: [product]")
    batches = _read_batches(data, product, where)
    samples, files = _read_samples(data, batches, where)
    settings = take_table(data, "settings", where=where)
    require_known(settings, _SETTINGS, where=f"{where}: [settings]")
    plates = [
        fill(PlateUse, table, where=f"{where}: plate {index}")
        for index, table in enumerate(take_tables(data, "plate", where=where), 1)
    ]
    protocol = take_table(data, "protocol", where=where)
    plan = {
        "title": data.get("title", product.name),
        "product": product.model_dump(mode="json"),
        "protocol": fill(Protocol, protocol, where=f"{where}: [protocol]").model_dump(mode="json")
        if protocol
        else None,
        "batches": [batch.model_dump(mode="json") for batch in batches],
        "samples": [sample.model_dump(mode="json") for sample in samples],
        "files": [_file_data(use) for use in files],
        "plates": [use.model_dump(mode="json") for use in plates],
        "window": _window(settings, where).model_dump(mode="json"),
        "video": _video(data, where),
        "margins": take_table(data, "margins", where=where),
        "person": data.get("person", ""),
        "role": data.get("role", ""),
        "questions": data.get("questions", []),
    }
    if "rulebooks" in settings:
        plan["rulebooks"] = settings["rulebooks"]
    checked = fill(StudyPlan, plan, where=where)
    _require_paths_inside([use.path for use in checked.files] + [use.path for use in checked.plates], where)
    _require_margins(checked, where)
    require_video_settings(checked, where)
    return checked


def _file_data(use: FileUse) -> dict[str, Any]:
    """Plain values; of a video only what is said, so that the study's settings fill the rest."""
    data = use.model_dump(mode="json")
    return {**data, "video": use.video.model_dump(mode="json", exclude_unset=True) if use.video else None}


def _read_batches(data: dict[str, Any], product: Product, where: str) -> list[Batch]:
    tables = take_tables(data, "batch", where=where)
    if not tables:
        raise InputError("no batch is named", where=where, hint="add [[batch]] with name = ...")
    batches = []
    for index, table in enumerate(tables, 1):
        place = f"{where}: batch {index} {table.get('name', '')!r}"
        batches.append(fill(Batch, {"product": product.name, **table}, where=place))
        _require_positive(
            batches[-1], ("cells_count", "medium_volume_ml", "product_volume_ml", "label_particles_per_ml"), place
        )
    _require_unique([batch.name for batch in batches], "batch", where)
    return batches


def _read_samples(data: dict[str, Any], batches: list[Batch], where: str) -> tuple[list[Sample], list[FileUse]]:
    samples: list[Sample] = []
    files: list[FileUse] = []
    known = {batch.name for batch in batches}
    for index, table in enumerate(take_tables(data, "sample", where=where), 1):
        place = f"{where}: sample {index} {table.get('name', '')!r}"
        fields = {key: value for key, value in table.items() if key != "file"}
        sample = fill(Sample, {"batch": "", **fields}, where=place)
        if sample.batch and sample.batch not in known:
            raise InputError(f"batch {sample.batch!r} is not listed", where=place, hint="add it as [[batch]]")
        if sample.role is Role.PRODUCT and not sample.batch:
            raise InputError("a product sample needs its batch", where=place)
        _require_positive(
            sample, ("dilution_factor", "dilution_steps", "pipetting_cv_pct", "nominal_diameter_nm"), place
        )
        samples.append(sample)
        for table_of_file in take_tables(table, "file", where=place):
            use = {"sample": sample.name, "batch": sample.batch, **table_of_file}
            files.append(fill(FileUse, use, where=f"{place} file"))
            _require_positive(files[-1], ("dilution_factor",), f"{place} file")
    _require_unique([f"{sample.batch}/{sample.name}" for sample in samples], "sample", where)
    return samples, files


def _video(data: dict[str, Any], where: str) -> dict[str, Any] | None:
    table = take_table(data, "video", where=where)
    if not table:
        return None
    return fill(VideoSettings, table, where=f"{where}: [video]").model_dump(mode="json", exclude_unset=True)


def _window(settings: dict[str, Any], where: str) -> SizeWindow:
    named = {key.removeprefix("window_"): value for key, value in settings.items() if key.startswith("window_")}
    window = fill(SizeWindow, named, where=f"{where}: [settings]")
    if not 0 <= window.low_nm < window.high_nm:
        raise InputError(f"the size window {window.low_nm} to {window.high_nm} nm is empty", where=where)
    return window


def _require_positive(record: Batch | Sample | FileUse, names: Iterable[str], where: str) -> None:
    for name in names:
        value = getattr(record, name)
        if value is not None and value <= 0:
            raise InputError(f"{name} must be above 0, not {value}", where=where)


def _require_unique(names: list[str], what: str, where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"the {what} {name!r} is listed twice", where=where)


def _require_paths_inside(paths: Iterable[str], where: str) -> None:
    for path in paths:
        pure = PurePosixPath(path.replace("\\", "/"))
        if pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0]:
            raise InputError(
                f"the file {path!r} lies outside the study's folder", where=where, hint="copy it into the folder"
            )


def _require_margins(plan: StudyPlan, where: str) -> None:
    for attribute, ratio in plan.margins.items():
        if ratio <= 1:
            raise InputError(f"margins.{attribute} must be a ratio above 1, not {ratio}", where=where)
