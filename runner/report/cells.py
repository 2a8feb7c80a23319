"""Cells that hold what somebody else supplied: never a formula, never more than a cell takes."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

LONGEST_TEXT = 32_767
"""Characters that a cell holds (Microsoft's specification of Excel), in the units of UTF-16."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no room for (section 2.2)."""


def printable(text: str) -> str:
    """The text with control characters made visible, cut with a mark where a cell could not hold it."""
    text = _FORBIDDEN.sub(_visible, text)
    if len(text) * 2 <= LONGEST_TEXT:  # no character takes more than two units
        return text
    units = text.encode("utf-16-le")
    if len(units) <= LONGEST_TEXT * 2:
        return text
    return units[: (LONGEST_TEXT - 1) * 2].decode("utf-16-le", errors="ignore") + "…"


def text_cell(sheet: "WriteOnlyWorksheet", text: str, style: str | None = None) -> "Cell":
    """A cell that is text whatever it looks like: `=1+1`, `#N/A` and `00299` stay as they are."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - heavy; only for those who write a workbook

    cell = WriteOnlyCell(sheet, printable(text))
    cell.data_type = "s"
    if style:
        cell.style = style
    return cell


def value_cell(sheet: "WriteOnlyWorksheet", value: datetime | float, style: str) -> "Cell":
    """A cell that is a number or a time."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - heavy; only for those who write a workbook

    cell = WriteOnlyCell(sheet, value)
    cell.style = style
    return cell


def local_time(unix: float) -> datetime:
    """A time as a cell holds it: in the user's time zone, which the heading names."""
    return datetime.fromtimestamp(unix).astimezone().replace(tzinfo=None, microsecond=0)


def utc_offset(unix: float) -> str:
    """The user's time zone at that time: `UTC+08:00`."""
    offset = datetime.fromtimestamp(unix).astimezone().strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:]}"


def _visible(match: re.Match[str]) -> str:
    character = ord(match[0])
    return chr(0x2400 + character) if character < 0x20 else "�"
