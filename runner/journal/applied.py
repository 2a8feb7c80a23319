"""What the journal knows to have been applied last under a key: what the vendor has, if nobody else changed it."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runner.journal.database import Database
from runner.outcome import State

MOST_RUNS = 10
"""Runs that are searched for what a whole run has overwritten."""

TIMES_AS_MANY = 2
"""Rows of earlier runs that are looked into for each request, at most, before one run more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The last request of a key that may have changed what the vendor has."""

    id: int
    """The journal's number of its run."""
    run: str
    """The name of its run."""
    body: bytes
    base: bytes | None
    """What counts as applied last if it was: the body, but for fields that were left as the vendor had them. None where
    that is nothing."""
    certain: bool
    """Whether it was applied; otherwise it was sent, and nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A request that was applied, and what it overwrote."""

    ordinal: int
    body: bytes
    before: bytes | None
    """The body that was applied last before it was first sent; None where there is none, or nobody knows."""


class AppliedBefore:
    """Looks into the other runs that went where one goes."""

    def __init__(self, database: Database, run: int, *, since: int = 0) -> None:
        """Finds out which runs those are.

        Args:
            database: the journal.
            run: the one that asks.
            since: the first run that counts.

        Raises:
            JournalError: the journal cannot be read.
        """
        self._database = database
        self._run = run
        self._runs: Sequence[int] = [
            row["id"]
            for row in database.execute(
                "SELECT others.id FROM runs AS mine JOIN runs AS others USING (subject, endpoint)"
                " WHERE mine.id = ? AND others.id <> mine.id AND others.id >= ?"
                " AND (others.state <> 'planned' OR others.terms IS NOT NULL)"  # which may have found it there
                " ORDER BY others.id DESC",
                (run, since),
            )
        ]
        self._query = _over(self._runs, _LAST)
        self._all = _over(self._runs, _RECENT)

    def __bool__(self) -> bool:
        return bool(self._runs)

    def last(self, key: str) -> Applied | None:
        """The last request of the key that was applied, or may have been; None where no run had one.

        Raises:
            JournalError: the journal cannot be read.
        """
        row = self._database.execute(self._query, (key,)).fetchone()
        if row is None:
            return None
        return _applied(row)

    def recent(self, key: str) -> list[Applied]:
        """What was applied, or may have been, under the key: the latest first, down to what was for certain.

        Raises:
            JournalError: the journal cannot be read.
        """
        found: list[Applied] = []
        for row in self._database.execute(self._all, (key,)):
            found.append(_applied(row))
            if found[-1].certain:
                break
        return found

    def last_just_so(self) -> int:
        """How many of the run's requests that are ready were applied last, for certain, exactly as they are now.

        The latest runs only are looked into, which together have a few times as many requests, so that it takes less
        than a second for 100,000.

        Raises:
            JournalError: the journal cannot be read.
        """
        [ready] = self._database.execute(
            "SELECT count(*) FROM requests WHERE run = ? AND state = 'ready'", (self._run,)
        ).fetchone()
        runs, looked_into = list[int](), 0
        for run in self._runs:
            if looked_into > TIMES_AS_MANY * ready:
                break
            runs.append(run)
            [rows] = self._database.execute("SELECT ifnull(rows, 0) FROM runs WHERE id = ?", (run,)).fetchone()
            looked_into += rows
        return int(self._database.execute(_over(runs, _LAST_JUST_SO), (self._run,)).fetchone()[0])

    def updates(self) -> Iterator[Update]:
        """The run's own requests that succeeded, in input order. Streams, which is much faster than `last` for each.

        What they overwrote is looked for in the latest runs only: each costs a look for each request.

        Raises:
            JournalError: the journal cannot be read.
        """
        for row in self._database.stream(_over(self._runs[:MOST_RUNS], _UPDATES), (self._run,)):
            yield Update(ordinal=row["ordinal"], body=row["body"], before=row["before"])


def _applied(row: sqlite3.Row) -> Applied:
    body, base = row["body"], row["base"]
    certain = row["state"] in _CERTAIN
    return Applied(
        id=row["id"], run=row["name"], body=body, base=body if base is None else base or None, certain=certain
    )


def _over(runs: Sequence[int], query: str) -> str:
    """The query, in which `old` is a request of those runs that may have been applied; the latest one comes first."""
    return query.format(
        touched=_TOUCHED.format(runs=", ".join(map(str, runs))), order=_ORDER, latest=f"{_ORDER} LIMIT 1"
    )


_CERTAIN = frozenset({State.SUCCEEDED, State.UNCHANGED})

_TOUCHED = """old.run IN ({runs}) AND (
    old.state IN ('succeeded', 'unchanged', 'unknown', 'sending') OR old.state = 'ready' AND old.unclear
)"""
_ORDER = "coalesce(old.settled, old.first_sent) DESC NULLS FIRST"
# Of what a process was sending when it died, nobody knows when it was applied, if it was.

_RECENT = """
SELECT runs.id, runs.name, body, plans.base, old.state
FROM requests AS old INDEXED BY requests_by_key JOIN bodies USING (run, ordinal) JOIN runs ON runs.id = old.run
    LEFT JOIN plans USING (run, ordinal)
WHERE {touched} AND old.key = ? ORDER BY {order}
"""
_LAST = _RECENT.replace("{order}", "{latest}")

_UPDATES = """
SELECT mine.ordinal, bodies.body, (
    SELECT iif(old.state IN ('succeeded', 'unchanged'), old_bodies.body, NULL)
    FROM requests AS old INDEXED BY requests_by_key JOIN bodies AS old_bodies USING (run, ordinal)
    WHERE {touched} AND old.key = mine.key AND ifnull(coalesce(old.settled, old.first_sent) <= mine.first_sent, 1)
    ORDER BY {latest}
) AS before
FROM requests AS mine JOIN bodies USING (run, ordinal)
WHERE mine.run = ? AND mine.state = 'succeeded' ORDER BY mine.ordinal
"""
# What an earlier run has sent later, having been resumed, is not what this one has overwritten.

_LAST_JUST_SO = """
SELECT count(*) FROM (
    SELECT old.run, old.ordinal, old.key, old.state, max(ifnull(coalesce(old.settled, old.first_sent), 1e300))
    FROM requests AS old WHERE {touched} GROUP BY old.key
) AS last
    CROSS JOIN requests AS mine INDEXED BY requests_by_key ON mine.run = ? AND mine.key = last.key
    CROSS JOIN bodies AS own ON own.run = mine.run AND own.ordinal = mine.ordinal
    CROSS JOIN bodies ON bodies.run = last.run AND bodies.ordinal = last.ordinal
    LEFT JOIN plans ON plans.run = last.run AND plans.ordinal = last.ordinal
WHERE mine.state = 'ready' AND last.state IN ('succeeded', 'unchanged') AND coalesce(plans.base, bodies.body) = own.body
"""
# Of the columns beside a max(), SQLite gives those of the row that has it.
