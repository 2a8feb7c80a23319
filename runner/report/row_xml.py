"""Rows of a sheet as XML (SpreadsheetML, ECMA-376 part 1, section 18.3.1), for sheets that are long."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from xml.sax.saxutils import escape

from runner.report.cells import local_time, printable
from runner.report.styles import TIME

Value = str | float | None
Cell = Value | tuple[Value, str]
"""What a cell holds, and the name of its style where it has one. Text is text, even where it looks like `=1+1`."""


def row_xml(number: int, cells: Iterable[tuple[str, Cell]], style_ids: Mapping[str, int]) -> bytes:
    """A row.

    Args:
        number: of the row, from 1.
        cells: each after the letter of its column.
        style_ids: what a cell names a style by.
    """
    return (
        f'<row r="{number}">{"".join([_cell(f"{at}{number}", cell, style_ids) for at, cell in cells])}</row>'.encode()
    )


def time_cell(unix: float) -> Cell:
    """A time, as `local_time` has it."""
    return _serial_number(int(unix)), TIME


def _cell(reference: str, cell: Cell, style_ids: Mapping[str, int]) -> str:
    style = ""
    if isinstance(cell, tuple):
        cell, name = cell
        style = f' s="{style_ids[name]}"'
    if isinstance(cell, str):
        return f'<c r="{reference}"{style} t="inlineStr"{_text(cell)}'
    return "" if cell is None else f'<c r="{reference}"{style} t="n"><v>{cell:.16g}</v></c>'


@lru_cache(maxsize=256)  # most of a long sheet are the same few words
def _text(text: str) -> str:
    """The rest of the element of a cell that holds the text."""
    text = printable(text)
    if not text:
        return "/>"
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f"><is><t{space}>{escape(text, _ESCAPED)}</t></is></c>"


_ESCAPED = {"\r": "&#13;"}  # which is a line break otherwise


@lru_cache(maxsize=256)  # many requests a second
def _serial_number(second: int) -> float:
    from openpyxl.utils.datetime import to_excel  # noqa: PLC0415 - heavy; only for those who write a workbook

    return float(to_excel(local_time(second)))  # type: ignore[no-untyped-call]  # the stubs lack its types
