"""Merged cells are read as they look: every cell of a merged range has the value of its first one."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence

from runner.tables.layout import Merge
from runner.tables.table import Cell, Row, column_letter


def merges_below(merges: Sequence[Merge], heading_row: int, columns: Collection[int]) -> list[Merge]:
    """Those that lie below the heading row and reach one of these columns, from top to bottom."""
    reaching = [
        merge
        for merge in merges
        if merge.first_row > heading_row
        and (merge.last_row > merge.first_row or merge.last_column > merge.first_column)
        and any(merge.first_column <= index <= merge.last_column for index in columns)
    ]
    return sorted(reaching, key=lambda merge: (merge.first_row, merge.first_column))


def fill_merged(rows: Iterator[Row], merges: Sequence[Merge], columns: Collection[int]) -> Iterator[Row]:
    """The rows, with the cells of these columns filled in where they are merged.

    What a row costs does not depend on how many ranges there are or how far they reach, only on the columns.

    Args:
        rows: those that are not blank, from top to bottom. A range whose first row is blank has no value.
        merges: as `merges_below` gives them.
        columns: from 0.
    """
    waiting = deque(merges)
    under: dict[int, tuple[int, Cell]] = {}  # by column: the last row of the range that it is under, and its value
    for row in rows:
        while waiting and waiting[0].first_row <= row.number:
            merge = waiting.popleft()
            starts_here = merge.first_row == row.number and merge.first_column < len(row.cells)
            value = row.cells[merge.first_column] if starts_here else None
            for index in columns:
                if merge.first_column <= index <= merge.last_column and merge.last_row >= row.number:
                    under[index] = merge.last_row, value
        yield _filled(row, under) if under else row


def address(merge: Merge) -> str:
    """As spreadsheet programs write it: `A3:A5`."""
    first, last = column_letter(merge.first_column), column_letter(merge.last_column)
    return f"{first}{merge.first_row}:{last}{merge.last_row}"


def _filled(row: Row, under: dict[int, tuple[int, Cell]]) -> Row:
    cells = list(row.cells)
    for index, (last_row, value) in list(under.items()):
        if last_row < row.number:
            del under[index]
            continue
        cells.extend([None] * (index + 1 - len(cells)))
        cells[index] = value
    return Row(row.number, tuple(cells))
