"""The journal's reading side: runs, counts, and each request as a stream."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from runner.errors import InputError
from runner.journal.as_if_ended import as_if_ended
from runner.journal.database import Database
from runner.journal.leases import IsGone, state_of
from runner.journal.owner import is_gone as surely_gone
from runner.journal.plans import left_as_it_is, plan_counts, unread
from runner.journal.reopening import count_left
from runner.journal.source_rows import decode_headings
from runner.outcome import ENDED_EARLY, FINAL_STATES, RunState, State
from runner.plan import NOT_AS_WANTED, Plan
from runner.tables.table import WrittenHeading
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run, as the journal knows it."""

    id: int
    name: str
    job: str
    state: RunState
    source: str
    sha256: str
    """Of the file; empty where it came from none."""
    sheet: str | None
    key_heading: str
    asked: str | None
    """The command, as it could be typed; None in a run of an older version."""
    headings: tuple[WrittenHeading, ...]
    """Of the file, from column A on; none where its rows are not kept."""
    files_root: str | None
    """The folder of the files that its cells name; None in a run of an older version."""
    origin: str | None
    """The name of the run whose corrections it is."""
    endpoint: str | None
    account: str | None
    started: float
    """Unix seconds."""
    seconds: float
    rows: int
    reason: Text | None
    report: str | None
    counts: Mapping[State, int]
    """Of requests; every final state is there, and they add up to all requests."""
    attempts: int
    open: int
    """Requests that are ready to be sent."""
    remaining: int
    """Requests that were not settled when a run ended early, or was abandoned; 0 of all others."""
    user: str
    """Who ran it; empty in a run of an older version."""
    deeds: str | None
    """See `NewRun.deeds`."""
    undoes: str | None
    """The name of the run that it takes back."""
    terms: str | None
    """How it compares with the remote state; None where it does not."""
    guards: str | None
    """When it stops because too much goes wrong; see `Journal.keep_guards`."""
    plan: Mapping[Plan, int] | None
    """How many requests have which plan, every word included; None of a run that plans nothing."""
    left: int
    """Requests that are not as the user wants them at the vendor's, and of which nothing was sent."""
    unread: int
    """Requests that are to be compared, and were not yet."""

    @property
    def is_plan(self) -> bool:
        """Whether all of it was compared, and it waits for somebody to apply it."""
        return self.terms is not None and self.state is RunState.PLANNED and not self.unread

    @property
    def requests(self) -> int:
        """How many requests the run has."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A request and what became of it."""

    ordinal: int
    key: str
    rows: str
    """`12` or `12-14`."""
    state: State
    code: str | None
    message: Text | None
    attempts: int
    first_sent: float | None
    """Unix seconds, as `settled`."""
    settled: float | None
    problems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedProblem:
    """A problem and the request that it kept from being sent."""

    ordinal: int
    """Of the request."""
    key: str
    row: int
    field: str
    heading: str
    cell: str
    value: str
    code: str
    message: Text
    remedy: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedNotice:
    """A notice, and the request that it is about."""

    key: str
    """Empty where it is about the whole file, as `heading` and `value` may be."""
    of_file: bool
    """Whether it is about the whole file."""
    row: int | None
    heading: str
    cell: str
    value: str
    code: str
    message: Text


_RUNS = """
SELECT id, name, job, state, source, sha256, sheet, key_heading, asked, headings, files_root, origin, user, deeds,
    undoes, endpoint, account, started, seconds, rows, reason_en, reason_zh, report, terms, guards
FROM runs
"""
# Not its rules, which may be long and are wanted by few: see `runner.journal.same_rules`.


class Ledger:
    """Reads the journal. What has not ended counts as what it would be if the program ended now."""

    def __init__(
        self, database: Database, *, now: Callable[[], float] = time.time, is_gone: IsGone = surely_gone
    ) -> None:
        """Takes the journal, the clock (Unix seconds), and who tells whether the owner of a lease has surely ended."""
        self._database = database
        self._now = now
        self._is_gone = is_gone

    @property
    def database(self) -> Database:
        """The journal, for queries that are files of their own."""
        return self._database

    def snapshot(self) -> AbstractContextManager[None]:
        """All that is read meanwhile is of one moment.

        Raises:
            JournalError: it cannot be read.
        """
        return self._database.snapshot()

    def run(self, run: int) -> RunRecord:
        """One run.

        Raises:
            InputError: the journal has no such run.
        """
        row = self._database.execute(f"{_RUNS} WHERE id = ?", (run,)).fetchone()
        if row is None:
            raise InputError(f"The journal has no run {run}.", f"运行记录中没有运行 {run}。")
        return self._record(row)

    def runs(self) -> Iterator[RunRecord]:
        """All runs, the latest first."""
        for row in self._database.execute(f"{_RUNS} ORDER BY id DESC").fetchall():
            yield self._record(row)

    def results(self, run: int) -> Iterator[Result]:
        """A run's requests in input order. Streams."""
        for row in self._database.stream(
            "SELECT ordinal, key, rows, state, unclear, code, message_en, message_zh, attempts, first_sent, settled,"
            " (SELECT count(*) FROM problems WHERE problems.run = requests.run AND problems.ordinal = requests.ordinal)"
            " AS problems FROM requests WHERE run = ? ORDER BY ordinal",
            (run,),
        ):
            yield Result(
                ordinal=row["ordinal"],
                key=row["key"],
                rows=row["rows"],
                state=as_if_ended(row),
                code=row["code"],
                message=recorded_text(row["message_en"], row["message_zh"]),
                attempts=row["attempts"],
                first_sent=row["first_sent"],
                settled=row["settled"],
                problems=row["problems"],
            )

    def problems(self, run: int) -> Iterator[RecordedProblem]:
        """A run's problems, in input order. Streams."""
        for row in self._database.stream(
            "SELECT requests.key, problems.* FROM problems JOIN requests USING (run, ordinal)"
            " WHERE run = ? ORDER BY ordinal, problems.row, place",
            (run,),
        ):
            yield RecordedProblem(
                ordinal=row["ordinal"],
                key=row["key"],
                row=row["row"],
                field=row["field"],
                heading=row["heading"] or row["field"],
                cell=row["cell"],
                value=row["value"],
                code=row["code"],
                message=Text(row["message_en"], row["message_zh"]),
                remedy=Text(row["remedy_en"], row["remedy_zh"]),
            )

    def notices(self, run: int) -> Iterator[RecordedNotice]:
        """A run's notices: about the file, then in input order. Streams."""
        for row in self._database.stream(
            "SELECT requests.key, notices.* FROM notices LEFT JOIN requests USING (run, ordinal)"
            " WHERE notices.run = ? ORDER BY notices.ordinal, place",
            (run,),
        ):
            yield RecordedNotice(
                key=row["key"] or "",
                of_file=row["ordinal"] == 0,
                row=row["row"],
                heading=row["heading"] or row["field"],
                cell=row["cell"],
                value=row["value"],
                code=row["code"],
                message=Text(row["message_en"], row["message_zh"]),
            )

    def _name_of(self, run: int) -> str | None:
        row = self._database.execute("SELECT name FROM runs WHERE id = ?", (run,)).fetchone()
        return row["name"] if row else None  # it may have been deleted since

    def _record(self, row: sqlite3.Row) -> RunRecord:
        counts: dict[State, int] = dict.fromkeys(FINAL_STATES, 0)
        attempts = ready = 0
        for part in self._database.execute(
            "SELECT state, unclear, count(*) AS times, sum(attempts) AS attempts FROM requests WHERE run = ?"
            " GROUP BY state, unclear",
            (row["id"],),
        ).fetchall():
            counts[as_if_ended(part)] += part["times"]
            attempts += part["attempts"]
            ready += part["times"] if part["state"] == State.READY else 0
        plan = plan_counts(self._database, row["id"]) if row["terms"] else None
        state = state_of(self._database, row["id"], row["state"], now=self._now(), is_gone=self._is_gone)
        told = state in ENDED_EARLY or state is RunState.ABANDONED
        return RunRecord(
            id=row["id"],
            name=row["name"],
            job=row["job"],
            state=state,
            source=row["source"],
            sha256=row["sha256"],
            sheet=row["sheet"],
            key_heading=row["key_heading"],
            asked=row["asked"],
            headings=decode_headings(row["headings"]) if row["headings"] else (),
            files_root=row["files_root"],
            origin=self._name_of(row["origin"]) if row["origin"] else None,
            user=row["user"],
            deeds=row["deeds"],
            undoes=self._name_of(row["undoes"]) if row["undoes"] else None,
            endpoint=row["endpoint"],
            account=row["account"],
            started=row["started"],
            seconds=row["seconds"],
            rows=row["rows"] or 0,
            reason=recorded_text(row["reason_en"], row["reason_zh"]),
            report=row["report"],
            counts=counts,
            attempts=attempts,
            open=ready,
            remaining=count_left(self._database, row["id"]) if told else 0,
            terms=row["terms"],
            guards=row["guards"],
            plan=plan,
            left=left_as_it_is(self._database, row["id"]) if plan and any(plan[word] for word in NOT_AS_WANTED) else 0,
            unread=unread(self._database, row["id"]) if plan and state is not RunState.DONE else 0,
        )


def recorded_text(en: str | None, zh: str | None) -> Text | None:
    """A text whose Chinese is left out where it is the same."""
    return None if en is None else Text(en, zh if zh is not None else en)
