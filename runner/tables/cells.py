"""Cells to values: what a cell certainly means, or the rule that it breaks."""

import math
import re
import unicodedata

from runner.problem import Violation
from runner.tables.table import Cell, Misread, shown
from runner.text import Text

EXACT_UP_TO = 10**15 - 1
"""Spreadsheet programs keep fifteen digits of a number and put zeros for the others (Microsoft's specification)."""

LONGEST_INTEGER = 64
"""Characters. No key is longer, and Python refuses to read more than a few thousand digits."""

_INTEGER = re.compile(r"[+-]?[0-9]+(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def is_blank(cell: Cell) -> bool:
    """Whether there is nothing in the cell, or nothing but white space."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def to_integer(cell: Cell) -> int | Violation | None:
    """A whole number; None for a blank cell."""
    value = _to_number(cell, _INTEGER)
    if isinstance(value, float):
        return int(value) if value.is_integer() else _not_whole(cell)
    return value


def to_number(cell: Cell) -> float | Violation | None:
    """A number with or without decimals; None for a blank cell."""
    value = _to_number(cell, _NUMBER)
    return float(value) if isinstance(value, int) else value


def to_text(cell: Cell) -> str | Violation | None:
    """Text as it stands, a whole number as its digits; None for a blank cell."""
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Misread):
        return cell.violation
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return Violation(
            "not-text",
            Text(f'"{shown(cell)}" is not text', f"“{shown(cell)}”不是文本"),
            Text("Format the cell as text and type the value again.", "请将单元格格式设为“文本”后重新输入。"),
        )
    if abs(cell) > EXACT_UP_TO:
        return _digits_lost(cell)
    return str(int(cell)) if float(cell).is_integer() else str(cell)


def _to_number(cell: Cell, pattern: re.Pattern[str]) -> int | float | Violation | None:
    if cell is None:
        return None
    if isinstance(cell, Misread):
        return cell.violation
    if isinstance(cell, str):
        plain = unicodedata.normalize("NFKC", cell).strip()
        if not plain:
            return None
        if not pattern.fullmatch(plain):
            return _not_whole(cell) if pattern is _INTEGER and _NUMBER.fullmatch(plain) else _not_a_number(cell)
        if pattern is _NUMBER:
            return float(plain)
        digits = plain.partition(".")[0]
        return int(digits) if len(digits) <= LONGEST_INTEGER else _digits_lost(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell):
        return _not_a_number(cell)
    return _digits_lost(cell) if abs(cell) > EXACT_UP_TO else cell


def _not_a_number(cell: Cell) -> Violation:
    if isinstance(cell, bool):
        word = str(cell).upper()
        return Violation(
            "not-a-number",
            Text(f"{word} is not a number", f"{word} 不是数字"),
            Text("Type 1 for yes or 0 for no.", "请填写 1（是）或 0（否）。"),
        )
    return Violation(
        "not-a-number",
        Text(f'"{shown(cell)}" is not a number', f"“{shown(cell)}”不是数字"),
        Text("Type a number, without units.", "请输入数字，不要带单位。"),
    )


def _not_whole(cell: Cell) -> Violation:
    return Violation(
        "not-a-whole-number",
        Text(f"{shown(cell)} is not a whole number", f"{shown(cell)} 不是整数"),
        Text("Type a whole number.", "请输入整数。"),
    )


def _digits_lost(cell: Cell) -> Violation:
    return Violation(
        "digits-lost",
        Text(
            f"{shown(cell)} is too long for a number cell, so that its last digits are lost",
            f"{shown(cell)} 超出数字单元格的精度，末尾几位已丢失",
        ),
        Text("Format the cell as text and type all digits again.", "请将单元格格式设为“文本”后重新输入全部数字。"),
    )
