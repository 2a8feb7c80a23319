"""Writes problems and notices: what was found out about requests while they were checked."""

from collections.abc import Iterable

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
