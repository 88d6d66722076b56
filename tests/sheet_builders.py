"""Builders of small spreadsheets: grids as XLSX or delimited text, plates with typed readings."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

Grid = list[list[object]]


def xlsx(sheets: dict[str, Grid], *, merge: str = "") -> bytes:
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, grid in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in grid:
            sheet.append([None if cell == "" else cell for cell in row])
        if merge:
            sheet.merge_cells(merge)
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def change_member(data: bytes, member: str, old: bytes, new: bytes) -> bytes:
    """Rewrite an archive with some bytes of one member replaced."""
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == member:
                assert old in content
                content = content.replace(old, new)
            target.writestr(info.filename, content)
    return buffer.getvalue()


def delimited(grid: Grid, *, separator: str = ",", decimal: str = ".", newline: str = "\n") -> str:
    def text(cell: object) -> str:
        shown = str(cell).replace(".", decimal) if isinstance(cell, float) else str(cell)
        return f'"{shown}"' if separator in shown else shown

    return "".join(separator.join(text(cell) for cell in row) + newline for row in grid)


def plate_block(title: str, wells: dict[str, object]) -> Grid:
    """Return a title row, column numbers and rows A to H."""
    grid: Grid = [[title], ["", *range(1, 13)]]
    grid += [[letter, *(wells.get(f"{letter}{column}", "") for column in range(1, 13))] for letter in "ABCDEFGH"]
    return grid


READINGS: dict[str, object] = {
    "A1": 0.091, "B1": 0.093, "A2": 0.212, "B2": 0.3315, "C3": 0.415, "D3": 0.4252, "H12": 1.25,
}  # fmt: skip
ROLES: dict[str, object] = {
    "A1": "blank", "B1": "Blank", "A2": "std 62.5", "B2": "standard 125 ug/mL",
    "C3": "B-017 x10", "D3": "sample wash 2 x2.5", "H12": "B-018",
}  # fmt: skip
