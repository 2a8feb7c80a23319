"""How much room words take in a cell or a note, which no library asks Excel."""

import unicodedata
from math import ceil

LINE_HEIGHT = 15.5
"""Of a row, in points."""


def columns(words: str) -> int:
    """How wide the longest line is, in Latin letters; a Chinese character is two."""
    return max(sum(map(_width, line)) for line in words.split("\n"))


def lines(words: str, width: float) -> int:
    """How many lines the words take where a line is so wide."""
    return sum(max(1, ceil(sum(map(_width, line)) / width)) for line in words.split("\n"))


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1
