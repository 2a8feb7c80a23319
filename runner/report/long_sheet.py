"""A sheet of any length: a heading that stays in view, filters, and further sheets past what one can hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.outcome import FINAL_STATES
from runner.report.book import Book
from runner.report.cells import text_cell
from runner.report.row_xml import Cell, row_xml
from runner.report.styles import HEADING, TIME, WRAPPED, lay_out_page, state_style
from runner.tables.table import Column

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet
    from openpyxl.worksheet.filters import AutoFilter

MOST_ROWS = 1_048_576
"""Of one sheet, its heading included (Microsoft's specification of Excel)."""

_STYLES = (WRAPPED, TIME, *map(state_style, FINAL_STATES))
"""Those that cells of long sheets may have."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of the report."""

    heading: str
    width: int
    """In characters."""


class LongSheet:
    """Rows are added one by one and never held."""

    def __init__(self, book: Book, title: str, columns: Sequence[ReportColumn], *, most_rows: int = MOST_ROWS) -> None:
        self._book = book
        self._title = title
        self._columns = columns
        self._letters = [_letter(index) for index in range(len(columns))]
        self._most_rows = most_rows
        self._sheets = 0
        self._begin()
        self._style_ids = {style: book.style_id(style) for style in _STYLES}

    def append(self, cells: Iterable[Cell]) -> None:
        """Adds a row, of a cell for each column."""
        if self._rows >= self._most_rows:
            self._end()
            self._begin()
        self._rows += 1
        self._below.write(row_xml(self._rows, zip(self._letters, cells, strict=True), self._style_ids))

    def close(self) -> None:
        """Ends the last sheet."""
        self._end()

    def _begin(self) -> None:
        self._sheets += 1
        title = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet: WriteOnlyWorksheet = self._book.workbook.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        lay_out_page(self._sheet)
        for letter, column in zip(self._letters, self._columns, strict=True):
            self._sheet.column_dimensions[letter].width = column.width
        self._sheet.append([text_cell(self._sheet, column.heading, HEADING) for column in self._columns])
        self._below = self._book.rows_below(self._sheet)
        self._rows = 1

    def _end(self) -> None:
        filters: AutoFilter = self._sheet.auto_filter  # type: ignore[attr-defined]  # the stubs lack it
        filters.ref = f"A1:{self._letters[-1]}{self._rows}"


def _letter(index: int) -> str:
    return Column("", index, "").letter
