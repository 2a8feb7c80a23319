"""A run of guests in a real journal, and a pool that greets them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from runner.events import Event
from runner.job import Job
from runner.journal.claims import Claims, LeaseTerms
from runner.journal.database import Database
from runner.journal.ledger import Ledger, Result
from runner.outcome import State
from runner.sending.disk import Disk
from runner.sending.guards import Guards
from runner.sending.limits import BreakerTerms, Limits
from runner.sending.line import Carrier
from runner.sending.pool import NO_GUARDS, Pool
from runner.sending.retry import RetryPolicy
from tests.runner.journal.sample_run import STARTED, filled_run, guests
from tests.runner.sending.fake_job import Greet

LEASE = LeaseTerms(owner="host:1", seconds=60.0)
OTHERS_LEASE = LeaseTerms(owner="host:2", seconds=60.0)
HASTY = RetryPolicy(attempts=3, backoff=0.001, longest_backoff=0.002, budget_floor=1_000.0)
QUICK = BreakerTerms(pause=0.001, longest_pause=0.002)


@dataclass(slots=True)
class Moment:
    """A clock that goes on only when it is told to."""

    time: float = STARTED

    def __call__(self) -> float:
        return self.time


@dataclass(slots=True)
class PassingMoment(Moment):
    """A clock that goes on with the event loop's, and further when it is told to."""

    def __call__(self) -> float:
        return self.time + asyncio.get_running_loop().time()


@dataclass(slots=True)
class Party:
    """A run, the process that sends it, and another process' connection to the journal."""

    database: Database
    other: Database
    run: int
    moment: Moment = field(default_factory=Moment)
    events: list[Event] = field(default_factory=list)

    def pool(
        self,
        carrier: Carrier,
        *,
        job: Job | None = None,
        concurrency: int = 4,
        retry: RetryPolicy = HASTY,
        guards: Guards = NO_GUARDS,
        breaker: BreakerTerms = QUICK,
        limits: Limits | None = None,
        reopen: bool = False,
        disk: Disk | None = None,
    ) -> Pool:
        """A pool that has just taken the lease of the run."""
        return Pool(
            job or Greet(),
            carrier,
            Claims(self.database, self.run, LEASE, now=self.moment(), reopen=reopen),
            limits=limits or Limits(concurrency=concurrency),
            retry=retry,
            guards=guards,
            breaker=breaker,
            observe=self.events.append,
            now=self.moment,
            random=Random(1),
            disk=disk,
        )

    def results(self) -> dict[str, Result]:
        """By guest, as another process reads them."""
        return {result.key: result for result in Ledger(self.other).results(self.run)}

    def states(self) -> dict[str, State]:
        """By guest, as another process reads them."""
        return {key: result.state for key, result in self.results().items()}

    def counts(self) -> dict[State, int]:
        """Of the states that any request is in; they add up to all of them."""
        return {state: count for state, count in Ledger(self.other).run(self.run).counts.items() if count}

    def raw_state(self, name: str) -> str:
        """A guest's state as the journal has it, not as it would count if the run ended now."""
        sql = "SELECT state FROM requests WHERE run = ? AND key = ?"
        return str(self.other.execute(sql, (self.run, name)).fetchone()["state"])

    def attempts(self, name: str) -> list[tuple[int, str]]:
        """Number and code of each recorded attempt at a guest."""
        rows = self.other.execute(
            "SELECT number, attempts.code FROM attempts JOIN requests USING (run, ordinal) WHERE run = ? AND key = ?"
            " ORDER BY number",
            (self.run, name),
        )
        return [(int(row["number"]), str(row["code"])) for row in rows.fetchall()]


@contextmanager
def party(folder: Path, count: int) -> Iterator[Party]:
    """So many guests, ready to be greeted."""
    with Database(folder / "journal.db") as database, Database(folder / "journal.db") as other:
        yield Party(database, other, filled_run(database, guests(count)))
