"""Requests of one run that have one key: which of two updates is meant, nobody can tell unless the user says so."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal

from runner.journal.database import Database
from runner.journal.findings import add_notices, at_key, place_of_keys, reject
from runner.journal.schema import TABLES_BY_REQUEST
from runner.outcome import State
from runner.problem import Notice, Problem, Violation
from runner.text import Text

Duplicates = Literal["error", "last"]
"""Whether all requests of one key are invalid, or the last one counts."""

DUPLICATE_KEY = "duplicate-key"
"""The code of a request whose key another one has as well."""


def reject_duplicates(database: Database, run: int) -> bool:
    """None of them is sent. Gives whether there were any. Within a transaction."""
    return _reject(database, run, place_of_keys(database, run), _twins(database, run))


def _reject(database: Database, run: int, place: sqlite3.Row, groups: Iterable[list[sqlite3.Row]]) -> bool:
    found = [(twin, twins[index - 1] if index else twins[1]) for twins in groups for index, twin in enumerate(twins)]
    reject(
        database,
        run,
        [
            (
                twin["ordinal"],
                (twin["problems"] or 0) + 1,
                [Problem(**at_key(place, twin), violation=_duplicate(twin["key"], other["rows"]))],
            )
            for twin, other in found
        ],
    )
    return bool(found)


def supersede_duplicates(database: Database, run: int) -> bool:
    """The last one is the request; it carries a notice about each of the others. Gives whether there were any.

    Within a transaction.

    Where one of them has problems, none is sent: what it was meant to be, and whether the last one is all of it, nobody
    can tell.
    """
    place = place_of_keys(database, run)
    found = False
    for twins in _twins(database, run):
        found = True
        if any(twin["state"] == State.INVALID for twin in twins):
            _reject(database, run, place, [twins])
            continue
        *others, last = twins
        for twin in others:
            for table in TABLES_BY_REQUEST:
                database.execute(
                    f"DELETE FROM {table} WHERE run = ? AND ordinal = ?",  # noqa: S608 - our own names
                    (run, twin["ordinal"]),
                )
        superseded = [
            Notice(
                code="superseded",
                message=_SUPERSEDED.format(key=twin["key"], rows=twin["rows"], last=last["rows"]),
                **at_key(place, twin),
            )
            for twin in others
        ]
        add_notices(database, run, [(last["ordinal"], (last["notices"] or 0) + 1, superseded)])
    return found


def _twins(database: Database, run: int) -> Iterator[list[sqlite3.Row]]:
    """The requests of each key that several have, in input order."""
    rows = database.execute(
        "SELECT key, ordinal, rows, state,"
        " (SELECT max(place) FROM problems WHERE problems.run = requests.run"
        " AND problems.ordinal = requests.ordinal) AS problems,"
        " (SELECT max(place) FROM notices WHERE notices.run = requests.run"
        " AND notices.ordinal = requests.ordinal) AS notices"
        " FROM requests WHERE run = ? AND key IN"
        " (SELECT key FROM requests WHERE run = ? AND key <> '' GROUP BY key HAVING count(*) > 1)"
        " ORDER BY key, ordinal",
        (run, run),
    ).fetchall()
    for _, twins in groupby(rows, key=lambda row: row["key"]):
        yield list(twins)


def _duplicate(key: str, other_rows: str) -> Violation:
    return Violation(
        DUPLICATE_KEY,
        Text(
            f"{key} is also in row {other_rows}, as a request of its own",
            f"{key} 在第 {other_rows} 行也出现，且不与本处连续",
        ),
        Text(
            "Keep one of them, or take the last one with --duplicates last; rows of one request must stand directly "
            "below each other.",
            "请只保留一处，或用 --duplicates last 以最后一处为准；同一请求的各行必须上下相邻。",
        ),
    )


_SUPERSEDED = Text(
    "{key} comes again in row {last}, which counts; row {rows} is not sent",
    "{key} 在第 {last} 行再次出现，以该处为准；第 {rows} 行不发送",
)
