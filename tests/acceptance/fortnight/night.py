"""One night of the program: a reconciliation from the file on, or what is left of one; by a clock that is passed in.

`python -m tests.acceptance.fortnight.night ERRAND` is a process of its own, which may have to die: the errand is JSON.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pydantic import TypeAdapter

from jobs.recallflow.client import UPDATE, Client
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT
from jobs.reconcile import Reconcile
from runner.events import Event, Read, Settled
from runner.exchange import Call, Response
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination
from runner.loading import Source, load
from runner.outcome import Stop
from runner.reconciling import reconcile
from runner.sending.limits import BreakerTerms, Limits, RetryPolicy, Timeouts
from runner.sending.pool import Pool
from runner.sending.transport import Transport

KILLED = 86
"""The exit code of who died as told."""

CONCURRENCY = 4
"""Low, so that outcomes are written down in small batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is to be done."""

    journal: Path
    table: Path
    url: str
    terms: str
    """See `runner.planning.terms`."""
    now: float
    """Unix seconds. Nothing that is done takes time."""
    seed: int
    dies_after: int | None = None
    """At least so many answers, the last of which it does not get to write down, though it did some others."""
    updating: bool = False
    """Whether only answers to updates count, and only such as say that it was taken."""


async def keep_night(errand: Errand) -> tuple[int, Stop | None]:
    """All of it. Gives the journal's number of the run, and why it stopped."""
    with Database(errand.journal) as database:
        run = load(
            Reconcile(None),
            Source(path=errand.table),
            database,
            destination=destination_of(errand),
            observe=lambda _: None,
            random=Random(errand.seed),
            now=lambda: errand.now,
            terms=errand.terms,
        )
        return run, await reconcile_run(errand, run, database, resumed=None)


async def make_good(errand: Errand, run: int) -> Stop | None:
    """What is left of a run."""
    with Database(errand.journal) as database:
        return await reconcile_run(errand, run, database, resumed=destination_of(errand))


def destination_of(errand: Errand) -> Destination:
    """Where all of it goes."""
    return Destination(endpoint=errand.url, account=EXAMPLE_ACCOUNT.masked)


async def reconcile_run(errand: Errand, run: int, database: Database, *, resumed: Destination | None) -> Stop | None:
    """What comes after loading. Gives why it stopped."""
    name = Ledger(database).run(run).job
    async with _Carrier(errand) as carrier:
        return await reconcile(
            Reconcile(Client(errand.url, EXAMPLE_ACCOUNT), name),
            run,
            database,
            carrier,
            limits=Limits(concurrency=CONCURRENCY),
            retry=RetryPolicy(attempts=12, backoff=0.002, longest_backoff=0.01),
            breaker=BreakerTerms(failures=100),
            observe=carrier.observe,
            random=Random(errand.seed),
            control=_nobody_stops_it,
            resumed=resumed,
            now=lambda: errand.now,
        )


class _Carrier(Transport):
    """Ends the process when it is time."""

    def __init__(self, errand: Errand) -> None:
        super().__init__(Timeouts(), connections=CONCURRENCY)
        self._left = errand.dies_after
        self._updating = errand.updating
        self._has_written = False

    def observe(self, event: Event) -> None:
        self._has_written = self._has_written or isinstance(event, Settled if self._updating else Read)

    async def post(self, call: Call) -> Response:
        response = await super().post(call)
        if self._left is not None and (not self._updating or _is_taken(call, response)):
            self._left -= 1
            if self._left <= 0 and self._has_written:
                os._exit(KILLED)
        return response


def _is_taken(call: Call, response: Response) -> bool:
    return call.url.endswith(UPDATE) and response.status == 200 and b'"code": 0,' in response.body


@contextmanager
def _nobody_stops_it(_: Pool) -> Iterator[None]:
    yield


ERRAND = TypeAdapter(Errand)

if __name__ == "__main__":
    asyncio.run(keep_night(ERRAND.validate_json(sys.argv[1])))
