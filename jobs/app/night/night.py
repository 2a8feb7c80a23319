"""How one reconciliation went, for those who are told."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jobs.app.exit_codes import ExitCode, night_exit_code
from jobs.app.ignored import said_of_ignored
from jobs.app.night.lines import Line, most_important
from jobs.recallflow.names import RECONCILE
from runner.endpoint import normal_endpoint
from runner.errors import JournalError
from runner.journal.database import Database
from runner.journal.ledger import Ledger, RunRecord
from runner.outcome import FINAL_STATES, State
from runner.plan import Plan
from runner.text import Text

MOST_NIGHTS = 100
"""That are looked back at: each is counted, which takes its time where no night has ever been as wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One of them."""

    run: str | None
    """Its name; None where nothing was started."""
    job: str
    source: str
    """The file, as it was named."""
    exit_code: int
    plan: Mapping[Plan, int]
    """How many requests have which plan; every word is there."""
    counts: Mapping[State, int]
    """How many requests are in which state; every final one is there."""
    started: float
    """Unix seconds."""
    seconds: float
    ended: float
    """Unix seconds. More than `seconds` after its start where it was stopped and went on later."""
    reason: Text | None
    """Why it ended early, or was not started."""
    lines: tuple[Line, ...]
    """The most important requests."""
    more: int
    """How many more requests have lines."""
    before: int | None
    """The exit code of the night before, of the same job, file and endpoint; None where there was none."""
    last_success: float | None
    """Unix seconds: the end of the latest such night, this one included, with exit code 0."""
    ignored: tuple[Text, ...] = ()
    """What is to be said of the ignore list: of lines that hold no longer."""


def night_of(database: Database, run: int, exit_code: int) -> Night:
    """A night that has ended, from the journal.

    Args:
        database: the journal.
        run: the journal's number of it.
        exit_code: what it came to.

    Raises:
        InputError: the journal has no such run.
        JournalError: it cannot be read.
    """
    with database.snapshot():
        record = Ledger(database).run(run)
        ended = _end(database, record)
        lines, more = most_important(database, run)
        nights = _nights(database, record.job, record.source, record.endpoint)
        good = exit_code == ExitCode.AS_WANTED
        before, last_success = _looking_back(database, nights, run, last_success=ended if good else None)
        ignored = said_of_ignored(database, run)
    return Night(
        run=record.name,
        job=record.job,
        source=record.source,
        exit_code=exit_code,
        plan=record.plan if record.plan is not None else dict.fromkeys(Plan, 0),
        counts=record.counts,
        started=record.started,
        seconds=record.seconds,
        ended=ended,
        reason=record.reason,
        lines=lines,
        more=more,
        before=before,
        last_success=last_success,
        ignored=ignored,
    )


def night_not_started(
    source: str,
    reason: Text,
    exit_code: int,
    journal: Path | None,
    *,
    job: str = RECONCILE,
    endpoint: str | None = None,
    clock: Callable[[], float] = time.time,
) -> Night:
    """A night on which nothing was started.

    Args:
        source: the file, as it was named.
        reason: why.
        exit_code: what the program came to.
        journal: where the nights before are, if it can be known; one that cannot be read knows of none.
        job: the name of the job.
        endpoint: where it would have gone; None where nights that went anywhere count.
        clock: tells the unix time.
    """
    now = clock()
    before: int | None = None
    last_success: float | None = None
    if journal is not None:
        try:
            with Database(journal, to_read=True) as database, database.snapshot():
                place = normal_endpoint(endpoint) if endpoint else None
                nights = _nights(database, job, source, place, anywhere=endpoint is None)
                before, last_success = _looking_back(database, nights)
        except JournalError:  # it may be the very reason
            before = last_success = None
    return Night(
        run=None,
        job=job,
        source=source,
        exit_code=exit_code,
        plan=dict.fromkeys(Plan, 0),
        counts=dict.fromkeys(FINAL_STATES, 0),
        started=now,
        seconds=0,
        ended=now,
        reason=reason,
        lines=(),
        more=0,
        before=before,
        last_success=last_success,
    )


def _nights(
    database: Database, job: str, source: str, endpoint: str | None, *, anywhere: bool = False
) -> Iterator[RunRecord]:
    """The latest nights of a job, the last one first, each counted only when it is asked for."""
    ledger = Ledger(database)
    runs = database.execute(
        "SELECT id FROM runs WHERE job = ? AND source = ? AND (? OR endpoint IS ?) ORDER BY id DESC LIMIT ?",
        (job, source, anywhere, endpoint, MOST_NIGHTS),
    ).fetchall()
    for row in runs:
        yield ledger.run(row["id"])


def _looking_back(
    database: Database, nights: Iterator[RunRecord], run: int | None = None, *, last_success: float | None = None
) -> tuple[int | None, float | None]:
    """The exit code of the latest night before a run, and the end of the latest one with exit code 0, if not given."""
    before: int | None = None
    for record in nights:
        if record.id == run:
            continue
        code = night_exit_code(record, None)
        if before is None and (run is None or record.id < run):
            before = code
        if last_success is None and code == ExitCode.AS_WANTED:
            last_success = _end(database, record)
        if before is not None and last_success is not None:
            break
    return before, last_success


def _end(database: Database, record: RunRecord) -> float:
    """When it was over: a run that went on after a stop has taken less time than has passed."""
    last = database.execute(
        "SELECT max((SELECT ifnull(max(settled), 0) FROM requests WHERE run = ?),"
        " (SELECT ifnull(max(read), 0) FROM plans WHERE run = ?))",
        (record.id, record.id),
    ).fetchone()[0]
    return max(record.started + record.seconds, float(last))
