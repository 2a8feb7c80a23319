"""Deletes old runs. Nothing is deleted by itself, and never what can still be sent on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from runner.journal.database import Database
from runner.journal.leases import IsGone, holder, reserve
from runner.journal.schema import TABLES_BY_REQUEST

_BATCH = 10_000
"""Requests that are deleted in one transaction, so that whoever sends another run meanwhile need not wait for long."""

_LONGEST = 3_600.0
"""Seconds in which a run is surely deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRun:
    """A run that may be deleted."""

    id: int
    name: str
    requests: int


def old_runs(database: Database, *, before: float, now: float, is_gone: IsGone) -> list[OldRun]:
    """Runs that ended before that time, and plans made before it of which nothing was sent; the oldest first.

    Args:
        database: the journal.
        before: Unix seconds.
        now: Unix seconds.
        is_gone: whether the owner of a lease has surely ended.
    """
    found = database.execute(_OLD, (before, None)).fetchall()
    return [
        OldRun(id=row["id"], name=row["name"], requests=row["requests"])
        for row in found
        if holder(database, row["id"], now=now, is_gone=is_gone) is None
    ]


def delete_runs(
    database: Database, runs: Iterable[OldRun], *, owner: str, before: float, now: Callable[[], float], is_gone: IsGone
) -> list[OldRun]:
    """Deletes those of the runs that are still old runs, and gives them: somebody may have taken one up meanwhile.

    One that was deleted in part when the process ended is found again as an old run.

    Args:
        database: the journal.
        runs: old ones.
        owner: who deletes; see `runner.journal.owner`.
        before: as for `old_runs`.
        now: Unix seconds.
        is_gone: whether the owner of a lease has surely ended.

    Raises:
        JournalError: it cannot be written.
    """
    deleted = []
    for run in runs:
        if not _take(database, run, owner=owner, before=before, now=now(), is_gone=is_gone):
            continue
        for first, last in _stretches(database, run.id):
            with database.transaction():
                for table in TABLES_BY_REQUEST:
                    database.execute(
                        f"DELETE FROM {table} WHERE run = ? AND ordinal BETWEEN ? AND ?",  # noqa: S608 - our own names
                        (run.id, first, last),
                    )
        with database.transaction():
            database.execute("DELETE FROM leases WHERE run = ?", (run.id,))
            database.execute("DELETE FROM runs WHERE id = ?", (run.id,))
        deleted.append(run)
    return deleted


def _take(database: Database, run: OldRun, *, owner: str, before: float, now: float, is_gone: IsGone) -> bool:
    """Keeps everybody from sending an old run from now on; gives whether it still is one."""
    with database.transaction():
        is_old = database.execute(_OLD, (before, run.id)).fetchone() is not None
        if not is_old or holder(database, run.id, now=now, is_gone=is_gone):
            return False
        database.execute("UPDATE runs SET state = 'done' WHERE id = ?", (run.id,))  # none that `resume` would take
        database.execute("DELETE FROM leases WHERE run = ?", (run.id,))
        reserve(database, run.id, owner=owner, expires=now + _LONGEST)  # nor one that it took just now
    return True


def give_space_back(database: Database, *, now: float, is_gone: IsGone) -> bool:
    """Makes the file as small as what it holds. Gives whether it did: not while a run is being sent, which would wait.

    Raises:
        JournalError: it cannot be written; for a while it takes as much space again.
    """
    leases = database.execute("SELECT owner FROM leases WHERE expires > ?", (now,)).fetchall()
    if not all(is_gone(lease["owner"]) for lease in leases):
        return False
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True


def _stretches(database: Database, run: int) -> Iterator[tuple[int, int]]:
    """Ordinals from and to, from 0: that is where notices about the whole file are."""
    last = database.execute("SELECT ifnull(max(ordinal), 0) FROM requests WHERE run = ?", (run,)).fetchone()[0]
    for first in range(0, last + 1, _BATCH):
        yield first, first + _BATCH - 1


_OLD = """
SELECT id, name, (SELECT count(*) FROM requests WHERE run = runs.id) AS requests
FROM runs
WHERE state IN ('done', 'planned', 'abandoned') AND started + seconds < ?1 AND id = ifnull(?2, id)
    AND NOT EXISTS (SELECT 1 FROM requests WHERE run = runs.id AND settled >= ?1)
    AND NOT EXISTS (SELECT 1 FROM runs AS back WHERE back.undoes = runs.id AND back.state NOT IN ('done', 'abandoned'))
    AND (state = 'planned' OR NOT EXISTS (
        SELECT 1 FROM runs AS older
        WHERE older.id < runs.id AND older.endpoint = runs.endpoint
            AND older.state NOT IN ('done', 'abandoned', 'planned')
    ))
ORDER BY id
"""
# A run that was resumed ended later than it was begun and worked on. One that is being taken back is needed for that,
# and one that was begun after a run that can be resumed keeps that from overwriting newer values.
