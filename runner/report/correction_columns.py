"""The columns of the sheet Corrections: how each looks, and how a cell of the user's file stands in it."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import TypeGuard

from runner.job import Job
from runner.report.cells import Content, printable
from runner.report.form import AS_IT_IS, AS_TEXT, ColumnForm, HasForms
from runner.report.measures import columns as width_of
from runner.report.row_xml import GREATEST
from runner.tables.table import Cell, Misread, Truth, WrittenHeading
from runner.text import Language

_WHOLE = re.compile("-?[1-9][0-9]{0,14}|0")
"""What Excel makes a number of as soon as it is typed, and nothing is lost."""

_NARROWEST, _WIDEST = 11, 40
"""Columns, in characters."""
_MANY_DIGITS, _TOO_MANY_DIGITS = 10**11, 10**15
"""From the one on Excel shows a number as `1.23457E+11`, where nothing else is said; from the other on its last digits
are lost."""

_FIRST_DAY = date(1900, 3, 1)
"""Programs do not agree on those before, as Excel has a 29th of February in that year."""
_LONGEST = timedelta(days=2_958_466)
"""What Excel's calendar goes up to, the end of the year 9999."""
_MILLISECOND = 1_000
"""Microseconds. What is less is rounded by those who read it."""


@dataclass(frozen=True, slots=True)
class CorrectionColumn:
    """One of them."""

    width: int
    """In characters."""
    field: str
    """Empty where no field's values are read from it."""
    numeric: bool
    number_format: str
    text_format: str

    @property
    def plain_text(self) -> bool:
        """Whether a text in it looks as all of the column does."""
        return self.number_format == AS_TEXT and bool(self.field)


def is_plain_number(cell: Cell) -> TypeGuard[int | float]:
    """Whether it is a number that looks as its column does."""
    return isinstance(cell, int | float) and abs(cell) < _MANY_DIGITS and cell == int(cell)


def lost_of(cell: Cell) -> str | None:
    """What a cell of a workbook cannot hold as it was; None where it can."""
    if isinstance(cell, str):
        return cell if printable(cell) != cell else None
    if isinstance(cell, Misread):
        return cell.shown
    return None if cell is None or _can_be_held(cell) else str(cell)


def _can_be_held(cell: int | float | Truth | datetime | date | time | timedelta) -> bool:  # noqa: PYI041 - a number cell's two types
    """Whether a cell's number is read again as what it was."""
    match cell:
        case Truth():
            return True
        case int() | float():
            return -GREATEST <= cell <= GREATEST
        case timedelta():
            return timedelta(0) <= cell < _LONGEST and cell.microseconds % _MILLISECOND == 0
        case datetime() | time() if cell.tzinfo is not None or cell.microsecond % _MILLISECOND:
            return False
        case datetime():
            return cell.date() >= _FIRST_DAY
        case date():
            return cell >= _FIRST_DAY
        case time():
            return True


def content_of(cell: Cell, column: CorrectionColumn) -> tuple[Content | None, str]:
    """What stands in a cell of the sheet, and its number format."""
    if isinstance(cell, str):
        if column.numeric and _WHOLE.fullmatch(cell):
            cell = int(cell)
        else:
            return cell, column.text_format
    if isinstance(cell, Truth):
        return cell is Truth.TRUE, AS_IT_IS
    if isinstance(cell, int | float):
        if not float(cell).is_integer():
            return cell, AS_IT_IS  # whatever its column has: `0` would hide the decimals
        if abs(cell) < _MANY_DIGITS:
            return cell, column.number_format
        return cell, "0" if abs(cell) < _TOO_MANY_DIGITS else AS_TEXT  # so that all digits typed again are kept
    assert not isinstance(cell, Misread)
    return cell, next((shown for kind, shown in _MOMENTS.items() if isinstance(cell, kind)), column.number_format)


_MOMENTS = {datetime: "yyyy-mm-dd hh:mm:ss", date: "yyyy-mm-dd", time: "hh:mm:ss", timedelta: "[h]:mm:ss"}
"""A datetime is a date as well, so it comes first."""


_PLAIN = ColumnForm(width=20)


def form_of(job: Job, heading: WrittenHeading, language: Language) -> ColumnForm:
    """How a column looks; wide enough for its heading, which may go on two lines, and be in another language."""
    least = min(max(ceil(width_of(heading.text) / 2) + 4, _NARROWEST), _WIDEST)
    form = job.form(heading.field, language) if heading.field and isinstance(job, HasForms) else _PLAIN
    return replace(form, width=max(form.width, least))


def column_of(heading: WrittenHeading, form: ColumnForm) -> CorrectionColumn:
    """The column of a heading."""
    return CorrectionColumn(
        width=form.width,
        field=heading.field or "",
        numeric=form.numeric,
        number_format=form.number_format,
        text_format=form.number_format if form.numeric else AS_TEXT,
    )
