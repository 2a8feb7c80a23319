"""What a cell of a long sheet holds, as XML (SpreadsheetML, ECMA-376 part 1, section 18.3.1.4)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from runner.report.cells import Content, stored

ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})
"""Of Excel (18.18.11 and its examples). Any other word in an error's place makes it call the file damaged."""

GREATEST = 9.99999999999999e307
"""Of the numbers that a cell holds (Microsoft's specification of Excel)."""

_SHORT = 500
"""Characters of a text that may well come again. Longer ones would fill the memory."""


def inside(value: Content | None) -> str:
    """All of a cell's element that comes after its reference and its style, the closing tag included."""
    kind = type(value)
    return _BY_KIND[kind](value) if kind in _BY_KIND else _of_other_kind(value)


def error_inside(word: str) -> str:
    """The same of a cell that is an error. A word that is no error is text."""
    return f' t="e"><v>{word}</v></c>' if word in ERRORS else inside(word)


_BLANK = "/>"
_ESCAPED = {"\r": "&#13;"}  # which is a line break otherwise


def _text(text: str) -> str:
    if text.isalnum() and text.isascii() and len(text) <= _SHORT:  # as ids are, of which no two are the same
        return f' t="inlineStr"><is><t>{text}</t></is></c>'
    return _known_text(text) if len(text) <= _SHORT else _new_text(text)


def _new_text(text: str) -> str:
    text = stored(text)
    if not text:
        return _BLANK
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{space}>{escape(text, _ESCAPED)}</t></is></c>'


_known_text = lru_cache(maxsize=1024)(_new_text)  # the others are the same few, most of them


def _number(value: float) -> str:
    """A number; as text where Excel knows of none such."""
    return f"><v>{value!r}</v></c>" if -GREATEST <= value <= GREATEST else _new_text(str(value))


@lru_cache(maxsize=1024)
def _moment(value: datetime | date | time | timedelta) -> str:
    """The number that a date or a time is; as text where it is before Excel's first day."""
    from openpyxl.utils.datetime import to_excel  # noqa: PLC0415 - heavy; only for those who write a workbook

    serial = float(to_excel(value))  # type: ignore[no-untyped-call]  # the stubs lack its types
    return _number(serial) if serial >= 0 else _new_text(str(value))


_BY_KIND: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: _number,
    float: _number,
    bool: lambda value: f' t="b"><v>{value:d}</v></c>',
    datetime: _moment,
    date: _moment,
    time: _moment,
    timedelta: _moment,
    type(None): lambda _: _BLANK,
}


def _of_other_kind(value: object) -> str:
    """Of a kind that is made from one of those, such as an enumeration's or numpy's."""
    if isinstance(value, str):
        return _text(str.__str__(value))
    if isinstance(value, int):
        return _number(int(value))
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, date | time | timedelta):
        return _moment(value)
    raise TypeError(f"{type(value).__name__} is nothing that a cell holds")
