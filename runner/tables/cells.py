"""Cells to values: what a cell certainly means, or what is wrong with it.

| cell | integer | number | name | text |
|---|---|---|---|---|
| `299`, `299.0`, `"299"`, `" 299 "`, `２９９` | 299 | 299.0 | as it stands, the ends trimmed | as it stands |
| `1,440` | 1440, said | 1440.0, said | as it stands | as it stands |
| `3E+2` | 300, said | 300.0, said | as it stands | as it stands |
| `299.5` | a problem | 299.5 | as it stands | as it stands |
| `50%` | a problem | 0.5, said | as it stands | as it stands |
| a number of more than 15 digits in a number cell | a problem | a problem | a problem | a problem |
| a number cell 5 | 5 | 5.0 | `"5"` | `"5"` |
| a date, `TRUE` | a problem | a problem | a problem | a problem |
| invisible characters | left out, said | left out, said | left out, said | kept, said |

A list of options (see `options`) takes its values, their meanings, and both together.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from runner.problem import Violation
from runner.tables.table import Cell, Misread, Truth, shown
from runner.tables.unreadable import (
    TOO_LARGE,
    date_instead,
    digits_lost,
    not_a_number,
    not_text,
    not_whole,
    percentage,
)
from runner.text import Text

EXACT_UP_TO = 10**15 - 1
"""Spreadsheet programs keep fifteen digits of a number and put zeros for the others (Microsoft's specification)."""

LONGEST_INTEGER = 64
"""Characters. No key is longer, and Python refuses to read more than a few thousand digits."""

SHOWN_IN_FULL = 10**11
"""Excel writes a longer number into a CSV file as `1.23457E+11`, and the rest of its digits is gone."""

_GREATEST = 2**63 - 1
_SHORT = 18
"""Digits that are certainly not more than that."""

_INTEGER = re.compile(r"[+-]?[0-9]+(\.0*)?")
_DIGIT = re.compile(r"[0-9](\.0+)?")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_EXPONENT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]{1,3}")
_PERCENTAGE = re.compile(r"([+-]?([0-9]+\.?[0-9]*|\.[0-9]+))\s*%")
_DATE = re.compile(
    r"[0-9]{1,4}[-/][0-9]{1,2}([-/][0-9]{1,4})?([ T][0-9:.]+)?|([0-9]{4}年)?[0-9]{1,2}月([0-9]{1,2}日)?|"
    r"[0-9]{1,2}-[A-Za-z]{3}(-[0-9]{2,4})?|[A-Za-z]{3}-[0-9]{1,2}"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""What is neither seen nor a blank: zero-width, direction marks, soft hyphens, byte order marks."""

_BEYOND_BASIC_PLANE = re.compile("[\U00010000-\U0010ffff]")
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " "}
"""Full-width forms to the ASCII that they stand for (Unicode, Halfwidth and Fullwidth Forms)."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A value that looks different in the cell, so that its user is told what it was taken for."""

    value: int | float | str | None
    code: str
    message: Text


Reading = int | float | str | Violation | Understood | None
"""What a cell means; None for a blank one."""

Convert = Callable[[Cell], Reading]


def plain(reading: Reading) -> int | float | str | Violation | None:
    """The reading without what is to be said of it."""
    return reading.value if isinstance(reading, Understood) else reading


def is_blank(cell: Cell) -> bool:
    """Whether there is nothing in the cell, or nothing but white space and what cannot be seen at all."""
    if not isinstance(cell, str):
        return cell is None
    seen = cell.strip()
    return not seen or (_INVISIBLE.match(seen) is not None and not _INVISIBLE.sub("", seen).strip())


def narrow(text: str) -> str:
    """The text with full-width letters, digits and signs as their usual forms, and nothing unseen in or around it."""
    return text.strip() if text.isascii() else _INVISIBLE.sub("", text).translate(_NARROW).strip()


def to_integer(cell: Cell) -> Reading:
    """A whole number."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= EXACT_UP_TO:  # as nearly all of them are
        return int(cell)
    if isinstance(cell, str):
        if len(cell) <= _SHORT and cell.isascii() and cell.isdigit():
            return int(cell)
        return _seen(cell, _integer)
    value = _from_number_cell(cell)
    if isinstance(value, float):
        return int(value) if value.is_integer() else not_whole(cell)
    return value


def to_number(cell: Cell) -> Reading:
    """A number with or without decimals."""
    if isinstance(cell, str):
        return _seen(cell, _number)
    value = _from_number_cell(cell)
    return float(value) if isinstance(value, int) else value


def to_name(cell: Cell) -> Reading:
    """A name, an id, a code: text that counts without blanks at its ends."""
    if not isinstance(cell, str):
        return _text_of_other(cell)
    name = _INVISIBLE.sub("", cell)
    trimmed = name.replace("\u00a0", " ").strip()
    if name == cell and trimmed == cell.strip():
        return trimmed or None
    return Understood(trimmed or None, "invisible-characters", _LEFT_OUT) if trimmed or name.strip() else None


def to_digit(cell: Cell) -> Reading:
    """A single key of a telephone, as text; `5.0` and `５` are "5"."""
    name = to_name(cell)
    text = plain(name)
    if not isinstance(text, str):
        return name
    digit = narrow(text)
    if _DIGIT.fullmatch(digit):
        digit = digit[0]
    return Understood(digit, name.code, name.message) if isinstance(name, Understood) else digit


def to_text(cell: Cell) -> Reading:
    """Text as it stands."""
    if not isinstance(cell, str):
        return _text_of_other(cell)
    if is_blank(cell):
        return None
    if cell.isascii():
        return cell
    unseen = _INVISIBLE.search(cell)
    if unseen:
        kept = _KEPT.format(code=f"U+{ord(unseen[0]):04X}")
        return Understood(cell, "invisible-characters", kept)
    beyond = _BEYOND_BASIC_PLANE.search(cell)
    return Understood(cell, "rare-character", _RARE.format(character=beyond[0])) if beyond else cell


def optional(convert: Convert) -> Convert:
    """The same for a field that may be blank, where people write `NULL`, `-` or `无` for nothing."""

    def reading(cell: Cell) -> Reading:
        if (
            isinstance(cell, str)
            and len(cell.strip()) <= _LONGEST_NOTHING
            and narrow(cell).casefold() in _WORDS_FOR_NOTHING
        ):
            return Understood(None, "read-as-blank", _READ_AS_BLANK.format(word=cell.strip()))
        return convert(cell)

    return reading


_WORDS_FOR_NOTHING = frozenset({"null", "none", "nil", "n/a", "-", "--", "—", "——", "无", "空"})


_LONGEST_NOTHING = 8
"""Characters, unseen ones included."""


def _seen(cell: str, convert: Callable[[str, str], Reading]) -> Reading:
    """Reads what can be seen of a text."""
    reading = convert(narrow(cell), cell)
    if isinstance(reading, int | float) and not cell.isascii() and _INVISIBLE.search(cell):
        return Understood(reading, "invisible-characters", _LEFT_OUT)
    return reading


def _integer(text: str, cell: str) -> Reading:
    if _INTEGER.fullmatch(text):
        return _whole(text)
    if _GROUPED.fullmatch(text):
        whole = text.replace(",", "")
        value = _whole(whole) if _INTEGER.fullmatch(whole) else not_whole(cell)
        return value if isinstance(value, Violation) else _said(value, "thousands-separator", cell)
    if _EXPONENT.fullmatch(text):
        exact = Decimal(text)
        if abs(exact) >= SHOWN_IN_FULL:
            return digits_lost(cell)
        return _said(int(exact), "exponent", cell) if exact == exact.to_integral_value() else not_whole(cell)
    if _PERCENTAGE.fullmatch(text):
        return percentage(cell)
    number = _number(text, cell)
    return not_whole(cell) if isinstance(number, float) else number


def _whole(text: str) -> int | Violation:
    digits = text.partition(".")[0]
    value = int(digits) if len(digits) <= LONGEST_INTEGER else _GREATEST + 1
    return value if abs(value) <= _GREATEST else TOO_LARGE


def _number(text: str, cell: str) -> Reading:
    if not text:
        return None
    if _NUMBER.fullmatch(text):
        return float(text)
    if _GROUPED.fullmatch(text):
        return _understood(Decimal(text.replace(",", "")), "thousands-separator", cell)
    if _EXPONENT.fullmatch(text):
        return _understood(Decimal(text), "exponent", cell)
    share = _PERCENTAGE.fullmatch(text)
    if share:
        return _understood(Decimal(share[1]) / 100, "percentage", cell)
    return date_instead(cell) if _DATE.fullmatch(text) else not_a_number(cell)


def _understood(value: Decimal, code: str, cell: str) -> Reading:
    if code == "exponent" and abs(value) >= SHOWN_IN_FULL:
        return digits_lost(cell)
    return _said(float(value), code, cell)


def _said(value: float, code: str, cell: str) -> Understood:
    words = str(value) if isinstance(value, int) else f"{value:.15g}"
    return Understood(value, code, _READ_AS.format(cell=shown(cell).strip(), value=words))


def _from_number_cell(cell: int | float | Truth | datetime | date | time | timedelta | Misread | None) -> Reading:  # noqa: PYI041 - a number cell's two types
    if cell is None:
        return None
    if isinstance(cell, Misread):
        return cell.violation
    if isinstance(cell, Truth):
        return not_a_number(cell)
    if not isinstance(cell, int | float):
        return date_instead(cell)
    if not math.isfinite(cell):
        return not_a_number(cell)
    return digits_lost(cell) if abs(cell) > EXACT_UP_TO else cell


def _text_of_other(cell: int | float | Truth | datetime | date | time | timedelta | Misread | None) -> Reading:  # noqa: PYI041
    if isinstance(cell, Truth):
        return not_text(cell)
    value = _from_number_cell(cell)
    if isinstance(value, float):
        words = f"{value:.15g}"
        return not_text(cell) if "e" in words else words
    return str(value) if isinstance(value, int) else value


_LEFT_OUT = Text("Characters that cannot be seen were left out or became blanks", "不可见字符已去除或改为空格")
_KEPT = Text(
    "It holds characters that cannot be seen ({code}); they are sent as they are",
    "含有不可见字符（{code}），将原样发送",
)
_RARE = Text(
    "It holds {character}, which not every voice or telephone can render; it counts as two characters",
    "含有 {character}，部分语音或手机可能无法呈现；按两个字符计",
)
_READ_AS = Text("{cell} was read as {value}", "{cell} 读作 {value}")
_READ_AS_BLANK = Text('"{word}" was read as blank', "“{word}”按空白处理")
