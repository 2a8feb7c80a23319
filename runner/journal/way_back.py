"""What a run has sent and what it overwrote, and which runs took it back: where a way back begins and ends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runner.journal.as_if_ended import AS_IF_ENDED
from runner.journal.database import Database
from runner.journal.kept_files import attachments_of
from runner.journal.leases import IsGone, holder
from runner.outcome import RunState, State
from runner.request import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that was applied, or may have been."""

    ordinal: int
    key: str
    rows: tuple[int, ...]
    """The first and the last of them."""
    body: bytes
    """What was sent."""
    before: bytes | None
    """The remote state that it was sent over; None where that was not read."""
    attachments: tuple[Attachment, ...]
    """Whose tokens are in either."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """A run that takes another one back."""

    id: int
    name: str


def sent_requests(database: Database, run: int) -> Iterator[Sent]:
    """What a run has sent, or may have, in input order. Streams.

    Raises:
        JournalError: the journal cannot be read.
    """
    with_files = database.execute("SELECT EXISTS (SELECT 1 FROM attachments WHERE run = ?)", (run,)).fetchone()[0]
    for row in database.stream(_SENT, (run,)):
        first, _, last = row["rows"].partition("-")
        yield Sent(
            ordinal=row["ordinal"],
            key=row["key"],
            rows=(int(first), int(last or first)) if last else (int(first),),
            body=row["body"],
            before=row["before"],
            attachments=attachments_of(database, run, row["ordinal"]) if with_files else (),
        )


def sent_body(database: Database, run: int, key: str) -> bytes | None:
    """What a run has sent under a key, or may have; None for nothing.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute(_SENT_BODY, (run, key)).fetchone()
    return None if row is None else bytes(row["body"])


def has_sent(database: Database, run: int) -> bool:
    """Whether a run has sent anything, or may have.

    Raises:
        JournalError: the journal cannot be read.
    """
    return database.execute(_HAS_SENT, (run,)).fetchone() is not None


def never_sent(database: Database, run: int) -> Mapping[State, int]:
    """How many requests of a run were never sent, or were refused, by state.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = database.execute(_NEVER_SENT, (run,)).fetchall()
    return {State(row["ended"]): row["times"] for row in rows}


def undone_by(database: Database, run: int) -> WayBack | None:
    """The latest run that has begun to take a run back; None where none has sent anything of that.

    Raises:
        JournalError: the journal cannot be read.
    """
    found = database.execute("SELECT id, name FROM runs WHERE undoes = ? ORDER BY id DESC", (run,)).fetchall()
    return next((WayBack(row["id"], row["name"]) for row in found if has_sent(database, row["id"])), None)


def being_undone_by(database: Database, run: int, *, now: float, is_gone: IsGone) -> WayBack | None:
    """The latest run that is taking a run back, be it that it only reads yet, or was killed; None where none is.

    Raises:
        JournalError: the journal cannot be read.
    """
    for row in database.execute(
        "SELECT id, name, state FROM runs WHERE undoes = ? ORDER BY id DESC", (run,)
    ).fetchall():
        if row["state"] == RunState.RUNNING or holder(database, row["id"], now=now, is_gone=is_gone):
            return WayBack(row["id"], row["name"])
    return None


def undone_entirely_by(database: Database, run: int) -> WayBack | None:
    """The run that has taken back all that a run has sent, and was not taken back itself; None where there is none.

    Raises:
        JournalError: the journal cannot be read.
    """
    for row in database.execute(_ENTIRELY, (run,)).fetchall():
        if undone_by(database, row["id"]) is None:
            return WayBack(row["id"], row["name"])
    return None


def undone_run(database: Database, run: int) -> tuple[int, str] | None:
    """The run that a run takes back; None where it takes none back, or that one was deleted.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute(_UNDONE, (run,)).fetchone()
    return None if row is None else (row["id"], row["name"])


WAS_SENT = "(state IN ('succeeded', 'unknown', 'sending') OR state = 'ready' AND unclear)"
"""Of a request: whether it was applied, or may have been."""

_SENT = f"""
SELECT ordinal, key, rows, body, iif(plan IN ('drifted', 'conflict'), before, NULL) AS before
FROM requests JOIN bodies USING (run, ordinal) LEFT JOIN plans USING (run, ordinal)
WHERE run = ? AND {WAS_SENT} ORDER BY ordinal
"""  # noqa: S608 - our own names

_SENT_BODY = f"""
SELECT body FROM requests INDEXED BY requests_by_key JOIN bodies USING (run, ordinal)
WHERE run = ? AND key = ? AND {WAS_SENT}
"""  # noqa: S608 - our own names

_HAS_SENT = f"SELECT 1 FROM requests WHERE run = ? AND {WAS_SENT} LIMIT 1"  # noqa: S608 - our own names

_NEVER_SENT = f"""
SELECT {AS_IF_ENDED} AS ended, count(*) AS times FROM requests WHERE run = ? AND NOT {WAS_SENT} GROUP BY ended
"""  # noqa: S608 - our own names

_ENTIRELY = f"""
SELECT id, name FROM runs AS back
WHERE undoes = ?1 AND state = 'done'
    AND NOT EXISTS (SELECT 1 FROM requests WHERE run = back.id AND state NOT IN ('succeeded', 'unchanged'))
    AND (SELECT count(*) FROM requests WHERE run = back.id)
        = (SELECT count(*) FROM requests WHERE run = ?1 AND {WAS_SENT})
ORDER BY id DESC
"""  # noqa: S608 - our own names

_UNDONE = (
    "SELECT undone.id, undone.name FROM runs AS back JOIN runs AS undone ON undone.id = back.undoes WHERE back.id = ?"
)
