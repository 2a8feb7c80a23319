"""The rows of the user's file as they stand there, so that those of a request can be given back to be corrected."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from runner.journal.database import Database
from runner.problem import Violation
from runner.tables.table import Cell, HeldBack, Misread, Row, Truth, WrittenHeading, shown
from runner.text import Text, writable

_WAS_TOLD = Violation("misread", Text("It could not be read", "无法读取"), Text("Type the value.", "请填写具体的值。"))
"""Of a cell that was given back: what was wrong with it in particular is among the request's problems."""


def add_source_rows(database: Database, run: int, groups: Iterable[tuple[int, Iterable[Row]]]) -> None:
    """Writes down the rows of requests, within a transaction.

    Args:
        database: the journal.
        run: whose they are.
        groups: ordinals of requests, and the rows that each came from.
    """
    database.execute_many(
        "INSERT INTO source_rows VALUES (?, ?, ?, ?)",
        ((run, ordinal, row.number, encode_cells(row.cells)) for ordinal, rows in groups for row in rows),
    )


def encode_headings(headings: Iterable[WrittenHeading]) -> str:
    """A heading row as JSON."""
    return writable(_encoded([(heading.text, heading.field) for heading in headings]))


def decode_headings(words: str) -> tuple[WrittenHeading, ...]:
    """The heading row that was encoded so."""
    return tuple(WrittenHeading(text, field) for text, field in json.loads(words))


def encode_cells(cells: Iterable[Cell]) -> str:
    """The cells as JSON: text, numbers and blanks as they are, all else as an object that says what it is."""
    return writable(_encoded(tuple(cells)))


def decode_cells(words: str) -> tuple[Cell, ...]:
    """The cells that were encoded so."""
    return tuple(map(_decoded, json.loads(words)))


def _tagged(cell: Cell) -> dict[str, object]:
    match cell:
        case HeldBack():
            return {"held_back": cell.cell}
        case Misread():
            return {"misread": cell.shown}
        case Truth():
            return {"truth": cell.value}
        case datetime():
            return {"datetime": cell.isoformat()}
        case date():
            return {"date": cell.isoformat()}
        case time():
            return {"time": cell.isoformat()}
        case timedelta():
            return {"seconds": cell.total_seconds()}
    raise TypeError(f"no cell holds a {type(cell).__name__}")


_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_tagged).encode

_KINDS: dict[str, Callable[..., Cell]] = {
    "held_back": lambda content: _held_back(_decoded(content)),
    "misread": lambda words: Misread(words, _WAS_TOLD),
    "truth": Truth,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda seconds: timedelta(seconds=seconds),
}


def _held_back(cell: Cell) -> HeldBack:
    return HeldBack(shown(cell), _WAS_TOLD, cell)


def _decoded(value: object) -> Cell:
    if isinstance(value, dict):
        [(kind, content)] = value.items()
        return _KINDS[kind](content)
    assert value is None or isinstance(value, str | int | float)
    return value
