"""Cells that hold what somebody else supplied: never a formula, never more than a cell takes."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as OpenpyxlCell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

LONGEST_TEXT = 32_767
"""Characters that a cell holds (Microsoft's specification of Excel), in the units of UTF-16."""

Content = str | float | datetime | date | time | timedelta
"""Text stays text, even where it looks like `=1+1`; a truth value, a date and a time are what they are."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a long sheet that is more than a value and a style."""

    value: Content | None
    style: str | None = None
    """The name of one of the report's; without it, the column's."""
    note: str | None = None
    """Is shown when one points at the cell."""
    link: str | None = None
    """A place in the same workbook: `'Corrections'!F7`."""
    error: bool = False
    """Whether the value is one of Excel's error words, such as `#N/A`, and is to be that error."""


Value = Content | tuple[Content, str] | Cell | None
"""What a cell holds; a tuple has the name of its style beside it."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no room for (section 2.2)."""

_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Where a text reads as the format's own escape of a character, `_x0041_` (ECMA-376 part 1, 22.9.2.19)."""


def printable(text: str) -> str:
    """The text with control characters made visible, cut with a mark where a cell could not hold it."""
    text = _FORBIDDEN.sub(_visible, text)
    if len(text) * 2 <= LONGEST_TEXT:  # no character takes more than two units
        return text
    units = text.encode("utf-16-le")
    if len(units) <= LONGEST_TEXT * 2:
        return text
    return units[: (LONGEST_TEXT - 1) * 2].decode("utf-16-le", errors="ignore") + "…"


def stored(text: str) -> str:
    """The text as the file holds it: printable, and such that `_x0041_` is not shown as `A`.

    Excel and calamine, which reads for us, make of it what it was; openpyxl shows the escapes as they stand.
    """
    text = printable(text)
    return _ESCAPE.sub("_x005F_", text) if "_x" in text else text


def text_cell(sheet: "WriteOnlyWorksheet", text: str, style: str | None = None) -> "OpenpyxlCell":
    """A cell that is text whatever it looks like: `=1+1`, `#N/A` and `00299` stay as they are."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - heavy; only for those who write a workbook

    cell: Any = WriteOnlyCell(sheet)
    cell._value = stored(text)  # noqa: SLF001 - its setter would cut off what the escapes make too long
    cell.data_type = "s"
    if style:
        cell.style = style
    return cell  # type: ignore[no-any-return]  # the stubs lack what it was asked for


def value_cell(sheet: "WriteOnlyWorksheet", value: datetime | float, style: str) -> "OpenpyxlCell":
    """A cell that is a number or a time."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - heavy; only for those who write a workbook

    cell = WriteOnlyCell(sheet, value)
    cell.style = style
    return cell


def local_time(unix: float) -> datetime:
    """A time as a cell holds it: in the user's time zone, which the heading names."""
    return _local_second(floor(unix))


@lru_cache(maxsize=1024)  # many requests a second
def _local_second(second: int) -> datetime:
    return datetime.fromtimestamp(second).astimezone().replace(tzinfo=None)


def utc_offset(unix: float) -> str:
    """The user's time zone at that time: `UTC+08:00`."""
    offset = datetime.fromtimestamp(unix).astimezone().strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:]}"


def _visible(match: re.Match[str]) -> str:
    character = ord(match[0])
    return chr(0x2400 + character) if character < 0x20 else "�"
