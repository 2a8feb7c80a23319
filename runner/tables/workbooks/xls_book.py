"""Old .xls workbooks. The owner of xlrd, which keeps all that the fast reader loses; pandas' own door to it is closing.

(pandas 3.1 warns that its xlrd engine will be removed.)
"""

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any

import xlrd
from xlrd.sheet import Sheet

from runner.tables.layout import Layout, Merge
from runner.tables.table import Cell, Truth
from runner.tables.workbooks.misreads import error_cell
from runner.tables.workbooks.overlay import Runs
from runner.tables.workbooks.percentages import is_percent_format, percentage


class XlsBook:
    """An open workbook.

    Raises:
        xlrd.XLRDError: it is damaged, or encrypted. Raised by the methods too, as are errors of every other kind.
    """

    def __init__(self, path: Path) -> None:
        self._book = xlrd.open_workbook(str(path), formatting_info=True, on_demand=True, logfile=_Silence())
        visibility: list[int] = vars(self._book)["_sheet_visibility"]  # a sheet says it too, but only once parsed
        self._visibility = dict(zip(self._book.sheet_names(), visibility, strict=False))
        self._percent_styles = frozenset(self._find_percent_styles())

    @property
    def names(self) -> tuple[str, ...]:
        """The worksheets; xlrd leaves out those of charts and macros."""
        return tuple(self._book.sheet_names())

    @property
    def hidden(self) -> frozenset[str]:
        """The worksheets that a user cannot see."""
        return frozenset(name for name, state in self._visibility.items() if state)

    def layout(self, name: str) -> Layout:
        """What is merged or hidden. By which columns rows are filtered out is not in what xlrd reads."""
        sheet = self._book.sheet_by_name(name)
        runs = Runs()
        for index in sorted(index for index, info in sheet.rowinfo_map.items() if info.hidden):
            runs.add(index + 1, index + 1)
        return Layout(
            merges=tuple(
                Merge(first_row + 1, last_row, first, last - 1)
                for first_row, last_row, first, last in sheet.merged_cells
            ),
            hidden_columns=frozenset(index for index, info in sheet.colinfo_map.items() if info.hidden),
            hidden_rows=runs.found(),
        )

    def rows(self, name: str) -> Iterator[list[Cell]]:
        """Every row from row 1 on, from column A on, without the blank cells at their right."""
        sheet = self._book.sheet_by_name(name)
        for row in range(sheet.nrows):
            cells = [self._cell(sheet, row, column) for column in range(sheet.row_len(row))]
            while cells and cells[-1] is None:
                cells.pop()
            yield cells

    def _cell(self, sheet: Sheet, row: int, column: int) -> Cell:
        kind: int = sheet.cell_type(row, column)
        value: Any = sheet.cell_value(row, column)
        if kind == xlrd.XL_CELL_TEXT:
            return str(value) or None
        if kind == xlrd.XL_CELL_NUMBER:
            if sheet.cell_xf_index(row, column) in self._percent_styles:
                return percentage(value)
            return float(value)
        if kind == xlrd.XL_CELL_DATE:
            return self._date(value)
        if kind == xlrd.XL_CELL_BOOLEAN:
            return Truth.TRUE if value else Truth.FALSE
        if kind == xlrd.XL_CELL_ERROR:
            return error_cell(xlrd.error_text_from_code.get(value, "#VALUE!"))
        return None

    def _date(self, value: float) -> Cell:
        """A number in a date format: below one day it is a time of day, and what is no date stays a number."""
        try:
            moment = xlrd.xldate.xldate_as_datetime(value, self._book.datemode)
        except (OverflowError, ValueError, xlrd.xldate.XLDateError):
            return float(value)
        if 0 <= value < 1:
            return time(moment.hour, moment.minute, moment.second, moment.microsecond)
        return moment

    def _find_percent_styles(self) -> Iterator[int]:
        for index, style in enumerate(self._book.xf_list):
            form = self._book.format_map.get(style.format_key)
            if form and is_percent_format(form.format_str):
                yield index


class _Silence:
    """Where xlrd's remarks on odd files go."""

    def write(self, words: str) -> int:
        return len(words)

    def flush(self) -> None:
        """Nothing is kept."""
