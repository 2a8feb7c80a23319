"""What the vendor gives back, in the types that its page declares: a number may come as text, and text as a number."""

import re
from math import isfinite

_INTEGER = re.compile(r"([+-]?)0*([0-9]{1,40})(?:\.0+)?")
"""No more digits than Python turns into a number without a word; no field has nearly as many."""
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def as_integer(given: object) -> object:
    """5, 5.0, "5" and "5.0" are one number. What is none stays as it came: true, 5.5, "five"."""
    if isinstance(given, str):
        found = _INTEGER.fullmatch(given)
        return int(found[1] + found[2]) if found else given
    return int(given) if isinstance(given, float) and given.is_integer() else given


def as_number(given: object) -> object:
    """As `as_integer`, with a fraction."""
    if isinstance(given, str):
        number = float(given) if _NUMBER.fullmatch(given) else None
        return given if number is None or not isfinite(number) else number
    if type(given) is int:
        try:
            number = float(given)
        except OverflowError:
            return given
        return number if number == given else given
    return given


def as_text(given: object) -> object:
    """The text 7 may come as a number; the text 007 never does."""
    return str(given) if type(given) is int else given
