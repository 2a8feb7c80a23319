"""The phases of a run. Each reads from the journal and writes to it, so that any of them can be killed."""

import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from random import Random

from runner.errors import JournalError, LeaseLost
from runner.events import Loaded, Observe, Started
from runner.job import Job
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.new_run import Destination
from runner.journal.owner import is_gone, this_process
from runner.journal.settled_before import settled_after, settled_before
from runner.journal.tenancy import LeaseTerms
from runner.outcome import RunState, State, Stop
from runner.planning.terms import PlanTerms, decode_terms
from runner.request import Request
from runner.sending.barrier import straight_on
from runner.sending.disk import Disk
from runner.sending.guards import Guards
from runner.sending.journey import Journey, Road, Way
from runner.sending.limits import BreakerTerms, Limits, RetryPolicy
from runner.sending.line import Carrier
from runner.sending.pool import NO_GUARDS, USUAL_BREAKER, Pool
from runner.sending.waves import Between, Waves
from runner.text import Text


async def send(  # noqa: PLR0913 - where everything is put together
    job: Job,
    run: int,
    database: Database,
    carrier: Carrier,
    *,
    limits: Limits,
    retry: RetryPolicy,
    observe: Observe,
    random: Random,
    control: Callable[[Pool], AbstractContextManager[None]],
    guards: Guards = NO_GUARDS,
    breaker: BreakerTerms = USUAL_BREAKER,
    resumed: Destination | None = None,
    now: Callable[[], float] = time.time,
    disk: Disk | None = None,
    way: Callable[[Request, Road], Way] = Journey,
    between: Between = straight_on,
    overwrites: Collection[int] = (),
) -> Stop | None:
    """Sends what is ready in a run, in the waves that its terms say.

    Args:
        job: what is sent, and what the answers mean.
        run: a loaded run.
        database: the journal.
        carrier: carries the calls.
        limits: how much may be under way.
        retry: how patient to be with one request.
        observe: is told what happens.
        random: for the jitter.
        control: is given the pool for as long as it runs, so that somebody may stop it.
        guards: when to stop because too much goes wrong.
        breaker: when the vendor counts as down, and for how long to wait for it.
        resumed: where it goes from now on, for a run that goes on with what an earlier stop kept from being settled.
        now: Unix seconds.
        disk: where the journal's writing is done; None for a thread of its own.
        way: how a request is brought to its end.
        between: what is done between two waves.
        overwrites: later runs over whose values this one's are sent; all others are not overwritten.

    Returns:
        Why it stopped early, if it did; that the journal could no longer be written is such a reason. What came when
        nothing was left to be sent has stopped nothing, unless it is a signal: whoever sent it hears of it.

    Raises:
        JournalError: another process sends this run, or the journal cannot be written from the start.
    """
    journal = Journal(database)
    began = now()
    claims = Claims(
        database,
        run,
        LeaseTerms(owner=this_process()),
        now=began,
        is_gone=is_gone,
        reopen=resumed is not None,
        overwrites=overwrites,
    )
    if resumed:
        journal.redirect(run, resumed)
        record = Ledger(database).run(run)
        observe(Loaded(rows=record.rows, ready=record.open, invalid=record.counts[State.INVALID], run=record.name))
    journal.set_state(run, RunState.RUNNING, lease=claims.token)
    started = Ledger(database).run(run)
    terms = decode_terms(started.terms) if started.terms else PlanTerms()
    before = settled_before(database, started, conflicts=terms.conflicts_ours)
    observe(
        Started(
            run=started.name,
            job=job.name,
            endpoint=started.endpoint or "",
            account=started.account or "",
            concurrency=limits.concurrency,
            settled=before,
            open=started.open,
        )
    )
    pool = Pool(
        job,
        carrier,
        claims,
        limits=limits,
        retry=retry,
        guards=guards,
        breaker=breaker,
        observe=observe,
        random=random,
        now=now,
        disk=disk,
        way=way,
        waves=_waves(database, started, terms, sum(before.values()), now=began),
        between=between,
    )
    try:
        with control(pool):
            stop = await pool.run()
        state = journal.end_run(run, stop=stop, seconds=now() - began, lease=claims.token)
    except LeaseLost as error:
        return Stop(reason=Text.of(error))  # the run is somebody else's by now
    except JournalError as error:
        stop = Stop(reason=Text.of(error))
        with suppress(JournalError):
            journal.end_run(run, stop=stop, seconds=now() - began, lease=claims.token)
        return stop
    return None if stop and state is RunState.DONE and stop.signal is None else stop


def _waves(database: Database, run: RunRecord, terms: PlanTerms, before: int, *, now: float) -> Waves:
    """Its waves, and what earlier processes have done of the one that they were in."""
    waves = Waves(sizes=terms.waves, total=run.open + before, before=before)
    if not terms.waves or not before:
        return waves
    begun, last = settled_after(database, run, waves.begin(before - 1), conflicts=terms.conflicts_ours)
    ago = None if last is None else max(now - last, 0.0)
    rests = ago is not None and terms.pause is not None and ago < terms.pause
    return replace(waves, begun=begun, ago=ago if rests else None)
