"""How much room words take in a cell or a note, which no library asks Excel."""

import unicodedata
from collections.abc import Iterable
from math import ceil

LINE_HEIGHT = 15.5
"""Of a row, in points."""

MOST_LINES = 6
"""Of a row that is read among others."""

_NOTE_WIDTH, _NOTE_COLUMNS = 420, 52
"""Of a note, in pixels, and in Latin letters."""
_NOTE_FRAME, _NOTE_LINE = 24, 19
"""Of a note's height, in pixels."""


def columns(words: str) -> int:
    """How wide the longest line is, in Latin letters; a Chinese character is two."""
    return max(_columns(line) for line in words.split("\n"))


def lines(words: str, width: float) -> int:
    """How many lines the words take where a line is so wide."""
    return sum(max(1, ceil(_columns(line) / width)) for line in words.split("\n"))


def lines_of_row(cells: Iterable[tuple[object, int]]) -> int:
    """How many lines the texts of a row take, given each cell and how wide it is; at most MOST_LINES."""
    return max(
        (
            min(lines(cell[: MOST_LINES * width], width - 1), MOST_LINES)
            for cell, width in cells
            if isinstance(cell, str) and (2 * len(cell) >= width or "\n" in cell)
        ),
        default=1,
    )


def note_size(words: str) -> tuple[int, int]:
    """Width and height, in pixels, of a note that shows all its words, which Excel does not see to."""
    return _NOTE_WIDTH, _NOTE_FRAME + _NOTE_LINE * lines(words, _NOTE_COLUMNS)


def _columns(line: str) -> int:
    return len(line) if line.isascii() else sum(map(_width, line))


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1
