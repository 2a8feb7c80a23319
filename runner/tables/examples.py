"""Sheets of examples: they look like the table that a user fills in, and no row of them is ever read."""

import re
from collections.abc import Iterable, Sequence

from runner.tables.cells import is_blank
from runner.tables.table import Cell

_MARK = re.compile(r"_examples:(?P<rows>\d+)")


def examples_mark(rows: int) -> str:
    """The mark of a sheet of examples, to be written into a hidden row above its headings.

    A cell survives a new name for the sheet, another spreadsheet program and another file format; a name does not.

    Args:
        rows: filled rows below the mark, the heading row included.
    """
    return f"_examples:{rows}"


def rows_marked(top: Iterable[Sequence[Cell]]) -> int | None:
    """The number of rows that the mark of a sheet of examples promises; None for any other sheet.

    Args:
        top: the first rows of the sheet.
    """
    for row in top:
        for cell in row:
            if isinstance(cell, str) and (match := _MARK.fullmatch(cell.strip())):
                return int(match["rows"])
    return None


def has_rows_of_its_user(top: Sequence[Sequence[Cell]]) -> bool:
    """Whether a sheet of examples has more filled rows than it was written with."""
    marked = rows_marked(top)
    if marked is None:
        return False
    at = next(number for number, row in enumerate(top) if rows_marked([row]) is not None)
    return sum(not all(map(is_blank, row)) for row in top[at + 1 :]) > marked
