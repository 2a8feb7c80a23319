"""The way of one request: attempts, and where one was unclear, a look at the remote state, until it can be settled."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from runner.attachments import tokens_in, with_attachments
from runner.errors import AttachmentChanged
from runner.events import Attempted, Observe, ReadBack
from runner.exchange import Response
from runner.job import Job, ReadsBack, Reconciles
from runner.outcome import RETRIED, Action, Attempt, Finding, Outcome, State, Verdict
from runner.request import Request
from runner.sending.line import Exchange, Line
from runner.text import Text


@dataclass(frozen=True, slots=True)
class Road:
    """What all journeys of a run have in common."""

    job: Job
    reads_back: ReadsBack | None
    """The job, where it can read the remote state."""
    reconciles: Reconciles | None
    """The job, where it can compare it with what is wanted."""
    line: Line
    observe: Observe
    is_closed: Callable[[], bool]
    """Whether the run has been stopped, so that nothing more may be sent."""


class Step(Protocol):
    """One more attempt, or one more look."""

    async def __call__(self) -> Verdict:
        """Makes it; it needs a permit."""


class Way(Protocol):
    """How a request is brought to its end; `Journey` is one."""

    request: Request
    verdict: Verdict | None
    """On what was done last."""
    unclear: bool
    """Whether something was done of which nobody knows what came of it."""

    @property
    def is_in_flight(self) -> bool:
        """Whether bytes of something that may change the remote state are under way at this moment."""

    async def step(self) -> Verdict:
        """What is to be done next; it needs a permit."""

    @property
    def can_be_proven(self) -> bool:
        """Whether a last look at the remote state may tell what nobody knows."""

    async def prove(self) -> Verdict:
        """Takes that look; it needs a permit."""

    def outcome(self, *, stopped: bool) -> Outcome:
        """How it is to be settled, with what is known of it now."""


class Journey:
    """A request on its way: sent, and where it is unclear what came of that, looked up."""

    __slots__ = ("_exchange", "_finding", "_road", "attempts", "doubtful", "request", "unclear", "verdict")

    def __init__(self, request: Request, road: Road) -> None:
        self.request = request
        self.unclear = request.unclear
        """Whether any attempt may have been applied without anybody knowing, under this claim or before."""
        self.doubtful = request.unclear
        """Whether the last word on that is still out: no look at the remote state has shown that it was not applied."""
        self.attempts: list[Attempt] = []
        self.verdict: Verdict | None = None
        """On what was done last."""
        self._road = road
        self._exchange: Exchange | None = None
        """The attempt that is being made."""
        self._finding: Finding | None = None

    @property
    def is_in_flight(self) -> bool:
        """Whether bytes of an attempt are under way at this moment."""
        return self._exchange is not None and self._exchange.started is not None

    async def step(self) -> Verdict:
        """One attempt. What is in doubt is read back first, and not sent again if it has been applied."""
        if self.doubtful and (job := self._road.reads_back):
            verdict = await self._look(job)
            if self._finding is Finding.AS_WANTED or verdict.action in _DECIDES_FOR_THE_ATTEMPT:
                self.verdict = verdict
                return verdict
            if self._road.is_closed():
                return verdict
        return await self._attempt()

    @property
    def can_be_proven(self) -> bool:
        """Whether a last look at the remote state may tell what nobody knows."""
        return self.doubtful and self._road.reads_back is not None and not self._is_settled

    async def prove(self) -> Verdict:
        """Looks at the remote state for the last time. What the vendor said of the last attempt stays."""
        job = self._road.reads_back
        assert job is not None, "see can_be_proven"
        verdict = await self._look(job)
        if self._finding is Finding.AS_WANTED:
            self.verdict = verdict
        return verdict

    def outcome(self, *, stopped: bool) -> Outcome:
        """How it is to be settled, with what is known of it now."""
        verdict = self.verdict
        return Outcome(
            ordinal=self.request.ordinal,
            key=self.request.key,
            state=self._state(),
            code=verdict.code if verdict else None,
            message=verdict.message if verdict else None,
            attempts=tuple(self.attempts),
            unclear=self.unclear,
            cut_short=stopped and (verdict is None or verdict.action in RETRIED or self.can_be_proven),
        )

    @property
    def _is_settled(self) -> bool:
        return self.verdict is not None and self.verdict.action is Action.SUCCEED

    def _state(self) -> State:
        if self.verdict is None:
            return State.UNKNOWN if self.unclear else State.NOT_SENT
        match self.verdict.action:
            case Action.SUCCEED:
                return State.SUCCEEDED
            case _ if self.doubtful:
                return State.UNKNOWN
            case Action.WITHDRAW:
                return State.UNKNOWN if self.unclear else State.INVALID
            case Action.FAIL | Action.STOP:
                return State.FAILED
        if self.unclear:  # it is not there, and nobody has refused it either
            return State.UNKNOWN
        return State.NOT_SENT  # the vendor has not looked at it: its timestamps were too old, to the last one

    async def _attempt(self) -> Verdict:
        try:
            request = self.request
            if request.attachments or tokens_in(request.body):  # for as long as the attempt takes, and no longer
                request = replace(request, body=await asyncio.to_thread(with_attachments, request))
        except AttachmentChanged as error:
            self.verdict = Verdict(action=Action.WITHDRAW, code="file-changed", message=Text.of(error))
            return self.verdict
        self._exchange = exchange = Exchange()
        verdict = _INTERRUPTED
        try:
            verdict = await self._road.line.call(self._road.job.call, request, exchange)
        finally:
            self._exchange = None
            if exchange.started is not None:
                self._note(verdict, exchange.started, exchange.seconds)
        return verdict

    def _note(self, verdict: Verdict, started: float, seconds: float) -> None:
        self.verdict = verdict
        if verdict.ambiguous:
            self.unclear = self.doubtful = True
        elif self.unclear and verdict.action in _REFUSED:
            self.doubtful = True  # what was on its way for long may have been applied since the last look
        request = self.request
        number = request.attempts + len(self.attempts) + 1
        code, action = verdict.code, verdict.action
        self.attempts.append(Attempt(number=number, started=started, seconds=seconds, code=code, action=action))
        self._road.observe(Attempted(request.ordinal, request.key, number, action, code, seconds))

    async def _look(self, job: ReadsBack) -> Verdict:
        exchange = Exchange()
        verdict = await self._road.line.call(job.query, self.request, exchange)
        self._finding = None
        if verdict.action is Action.SUCCEED:
            verdict = self._found(job, exchange.response)
        request = self.request
        self._road.observe(ReadBack(request.ordinal, request.key, verdict.code, self._finding, exchange.seconds))
        return verdict

    def _found(self, job: ReadsBack, response: Response | None) -> Verdict:
        assert response is not None, "a success is an answer"
        self._finding = job.finding(self.request, response)
        if self._finding is not Finding.UNCLEAR:
            self.doubtful = False
        return APPLIED


_DECIDES_FOR_THE_ATTEMPT = (Action.SIGN_AGAIN, Action.SLOW_DOWN, Action.STOP)
"""What an answer to a look leads to that an attempt would only be told as well."""

_REFUSED = (Action.FAIL, Action.STOP)

APPLIED = Verdict(
    action=Action.SUCCEED,
    code="read-back",
    message=Text(
        "No clear answer came, but the vendor has what was sent: it was read back",
        "未收到明确应答，但回读确认供应商已有所发内容",
    ),
)

_INTERRUPTED = Verdict(
    action=Action.BACK_OFF,
    code="interrupted",
    message=Text("Interrupted while it was under way", "发送途中被中断"),
    ambiguous=True,
)
