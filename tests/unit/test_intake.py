from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from nanosight_builder import FLAT, NARROW, build, save

from paracrine.core.errors import InputError
from paracrine.readers.intake import choose_reader, read_file
from paracrine.readers.source import SourceFile


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01\x02" * 500, "no reader knows this file"),
        (os.urandom(64).hex().encode(), "no reader knows this file"),
        (b"\xff\xfe\x00", "no reader knows this file"),
        (b"particle_size,Sample1\n0.5,0\n1.5,3\n", "trimmed by hand"),
        (b"PK\x03\x04 cut", "truncated or broken"),
    ],
)
def test_files_nobody_can_read_are_refused_in_one_line(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_file(write(tmp_path, "x.csv", data))
    assert "\n" not in str(caught.value)


def test_a_file_over_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2_500_000_000)
    with pytest.raises(InputError, match=r"2\.5 GB is more than"):
        read_file(path)


def test_a_zip_bomb_is_refused_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    with pytest.raises(InputError, match="zip bomb"):
        read_file(path)


def test_folders_pipes_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a file"):
        read_file(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_file(tmp_path / "nothing.csv")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a file"):
        read_file(tmp_path / "pipe")


@pytest.mark.parametrize(
    "name", ["two\nlines.csv", "col\x1b[31mour.csv", "bytes\udcff.csv", "Ölprobe µ 7.csv", "=cmd|' -C calc'!A0.csv"]
)
def test_hostile_names_stay_on_one_printable_line(tmp_path: Path, name: str) -> None:
    text = build(FLAT, NARROW)
    run = read_file(save(tmp_path, text, name=name).path)[0]
    assert run.source.name.isprintable()
    run.source.to_json().encode("utf-8")
    with pytest.raises(InputError) as caught:
        read_file(save(tmp_path, text[:5000], name=name).path)
    assert str(caught.value).isprintable()


def test_a_measurement_that_stands_there_twice_is_told(tmp_path: Path) -> None:
    twin = build(FLAT, NARROW, FLAT)
    runs = read_file(save(tmp_path, twin).path)
    assert ["same-numbers-twice" in {notice.code for notice in run.notices} for run in runs] == [False, False, True]


def test_a_damaged_first_line_does_not_hand_the_file_to_another_reader(tmp_path: Path) -> None:
    text = build(FLAT, NARROW).replace("NTA Experiment", "NTA  Experiment", 1)
    with pytest.raises(InputError, match="no reader knows this file"):
        choose_reader(SourceFile(save(tmp_path, text).path))
