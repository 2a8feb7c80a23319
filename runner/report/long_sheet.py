"""A sheet of any length: a heading that stays in view, filters, and further sheets past what one can hold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from runner.report.book import Book
from runner.report.cells import Cell, Value, text_cell
from runner.report.measures import LINE_HEIGHT
from runner.report.measures import lines as lines_of
from runner.report.row_xml import error_inside, inside
from runner.report.styles import HEADING, lay_out_page
from runner.tables.table import column_letter

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.filters import AutoFilter

MOST_ROWS = 1_048_576
"""Of one sheet, its heading included (Microsoft's specification of Excel)."""

MOST_LINKS = 65_530
"""Of one sheet (Microsoft's specification of Excel). openpyxl holds them until the workbook is saved: 65 MB."""

MOST_NOTES = 10_000
"""Of one sheet. openpyxl holds them until the workbook is saved, and then as trees: 80 MB and a second for so many."""


_BUTTON = 3
"""As wide, in characters, as what one filters by, beside a heading."""


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of the report."""

    heading: str
    width: int
    """In characters."""
    style: str | None = None
    """Of its cells that name none, those that a user fills in later included."""
    note: str | None = None
    """At its heading."""
    held_to: "Callable[[str], DataValidation | None] | None" = None
    """Given the column's letter, what a spreadsheet program is to hold its cells to."""
    heading_style: str = HEADING


class Place(NamedTuple):
    """Where a row stands."""

    sheet: str
    row: int
    """From 1, as spreadsheet programs number it."""


class LongSheet:
    """Rows are added one by one and never held."""

    def __init__(
        self,
        book: Book,
        title: str,
        columns: Sequence[ReportColumn],
        *,
        most_rows: int = MOST_ROWS,
        most_notes: int = MOST_NOTES,
        most_links: int = MOST_LINKS,
        filters: bool = True,
        frozen_columns: int = 0,
    ) -> None:
        """Begins the first sheet.

        Args:
            book: that it is a part of.
            title: of the sheet; further ones have a number behind it.
            columns: from the left.
            most_rows: of a sheet, its heading included.
            most_notes: of the rows of a sheet; a cell beyond has none.
            most_links: the same of links.
            filters: whether the headings have buttons to filter by.
            frozen_columns: those at the left that stay in view, as the headings do.

        Raises:
            OSError: there is no room for it on the disk.
        """
        self._book = book
        self._title = title
        self._columns = columns
        self._letters = [column_letter(index) for index in range(len(columns))]
        self._most_rows = most_rows
        self._most_notes = most_notes
        self._most_links = most_links
        self._filters = filters
        self._frozen = f"{column_letter(frozen_columns)}2"
        self._sheets = 0
        self._styles: dict[str | None, str] = {None: ""}
        self._rows = 0
        self._begin()
        self._starts = [
            (letter, f'<c r="{letter}', self._style(column.style))
            for letter, column in zip(self._letters, columns, strict=True)
        ]

    def append(self, values: Iterable[Value], *, lines: int = 1) -> Place:
        """Adds a row, of a value for each column; gives where it stands.

        Args:
            values: from the left.
            lines: that its cells take, where that is known to be more than one; not every program sees to it.

        Raises:
            ValueError: there are more or fewer values than columns, or the report has no such style.
            OSError: there is no room for it on the disk.
        """
        if self._rows >= self._most_rows:
            self._end()
            self._begin()
        row = self._rows + 1
        cells = []
        for (letter, start, style), value in zip(self._starts, values, strict=True):
            if value is None or value == "":
                continue
            if isinstance(value, tuple):
                content, name = value
                cells.append(f'{start}{row}"{self._style(name)}{inside(content)}')
            elif isinstance(value, Cell):
                cells.append(f'{start}{row}"{self._full(value, f"{letter}{row}", style)}')
            else:
                cells.append(f'{start}{row}"{style}{inside(value)}')
        height = f' ht="{lines * LINE_HEIGHT}"' if lines > 1 else ""
        self._below.write(f'<row r="{row}"{height}>{"".join(cells)}</row>'.encode())
        self._rows = row
        return Place(self._sheet.title, row)

    def keep_together(self, rows: int) -> None:
        """Begins a further sheet unless so many rows fit on this one. More than a sheet holds are split all the same.

        Raises:
            OSError: there is no room for it on the disk.
        """
        if self._rows + rows > self._most_rows and 1 + rows <= self._most_rows:
            self._end()
            self._begin()

    def close(self) -> None:
        """Ends the last sheet."""
        self._end()

    def _full(self, cell: Cell, reference: str, style: str) -> str:
        """All of the element behind its reference; the note and the link are the sheet's."""
        if cell.style is not None:
            style = self._style(cell.style)
        if cell.note and self._notes < self._most_notes:
            self._notes += 1
            self._sheet.add_note(reference, cell.note)
        if cell.link and self._links < self._most_links:
            self._links += 1
            self._sheet.add_link(reference, cell.link)
        content = error_inside(cell.value) if cell.error and isinstance(cell.value, str) else inside(cell.value)
        return style + content

    def _style(self, name: str | None) -> str:
        """The attribute by which a cell names a style."""
        attribute = self._styles.get(name)
        if attribute is None:
            assert name is not None
            attribute = self._styles[name] = f' s="{self._book.style_id(name)}"'
        return attribute

    def _begin(self) -> None:
        self._sheets += 1
        title = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet = self._book.workbook.create_sheet(title)
        self._sheet.freeze_panes = self._frozen
        lay_out_page(self._sheet)
        for letter, column in zip(self._letters, self._columns, strict=True):
            self._sheet.style_column(letter, width=column.width, style=column.style)
            held_to = column.held_to(letter) if column.held_to else None
            if held_to:
                self._sheet.data_validations.append(held_to)
        self._sheet.row_dimensions[1].height = LINE_HEIGHT * max(
            lines_of(column.heading, column.width - _BUTTON) for column in self._columns
        )
        self._sheet.append([text_cell(self._sheet, column.heading, column.heading_style) for column in self._columns])
        self._below = self._book.rows_below(self._sheet)
        for letter, column in zip(self._letters, self._columns, strict=True):
            if column.note:
                self._sheet.add_note(f"{letter}1", column.note)
        self._rows = 1
        self._notes = self._links = 0

    def _end(self) -> None:
        if self._filters:
            filters: AutoFilter = self._sheet.auto_filter  # type: ignore[attr-defined]  # the stubs lack it
            filters.ref = f"A1:{self._letters[-1]}{self._rows}"
