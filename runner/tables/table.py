"""A table: rows of cells below headings, each cell with the address that it has in the user's file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from runner.attachments import Files
from runner.problem import Notice, Problem, Violation
from runner.text import Text

SHOWN_CHARACTERS = 200
_EXACT = 10**15


@dataclass(frozen=True, slots=True)
class Misread:
    """A cell that holds something, but no value: an error such as `#N/A`, a formula that was never computed."""

    shown: str
    violation: Violation


@dataclass(frozen=True, slots=True)
class HeldBack(Misread):
    """A cell that could be read well, but must not be: it is the key of a row of which a part stands elsewhere."""

    cell: "Cell"
    """What it holds."""


class Truth(Enum):
    """A truth value. Not Python's, which holds True to be 1: a cell that says TRUE does not say 1."""

    TRUE = "TRUE"
    FALSE = "FALSE"

    def __str__(self) -> str:
        return self.value


def column_letter(index: int) -> str:
    """The name that spreadsheet programs give to a column, counted from 0: `A`, `B` … `Z`, `AA` and so on."""
    letters, rest = "", index + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


Cell = str | int | float | Truth | datetime | date | time | timedelta | Misread | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank."""

    number: int
    """As the user's program numbers it, from 1."""
    cells: tuple[Cell, ...]
    """From column A on; it may be shorter than the heading row."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field stands in the file."""

    field: str
    index: int
    """From 0."""
    heading: str
    """As the user wrote it."""

    @property
    def letter(self) -> str:
        """As spreadsheet programs name it: `A`, `B` … `Z`, `AA` and so on."""
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class WrittenHeading:
    """What stands in the heading row above one column."""

    text: str
    """As the user wrote it; empty where nothing is."""
    field: str | None
    """What the column holds: "" where it is passed over, as the user's mapping or the job says, None where no field
    answers to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the corrections of a run, or its plan, say of it."""

    run: str | None
    """Its name; None where no journal keeps it."""
    sheet: str
    """The first one that holds them."""
    mapping: Mapping[str, str]
    """Headings, as written, to fields; "" for one that is passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file that has been found to be a table; its rows can be gone through once."""

    sheet: str | None
    """None where the format has no sheets."""
    columns: Mapping[str, Column]
    """By field; only those that the file has."""
    rows: Iterator[Row]
    headings: tuple[WrittenHeading, ...] = ()
    """The whole heading row, from column A on."""
    notices: tuple[Notice, ...] = ()
    """About the file as a whole."""
    origin: Origin | None = None
    """Where the table is the corrections of an earlier run: which one."""
    files: Files | None = None
    """Those that cells may name; None where they may name none."""

    def cell(self, row: Row, field: str) -> Cell:
        """A field's cell in a row; None where it is blank or the file has no such column."""
        column = self.columns.get(field)
        if column is None or column.index >= len(row.cells):
            return None
        return row.cells[column.index]

    def notice(self, row: Row, field: str, code: str, message: Text) -> Notice:
        """Something to be said about a field's cell."""
        column = self.columns[field]
        return Notice(
            code=code,
            message=message,
            row=row.number,
            field=field,
            heading=column.heading,
            cell=f"{column.letter}{row.number}",
            value=shown(self.cell(row, field)),
        )

    def problem(self, row: Row, field: str, violation: Violation, *, key: str) -> Problem:
        """The violation at a field's cell, or at the row's `key` where the file has no column for the field."""
        column = self.columns.get(field)
        return Problem(
            row=row.number,
            field=field,
            heading=column.heading if column else None,
            cell=f"{(column or self.columns[key]).letter}{row.number}",
            value=shown(self.cell(row, field)),
            violation=violation,
        )


def shown(cell: Cell) -> str:
    """A cell as a user recognises it, cut to a readable length."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        cell = int(cell)  # a spreadsheet program shows no decimals either
    words = cell.shown if isinstance(cell, Misread) else str(cell)
    return words if len(words) <= SHOWN_CHARACTERS else words[: SHOWN_CHARACTERS - 1] + "…"
