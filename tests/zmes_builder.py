"""Builder of small ZS XPLORER databases: the documented tables, tree and .NET arrays, with typed numbers."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path

HEADER = (
    b"\x01\x02\x01\x04Root\x00\x01\x03\x01\x5cSystem.Double[], mscorlib, Version=4.0.0.0\x01\x5aSystem.Double, mscorlib"
    b"\x00\x07\x00\x00\x01\x01\x00"
)
TABLES = """
CREATE TABLE StandardRecords (Id INTEGER PRIMARY KEY, CreatedDateTime TEXT);
CREATE TABLE RecordParameterTypes (Id INTEGER PRIMARY KEY, FriendlyName TEXT, Guid TEXT, ParameterDataType INTEGER);
CREATE TABLE RecordParameterTreeNodes (Id INTEGER PRIMARY KEY, ParentNodeId INTEGER, ParameterTypeId INTEGER,
    SiblingIndex INTEGER, ParameterPath TEXT);
CREATE TABLE RecordParameterData (Id INTEGER PRIMARY KEY, RecordId INTEGER, ParameterTreeNodeId INTEGER,
    ParameterTypeId INTEGER, "Index" INTEGER, Data_Double REAL, Data_Single REAL, Data_Int32 INTEGER,
    Data_Int64 INTEGER, Data_Text TEXT, Data_Boolean INTEGER, Data_Blob BLOB);
"""


def doubles(numbers: list[float]) -> bytes:
    """Serialise like .NET: header, count with its width, items of marker and 8 bytes."""
    if not numbers:
        return HEADER + b"\x00"
    count = bytes([1, len(numbers)]) if len(numbers) < 256 else b"\x02" + struct.pack("<H", len(numbers))
    return HEADER + count + b"".join(b"\x06\x01\x01\x01\x02\x01" + struct.pack("<d", number) for number in numbers)


def size_record(**changes: object) -> dict[str, object]:
    """Fields of one size record by path; the two branches hold different numbers.

    D = 4.9 um2/s at 25 C and 0.89 mPa.s is 100.1523 nm by Stokes-Einstein.
    """
    fields: dict[str, object] = {
        "Sample Settings/Sample Name": "B-017",
        "Repeat": 1,
        "Operator Name": "jdoe",
        "Method Path": r"C:\Users\jdoe\ev.zmet",
        "Software Version": "4.1.0.82",
        "Measurement Start Date And Time": "2026-02-25T08:33:17.28Z",
        "Actual Instrument Settings/Temperature (°C)": 25.0,
        "Actual Instrument Settings/Dispersant Viscosity (cP)": 0.89,
        "Actual Instrument Settings/Instrument Serial Number": "100038577",
        "Data Quality Result/Name": "good",
        "Quality Indicator": "GoodData",
        "Size Analysis Result/Cumulants Result/Z-Average (nm)": 100.1523,
        "Size Analysis Result/Cumulants Result/Polydispersity Index (PI)": 0.121,
        "Size Analysis Result/Cumulants Result/Intercept": 0.931,
        "Size Analysis Result/Diffusion Coefficient (µm^2/s)": 4.9,
        "Size Analysis Result/Sizes": [50.0, 100.0, 200.0],
        "Size Analysis Result/Particle Size Intensity Distribution": [25.0, 60.0, 15.0],
        "Size Analysis Result/Times": [0.5, 1.0],
        "Size Analysis Result/g2-1 correlation coefficients": [0.93, 0.90],
        "Unclassified Size Analysis Result/Cumulants Result/Z-Average (nm)": 111.5,
        "Unclassified Size Analysis Result/Cumulants Result/Polydispersity Index (PI)": 0.207,
        "Size Data/Summary Information/Size Run Summary Information/Mean Count Rate (kcps)": 187.4,
        "Size Data/Summary Information/Size Run Summary Information/Run Retention (%)": 86.7,
    }
    return {**fields, **changes}


def write_zmes(path: Path, *records: dict[str, object], kind: str = "Size Measurement Result") -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(TABLES)
    nodes: dict[tuple[str, ...], int] = {}

    def node(names: tuple[str, ...]) -> int:
        if names not in nodes:
            parent = node(names[:-1]) if len(names) > 1 else None
            nodes[names] = number = len(nodes) + 1
            connection.execute("INSERT INTO RecordParameterTypes VALUES (?, ?, '', 5)", (number, names[-1]))
            connection.execute("INSERT INTO RecordParameterTreeNodes VALUES (?, ?, ?, 0, '')", (number, parent, number))
        return nodes[names]

    for number, record in enumerate(records, start=1):
        connection.execute("INSERT INTO StandardRecords VALUES (?, '')", (number,))
        for index, (place, value) in enumerate(record.items()):
            column = {str: "Data_Text", int: "Data_Int32", float: "Data_Double"}.get(type(value), "Data_Blob")
            cell = doubles(value) if isinstance(value, list) else value
            insert = (
                f'INSERT INTO RecordParameterData (RecordId, ParameterTreeNodeId, "Index", {column}) VALUES (?,?,?,?)'
            )
            connection.execute(insert, (number, node((kind, *_names(place))), index, cell))
    connection.commit()
    connection.close()
    return path


def _names(place: str) -> list[str]:
    """Split a path into names; the slash of a unit is none between names."""
    names = place.replace("^2/s)", "^2|s)").split("/")
    return [name.replace("|", "/") for name in names]
