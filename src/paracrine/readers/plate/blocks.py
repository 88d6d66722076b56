"""Find 8 x 12 blocks with row letters A to H and columns 1 to 12 anywhere in a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paracrine.core.errors import InputError
from paracrine.readers.decoding.sheet import Cell, Sheet, cell_text, column_letters

ROWS = "ABCDEFGH"
COLUMNS_COUNT = 12
_NUMBERS = [str(number) for number in range(1, COLUMNS_COUNT + 1)]
_ROLE_WORDS = ("role", "layout")


@dataclass(frozen=True, slots=True)
class Block:
    """One block: where its corner stands, the title above it, 8 rows of 12 cells."""

    sheet: str
    row: int
    column: int
    title: str
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def locator(self) -> str:
        """Sheet and corner cell, such as `Plate 1!B4`."""
        corner = f"{column_letters(self.column)}{self.row + 1}"
        return f"{self.sheet}!{corner}" if self.sheet else corner

    @property
    def is_role_map(self) -> bool:
        """Whether the title says that the cells are roles."""
        return any(word in self.title.lower() for word in _ROLE_WORDS)

    def wells(self) -> Iterator[tuple[str, int, int, Cell]]:
        """Yield well name, row, column and cell."""
        for row, letter in enumerate(ROWS):
            for column in range(COLUMNS_COUNT):
                yield f"{letter}{column + 1}", row, column, self.cells[row][column]

    def covers(self, row: int) -> bool:
        """Whether a row of the sheet belongs to the block, its column numbers and title included."""
        return self.row <= row <= self.row + len(ROWS)


def has_block(sheet: Sheet) -> bool:
    """Whether column numbers 1 to 12 stand above a row A, so that the sheet means to hold a plate."""
    return any(True for _ in _corners(sheet))


def find_blocks(sheet: Sheet) -> tuple[Block, ...]:
    """Return all blocks of a sheet from top to bottom.

    Raises:
        InputError: when a block lacks rows or cells.
    """
    return tuple(_read_block(sheet, row, column) for row, column in _corners(sheet))


def _corners(sheet: Sheet) -> Iterator[tuple[int, int]]:
    for row, cells in enumerate(sheet.rows[:-1]):
        texts = [cell_text(cell) for cell in cells]
        for column in range(len(texts) - COLUMNS_COUNT):
            if texts[column + 1] != "1" or texts[column + 1 : column + 1 + COLUMNS_COUNT] != _NUMBERS:
                continue
            below = sheet.rows[row + 1]
            if column < len(below) and cell_text(below[column]).upper() == ROWS[0]:
                yield row, column


def _read_block(sheet: Sheet, row: int, column: int) -> Block:
    cells: list[tuple[Cell, ...]] = []
    for index, letter in enumerate(ROWS, start=row + 1):
        line = sheet.rows[index] if index < len(sheet.rows) else ()
        if column >= len(line) or cell_text(line[column]).upper() != letter:
            raise InputError(
                f"plate row {letter} is missing under the column numbers",
                where=f"{sheet.name} row {index + 1}".strip(),
                hint="the file may be truncated; a plate has rows A to H",
            )
        block_row = line[column + 1 : column + 1 + COLUMNS_COUNT]
        if len(block_row) < COLUMNS_COUNT:
            raise InputError(
                f"plate row {letter} has {len(block_row)} cells, 12 expected",
                where=f"{sheet.name} row {index + 1}".strip(),
                hint="the file may be truncated; leave empty wells as empty cells",
            )
        cells.append(tuple(block_row))
    return Block(sheet.name, row, column, _title(sheet, row, column), tuple(cells))


def _title(sheet: Sheet, row: int, column: int) -> str:
    """Return the corner cell, else the nearest text above the block that no other block owns."""
    corner = sheet.rows[row][column]
    if isinstance(corner, str) and len(cell_text(corner)) > 2:
        return cell_text(corner)
    for above in range(row - 1, max(-1, row - 4), -1):
        texts = [cell_text(cell) for cell in sheet.rows[above] if cell_text(cell)]
        if texts and cell_text(sheet.rows[above][min(column, len(sheet.rows[above]) - 1)]).upper() == ROWS[-1]:
            break
        if texts:
            return " ".join(texts)
    return ""
