"""What is planned for the requests of a run: written as they are read, and streamed for whoever shows it."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from runner.journal.as_if_ended import AS_IF_ENDED
from runner.journal.batches import batches
from runner.journal.database import Database
from runner.journal.kept_files import attachments_of
from runner.outcome import State
from runner.plan import MovedBy, Plan, Planned, PlannedDifference
from runner.request import Attachment
from runner.text import Text, writable


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """A request, and what is planned for it."""

    ordinal: int
    key: str
    rows: str
    """`12` or `12-14`."""
    state: State
    plan: Plan
    before: bytes | None
    """The remote state, in the form of a body; None where there is none, or where it is as wanted."""
    differences: tuple[PlannedDifference, ...]
    never_sent: bool = False
    """Whether it is not to be sent, whoever asks: it is a conflict of a run that takes another one back."""


def add_plans(database: Database, run: int, planned: Iterable[tuple[int, Planned]], *, now: float) -> None:
    """Writes down what is planned, by ordinal. Within a transaction.

    Raises:
        JournalError: it cannot be written.
    """
    planned = list(planned)
    lines = [(run, ordinal, each.plan, each.before, each.base, now) for ordinal, each in planned]
    for rows, values in batches(lines):
        database.execute(f"INSERT INTO plans (run, ordinal, plan, before, base, read) {rows}", values)
    database.execute_many(
        "INSERT INTO differences VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (run, ordinal, place, each.field, _json(each.old), _json(each.new), each.moved_by, each.ignored, each.rule)
            for ordinal, of_one in planned
            for place, each in enumerate(of_one.differences, start=1)
        ),
    )


def record_plans(database: Database, run: int, planned: Iterable[tuple[int, Planned]], *, now: float) -> None:
    """Writes down what is planned, by ordinal: all of it or nothing.

    Raises:
        JournalError: it cannot be written.
    """
    with database.transaction():
        add_plans(database, run, planned, now=now)


def plan_counts(database: Database, run: int) -> Mapping[Plan, int]:
    """How many requests of a run have which plan; every word is there.

    Raises:
        JournalError: the journal cannot be read.
    """
    counts = dict.fromkeys(Plan, 0)
    for row in database.execute("SELECT plan, count(*) AS times FROM plans WHERE run = ? GROUP BY plan", (run,)):
        counts[Plan(row["plan"])] = row["times"]
    return counts


def left_as_it_is(database: Database, run: int) -> int:
    """How many requests of a run are not as wanted at the vendor's, for all that is known, and were not sent.

    Raises:
        JournalError: the journal cannot be read.
    """
    return int(database.execute(_LEFT, (run,)).fetchone()[0])


def rules_of(database: Database, run: int) -> list[str]:
    """The rules that have wanted a change in a run, by name.

    Raises:
        JournalError: the journal cannot be read.
    """
    found = database.execute("SELECT DISTINCT rule FROM differences WHERE run = ? AND rule IS NOT NULL", (run,))
    return sorted({rule for row in found for rule in row["rule"].split(", ")})


def unread(database: Database, run: int) -> int:
    """How many requests of a run are to be compared, and were not yet.

    Raises:
        JournalError: the journal cannot be read.
    """
    return int(database.execute(_UNREAD, (run,)).fetchone()[0])


def remarks(database: Database, run: int, *, most: int) -> list[tuple[Text, int]]:
    """What is said most often of requests that are as wanted, and how often; at most so many.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = database.execute(_REMARKS, (run, most)).fetchall()
    return [(Text(row["message_en"], row["message_zh"] or row["message_en"]), row["times"]) for row in rows]


def wanted_bodies(database: Database, run: int) -> Iterator[bytes]:
    """The bodies of a run's requests, in input order. Streams.

    Raises:
        JournalError: the journal cannot be read.
    """
    for row in database.stream("SELECT body FROM bodies WHERE run = ? ORDER BY ordinal", (run,)):
        yield row["body"]


def wanted_of(database: Database, run: int, ordinal: int) -> tuple[bytes, tuple[Attachment, ...]]:
    """What is wanted of a request that was planned, and the files whose tokens are in it.

    Raises:
        JournalError: the journal cannot be read.
    """
    [wanted] = database.execute(_WANTED, (run, ordinal)).fetchone()
    return wanted, attachments_of(database, run, ordinal)


def planned_requests(database: Database, run: int, *, unchanged: bool = False) -> Iterator[PlannedRequest]:
    """The requests of a run for which something is planned, in input order. Streams.

    Args:
        database: the journal.
        run: the journal's number of it.
        unchanged: whether those are wanted as well that are as wanted.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = database.stream(_PLANNED, (run, unchanged))
    for _, lines in groupby(rows, key=itemgetter("ordinal")):
        row, *further = lines
        yield PlannedRequest(
            ordinal=row["ordinal"],
            key=row["key"],
            rows=row["rows"],
            state=State(row["state"]),
            plan=Plan(row["plan"]),
            before=row["before"],
            never_sent=bool(row["never_sent"]),
            differences=tuple(difference_of(line) for line in (row, *further) if line["field"] is not None),
        )


def difference_of(row: sqlite3.Row) -> PlannedDifference:
    """A row of `differences`, all of it."""
    return PlannedDifference(
        field=row["field"],
        old=json.loads(row["old"]),
        new=json.loads(row["new"]),
        moved_by=MovedBy(row["moved_by"]) if row["moved_by"] else None,
        ignored=row["ignored"],
        rule=row["rule"],
    )


def _json(value: object) -> str:
    return writable(json.dumps(value, ensure_ascii=False))


_WANTED = """
SELECT coalesce(wanted, body) FROM bodies JOIN plans USING (run, ordinal) WHERE run = ? AND ordinal = ?
"""

_REMARKS = """
SELECT message_en, message_zh, count(*) AS times FROM requests
WHERE run = ? AND state = 'unchanged' AND message_en IS NOT NULL GROUP BY message_en ORDER BY times DESC LIMIT ?
"""

_LEFT = """
SELECT count(*) FROM plans JOIN requests USING (run, ordinal)
WHERE run = ? AND plan IN ('drifted', 'conflict', 'missing', 'locked')
    AND (state = 'not_sent' OR state = 'ready' AND NOT unclear OR state = 'invalid' AND EXISTS (
        SELECT 1 FROM differences WHERE differences.run = plans.run AND differences.ordinal = plans.ordinal
    ))
"""

_UNREAD = """
SELECT count(*) FROM requests LEFT JOIN plans USING (run, ordinal)
WHERE run = ? AND plan IS NULL AND state IN ('ready', 'not_sent')
"""

_PLANNED = f"""
SELECT ordinal, key, rows, {AS_IF_ENDED} AS state, plan, before, field, old, new, moved_by, ignored,
    rule, plan = 'conflict' AND EXISTS (SELECT 1 FROM runs WHERE id = plans.run AND undoes IS NOT NULL) AS never_sent
FROM plans JOIN requests USING (run, ordinal) LEFT JOIN differences USING (run, ordinal)
WHERE plans.run = ? AND (? OR plan <> 'unchanged') ORDER BY ordinal, place
"""  # noqa: S608 - our own names
