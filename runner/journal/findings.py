"""Writes problems and notices: what was found out about requests while they were checked."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TypedDict

from runner.journal.database import Database
from runner.problem import Notice, Problem
from runner.text import writable


def add_problems(database: Database, run: int, groups: Iterable[tuple[int, int, Iterable[Problem]]]) -> None:
    """Writes down problems, within a transaction.

    Args:
        database: the journal.
        run: whose they are.
        groups: ordinals of requests, the place of the first problem among its request's, and the problems.
    """
    database.execute_many(
        "INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                run,
                ordinal,
                place,
                problem.row,
                problem.field,
                problem.heading and writable(problem.heading),
                problem.cell,
                writable(problem.value),
                problem.violation.code,
                writable(problem.violation.message.en),
                writable(problem.violation.message.zh),
                writable(problem.violation.remedy.en),
                writable(problem.violation.remedy.zh),
            )
            for ordinal, first_place, problems in groups
            for place, problem in enumerate(problems, start=first_place)
        ),
    )


def add_notices(database: Database, run: int, groups: Iterable[tuple[int, int, Iterable[Notice]]]) -> None:
    """Writes down notices, within a transaction; as `add_problems`, with 0 for the ordinal of the whole file."""
    database.execute_many(
        "INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                run,
                ordinal,
                place,
                notice.row,
                notice.field,
                notice.heading and writable(notice.heading),
                notice.cell,
                writable(notice.value),
                notice.code,
                writable(notice.message.en),
                writable(notice.message.zh),
            )
            for ordinal, first_place, notices in groups
            for place, notice in enumerate(notices, start=first_place)
        ),
    )


class AtKey(TypedDict):
    """The place of a problem or notice that is about a request as a whole."""

    row: int
    field: str
    heading: str
    cell: str
    value: str


def place_of_keys(database: Database, run: int) -> sqlite3.Row:
    """The column that holds a run's keys in the user's file, and its heading."""
    found: sqlite3.Row = database.execute("SELECT key_column, key_heading FROM runs WHERE id = ?", (run,)).fetchone()
    return found


def at_key(place: sqlite3.Row, request: sqlite3.Row) -> AtKey:
    """The key's cell in the first row of a request, given the place of its run's keys."""
    row = int(request["rows"].partition("-")[0])
    return {
        "row": row,
        "field": place["key_heading"],
        "heading": place["key_heading"],
        "cell": f"{place['key_column']}{row}" if place["key_column"] else "",
        "value": request["key"],
    }


def reject(database: Database, run: int, groups: Sequence[tuple[int, int, Iterable[Problem]]]) -> None:
    """Requests that were ready are invalid, with nothing left to be sent; for `groups`, see `add_problems`.

    Within a transaction.
    """
    add_problems(database, run, groups)
    own = [(run, ordinal) for ordinal, _, _ in groups]
    database.execute_many("UPDATE requests SET state = 'invalid' WHERE run = ? AND ordinal = ?", own)
    database.execute_many("DELETE FROM bodies WHERE run = ? AND ordinal = ?", own)
