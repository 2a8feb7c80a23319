"""What of a run is behind it already when a process begins to send it."""

from collections.abc import Mapping

from runner.journal.database import Database
from runner.journal.ledger import RunRecord
from runner.outcome import State


def settled_before(database: Database, run: RunRecord, *, conflicts: bool) -> Mapping[State, int]:
    """How many of the requests that the run was to send are settled, by state.

    Args:
        database: the journal.
        run: a loaded run, whose lease the caller has.
        conflicts: whether it sends what was changed on both sides.

    Raises:
        JournalError: the journal cannot be read.
    """
    plans = ("drifted", "conflict" if conflicts else "drifted")
    rows = (
        database.execute(_UNPLANNED, (run.id,)) if run.terms is None else database.execute(_PLANNED, (run.id, *plans))
    )
    return {State(row["state"]): int(row["number"]) for row in rows.fetchall()}


def settled_after(
    database: Database, run: RunRecord, place: int, *, conflicts: bool
) -> tuple[Mapping[State, int], float | None]:
    """Of those that `settled_before` counts, those behind the first so many to be settled; and when the last one was.

    Args:
        database: the journal.
        run: as for `settled_before`.
        place: how many are passed over: whole waves, each of which was settled before the next was sent.
        conflicts: as for `settled_before`.

    Returns:
        How many, by state, and Unix seconds; None where there are none.

    Raises:
        JournalError: the journal cannot be read.
    """
    plans = ("drifted", "conflict" if conflicts else "drifted")
    if run.terms is None:
        rows = database.execute(_UNPLANNED_AFTER, (run.id, place)).fetchall()
    else:
        rows = database.execute(_PLANNED_AFTER, (run.id, *plans, place)).fetchall()
    last = max((row["last"] for row in rows), default=None)
    return {State(row["state"]): int(row["number"]) for row in rows}, last


_FROM_UNPLANNED = "FROM requests WHERE run = ? AND settled IS NOT NULL AND state <> 'not_sent'"
_FROM_PLANNED = """
FROM plans CROSS JOIN requests USING (run, ordinal) WHERE run = ? AND settled IS NOT NULL AND plan IN (?, ?)
"""
_COUNT = "SELECT state, count(*) AS number {of} GROUP BY state"
_COUNT_AFTER = """
SELECT state, count(*) AS number, max(settled) AS last
FROM (SELECT state, settled {of} ORDER BY settled, ordinal LIMIT -1 OFFSET ?) GROUP BY state
"""
_UNPLANNED, _PLANNED = _COUNT.format(of=_FROM_UNPLANNED), _COUNT.format(of=_FROM_PLANNED)
_UNPLANNED_AFTER, _PLANNED_AFTER = _COUNT_AFTER.format(of=_FROM_UNPLANNED), _COUNT_AFTER.format(of=_FROM_PLANNED)
