"""What a fast reader loses of a sheet, and how it is laid over the rows that it gives."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from runner.tables.table import Cell

MOST_ROWS = 2**20
"""Rows a sheet can have (Microsoft's "Excel specifications and limits"); LibreOffice has as many."""

MOST_COLUMNS = 2**14


class Damaged(Exception):
    """A part of a workbook is cut off or contradicts itself. The message goes into brackets, in English only."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Cells by column, from 0, that replace what the fast reader gave in these rows; both ends belong to it."""

    first_row: int
    """From 1."""
    last_row: int
    cells: Mapping[int, Cell]


def lay_over(rows: Iterable[list[Cell]], overlays: Iterable[Overlay]) -> Iterator[list[Cell]]:
    """The rows with the overlays' cells, and rows below them where only an overlay knows of any.

    Args:
        rows: from row 1 on, none left out.
        overlays: from top to bottom.
    """
    waiting = iter(overlays)
    overlay = next(waiting, None)
    number = 0
    for number, cells in enumerate(rows, start=1):
        while overlay and overlay.last_row < number:
            overlay = next(waiting, None)
        yield _changed(cells, overlay) if overlay and overlay.first_row <= number else cells
    while overlay:
        while number < overlay.last_row:
            number += 1
            yield _changed([], overlay) if overlay.first_row <= number else []
        overlay = next(waiting, None)


def _changed(cells: list[Cell], overlay: Overlay) -> list[Cell]:
    cells.extend([None] * (max(overlay.cells) + 1 - len(cells)))
    for column, cell in overlay.cells.items():
        cells[column] = cell
    return cells


class Runs:
    """Rows to runs of rows, so that a million hidden rows are one pair of numbers."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, int]] = []

    def add(self, first: int, last: int) -> None:
        """Adds rows below all that were added before."""
        if self._runs and self._runs[-1][1] + 1 >= first:
            first = self._runs.pop()[0]
        self._runs.append((first, last))

    def found(self) -> tuple[tuple[int, int], ...]:
        """First and last row of each run, from top to bottom."""
        return tuple(self._runs)
