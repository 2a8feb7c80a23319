"""What the journal knows of one key, over all runs."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from runner.change import Change
from runner.journal.as_if_ended import as_if_ended
from runner.journal.database import Database
from runner.journal.leases import IsGone, state_of
from runner.journal.ledger import recorded_text
from runner.journal.owner import is_gone as surely_gone
from runner.journal.plans import difference_of
from runner.outcome import RunState, State
from runner.plan import Plan, PlannedDifference
from runner.text import Text

Changes = Callable[[bytes, bytes], Iterable[Change]]
"""The fields in which two bodies differ; see `runner.job.Compares`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one run had to do with a key."""

    run: str
    job: str
    user: str
    """Empty in a run of an older version."""
    source: str
    sha256: str
    """Of the file that it came from; empty where it came from none."""
    started: float
    """Unix seconds, of the run; as `settled`."""
    settled: float | None
    state: State
    code: str | None
    message: Text | None
    attempts: int
    plan: Plan | None
    """None where nothing was compared."""
    run_state: RunState
    """Of the run."""
    undoes: str | None
    """The run that it takes back."""
    undone_by: str | None
    """The run that has taken this back, or may have."""
    compared: bool
    """Whether the changes are against what the vendor had; otherwise against what was applied last, for all that the
    journal knows."""
    changes: tuple[PlannedDifference, ...]

    @property
    def only_planned(self) -> bool:
        """Whether the run was to send nothing."""
        return self.run_state is RunState.PLANNED


@dataclass(frozen=True, slots=True)
class _Request:
    """A request of the key, and what came of it."""

    row: sqlite3.Row
    entry: Entry


def history_of(
    database: Database,
    key: str,
    changes: Changes,
    *,
    now: Callable[[], float] = time.time,
    is_gone: IsGone = surely_gone,
) -> list[Entry]:
    """The story of a key, the oldest run first. Costs a look at the index of each run.

    Args:
        database: the journal.
        key: as the job identifies requests.
        changes: tells what an update changed.
        now: Unix seconds.
        is_gone: whether the owner of a lease has surely ended.

    Raises:
        JournalError: the journal cannot be read.
    """
    with database.snapshot():
        rows = database.execute(_REQUESTS, (key,)).fetchall()
        rows.sort(key=lambda row: row["at"] or row["started"])  # a run may have been resumed after later ones
        found = [_Request(row, _entry(database, row, now=now(), is_gone=is_gone)) for row in rows]
        return [_with_others(each, found, changes) for each in found]


def _entry(database: Database, row: sqlite3.Row, *, now: float, is_gone: IsGone) -> Entry:
    at = (row["run"], row["ordinal"])
    code, message = row["code"], recorded_text(row["message_en"], row["message_zh"])
    state = as_if_ended(row)
    if state is State.INVALID and (problem := database.execute(_PROBLEM, at).fetchone()):
        code, message = problem["code"], Text(problem["message_en"], problem["message_zh"])
    return Entry(
        run=row["name"],
        job=row["job"],
        user=row["user"],
        source=row["source"],
        sha256=row["sha256"],
        started=row["started"],
        settled=row["settled"],
        state=state,
        code=code,
        message=message,
        attempts=row["attempts"],
        plan=Plan(row["plan"]) if row["plan"] else None,
        run_state=state_of(database, row["run"], row["run_state"], now=now, is_gone=is_gone),
        undoes=row["undone"],
        undone_by=None,
        compared=row["terms"] is not None,
        changes=tuple(difference_of(each) for each in database.execute(_DIFFERENCES, at)),
    )


def _with_others(own: _Request, story: Sequence[_Request], changes: Changes) -> Entry:
    """With what only the rest of the story tells."""
    entry = own.entry
    back = [each.entry.run for each in story if each.entry.undoes == entry.run and each.entry.state in _MAY_BE_APPLIED]
    if back and entry.state in _MAY_BE_APPLIED:
        entry = replace(entry, undone_by=back[-1])
    if not entry.compared and own.row["body"] and (before := _applied_before(own, story)):
        found = changes(before, own.row["body"])
        entry = replace(entry, changes=tuple(_as_difference(each) for each in found))
    return entry


def _applied_before(own: _Request, story: Sequence[_Request]) -> bytes | None:
    """The body that was applied last before a request was first sent, at the same place; None where nobody knows."""
    until = own.row["first_sent"]
    others = (
        [
            each
            for each in story
            if each is not own
            and (each.row["subject"], each.row["endpoint"]) == (own.row["subject"], own.row["endpoint"])
            and each.entry.state in {*_MAY_BE_APPLIED, State.UNCHANGED}
            and each.row["body"]
            and (each.row["at"] or 0.0) <= until
        ]
        if until is not None
        else []
    )
    last = max(others, key=lambda each: (each.row["at"] or 0.0, each.row["run"]), default=None)
    return last.row["body"] if last and last.entry.state is not State.UNKNOWN else None


def _as_difference(change: Change) -> PlannedDifference:
    return PlannedDifference(field=change.field, old=change.old, new=change.new, moved_by=None)


_MAY_BE_APPLIED = frozenset({State.SUCCEEDED, State.UNKNOWN})

_REQUESTS = """
SELECT runs.id AS run, name, job, subject, endpoint, user, source, sha256, started, terms, runs.state AS run_state,
    (SELECT undone.name FROM runs AS undone WHERE undone.id = runs.undoes) AS undone,
    requests.ordinal, requests.state, unclear, code, message_en, message_zh, attempts, first_sent, settled,
    coalesce(settled, first_sent) AS at, plan, body
FROM runs CROSS JOIN requests INDEXED BY requests_by_key ON requests.run = runs.id AND key = ?
    LEFT JOIN plans ON plans.run = runs.id AND plans.ordinal = requests.ordinal
    LEFT JOIN bodies ON bodies.run = runs.id AND bodies.ordinal = requests.ordinal
ORDER BY runs.id, requests.ordinal
"""
# CROSS: runs first, each by its index.

_PROBLEM = """
SELECT code, message_en, message_zh FROM problems WHERE run = ? AND ordinal = ? ORDER BY row, place LIMIT 1
"""

_DIFFERENCES = """
SELECT field, old, new, moved_by, ignored, rule FROM differences WHERE run = ? AND ordinal = ? ORDER BY place
"""
