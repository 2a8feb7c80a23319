"""Sends requests concurrently: a permit first, then a task; each ends in one outcome."""

import asyncio
import time
from collections.abc import Callable
from random import Random

from runner.errors import RunnerError
from runner.events import Observe, Read, Settled, Stopping
from runner.job import Job, ReadsBack, Reconciles
from runner.outcome import RETRIED, Action, Outcome, Stop, Verdict
from runner.request import Request
from runner.sending.barrier import Barrier, straight_on
from runner.sending.breaker import Breaker
from runner.sending.budget import RetryBudget
from runner.sending.clock import VendorClock
from runner.sending.congestion import Congestion
from runner.sending.disk import Disk, DiskThread
from runner.sending.guards import Guards
from runner.sending.journey import Journey, Road, Step, Way
from runner.sending.limits import BreakerTerms, Limits, RetryPolicy
from runner.sending.line import Carrier, Line
from runner.sending.pace import Pace
from runner.sending.permits import Permits
from runner.sending.reasons import reason_to_stop, refused
from runner.sending.retry import persist
from runner.sending.waves import Between, Waves
from runner.sending.writer import Work, Writer
from runner.text import Text

NO_GUARDS = Guards()
USUAL_BREAKER = BreakerTerms()


class Pool:
    """Sends everything that is ready in one run of the journal, until all is settled or something stops it."""

    def __init__(  # noqa: PLR0913 - where sending is put together
        self,
        job: Job,
        carrier: Carrier,
        claims: Work,
        *,
        limits: Limits,
        retry: RetryPolicy,
        observe: Observe,
        random: Random,
        guards: Guards = NO_GUARDS,
        breaker: BreakerTerms = USUAL_BREAKER,
        now: Callable[[], float] = time.time,
        disk: Disk | None = None,
        way: Callable[[Request, Road], Way] = Journey,
        waves: Waves | None = None,
        between: Between = straight_on,
    ) -> None:
        """Prepares to send, in a running event loop. For the arguments, see `runner.engine.send`."""
        elapsed = asyncio.get_running_loop().time
        self.stopped: Stop | None = None
        self._job = job
        self._limits = limits
        self._retry = retry
        self._observe = observe
        self._random = random
        self._barrier = Barrier(guards, waves, between, observe)
        self._at_barrier = asyncio.Lock()
        self._elapsed = elapsed
        self._clock = VendorClock(now, observe)
        self._breaker = Breaker(breaker, observe, self._give_up, now=elapsed)
        self._budget = RetryBudget(retry.budget_share, retry.budget_floor, now=elapsed)
        self._permits = Permits(limits.concurrency)
        self._open = asyncio.Semaphore(limits.open)
        self._writer = Writer(
            claims,
            disk or DiskThread(),
            batch=limits.claimed,
            now=now,
            elapsed=elapsed,
            settled=self._settled,
            superseded=self._tell_settled,
        )
        self._writer.claim_up_to(self._barrier.bound)
        line = Line(
            carrier,
            job.verdict,
            pace=Pace(limits.rate),
            congestion=Congestion(self._permits, limits, observe, now=elapsed),
            breaker=self._breaker,
            clock=self._clock,
            lease=lambda: self._writer.renew() if self._writer.lease_is_short else None,
            observe=observe,
            now=now,
            elapsed=elapsed,
        )
        self._road = Road(
            job=job,
            reads_back=job if isinstance(job, ReadsBack) else None,
            reconciles=job if isinstance(job, Reconciles) else None,
            line=line,
            observe=observe,
            is_closed=lambda: self.stopped is not None,
        )
        self._way = way
        self._journeys: dict[Way, asyncio.Task[None]] = {}
        self._sending: asyncio.TaskGroup | None = None
        self._started = self._unsettled = 0
        self._all_settled = asyncio.Event()
        self._grace: asyncio.TimerHandle | None = None

    async def run(self) -> Stop | None:
        """Sends everything. Gives why it stopped early, if it did.

        Raises:
            LeaseLost: somebody else has taken the run over.
            JournalError: the journal cannot be written; what was in flight is unclear.
        """
        try:
            with self._writer:
                async with asyncio.TaskGroup() as keeping:
                    keeping.create_task(self._writer.keep())
                    await self._send_all()
                    self._writer.close()
        except ExceptionGroup as group:
            raise _first_error(group) from group
        finally:
            if self._grace:
                self._grace.cancel()
        return self.stopped

    def stop(self, stop: Stop) -> None:
        """Starts nothing more. What waits is ended at once, what is in flight may finish, within bounds."""
        if self.stopped is None:
            self.stopped = stop
            self._observe(Stopping(stop))
            self._writer.enough()
            self._barrier.leave()
            self._all_settled.set()
            self._grace = asyncio.get_running_loop().call_later(self._limits.grace, self.leave)
        self._cancel(in_flight=False)

    def leave(self) -> None:
        """After `stop`, ends what is in flight as well: it was sent, and nobody will know."""
        assert self.stopped is not None, "first stop, then leave"
        self._cancel(in_flight=True)

    def _cancel(self, *, in_flight: bool) -> None:
        for journey, task in self._journeys.items():
            if (in_flight or not journey.is_in_flight) and task is not asyncio.current_task():
                task.cancel()

    async def _send_all(self) -> None:
        try:
            async with asyncio.TaskGroup() as self._sending:
                for _ in range(self._limits.concurrency):
                    self._sending.create_task(self._work())
        finally:
            await self._writer.give_back()

    async def _work(self) -> None:
        """Sends one request after the other, each under a permit; who waits for a backoff goes on as a task of its own.

        So a task is not made for each request, and the number of tasks is bounded whatever the number of rows.
        """
        while self.stopped is None:
            await self._open.acquire()
            self._started += 1
            if not self._barrier.is_open_for(self._started):
                await self._wait_at_barrier(self._started)
            self._unsettled += 1
            request = await self._writer.next()
            if request is None:
                self._leave_open()
                return
            journey = self._way(request, self._road)
            if (first := await self._first_step(journey)) is None:
                self._finish(journey)
            else:
                assert self._sending is not None, "it is entered before anybody works"
                self._sending.create_task(self._go_on(journey, first))

    async def _wait_at_barrier(self, number: int) -> None:
        async with self._at_barrier:
            while self.stopped is None and not self._barrier.is_open_for(number):
                if self._unsettled:
                    self._all_settled.clear()
                    await self._all_settled.wait()
                elif (stop := await self._barrier.look()) and self.stopped is None:
                    self.stop(stop)
            self._writer.claim_up_to(self._barrier.bound)

    async def _first_step(self, journey: Way) -> Verdict | None:
        """Gives the verdict, where it is not the last word."""
        self._journeys[journey] = _this_task()
        try:
            await self._permits.acquire()
            try:
                if self.stopped:
                    return None
                self._budget.first_attempt()
                verdict = await journey.step()
                if verdict.action is Action.STOP:
                    self._refused(verdict)
            finally:
                self._permits.release()
        except asyncio.CancelledError:
            if self.stopped is None:
                raise
            return None
        finally:
            del self._journeys[journey]
        return verdict if verdict.action in RETRIED or journey.can_be_proven else None

    async def _go_on(self, journey: Way, verdict: Verdict) -> None:
        self._journeys[journey] = _this_task()
        try:
            if verdict.action in RETRIED:
                await self._persist(verdict, journey.step)
            if journey.can_be_proven and self.stopped is None and self._breaker.heard:
                verdict = await self._with_permit(journey.prove)
                if verdict.action in RETRIED:
                    await self._persist(verdict, journey.prove)
        except asyncio.CancelledError:
            if self.stopped is None:
                raise
        finally:
            del self._journeys[journey]
        self._finish(journey)

    async def _persist(self, first: Verdict, step: Step) -> None:
        await persist(
            first,
            lambda: self._with_permit(step),
            policy=self._retry,
            budget=self._budget,
            may_go_on=lambda: self.stopped is None,
            now=self._elapsed,
            random=self._random,
        )

    async def _with_permit(self, step: Step) -> Verdict:
        await self._permits.acquire()
        try:
            verdict = await step()
            if verdict.action is Action.STOP:
                self._refused(verdict)
        finally:
            self._permits.release()
        return verdict

    def _finish(self, journey: Way) -> None:
        if self.stopped is None and journey.verdict and journey.verdict.action in RETRIED:
            unclear = journey.unclear or journey.verdict.ambiguous  # of a look as well: the vendor is there
            reason = reason_to_stop(journey.verdict, unclear=unclear, heard=self._breaker.heard, clock=self._clock)
            if reason:
                self.stop(Stop(reason=reason, code=journey.verdict.code))
        self._writer.settle(journey.outcome(stopped=self.stopped is not None))

    def _refused(self, verdict: Verdict) -> None:
        self.stop(Stop(reason=refused(verdict, self._job.advice(verdict.code)), code=verdict.code))

    def _give_up(self, reason: Text) -> None:
        self.stop(Stop(reason=reason, code="vendor-down"))

    def _settled(self, outcome: Outcome) -> None:
        self._leave_open()
        if outcome.reading:
            self._observe(Read(outcome.ordinal, outcome.key, outcome.reading.plan))
            return
        self._tell_settled(outcome)
        stop = self._barrier.settled(outcome)
        if stop and self.stopped is None:
            self.stop(stop)

    def _tell_settled(self, outcome: Outcome) -> None:
        self._observe(Settled(outcome.ordinal, outcome.key, outcome.state, outcome.code))

    def _leave_open(self) -> None:
        self._open.release()
        self._unsettled -= 1
        if not self._unsettled:
            self._all_settled.set()


def _first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The cause among the errors of a task group: ours, where there is one."""
    ours = group.subgroup(RunnerError)
    error: BaseException = ours or group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task is not None, "only tasks send"
    return task
