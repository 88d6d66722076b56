from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from paracrine.readers.format import Format, Sniffed
from paracrine.readers.formats import nanosight_particles
from paracrine.readers.intake import load_readers
from paracrine.testing import check_reader
from paracrine.testing.samples import write_pulses, write_samples


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    folder = tmp_path_factory.mktemp("samples")
    return write_samples(folder) | {"spectradyne": (write_pulses(folder / "b7_cc.h5"),)}


def reader(name: str) -> ModuleType:
    return next(module for module in load_readers() if module.FORMAT.name == name)


@pytest.mark.parametrize(
    "name",
    [
        "nanosight_summary",
        "nanosight_particles",
        "nanosight_tracks",
        "viewsizer",
        "videodrop",
        pytest.param("spectradyne", marks=pytest.mark.slow),
        "zetaview_size",
        "zetasizer_txt",
        "plate_grid",
    ],
)
def test_readers_keep_the_contract_on_synthetic_files(samples: dict[str, tuple[Path, ...]], name: str) -> None:
    check_reader(reader(name), samples[name])


def variant(**changes: object) -> ModuleType:
    """A reader with something broken."""
    parts = {name: getattr(nanosight_particles, name) for name in ("FORMAT", "sniff", "read", "__name__", "__doc__")}
    return SimpleNamespace(**{**parts, **changes})  # type: ignore[return-value]


def test_the_check_finds_a_reader_that_claims_everything(samples: dict[str, tuple[Path, ...]]) -> None:
    with pytest.raises(AssertionError, match="also claimed by nanosight_summary"):
        check_reader(variant(sniff=lambda source: Sniffed(True, "mine")), samples["nanosight_summary"])


def test_the_check_finds_a_tested_reader_without_a_file(samples: dict[str, tuple[Path, ...]]) -> None:
    form = Format(
        name="nanosight_particles",
        title="x",
        technique=nanosight_particles.FORMAT.technique,
        version="1",
        maturity=reader("zetaview_size").FORMAT.maturity,
        samples=("none",),
    )
    with pytest.raises(AssertionError, match="tested needs a real file"):
        check_reader(variant(FORMAT=form), samples["nanosight_particles"])


def test_the_check_finds_numbers_from_a_truncated_file(samples: dict[str, tuple[Path, ...]]) -> None:
    def read_all_complete_lines(source):  # type: ignore[no-untyped-def]
        path = source.path.with_name("whole.csv")
        path.write_bytes(source.data[: source.data.rfind(b"\n") + 1])
        (run,) = nanosight_particles.read(type(source)(path))
        ref = source.ref(locator="all rows", reader="nanosight_particles", reader_version="1")
        return (type(run)(**{name: getattr(run, name) for name in run.__slots__} | {"source": ref}),)

    import dataclasses

    closed = dataclasses.replace(nanosight_particles.FORMAT, open_ended=False)
    with pytest.raises(AssertionError, match="truncate"):
        check_reader(variant(read=read_all_complete_lines, FORMAT=closed), samples["nanosight_particles"])


def test_the_check_finds_a_field_that_is_lost(samples: dict[str, tuple[Path, ...]]) -> None:
    def read_without_unread(source):  # type: ignore[no-untyped-def]
        import dataclasses

        return tuple(
            dataclasses.replace(run, unread={}, settings={}) for run in reader("nanosight_summary").read(source)
        )

    lossy = variant(**{name: getattr(reader("nanosight_summary"), name) for name in ("FORMAT", "sniff")})
    lossy.read = read_without_unread  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match="lost without a trace"):
        check_reader(lossy, samples["nanosight_summary"])
