"""A sheet of any length: a heading that stays in view, filters, and further sheets past what one can hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from runner.report.cells import printable, text_cell
from runner.report.styles import HEADING, lay_out_page
from runner.tables.table import Column

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet
    from openpyxl.worksheet.filters import AutoFilter

MOST_ROWS = 1_048_576
"""Of one sheet, its heading included (Microsoft's specification of Excel)."""


Value = str | float | None | tuple[str | datetime, str]
"""What a cell holds; a tuple has the name of its style beside it. Text stays text, even where it looks like `=1+1`."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of the report."""

    heading: str
    width: int
    """In characters."""


class LongSheet:
    """Rows are added one by one and never held."""

    def __init__(
        self, workbook: "Workbook", title: str, columns: Sequence[ReportColumn], *, most_rows: int = MOST_ROWS
    ) -> None:
        self._workbook = workbook
        self._title = title
        self._columns = columns
        self._most_rows = most_rows
        self._sheets = 0
        self._begin()

    def append(self, values: Iterable[Value]) -> None:
        """Adds a row, of a value for each column."""
        if self._rows >= self._most_rows:
            self._end()
            self._begin()
        self._sheet.append(self._cell(value) for value in values)
        self._rows += 1

    def close(self) -> None:
        """Ends the last sheet."""
        self._end()

    def _begin(self) -> None:
        self._sheets += 1
        title = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet: WriteOnlyWorksheet = self._workbook.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        lay_out_page(self._sheet)
        for index, column in enumerate(self._columns):
            self._sheet.column_dimensions[_letter(index)].width = column.width
        self._sheet.append([text_cell(self._sheet, column.heading, HEADING) for column in self._columns])
        self._rows = 1
        self._styled: dict[str, Cell] = {}

    def _cell(self, value: Value) -> "Cell | str | float | None":
        if isinstance(value, tuple):
            return self._styled_cell(*value)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        # What openpyxl would not take for text needs a cell of its own; a cell for each text would take twice the time.
        return text_cell(self._sheet, value) if value.startswith(("=", "#")) else printable(value)

    def _styled_cell(self, value: str | datetime, style: str) -> "Cell":
        """A streamed sheet writes a cell as soon as it gets it, so that one of each style serves for all rows."""
        cell = self._styled.get(style)
        if cell is None:
            cell = self._styled[style] = text_cell(self._sheet, "", style)
        if isinstance(value, str):
            cell.value = printable(value)
            cell.data_type = "s"
        else:
            cell.value = value
        return cell

    def _end(self) -> None:
        filters: AutoFilter = self._sheet.auto_filter  # type: ignore[attr-defined]  # the stubs lack it
        filters.ref = f"A1:{_letter(len(self._columns) - 1)}{self._rows}"


def _letter(index: int) -> str:
    return Column("", index, "").letter
