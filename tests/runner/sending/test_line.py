import asyncio
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import partial

import pytest

from runner.events import Event
from runner.exchange import Call, Response
from runner.outcome import Action, Verdict
from runner.request import Request
from runner.sending.breaker import Breaker
from runner.sending.clock import VendorClock
from runner.sending.congestion import Congestion
from runner.sending.limits import BreakerTerms, Limits
from runner.sending.line import Exchange, Line
from runner.sending.pace import Pace
from runner.sending.permits import Permits
from tests.runner.sending.fake_carrier import (
    BUSY,
    CUT_OFF,
    EXPIRED,
    GATEWAY_PAGE,
    REFUSED,
    TOO_LATE,
    WELCOME,
    Answer,
    FakeCarrier,
    says,
)
from tests.runner.sending.fake_job import Greet
from tests.runner.sending.simulated_loop import simulated

NOON = 1_750_000_000.0
JOB = Greet()
REQUEST = Request(ordinal=1, key="guest-1", body=b"hello guest-1")
TERMS = BreakerTerms(failures=3, pause=10.0, longest_pause=10.0)
CLOSE = 1e-3


def nothing_to_renew() -> None:
    return None


class Phone:
    """A line with everything that belongs to it; the time is noon when the event loop begins."""

    def __init__(
        self,
        *answers: Answer,
        rate: float | None = None,
        lease: Callable[[], Awaitable[None] | None] = nothing_to_renew,
        seconds: float = 0.0,
    ) -> None:
        self.time = asyncio.get_running_loop().time
        self.seconds = seconds
        self.events: list[Event] = []
        self.exchanges: list[Exchange] = []
        self.permits = Permits(16)
        self.pace = Pace(rate)
        self.clock = VendorClock(self.now)
        self.breaker = Breaker(TERMS, self.events.append, lambda _: None, now=self.time)
        self.carrier = FakeCarrier({"guest-1": answers or (WELCOME,)}, before_answering=self._take_time)
        self.line = Line(
            self.carrier,
            JOB.verdict,
            pace=self.pace,
            congestion=Congestion(self.permits, Limits(), self.events.append, now=self.time),
            breaker=self.breaker,
            clock=self.clock,
            lease=lease,
            observe=self.events.append,
            now=self.now,
            elapsed=self.time,
        )

    def now(self) -> float:
        return NOON + self.time()

    async def call(self) -> Verdict:
        self.exchanges.append(Exchange())
        return await self.line.call(JOB.call, REQUEST, self.exchanges[-1])

    @property
    def begun(self) -> list[Exchange]:
        """Those of which bytes have left."""
        return [exchange for exchange in self.exchanges if exchange.started is not None]

    @property
    def began_at(self) -> list[float]:
        """When they did, in seconds after noon, in the order of time."""
        return sorted(exchange.started - NOON for exchange in self.exchanges if exchange.started is not None)

    @property
    def signed_for(self) -> list[int]:
        """The timestamps of all calls, in seconds after noon."""
        return [stamp - int(NOON) for stamp in self.carrier.timestamps("guest-1")]

    async def _take_time(self, _: Call) -> None:
        await asyncio.sleep(self.seconds)


async def go_down(phone: Phone) -> None:
    for _ in range(TERMS.failures):
        await phone.call()


@pytest.mark.parametrize(
    ("answer", "action", "code", "ambiguous"),
    [
        pytest.param(WELCOME, Action.SUCCEED, "0", False, id="success"),
        pytest.param(TOO_LATE, Action.FAIL, "-41", False, id="refusal"),
        pytest.param(BUSY, Action.BACK_OFF, "-18", True, id="system error"),
        pytest.param(says("what?"), Action.BACK_OFF, "unreadable", True, id="nonsense"),
        pytest.param(GATEWAY_PAGE, Action.BACK_OFF, "http-502", True, id="gateway's page"),
        pytest.param(says("0 welcome", status=500), Action.BACK_OFF, "http-500", True, id="success under HTTP 500"),
        pytest.param(says("0 welcome", status=429), Action.SLOW_DOWN, "http-429", False, id="success under HTTP 429"),
        pytest.param(REFUSED, Action.BACK_OFF, "not-connected", False, id="no connection"),
        pytest.param(CUT_OFF, Action.BACK_OFF, "unclear", True, id="cut off"),
    ],
)
def test_each_answer_and_the_lack_of_one_has_its_verdict(
    answer: Answer, action: Action, code: str, *, ambiguous: bool
) -> None:
    async def story() -> None:
        verdict = await Phone(answer).call()
        assert (verdict.action, verdict.code, verdict.ambiguous) == (action, code, ambiguous)

    simulated(story())


@pytest.mark.parametrize("answer", [WELCOME, CUT_OFF])
def test_an_exchange_knows_when_it_began_how_long_it_took_and_what_came_back(answer: Answer) -> None:
    async def story() -> None:
        phone = Phone(answer, seconds=3.0)
        await asyncio.sleep(7)
        await phone.call()
        (exchange,) = phone.begun
        assert exchange.started == pytest.approx(NOON + 7, abs=CLOSE)
        assert exchange.seconds == pytest.approx(3, abs=CLOSE)
        assert exchange.response == (answer if isinstance(answer, Response) else None)

    simulated(story())


def test_how_long_it_took_is_known_of_a_call_that_was_cancelled_as_well() -> None:
    async def story() -> None:
        phone = Phone(seconds=3_600.0)
        calling = asyncio.ensure_future(phone.call())
        await asyncio.sleep(5)
        calling.cancel()
        await asyncio.wait([calling])
        assert phone.begun[0].seconds == pytest.approx(5, abs=CLOSE)

    simulated(story())


def test_a_call_is_signed_when_its_turn_has_come() -> None:
    async def story() -> None:
        phone = Phone(rate=0.1)
        await asyncio.gather(*(phone.call() for _ in range(3)))
        assert phone.signed_for == [0, 10, 20]
        assert phone.began_at == pytest.approx([0, 10, 20], abs=CLOSE)

    simulated(story())


def test_a_call_is_signed_after_a_pause_that_the_vendor_asked_for() -> None:
    async def story() -> None:
        phone = Phone(says("-17 slow down"), says("busy", status=429, Retry_After="30"), WELCOME)
        assert [(await phone.call()).action for _ in range(3)] == [Action.SLOW_DOWN] * 2 + [Action.SUCCEED]
        assert phone.signed_for == [0, 1, 31]

    simulated(story())


def test_a_call_is_signed_after_the_vendor_has_come_back() -> None:
    async def story() -> None:
        phone = Phone(CUT_OFF, CUT_OFF, CUT_OFF, WELCOME)
        await go_down(phone)
        await phone.call()
        assert phone.signed_for == [0, 0, 0, 10]

    simulated(story())


def test_a_call_is_signed_after_the_lease_was_renewed() -> None:
    async def story() -> None:
        renewals = [partial(asyncio.sleep, 20)]
        phone = Phone(lease=lambda: renewals.pop()() if renewals else None)
        await phone.call()
        assert phone.signed_for == [20]
        assert phone.begun[0].started == pytest.approx(NOON + 20, abs=CLOSE)

    simulated(story())


def test_the_lease_is_looked_at_after_all_else_that_may_take_time() -> None:
    async def story() -> None:
        looked: list[float] = []
        phone = Phone(rate=0.1, lease=lambda: looked.append(phone.time()))
        await asyncio.gather(phone.call(), phone.call())
        assert looked == pytest.approx([0, 10], abs=CLOSE)

    simulated(story())


def test_without_the_lease_nothing_is_sent() -> None:
    async def lost() -> None:
        raise ZeroDivisionError

    async def story() -> None:
        phone = Phone(lease=lost)
        with pytest.raises(ZeroDivisionError):
            await phone.call()
        assert phone.carrier.calls == []
        assert phone.begun == []

    simulated(story())


def test_a_probe_that_may_not_be_sent_leaves_the_next_to_probe() -> None:
    may_send = True

    async def lost() -> None:
        raise ZeroDivisionError

    async def story() -> None:
        nonlocal may_send
        phone = Phone(CUT_OFF, CUT_OFF, CUT_OFF, WELCOME, lease=lambda: None if may_send else lost())
        await go_down(phone)
        may_send = False
        with pytest.raises(ZeroDivisionError):
            await phone.call()
        may_send = True
        assert (await phone.call()).action is Action.SUCCEED

    simulated(story())


def test_a_probe_that_is_cancelled_leaves_the_next_to_probe() -> None:
    async def story() -> None:
        phone = Phone(CUT_OFF, CUT_OFF, CUT_OFF, WELCOME)
        await go_down(phone)
        phone.seconds = 3_600.0
        probing = asyncio.ensure_future(phone.call())
        await asyncio.sleep(20)
        waiting = asyncio.ensure_future(phone.call())
        await asyncio.sleep(20)
        assert len(phone.carrier.calls) == 4
        probing.cancel()
        phone.seconds = 0.0
        assert (await waiting).action is Action.SUCCEED

    simulated(story())


def test_while_a_call_is_under_way_what_others_learn_of_the_clock_is_not_used_for_it() -> None:
    async def story() -> None:
        expired = says("-16 timestamp expired", Date=formatdate(NOON + 600, usegmt=True))
        phone = Phone(expired, expired, WELCOME)
        await asyncio.gather(phone.call(), phone.call())
        assert phone.clock.offset == pytest.approx(600, abs=1)
        await phone.call()
        assert phone.signed_for == [0, 0, 600]

    simulated(story())


def test_an_odd_answer_to_a_call_that_was_signed_before_the_clock_was_learned_moves_it_no_further() -> None:
    async def story() -> None:
        right = says("-16 timestamp expired", Date=formatdate(NOON + 600, usegmt=True))
        odd = says("-16 timestamp expired", Date=formatdate(NOON - 90_000, usegmt=True))
        phone = Phone(right, odd)
        await asyncio.gather(phone.call(), phone.call())
        assert phone.clock.offset == pytest.approx(600, abs=1)

    simulated(story())


@pytest.mark.parametrize(
    ("answer", "accepted"), [(WELCOME, True), (TOO_LATE, True), (BUSY, False), (EXPIRED, False), (CUT_OFF, False)]
)
def test_a_vendor_that_judges_the_request_has_taken_its_timestamp(answer: Answer, *, accepted: bool) -> None:
    async def story() -> None:
        phone = Phone(answer)
        await phone.call()
        assert phone.clock.accepted is accepted

    simulated(story())


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (WELCOME, True),
        (BUSY, True),
        (EXPIRED, True),
        (says("what?"), False),
        (GATEWAY_PAGE, False),
        (says("0 welcome", status=429), False),
        (REFUSED, False),
        (CUT_OFF, False),
    ],
)
def test_the_vendor_is_heard_when_an_answer_is_its_own(answer: Answer, *, heard: bool) -> None:
    async def story() -> None:
        phone = Phone(answer)
        await phone.call()
        assert phone.breaker.heard is heard

    simulated(story())


def test_answers_teach_how_many_may_be_in_flight() -> None:
    async def story() -> None:
        phone = Phone(says("busy", status=503))
        await phone.call()
        assert phone.permits.limit == 8

    simulated(story())
