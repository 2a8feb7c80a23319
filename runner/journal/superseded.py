"""The order of runs: what a later run has sent under a key, or is sending, is not overwritten by an earlier run.

A run that compares before it sends, and found the key in sync, counts as having sent it: that is newer as well.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from runner.journal.database import Database
from runner.journal.family import later_corrections
from runner.journal.leases import SANDBOX
from runner.journal.reopening import REOPENED
from runner.journal.way_back import WAS_SENT
from runner.outcome import Outcome, State
from runner.text import Text

SUPERSEDED = "superseded"
"""The code of a request whose key a later run has sent, or is sending."""


@dataclass(frozen=True, slots=True)
class LaterRun:
    """A run that was begun later and goes to the same endpoint."""

    id: int
    name: str
    requests: int
    """Requests of the earlier run whose keys this one was the last to send."""


@dataclass(frozen=True, slots=True)
class Later:
    """The runs that were begun after a run and go to the same endpoint."""

    runs: tuple[int, ...]
    applying: tuple[int, ...]
    """Those of them that compare, and send what differs."""

    def without(self, runs: Collection[int]) -> "Later":
        """Return all but these."""
        return Later(*(tuple(run for run in each if run not in runs) for each in (self.runs, self.applying)))


def later_runs(database: Database, run: int) -> Later:
    """Return the runs that were begun after a run, go to the same endpoint and may have sent something.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = database.execute(_LATER, (run, SANDBOX)).fetchall()
    return Later(tuple(row["id"] for row in rows), tuple(row["id"] for row in rows if row["applies"]))


def superseding_runs(database: Database, run: int) -> list[LaterRun]:
    """Return the later runs, but for corrections, that keep a resumed run from sending requests; the latest first.

    Raises:
        JournalError: the journal cannot be read.
    """
    corrections = {each.id for each in later_corrections(database, run)}  # which take over what they have
    later = later_runs(database, run).without(corrections)
    if not later.runs:
        return []
    rows = database.execute(_SUPERSEDING.format(last=_last_of(later), reopened=REOPENED), (run,)).fetchall()
    return [LaterRun(row["id"], row["name"], row["requests"]) for row in rows]


def is_sent_by_others(database: Database, run: int, ordinal: int) -> bool:
    """Whether another run may have sent the key of a request to the same endpoint.

    Then the remote state may be another run's, and does not tell that the request was never applied.

    Raises:
        JournalError: the journal cannot be read.
    """
    return bool(database.execute(_BY_OTHERS, (run, ordinal, SANDBOX)).fetchone()[0])


def supersede(database: Database, run: int, later: Later, *, most: int | None, now: float) -> list[Outcome]:
    """Settle ready requests of a run whose keys later runs have sent, or are sending. Within a transaction.

    A request that may have been sent before is `unknown`, any other `not_sent`.

    Args:
        database: the journal.
        run: whose lease the caller has.
        later: see `later_runs`.
        most: how many ready requests are looked at, from the first one; None for all.
        now: Unix seconds.

    Returns:
        What was settled.
    """
    if not later.runs:
        return []
    words = (SUPERSEDED, _MESSAGE.en, _MESSAGE.zh, now)
    looked_at = -1 if most is None else most
    rows = database.execute(_SUPERSEDE.format(last=_last_of(later)), (*words, run, looked_at, run)).fetchall()
    return [_outcome(row) for row in rows]


def not_sent_later(later: Later) -> str:
    """Return the condition, in SQL, for a request that no later run has sent, to be added to others."""
    return f"AND {_last_of(later)} IS NULL " if later.runs else ""


def _last_of(later: Later) -> str:
    """Return the expression, in SQL, for the last of these runs that has sent the key of a request, or NULL."""
    runs, applying = (", ".join(map(str, each)) for each in (later.runs, later.applying))
    return _LAST.format(runs=runs, applying=applying, was_sent=WAS_SENT)


def _outcome(row: sqlite3.Row) -> Outcome:
    return Outcome(
        ordinal=row["ordinal"],
        key=row["key"],
        state=State(row["state"]),
        code=SUPERSEDED,
        message=Text(row["message_en"], row["message_zh"]),
        attempts=(),
        unclear=bool(row["unclear"]),
        held_back=True,
    )


_LATER = """
SELECT later.id, ifnull(json_extract(later.terms, '$.apply'), 0) AS applies
FROM runs AS mine JOIN runs AS later ON later.id > mine.id AND later.endpoint = mine.endpoint
WHERE mine.id = ? AND mine.endpoint <> ? AND later.state <> 'planned'
"""

_LAST = """(
    SELECT other.run FROM requests AS other INDEXED BY requests_by_key
    WHERE other.run IN ({runs}) AND other.key = requests.key
        AND ({was_sent} OR state = 'unchanged' AND other.run IN ({applying}))
    ORDER BY other.run DESC LIMIT 1
)"""

_BY_OTHERS = f"""
SELECT EXISTS (
    SELECT 1 FROM requests AS mine JOIN runs AS own ON own.id = mine.run
    JOIN runs AS others ON others.endpoint = own.endpoint AND others.id <> own.id AND others.state <> 'planned'
    WHERE mine.run = ? AND mine.ordinal = ? AND own.endpoint <> ? AND EXISTS (
        SELECT 1 FROM requests AS other INDEXED BY requests_by_key
        WHERE other.run = others.id AND other.key = mine.key AND {WAS_SENT}
    )
)
"""  # noqa: S608

_SUPERSEDE = """
UPDATE requests SET state = iif(unclear, 'unknown', 'not_sent'), code = ?,
    message_en = replace(?, '{{run}}', found.name), message_zh = replace(?, '{{run}}', found.name), settled = ?
FROM (
    SELECT ordinal, runs.name FROM (
        SELECT ordinal, {last} AS by FROM requests INDEXED BY requests_ready
        WHERE run = ? AND state = 'ready' ORDER BY ordinal LIMIT ?
    ) JOIN runs ON runs.id = by
) AS found
WHERE requests.run = ? AND requests.ordinal = found.ordinal
RETURNING requests.ordinal, requests.key, state, unclear, message_en, message_zh
"""

_SUPERSEDING = """
SELECT runs.id, runs.name, count(*) AS requests FROM (
    SELECT {last} AS by FROM requests
    WHERE run = ? AND (state IN ('ready', 'sending') OR {reopened})
) JOIN runs ON runs.id = by GROUP BY runs.id ORDER BY runs.id DESC
"""

_MESSAGE = Text(
    "Run {run}, which was begun later, has sent it; older values are not sent over newer ones",
    "之后开始的运行 {run} 已发送过，不会用旧值覆盖新值",
)
