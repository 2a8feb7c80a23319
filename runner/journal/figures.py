"""Figures of a run for its report's overview: grouped by SQLite, so that no run is too large to be held."""

from collections.abc import Iterator
from dataclasses import dataclass

from runner.journal.as_if_ended import AS_IF_ENDED
from runner.journal.database import Database
from runner.journal.ledger import recorded_text
from runner.outcome import State
from runner.text import Text

MOST_FREQUENT = 10
"""Answers, or kinds of problems, that a run's overview tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Requests that came to the same, other than success."""

    state: State
    code: str
    message: Text | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistakes:
    """Problems of one code in one field, as the first one has it."""

    code: str
    heading: str
    """As the user wrote it, or the job's name of the field."""
    cell: str
    """Of the first one; empty where it is about no cell."""
    key: str
    """Of the first one's request."""
    message: Text
    remedy: Text
    count: int
    """Of problems; a request may have several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCount:
    """Attempts that were begun within one step of time."""

    step: int
    """From 0."""
    first: int
    """Each the first at its request."""
    retries: int


def frequent_answers(database: Database, run: int, limit: int) -> list[Answers]:
    """The most frequent answers of a run other than success, by state, code and message.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = database.execute(
        f"SELECT {AS_IF_ENDED} AS state,"  # noqa: S608 - our own words
        " code, message_en, message_zh, count(*) AS times"
        " FROM requests WHERE run = ? AND code IS NOT NULL AND requests.state <> 'succeeded'"
        " GROUP BY 1, 2, 3, 4 ORDER BY times DESC, min(ordinal) LIMIT ?",
        (run, limit),
    ).fetchall()
    return [
        Answers(
            state=State(row["state"]),
            code=row["code"],
            message=recorded_text(row["message_en"], row["message_zh"]),
            count=row["times"],
        )
        for row in rows
    ]


def mistakes(database: Database, run: int) -> Iterator[Mistakes]:
    """The problems of a run by code and field, those first that come first in the file.

    SQLite takes bare columns from the row that has the minimum, so all of them are of the first problem.

    Raises:
        JournalError: the journal cannot be read.
    """
    for row in database.stream(
        "SELECT kinds.*, ifnull(requests.key, '') AS key FROM ("
        " SELECT count(*) AS times, min(ordinal * 1000000 + place) AS first,"
        " coalesce(nullif(heading, ''), field) AS heading,"
        " run, ordinal, cell, problems.code, problems.message_en, problems.message_zh, remedy_en, remedy_zh"
        " FROM problems WHERE run = ? GROUP BY problems.code, field"
        ") AS kinds LEFT JOIN requests USING (run, ordinal) ORDER BY first",
        (run,),
    ):
        yield Mistakes(
            code=row["code"],
            heading=row["heading"],
            cell=row["cell"],
            key=row["key"],
            message=Text(row["message_en"], row["message_zh"]),
            remedy=Text(row["remedy_en"], row["remedy_zh"]),
            count=row["times"],
        )


def time_of_attempts(database: Database, run: int) -> tuple[float, float] | None:
    """When the first attempt of a run was begun, and the last one (Unix seconds); None where nothing was sent.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute(
        "SELECT min(started) AS first, max(started) AS last FROM attempts WHERE run = ?", (run,)
    ).fetchone()
    return None if row["first"] is None else (row["first"], row["last"])


def attempts_over_time(database: Database, run: int, *, since: float, width: float) -> list[AttemptCount]:
    """How many attempts were begun in each step of time in which there were any.

    Args:
        database: the journal.
        run: whose attempts.
        since: when the first step begins, in Unix seconds; no attempt is earlier.
        width: how long a step lasts, in seconds.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = database.execute(
        "SELECT CAST((started - ?) / ? AS INTEGER) AS step, sum(number = 1) AS first, sum(number > 1) AS retries"
        " FROM attempts WHERE run = ? GROUP BY 1 ORDER BY 1",
        (since, width, run),
    ).fetchall()
    return [AttemptCount(step=row["step"], first=row["first"], retries=row["retries"]) for row in rows]
