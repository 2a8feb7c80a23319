"""The line to the vendor: how every call goes out, and what each answer teaches all the others."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from runner.errors import NotSent, TransportError
from runner.events import AskedToWait, Observe
from runner.exchange import Call, Response
from runner.outcome import Action, Verdict
from runner.request import Request
from runner.sending.breaker import Breaker
from runner.sending.clock import VendorClock
from runner.sending.congestion import Congestion
from runner.sending.http_status import UNREADABLE, status_verdict
from runner.sending.pace import Pace
from runner.sending.retry import slow_down_seconds
from runner.text import Text


class Carrier(Protocol):
    """What carries a call to the vendor; `runner.sending.transport.Transport` is one."""

    async def post(self, call: Call) -> Response:
        """Makes the call, once; raises `TransportError` where no answer came."""


@dataclass(slots=True, eq=False)
class Exchange:
    """A call that is to be made, is being made, or was."""

    started: float | None = None
    """Unix seconds, by this machine's clock; None until bytes are about to leave."""
    seconds: float = 0.0
    """How long it took."""
    response: Response | None = None
    """None where there was no answer."""


class Line:
    """Makes calls one by one, for many at once, as the vendor's pace and state allow."""

    def __init__(  # noqa: PLR0913 - where everything that a call depends on comes together
        self,
        carrier: Carrier,
        judge: Callable[[Response], Verdict],
        *,
        pace: Pace,
        congestion: Congestion,
        breaker: Breaker,
        clock: VendorClock,
        lease: Callable[[], Awaitable[None] | None],
        observe: Observe,
        now: Callable[[], float],
        elapsed: Callable[[], float],
    ) -> None:
        """Opens the line.

        Args:
            carrier: carries the calls.
            judge: what an answer means that is neither HTTP 429 nor 5xx.
            pace: when a call may go out.
            congestion: how many may be in flight.
            breaker: whether the vendor is up.
            clock: what a call is signed by.
            lease: gives what has to be awaited first where the right to send may have been lost meanwhile.
            observe: is told where the vendor asks to wait.
            now: Unix seconds.
            elapsed: seconds of a clock that never goes back.
        """
        self._carrier = carrier
        self._judge = judge
        self._pace = pace
        self._congestion = congestion
        self._breaker = breaker
        self._clock = clock
        self._lease = lease
        self._observe = observe
        self._now = now
        self._elapsed = elapsed

    async def call(self, word: Callable[[Request, int], Call], request: Request, exchange: Exchange) -> Verdict:
        """Makes a call as soon as it may go out, signed at that moment.

        Args:
            word: words the call, for a timestamp.
            request: what it is about.
            exchange: is filled in as the call goes on.
        """
        while True:
            probe = await self._breaker.gate() if self._breaker.is_open else False
            try:
                while True:
                    if self._pace.holds:
                        await self._pace.turn()
                    if (renewal := self._lease()) is None:
                        break
                    await renewal  # meanwhile the turn has passed, and a pause may have begun
                if probe or not self._breaker.is_open:
                    return await self._make(word, request, exchange, probe=probe)
            finally:
                if probe:
                    self._breaker.probe_is_over()

    async def _make(
        self, word: Callable[[Request, int], Call], request: Request, exchange: Exchange, *, probe: bool
    ) -> Verdict:
        offset = self._clock.offset  # a snapshot: others may learn a new one while this call is under way
        call = word(request, self._clock.timestamp(offset))
        exchange.started = self._now()
        began = self._elapsed()
        readable = False
        try:
            exchange.response = response = await self._carrier.post(call)
        except TransportError as error:
            sent = not isinstance(error, NotSent)
            code = "unclear" if sent else "not-connected"
            verdict = Verdict(action=Action.BACK_OFF, code=code, message=Text.of(error), ambiguous=sent)
        else:
            status = status_verdict(response, now=self._now)
            verdict = status or self._judge(response)
            readable = status is None and verdict.code != UNREADABLE
            self._learn(verdict, response, offset)
            if verdict.action is Action.SLOW_DOWN:
                self._pause(slow_down_seconds(verdict), verdict.code)
            elif status is not None and status.wait is not None:  # it speaks for the vendor, not for this request alone
                self._pause(status.wait, status.code)
        finally:
            exchange.seconds = self._elapsed() - began
        self._congestion.answered(verdict, exchange.seconds)
        self._breaker.answered(verdict, readable=readable, probe=probe)
        return verdict

    def _learn(self, verdict: Verdict, response: Response, offset: float | None) -> None:
        if verdict.action is Action.SIGN_AGAIN:
            self._clock.learn(response, offset)
        elif verdict.action in _TAKEN:
            self._clock.taken(offset)

    def _pause(self, seconds: float, code: str) -> None:
        if self._pace.pause(seconds):
            self._observe(AskedToWait(seconds, code))


_TAKEN = (Action.SUCCEED, Action.FAIL)
"""Answers that the vendor gives only after it has taken the timestamp."""
