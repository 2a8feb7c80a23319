"""Sends requests concurrently: a permit first, then a task; each ends in one outcome."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from random import Random
from typing import Protocol

from runner.attachments import with_attachments
from runner.errors import AttachmentChanged, NotSent, RunnerError, TransportError
from runner.events import Attempted, Observe, Settled, Stopping
from runner.exchange import Call, Response
from runner.job import Job
from runner.journal.claims import Claims
from runner.outcome import RETRIED, Action, Attempt, Outcome, State, Stop, Verdict
from runner.request import Request
from runner.sending.clock import VendorClock
from runner.sending.http_status import UNREADABLE, status_verdict
from runner.sending.pace import Pace
from runner.sending.reasons import ALWAYS_BUSY, CLOCK_IS_OFF, CLOCK_IS_OFF_BY_UNKNOWN, NEVER_HEARD, UNREACHABLE
from runner.sending.retry import RetryPolicy, persist, slow_down_seconds
from runner.sending.writer import Writer
from runner.text import Text


class Carrier(Protocol):
    """What carries a call to the vendor; `runner.sending.transport.Transport` is one."""

    async def post(self, call: Call) -> Response:
        """Makes the call, once; raises `TransportError` where no answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may be under way."""

    concurrency: int = 16
    """Requests in flight at once."""
    rate: float | None = None
    """Attempts per second; None for as fast as the vendor takes them."""

    @property
    def claimed(self) -> int:
        """How many requests are claimed at once: enough to keep the permits busy while the next ones are fetched."""
        return max(32, 2 * self.concurrency)

    @property
    def open(self) -> int:
        """How many requests may be started and not yet settled, those that wait for a backoff included."""
        return 4 * self.claimed


@dataclass(slots=True, eq=False)
class _Journey:
    """A request on its way."""

    request: Request
    unclear: bool
    started: bool = False
    """Whether its task has begun to run; one that has not would not notice that it is cancelled."""
    posting: bool = False
    """Whether bytes are under way at this moment."""
    attempts: list[Attempt] = field(default_factory=list)
    verdict: Verdict | None = None
    """On the last attempt."""


class Pool:
    """Sends everything that is ready in one run of the journal, until all is settled or something stops it."""

    def __init__(
        self,
        job: Job,
        carrier: Carrier,
        claims: Claims,
        *,
        limits: Limits,
        retry: RetryPolicy,
        observe: Observe,
        now: Callable[[], float] = time.time,
        random: Random,
    ) -> None:
        self.stopped: Stop | None = None
        self._job = job
        self._carrier = carrier
        self._retry = retry
        self._observe = observe
        self._now = now
        self._random = random
        self._clock = VendorClock(now)
        self._pace = Pace(limits.rate)
        self._permits = asyncio.Semaphore(limits.concurrency)
        self._open = asyncio.Semaphore(limits.open)
        self._writer = Writer(claims, batch=limits.claimed, now=now, settled=self._settled)
        self._journeys: dict[_Journey, asyncio.Task[None]] = {}
        self._heard = False
        self._timestamps_accepted = False

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
                    async with asyncio.TaskGroup() as sending:
                        await self._start_all(sending)
                    self._writer.close()
        except ExceptionGroup as group:
            raise _first_error(group) from group
        return self.stopped

    def stop(self, stop: Stop) -> None:
        """Starts nothing more. What waits is ended at once, what is in flight may finish."""
        if self.stopped is None:
            self.stopped = stop
            self._observe(Stopping(stop))
        self._cancel(in_flight=False)

    def leave(self) -> None:
        """After `stop`, ends what is in flight as well: it was sent, and nobody will know."""
        assert self.stopped is not None, "first stop, then leave"
        self._cancel(in_flight=True)

    def _cancel(self, *, in_flight: bool) -> None:
        for journey, task in self._journeys.items():
            if journey.started and (in_flight or not journey.posting) and task is not asyncio.current_task():
                task.cancel()

    async def _start_all(self, sending: asyncio.TaskGroup) -> None:
        async with aclosing(self._writer.requests()) as requests:
            async for request in requests:
                await self._open.acquire()
                await self._permits.acquire()
                journey = _Journey(request, request.unclear)
                self._journeys[journey] = sending.create_task(self._travel(journey))
                if self.stopped:
                    break

    async def _travel(self, journey: _Journey) -> None:
        try:
            await self._send(journey)
        except asyncio.CancelledError:
            if self.stopped is None:
                raise
        finally:
            del self._journeys[journey]
        self._finish(journey)

    async def _send(self, journey: _Journey) -> None:
        try:
            if self.stopped:
                return
            journey.started = True
            verdict = await self._attempt(journey)
        finally:
            self._permits.release()
        if verdict.action in RETRIED:
            await persist(
                verdict,
                lambda: self._attempt_again(journey),
                policy=self._retry,
                may_go_on=lambda: self.stopped is None,
                now=asyncio.get_running_loop().time,
                random=self._random,
            )

    async def _attempt_again(self, journey: _Journey) -> Verdict:
        async with self._permits:
            return await self._attempt(journey)

    async def _attempt(self, journey: _Journey) -> Verdict:
        await self._pace.turn()
        clock = asyncio.get_running_loop().time
        request = journey.request
        try:
            if request.attachments:  # for as long as the attempt takes, and no longer
                request = replace(request, body=await asyncio.to_thread(with_attachments, request))
        except AttachmentChanged as error:
            journey.verdict = Verdict(action=Action.WITHDRAW, code="file-changed", message=Text.of(error))
            return journey.verdict
        call = self._job.call(request, self._clock.timestamp())
        started, began = self._now(), clock()
        journey.posting = True
        verdict = _INTERRUPTED
        try:
            verdict = await self._post(call)
        finally:
            journey.posting = False
            journey.verdict = verdict
            journey.unclear |= verdict.ambiguous
            attempt = Attempt(
                number=journey.request.attempts + len(journey.attempts) + 1,
                started=started,
                seconds=clock() - began,
                code=verdict.code,
                action=verdict.action,
            )
            journey.attempts.append(attempt)
            self._observe(
                Attempted(request.ordinal, request.key, attempt.number, attempt.action, attempt.code, attempt.seconds)
            )
        if verdict.action is Action.STOP:
            self.stop(Stop(reason=self._because(verdict)))
        return verdict

    async def _post(self, call: Call) -> Verdict:
        try:
            response = await self._carrier.post(call)
        except TransportError as error:
            sent = not isinstance(error, NotSent)
            code = "unclear" if sent else "not-connected"
            return Verdict(action=Action.BACK_OFF, code=code, message=Text.of(error), ambiguous=sent)
        verdict = status_verdict(response, now=self._now())
        if verdict is None:
            verdict = self._job.verdict(response)
            self._heard |= verdict.code != UNREADABLE
        if verdict.action is Action.SIGN_AGAIN:
            self._clock.learn(response)
        elif verdict.action is Action.SLOW_DOWN:
            self._pace.pause(slow_down_seconds(verdict))
        elif verdict.action in {Action.SUCCEED, Action.FAIL}:
            self._timestamps_accepted = True
        return verdict

    def _finish(self, journey: _Journey) -> None:
        verdict = journey.verdict
        self._writer.settle(
            Outcome(
                ordinal=journey.request.ordinal,
                key=journey.request.key,
                state=self._state(journey),
                code=verdict.code if verdict else None,
                message=verdict.message if verdict else None,
                attempts=tuple(journey.attempts),
                unclear=journey.unclear,
                cut_short=self.stopped is not None and (verdict is None or verdict.action in RETRIED),
            )
        )

    def _state(self, journey: _Journey) -> State:
        verdict = journey.verdict
        if verdict and verdict.action is Action.SUCCEED:
            return State.SUCCEEDED
        if journey.unclear:
            if verdict and self.stopped is None and not self._heard:
                self.stop(Stop(reason=NEVER_HEARD.format(message=verdict.message)))
            return State.UNKNOWN
        if verdict and verdict.action is Action.WITHDRAW:
            return State.INVALID
        if verdict and verdict.action in {Action.FAIL, Action.STOP}:
            return State.FAILED
        if verdict and self.stopped is None:
            self._stop_if_hopeless(verdict)
        return State.NOT_SENT if self.stopped else State.FAILED

    def _stop_if_hopeless(self, verdict: Verdict) -> None:
        """Ends the run where the last of a request's attempts says that no other request would fare better."""
        if verdict.action is Action.BACK_OFF:
            self.stop(Stop(reason=UNREACHABLE.format(reason=verdict.message)))
        elif verdict.action is Action.SLOW_DOWN:
            self.stop(Stop(reason=ALWAYS_BUSY))
        elif verdict.action is Action.SIGN_AGAIN and not self._timestamps_accepted:
            self.stop(Stop(reason=self._clock_is_off()))

    def _clock_is_off(self) -> Text:
        if self._clock.offset is None:
            return CLOCK_IS_OFF_BY_UNKNOWN
        return CLOCK_IS_OFF.format(offset=f"{self._clock.offset:+.0f}")

    def _because(self, verdict: Verdict) -> Text:
        advice = self._job.advice(verdict.code) or Text("", "")
        reason = Text("{message} ({code}). {advice}", "{message}（{code}）。{advice}")
        return reason.format(message=verdict.message, code=verdict.code, advice=advice)

    def _settled(self, outcome: Outcome) -> None:
        self._open.release()
        self._observe(Settled(outcome.ordinal, outcome.key, outcome.state, outcome.code))


def _first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The cause among the errors of a task group: ours, where there is one."""
    ours = group.subgroup(RunnerError)
    error: BaseException = ours or group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


_INTERRUPTED = Verdict(
    action=Action.BACK_OFF,
    code="interrupted",
    message=Text("Interrupted while it was under way", "发送途中被中断"),
    ambiguous=True,
)
