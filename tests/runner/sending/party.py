"""A run of guests in a real journal, and a pool that greets them."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from runner.events import Event
from runner.job import Job
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.leases import IsGone
from runner.journal.ledger import Ledger, Result
from runner.journal.plans import add_plans
from runner.journal.readings import Readings
from runner.journal.tenancy import LeaseTerms
from runner.outcome import State
from runner.plan import Plan, Planned
from runner.planning.planner import Planner
from runner.planning.terms import PlanTerms
from runner.request import Draft, Request
from runner.sending.barrier import straight_on
from runner.sending.disk import Disk
from runner.sending.guards import Guards
from runner.sending.journey import Journey, Road, Way
from runner.sending.limits import BreakerTerms, Limits, RetryPolicy
from runner.sending.line import Carrier
from runner.sending.pool import NO_GUARDS, Pool
from runner.sending.reading import Look
from runner.sending.waves import Between, Waves
from tests.runner.journal.sample_run import STARTED, filled_run, guests
from tests.runner.sending.fake_job import Greet
from tests.runner.sending.greet_as_listed import GreetAsListed, listed

LEASE = LeaseTerms(owner="host:1", seconds=60.0)
OTHERS_LEASE = LeaseTerms(owner="host:2", seconds=60.0)
HASTY = RetryPolicy(attempts=3, backoff=0.001, longest_backoff=0.002, budget_floor=1_000.0)
QUICK = BreakerTerms(pause=0.001, longest_pause=0.002)
PLAN_ONLY = PlanTerms()


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
        way: Callable[[Request, Road], Way] = Journey,
        waves: Waves | None = None,
        between: Between = straight_on,
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
            way=way,
            waves=waves,
            between=between,
        )

    def reading_pool(
        self,
        carrier: Carrier,
        *,
        job: GreetAsListed | None = None,
        terms: PlanTerms = PLAN_ONLY,
        concurrency: int = 4,
        retry: RetryPolicy = HASTY,
        reopen: bool = False,
        lease: LeaseTerms = LEASE,
        is_gone: IsGone = lambda _: False,
        disk: Disk | None = None,
    ) -> Pool:
        """A pool that reads, and has just taken the lease of the run."""
        job = job or GreetAsListed()
        planner = Planner(job, terms, today=datetime.fromtimestamp(STARTED, UTC).date())
        return Pool(
            job,
            carrier,
            Readings(self.database, self.run, lease, planner, now=self.moment(), is_gone=is_gone, reopen=reopen),
            limits=Limits(concurrency=concurrency),
            retry=retry,
            breaker=QUICK,
            observe=self.events.append,
            now=self.moment,
            random=Random(1),
            disk=disk,
            way=Look,
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

    def plans(self) -> dict[str, str]:
        """By guest, of those that were read."""
        rows = self.other.execute(
            "SELECT key, plan FROM plans JOIN requests USING (run, ordinal) WHERE run = ? ORDER BY ordinal", (self.run,)
        )
        return {str(row["key"]): str(row["plan"]) for row in rows.fetchall()}


@contextmanager
def party(folder: Path, who: int | Sequence[Draft], *, planned_for: Sequence[str] | None = None) -> Iterator[Party]:
    """Guests, ready to be greeted.

    Args:
        folder: where the journal is.
        who: the guests, or how many.
        planned_for: what the vendor had of each when it was planned; None where nothing is planned.
    """
    drafts = guests(who) if isinstance(who, int) else who
    with Database(folder / "journal.db") as database, Database(folder / "journal.db") as other:
        run = filled_run(database, drafts)
        if planned_for is not None:
            plans = [Planned(plan=Plan.DRIFTED, before=listed(draft.key, *planned_for)) for draft in drafts]
            with database.transaction():
                add_plans(database, run, enumerate(plans, start=1), now=STARTED)
        yield Party(database, other, run)
