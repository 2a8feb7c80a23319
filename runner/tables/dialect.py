"""In which encoding and with which delimiter a text file is a table: those that make the most headings known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from runner.errors import InputError
from runner.tables.delimited import DELIMITERS, read_delimited, stated_delimiter
from runner.tables.encoding import Guess, encodings, unreadable
from runner.tables.headings import SEARCHED_ROWS, Heading, HeadingRow, find_heading_row
from runner.tables.table import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text file is read."""

    encoding: Guess
    delimiter: str
    found: HeadingRow
    top: Sequence[Sequence[Cell]]
    """The first rows."""

    @property
    def rank(self) -> tuple[int, bool]:
        """Higher is better; among equals the one that was tried first."""
        return len(self.found.columns), self.encoding.plausible

    @property
    def has_chinese_headings(self) -> bool:
        """Whether a known heading is there because of the encoding: better evidence than any statistics."""
        return any(not column.heading.isascii() for column in self.found.columns.values())


def choose_dialect(path: Path, headings: Sequence[Heading], mapping: Mapping[str, str]) -> Dialect | None:
    """The encoding and the delimiter under which the most headings are known; None where none is, under any.

    Raises:
        InputError: the file is no text, not of a known encoding, or no CSV file under any delimiter; or the mapping
            names a field that there is not.
    """
    guesses = encodings(path)
    tried: list[Dialect] = []
    stumbles: list[InputError] = []
    for guess in guesses:
        stated = stated_delimiter(path, guess.name)
        for delimiter in DELIMITERS if stated is None else (stated,):
            try:
                top = list(islice(read_delimited(path, delimiter, guess.name), SEARCHED_ROWS))
            except InputError as error:  # what only a wrong delimiter stumbles over does not count
                stumbles.append(error)
                continue
            found = find_heading_row(top, headings, mapping)
            if found:
                tried.append(Dialect(encoding=guess, delimiter=delimiter, found=found, top=top))
    best = max(tried, key=lambda each: each.rank, default=None)
    if best is None and stumbles:
        raise stumbles[0]
    first = guesses[0]
    if not (best.encoding.plausible or best.has_chinese_headings if best else first.plausible):
        raise unreadable(path, first.offset)
    return best
