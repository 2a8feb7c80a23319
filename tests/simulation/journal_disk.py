"""The real journal on SQLite in memory, shared by the simulated processes; a write may crash its process, or fail."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import cache
from random import Random
from typing import Any, TypeVar

from runner.errors import JournalError
from runner.journal.database import Database, Parameters
from runner.journal.schema import TABLES
from tests.simulation.stepped_loop import SteppedLoop

T = TypeVar("T")

Change = tuple[Any, ...]
"""What a trigger saw: `request`, its ordinal, its state before and after, and its lease, whether it is unclear and its
code from now on; `lease`, its token and who has taken it; `lease ended`, its token; `run`, its state before and
after."""

_SEEN = """
CREATE TRIGGER request_changes AFTER UPDATE OF state, lease, unclear ON requests
    WHEN OLD.state <> NEW.state OR OLD.lease IS NOT NEW.lease OR OLD.unclear <> NEW.unclear BEGIN
    SELECT seen('request', NEW.ordinal, OLD.state, NEW.state, NEW.lease, NEW.unclear, NEW.code); END;
CREATE TRIGGER lease_taken AFTER INSERT ON leases BEGIN SELECT seen('lease', NEW.token, NEW.owner); END;
CREATE TRIGGER lease_ended AFTER DELETE ON leases BEGIN SELECT seen('lease ended', OLD.token); END;
CREATE TRIGGER run_changes AFTER UPDATE OF state ON runs BEGIN
    SELECT seen('run', OLD.state, NEW.state); END
"""


class Crashed(BaseException):
    """The process is no more. Not an `Exception`: nothing in the program may handle it."""


class WriteFault(Enum):
    """What becomes of a write."""

    CRASH_BEFORE = "killed before the commit"
    CRASH_AFTER = "killed after the commit"
    FULL = "the disk is full"


@cache
def _template() -> bytes:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(TABLES + _SEEN)
    blank = connection.serialize()
    connection.close()
    return blank


class JournalFile:
    """What is on the disk: outlives every process. Tells what each commit changed."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.connection.deserialize(_template())
        self.connection.row_factory = sqlite3.Row
        self.changes: list[Change] = []
        self.connection.create_function("seen", -1, self._seen)

        self._on_disk = _template()

    def sync(self) -> None:
        """All of it is on the disk for sure."""
        self._on_disk = self.connection.serialize()

    def lose_power(self) -> None:
        """What was not on the disk for sure is gone."""
        self.connection.deserialize(self._on_disk)

    def close(self) -> None:
        """Forgets it."""
        self.connection.close()

    def _seen(self, *change: Any) -> None:
        self.changes.append(change)


class SimulatedDatabase(Database):
    """One process' connection to the journal."""

    def __init__(
        self,
        file: JournalFile,
        *,
        fault: Callable[[], WriteFault | None] = lambda: None,
        committed: Callable[[list[Change]], None] = lambda _: None,
        durable: Callable[[], None] = lambda: None,
        killed: Callable[[WriteFault], None] = lambda _: None,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        """Takes the file and what to ask and tell about each write.

        Args:
            file: the journal.
            fault: what becomes of the next write.
            committed: is told what a commit changed.
            durable: is told that all commits so far are on the disk for sure.
            killed: is told that a write was the process' last.
            alive: whether it can write at all.
        """
        self.path = None
        self._file = file
        self._connection = file.connection
        self._fault = fault
        self._committed = committed
        self._durably = durable
        self._killed = killed
        self._alive = alive

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """As the real one, where nothing befalls it."""
        self._refuse_the_dead()
        fault = self._fault()
        try:
            with super().transaction(durable=durable):
                yield
                if fault is WriteFault.FULL:
                    raise _disk_full()  # noqa: TRY301 - where SQLite would
                if fault is WriteFault.CRASH_BEFORE:
                    self._killed(fault)
                    raise Crashed  # noqa: TRY301 - it is a kill, wherever it strikes
        except BaseException:
            self._file.changes.clear()
            raise
        changes, self._file.changes = self._file.changes, []
        self._committed(changes)
        if durable:
            self._durably()
        if fault is WriteFault.CRASH_AFTER:
            self._killed(fault)
            raise Crashed

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """As the real one."""
        self._refuse_the_dead()
        return super().execute(sql, parameters)

    def execute_many(self, sql: str, parameters: Iterable[Parameters]) -> int:
        """As the real one."""
        self._refuse_the_dead()
        return super().execute_many(sql, parameters)

    def _refuse_the_dead(self) -> None:
        if not self._alive():
            raise _dead()


class SimulatedDisk:
    """Does a process' journal work one piece after the other, each in some time, on its loop."""

    def __init__(self, loop: SteppedLoop, random: Random, seconds: float) -> None:
        """Takes the loop, and how long a piece may last."""
        self._loop = loop
        self._random = random
        self._seconds = seconds
        self._free_at = 0.0

    async def write(self, work: Callable[[], T]) -> T:
        """Does the work, after a while. A cancellation is honoured when it is done."""
        done: asyncio.Future[T] = self._loop.create_future()
        began = max(self._free_at, self._loop.time())
        written = began + self._random.uniform(0.1, 1.0) * self._seconds
        self._free_at = written + self._random.uniform(0.1, 1.0) * self._seconds
        self._loop.call_at(written, self._carry_out, work, done, self._free_at)
        cancelled: asyncio.CancelledError | None = None
        while not done.done():
            try:
                await asyncio.wait([done])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled:
            done.exception()  # what went wrong is not asked for any more
            raise cancelled
        return done.result()

    def close(self) -> None:
        """Nothing is open."""

    def _carry_out(self, work: Callable[[], T], done: Any, returns_at: float) -> None:
        try:
            result = work()
        except Crashed:
            self._loop.call_at(returns_at, done.set_exception, _dead())  # which nobody lives to see
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            self._loop.call_at(returns_at, done.set_exception, error)
        else:
            self._loop.call_at(returns_at, done.set_result, result)


def _dead() -> JournalError:
    return JournalError("The process that writes this is dead.", "写入进程已结束。")


def _disk_full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    return error
