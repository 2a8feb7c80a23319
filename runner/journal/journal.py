"""The life of a run: opened, filled with requests, ended."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from random import Random
from time import gmtime, strftime

from runner.errors import JournalError
from runner.journal import findings
from runner.journal.content import ContentHash, content_of
from runner.journal.database import Database
from runner.journal.duplicates import Duplicates, reject_duplicates, supersede_duplicates
from runner.journal.leases import check
from runner.journal.new_run import Destination, NewRun
from runner.journal.owner import this_user
from runner.journal.reopening import has_more_to_send
from runner.journal.schema import TABLES_BY_REQUEST
from runner.journal.source_rows import add_source_rows, encode_headings
from runner.outcome import RunState, State, Stop
from runner.problem import Notice
from runner.request import Draft
from runner.tables.table import Row
from runner.text import Text, writable

_BATCH = 2_000

LEFT_OVER = Text(
    "Some requests are left that were not sent: this clock is off, or an earlier process stopped before them.",
    "仍有请求未发送：本机时钟有偏差，或此前的运行在其之前停止。",
)
"""Why a run is not done that nothing has stopped."""


class Journal:
    """Writes of a run what is not about sending; for that, see `Claims`. Reading is `Ledger`'s."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_run(self, new: NewRun, *, now: float, random: Random) -> tuple[int, str]:
        """Writes down a run that begins now; gives the journal's number of it, and the name for users.

        Raises:
            JournalError: it cannot be written.
        """
        name = f"{strftime('%Y%m%d-%H%M%S', gmtime(now))}-{random.randrange(16**4):04x}"
        with self._database.transaction():
            run = self._database.execute(
                "INSERT INTO runs (name, job, state, source, sha256, sheet, key_column, key_heading, endpoint, account,"
                " started, asked, headings, files_root, origin, subject, terms, user, deeds, rules, undoes)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    name,
                    new.job,
                    RunState.PLANNED,
                    new.source,
                    new.sha256,
                    new.sheet,
                    new.key_column,
                    new.key_heading,
                    new.destination.endpoint if new.destination else None,
                    new.destination.account if new.destination else None,
                    now,
                    writable(new.asked) if new.asked else None,
                    encode_headings(new.headings) if new.headings else None,
                    writable(new.files_root) if new.files_root else None,
                    new.origin,
                    new.subject or new.job,
                    new.terms,
                    writable(this_user()),
                    new.deeds,
                    new.rules,
                    new.undoes,
                ),
            ).lastrowid
        if run is None:
            raise JournalError("The journal did not take the run.", "运行记录未能写入本次运行。")
        return run, name

    @contextmanager
    def loading(self, new: NewRun, *, now: float, random: Random) -> Iterator[int]:
        """As `open_run`, for as long as the run is loaded: it is forgotten where that goes wrong.

        Raises:
            JournalError: it cannot be written.
        """
        run, _ = self.open_run(new, now=now, random=random)
        try:
            yield run
        except BaseException:
            self.discard(run)
            raise

    def fill(
        self,
        run: int,
        drafts: Iterable[Draft],
        *,
        duplicates: Duplicates = "error",
        rows_of: Callable[[Draft], Iterable[Row]] | None = None,
    ) -> None:
        """Writes down all requests of a run, in batches: `ready` or `invalid`; and what all that is ready comes to.

        Args:
            run: an open one.
            drafts: the requests, in input order.
            duplicates: where two have one key, whether both are invalid, or the last one counts and the others are no
                requests.
            rows_of: gives the rows that a draft came from, to be kept; is called once for each, in order.

        Raises:
            JournalError: they cannot be written.
        """
        content = ContentHash()
        numbered = enumerate(content.of_all(drafts), start=1)
        while batch := list(islice(numbered, _BATCH)):
            with self._database.transaction():
                self._add(run, batch)
                if rows_of:
                    groups = ((ordinal, rows_of(draft)) for ordinal, draft in batch)
                    add_source_rows(self._database, run, groups)
        with self._database.transaction():
            resolve = supersede_duplicates if duplicates == "last" else reject_duplicates
            some_are_not_sent = resolve(self._database, run)
            digest = content_of(self._database, run) if some_are_not_sent else content.digest
            self._database.execute("UPDATE runs SET content = ? WHERE id = ?", (digest, run))

    def mark_loaded(self, run: int, *, rows: int, seconds: float) -> None:
        """All rows of the input are in the journal, so the run may be sent.

        Raises:
            JournalError: it cannot be written.
        """
        with self._database.transaction():
            self._database.execute("UPDATE runs SET rows = ?, seconds = ? WHERE id = ?", (rows, seconds, run))

    def note(self, run: int, notices: Iterable[Notice]) -> None:
        """Writes down what is to be said about the input as a whole, beside what was said before.

        Raises:
            JournalError: it cannot be written.
        """
        with self._database.transaction():
            said = self._database.execute(
                "SELECT count(*) FROM notices WHERE run = ? AND ordinal = 0", (run,)
            ).fetchone()[0]
            findings.add_notices(self._database, run, [(0, said + 1, notices)])

    def redirect(self, run: int, destination: Destination | None) -> None:
        """Where the run goes from now on, None for nowhere; why it stopped is past.

        Raises:
            JournalError: it cannot be written.
        """
        with self._database.transaction():
            self._database.execute(
                "UPDATE runs SET endpoint = ?, account = ?, reason_en = NULL, reason_zh = NULL WHERE id = ?",
                (*((destination.endpoint, destination.account) if destination else (None, None)), run),
            )

    def discard(self, run: int) -> None:
        """Forgets a run of which nothing was sent.

        Raises:
            JournalError: it cannot be written.
        """
        with self._database.transaction():
            for table in (*TABLES_BY_REQUEST, "leases"):
                self._database.execute(f"DELETE FROM {table} WHERE run = ?", (run,))  # noqa: S608 - our own names
            self._database.execute("DELETE FROM runs WHERE id = ?", (run,))

    def end_run(self, run: int, *, stop: Stop | None, seconds: float, lease: int | None = None) -> RunState:
        """Writes down that a run is over, and gives whether it is done or stopped.

        What it did not get to is `not_sent` from now on, or `unknown` where an earlier process may have sent it. It is
        done if nothing is left that a resumed run would go on with, and only then: what stopped it may have come with
        the last request, and an earlier process may have stopped before some.

        Args:
            run: one that is being sent.
            stop: why it ended early, if it did.
            seconds: how long it took.
            lease: that whoever ends it has to hold; a process that was frozen would end a run that another one sends.

        Raises:
            LeaseLost: somebody else has taken the run over.
            JournalError: it cannot be written.
        """
        with self._database.transaction():
            if lease is not None:
                check(self._database, lease)
            self._database.execute(
                "UPDATE requests SET state = iif(unclear, ?, ?) WHERE run = ? AND state = ?",
                (State.UNKNOWN, State.NOT_SENT, run, State.READY),
            )
            stopped = has_more_to_send(self._database, run)
            reason = (stop.reason if stop else LEFT_OVER) if stopped else None
            state = RunState.STOPPED if stopped else RunState.DONE
            self._database.execute(
                "UPDATE runs SET state = ?, seconds = seconds + ?, reason_en = ?, reason_zh = ? WHERE id = ?",
                (
                    state,
                    seconds,
                    writable(reason.en) if reason else None,
                    writable(reason.zh) if reason else None,
                    run,
                ),
            )
        return state

    def set_state(self, run: int, state: RunState, *, lease: int | None = None) -> None:
        """Writes down where a run has got to; for `lease`, see `end_run`.

        Raises:
            LeaseLost: somebody else has taken the run over.
            JournalError: it cannot be written.
        """
        with self._database.transaction():
            if lease is not None:
                check(self._database, lease)
            self._database.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run))

    def add_seconds(self, run: int, seconds: float) -> None:
        """Writes down how long a phase of a run took.

        Raises:
            JournalError: it cannot be written.
        """
        with self._database.transaction():
            self._database.execute("UPDATE runs SET seconds = seconds + ? WHERE id = ?", (seconds, run))

    def keep_guards(self, run: int, guards: str) -> None:
        """Writes down the guards that a run is begun with, unless it was begun before.

        Args:
            run: one that is about to be sent.
            guards: JSON of whoever sends it.

        Raises:
            JournalError: it cannot be written.
        """
        with self._database.transaction():
            self._database.execute("UPDATE runs SET guards = ? WHERE id = ? AND guards IS NULL", (guards, run))

    def set_report(self, run: int, path: str | None) -> None:
        """Writes down where a run's report lies; None where there is none.

        Raises:
            JournalError: it cannot be written.
        """
        with self._database.transaction():
            self._database.execute("UPDATE runs SET report = ? WHERE id = ?", (path, run))

    def _add(self, run: int, numbered: Iterable[tuple[int, Draft]]) -> None:
        numbered = list(numbered)
        self._database.execute_many(
            "INSERT INTO requests (run, ordinal, key, rows, state) VALUES (?, ?, ?, ?, ?)",
            (
                (
                    run,
                    ordinal,
                    writable(draft.key),
                    _row_range(draft.rows),
                    State.INVALID if draft.body is None else State.READY,
                )
                for ordinal, draft in numbered
            ),
        )
        self._database.execute_many(
            "INSERT INTO bodies VALUES (?, ?, ?)",
            ((run, ordinal, draft.body) for ordinal, draft in numbered if draft.body),
        )
        findings.add_problems(
            self._database, run, ((ordinal, 1, draft.problems) for ordinal, draft in numbered if draft.problems)
        )
        findings.add_notices(
            self._database, run, ((ordinal, 1, draft.notices) for ordinal, draft in numbered if draft.notices)
        )
        self._database.execute_many(
            "INSERT INTO attachments VALUES (?, ?, ?, ?, ?)",
            (
                (run, ordinal, attachment.sha256, str(attachment.path), attachment.size)
                for ordinal, draft in numbered
                for attachment in draft.attachments
            ),
        )


def _row_range(rows: tuple[int, ...]) -> str:
    return str(rows[0]) if len(rows) == 1 else f"{rows[0]}-{rows[-1]}"
