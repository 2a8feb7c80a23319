"""What is wrong with a list that a user has filled in: the first places, in one message."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from runner.errors import HeadingsError, InputError
from runner.text import Text

MOST_TOLD = 10
"""Lines of a message; what is more is counted."""


class Complaint(NamedTuple):
    """What is wrong with one cell, and what to do about it."""

    row: int
    cell: str
    """The address: `A12`."""
    what: Text


def refused(file: str, complaints: Collection[Complaint]) -> InputError:
    """The first complaints by their rows, a line each, and how many more there are."""
    told = sorted(complaints, key=lambda each: each.row)[:MOST_TOLD]
    more = len(complaints) - len(told)
    lines = [_LINE.format(cell=each.cell, what=each.what) for each in told]
    lines[0] = _FIRST.format(file=file, line=lines[0])
    if more:
        lines[-1] = _AND_MORE.format(line=lines[-1], count=f"{more:,}")
    return InputError("\n".join(line.en for line in lines), "\n".join(line.zh for line in lines))


@contextmanager
def own_headings(file: str, remedy: Text) -> Iterator[None]:
    """Says of headings that are not those which are wanted whose they are, and what to do about those of this list.

    Args:
        file: what it is called.
        remedy: else the user would be told to map them, as only those of the spreadsheet can be.
    """
    try:
        yield
    except HeadingsError as error:
        what = Text(*error.what)
        told = (_BY_ITSELF if file in what.en else _OF_FILE).format(file=file, what=what, remedy=remedy)
        raise InputError(told.en, told.zh) from error


_BY_ITSELF = Text("{what}. {remedy}", "{what}。{remedy}")
_OF_FILE = Text("{file}: {what}. {remedy}", "{file}：{what}。{remedy}")
_FIRST = Text("{file}, {line}", "{file} {line}")
_LINE = Text("{cell}: {what}", "{cell}：{what}")
_AND_MORE = Text("{line} (and {count} more)", "{line}（另有 {count} 处）")
