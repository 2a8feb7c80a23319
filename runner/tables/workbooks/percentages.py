"""Percentages: the one number format that changes what a number means. A cell that shows 50% holds 0.5.

Read as a bare number, 100% would silently become 1. So such a cell is given as the text that a user reads.
"""

import re
from decimal import Decimal

BUILT_IN = frozenset({9, 10})
"""`0%` and `0.00%`, the formats with a percent sign that a file need not spell out (ECMA-376 part 1, 18.8.30)."""

_LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')
"""What stands in a format code without being a part of the number: text, an escape, padding, a colour."""


def is_percent_format(code: str) -> bool:
    """Whether a number in this format (ECMA-376 part 1, 18.8.31) is shown as a percentage."""
    return "%" in code and "%" in _LITERAL.sub("", code)


def percentage(value: float) -> str:
    """0.5 as `50%`: with all of its digits, also those that the format does not show.

    Raises:
        ArithmeticError: the number is none, or has no end.
    """
    shown = Decimal(repr(float(value))) * 100
    if not shown.is_finite():
        raise ArithmeticError(f"{value} is no percentage")
    return f"{shown.normalize():f}%" if shown else "0%"
