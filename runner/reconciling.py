"""Compares a loaded run with the remote state, and sends what is to be put right: the phases plan and send."""

import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, suppress
from random import Random

from runner.engine import send
from runner.errors import JournalError, LeaseLost
from runner.events import Compared, Observe, Started
from runner.job import Job, Reconciles
from runner.journal.database import Database
from runner.journal.decisions import changes_planned, hold_back, keep_as_plan
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.meanwhile import hold_back_overtaken
from runner.journal.new_run import Destination
from runner.journal.owner import is_gone, this_process
from runner.journal.plans import plan_counts
from runner.journal.readings import Readings
from runner.journal.tenancy import LeaseTerms
from runner.outcome import RunState, Stop
from runner.plan import Plan
from runner.planning.planners import planner_of
from runner.planning.terms import PlanTerms, decode_terms
from runner.sending.agreement import Agree, agreement
from runner.sending.barrier import straight_on
from runner.sending.disk import Disk, DiskThread
from runner.sending.guards import Guards
from runner.sending.limits import BreakerTerms, Limits, RetryPolicy
from runner.sending.line import Carrier
from runner.sending.pool import NO_GUARDS, USUAL_BREAKER, Pool
from runner.sending.reading import Look
from runner.sending.repair import Repair
from runner.sending.waves import Between
from runner.text import Text


async def reconcile(  # noqa: PLR0913 - where everything is put together
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
    disk: Callable[[], Disk] = DiskThread,
    between: Between = straight_on,
    overwrites: Collection[int] = (),
    agree: Agree | None = None,
) -> Stop | None:
    """Reads the remote state of what nobody has read yet, plans, and sends what the run's terms say.

    Nothing is sent before all of it is read: a plan that changes too much is not begun.

    Args:
        job: can reconcile and read back.
        run: a loaded run that has terms.
        database: the journal.
        carrier: carries the calls.
        limits: how much may be under way.
        retry: how patient to be with one request.
        observe: is told what happens.
        random: for the jitter.
        control: is given the pool for as long as one runs, so that somebody may stop it.
        guards: when to stop sending because too much goes wrong.
        breaker: when the vendor counts as down, and for how long to wait for it.
        resumed: where it goes from now on, for a run that goes on.
        now: Unix seconds.
        disk: makes where a phase does the journal's writing.
        between: what is done between two waves.
        overwrites: as for `runner.engine.send`.
        agree: asks whoever is to agree before the first request is sent; None where nobody is. Where nobody agrees,
            the run is kept as a plan.

    Returns:
        Why it stopped early, if it did, as `runner.engine.send`. That too much would be changed is no such reason: it
        is the run's.

    Raises:
        JournalError: another process has this run, or the journal cannot be written from the start.
    """
    assert isinstance(job, Reconciles), "only a job that reconciles has runs with terms"
    journal, ledger = Journal(database), Ledger(database)
    record = ledger.run(run)
    assert record.terms is not None, "only a job that reconciles has runs with terms"
    terms = decode_terms(record.terms)
    began = now()
    readings = Readings(
        database,
        run,
        LeaseTerms(owner=this_process()),
        planner_of(job, record, terms, database),
        now=began,
        is_gone=is_gone,
        reopen=resumed is not None,
        keeps_images=terms.keeps_images,
    )
    if resumed:
        journal.redirect(run, resumed)
    journal.set_state(run, RunState.RUNNING, lease=readings.token)
    unread = ledger.run(run).unread
    observe(
        Started(
            run=record.name,
            job=job.name,
            endpoint=record.endpoint or "",
            account=record.account or "",
            concurrency=limits.concurrency,
            only_reads=True,
            open=unread,
        )
    )
    pool = Pool(
        job,
        carrier,
        readings,
        limits=limits,
        retry=retry,
        breaker=breaker,
        observe=observe,
        random=random,
        now=now,
        disk=disk(),
        way=Look,
    )
    try:
        with control(pool):
            stop = await pool.run()
        if stop:
            state = journal.end_run(run, stop=stop, seconds=now() - began, lease=readings.token)
            readings.end()
            return None if state is RunState.DONE and stop.signal is None else stop
        if terms.apply and not terms.conflicts_ours:
            hold_back(database, run, Plan.CONFLICT, now=now(), lease=readings.token)
        if terms.apply:
            hold_back_overtaken(database, run, now=now(), lease=readings.token, overwrites=overwrites)
        reason = _too_many(database, run, terms)
        sends = terms.apply and reason is None
        observe(Compared(plan=plan_counts(database, run), to_send=ledger.run(run).open if sends else 0))
        if sends and agree and ledger.run(run).open:
            answer = await agreement(agree, readings, now=now)
            if isinstance(answer, Stop):  # nobody has agreed, so that nothing is left for `resume`
                keep_as_plan(database, run, reason=answer.reason, seconds=now() - began, lease=readings.token)
                return answer
            reason, sends = answer, answer is None
            hold_back_overtaken(
                database, run, now=now(), lease=readings.token, overwrites=overwrites
            )  # others may have sent meanwhile
        if not sends:
            keep_as_plan(database, run, reason=reason, seconds=now() - began, lease=readings.token)
            return None
        journal.add_seconds(run, now() - began)
    except LeaseLost as error:
        return Stop(reason=Text.of(error))  # the run is somebody else's by now
    except JournalError as error:
        stop = Stop(reason=Text.of(error))
        with suppress(JournalError):
            journal.end_run(run, stop=stop, seconds=now() - began, lease=readings.token)
            readings.end()
        return stop
    return await send(
        job,
        run,
        database,
        carrier,
        limits=limits,
        retry=retry,
        observe=observe,
        random=random,
        control=control,
        guards=guards,
        breaker=breaker,
        resumed=resumed,
        now=now,
        disk=disk(),
        way=Repair,
        between=between,
        overwrites=overwrites,
    )


def _too_many(database: Database, run: int, terms: PlanTerms) -> Text | None:
    """Why nothing is sent, though it was asked for."""
    changes, compared = changes_planned(database, run, conflicts=terms.conflicts_ours)
    if not terms.apply or terms.max_changes is None or not terms.max_changes.exceeded(changes, compared):
        return None
    return _TOO_MANY.format(changes=changes, compared=compared, most=str(terms.max_changes))


_TOO_MANY = Text(
    "{changes} of {compared} would be changed, which is more than --max-changes {most} allows, so that nothing was "
    "sent. Look at the plan; if it is right, apply it with a greater --max-changes.",
    "{compared} 个中有 {changes} 个需要更改，超过 --max-changes {most}，因此未发送任何请求。"
    "请查看计划；确认无误后，用更大的 --max-changes 应用。",
)
