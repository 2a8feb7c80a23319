"""A vendor that goes down while a run sends, and comes back or does not."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from runner.errors import TransportError
from runner.events import Paused, Resumed
from runner.exchange import Call, Response
from runner.journal.ledger import Ledger
from runner.outcome import State, Stop
from runner.sending.limits import BreakerTerms, RetryPolicy
from runner.text import Text
from tests.runner.sending.fake_carrier import BUSY, CUT_OFF, GATEWAY_PAGE, REFUSED, WELCOME, Answer, guest
from tests.runner.sending.fake_job import Greet
from tests.runner.sending.greet_and_ask import GREETED, NOT_GREETED, GreetAndAsk
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import Party, PassingMoment, party
from tests.runner.sending.simulated_loop import simulated

MANY = 300
MINUTE = 60.0
CALL_SECONDS = 0.1
CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)


@dataclass(slots=True)
class Vendor:
    """Takes a while for each call, and is down from one moment to another; it knows whom it has greeted."""

    down: Callable[[float], bool]
    answer: Answer = REFUSED
    """While it is down."""
    greeted: list[str] = field(default_factory=list)
    calls_while_down: list[float] = field(default_factory=list)
    calls: int = 0

    async def post(self, call: Call) -> Response:
        self.calls += 1
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(CALL_SECONDS)
        if self.down(began):
            self.calls_while_down.append(began)
            if isinstance(self.answer, TransportError):
                raise self.answer
            return self.answer
        if call.body.startswith(b"ask"):
            return GREETED if guest(call) in self.greeted else NOT_GREETED
        self.greeted.append(guest(call))
        return WELCOME


@dataclass(slots=True)
class Sent:
    """What came of a run."""

    stop: Stop | None
    seconds: float


def send(
    people: Party,
    vendor: Vendor,
    *,
    job: Greet | None = None,
    concurrency: int = 8,
    breaker: BreakerTerms | None = None,
    reopen: bool = False,
) -> Sent:
    async def story() -> Sent:
        people.moment = PassingMoment(people.moment.time)
        pool = people.pool(
            vendor,
            job=job,
            concurrency=concurrency,
            retry=RetryPolicy(),
            breaker=breaker or BreakerTerms(),
            reopen=reopen,
            disk=InlineDisk(),
        )
        stop = await pool.run()
        return Sent(stop, asyncio.get_running_loop().time())

    return simulated(story())


@pytest.mark.parametrize("answer", [REFUSED, CUT_OFF, BUSY, GATEWAY_PAGE])
@pytest.mark.parametrize("job", [Greet(), GreetAndAsk()], ids=["greet", "greet and ask"])
@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_vendor_that_is_down_for_a_minute_costs_no_request_its_success(
    tmp_path: Path, answer: Answer, job: Greet, concurrency: int
) -> None:
    vendor = Vendor(lambda at: 1 <= at < 1 + MINUTE, answer)
    with party(tmp_path, MANY) as people:
        sent = send(people, vendor, job=job, concurrency=concurrency)
        assert people.counts() == {State.SUCCEEDED: MANY}
        pauses = [event for event in people.events if isinstance(event, Paused)]
        assert people.events.count(Resumed()) == 1
    assert sent.stop is None
    assert sorted(vendor.greeted) == sorted(f"guest-{number}" for number in range(1, MANY + 1))
    assert len(pauses) == 6  # 1 + 2 + 4 + 8 + 16 + 32 seconds are more than a minute
    assert len(vendor.calls_while_down) < BreakerTerms().failures + concurrency + len(pauses)


@pytest.mark.parametrize("answer", [REFUSED, CUT_OFF, BUSY, GATEWAY_PAGE])
@pytest.mark.parametrize("job", [Greet(), GreetAndAsk()], ids=["greet", "greet and ask"])
def test_a_vendor_that_does_not_come_back_stops_the_run_when_patience_ends_and_the_counts_add_up(
    tmp_path: Path, answer: Answer, job: Greet
) -> None:
    vendor = Vendor(lambda at: at >= 1, answer)
    with party(tmp_path, MANY) as people:
        sent = send(people, vendor, job=job, breaker=BreakerTerms(patience=100.0))
        assert sent.stop is not None
        assert sent.seconds == pytest.approx(101, abs=3)
        counts = people.counts()
        record = Ledger(people.other).run(people.run)
        assert record.requests == sum(counts.values()) == MANY
        assert counts[State.SUCCEEDED] == len(vendor.greeted) > 0
        assert counts[State.NOT_SENT] > 0
        assert State.FAILED not in counts
        assert (State.UNKNOWN in counts) == (answer is not REFUSED)
    assert "down" in sent.stop.reason.en
    assert "resume" in sent.stop.reason.zh


@pytest.mark.parametrize("answer", [REFUSED, CUT_OFF])
def test_what_an_outage_left_can_be_sent_later_and_nothing_that_succeeded_is_sent_again(
    tmp_path: Path, answer: Answer
) -> None:
    vendor = Vendor(lambda at: at >= 1, answer)
    with party(tmp_path, MANY) as people:
        send(people, vendor, job=GreetAndAsk(), breaker=BreakerTerms(patience=100.0))
        vendor.down = lambda _: False
        people.moment.time += 3_600
        assert send(people, vendor, job=GreetAndAsk(), reopen=True).stop is None
        assert people.counts() == {State.SUCCEEDED: MANY}
    assert sorted(vendor.greeted) == sorted(f"guest-{number}" for number in range(1, MANY + 1))


def test_a_vendor_that_comes_and_goes_is_waited_for_each_time(tmp_path: Path) -> None:
    vendor = Vendor(lambda at: 1 <= at % 4 < 3)
    with party(tmp_path, MANY) as people:
        assert send(people, vendor, breaker=BreakerTerms(failures=8)).stop is None
        assert people.counts() == {State.SUCCEEDED: MANY}
        assert people.events.count(Resumed()) >= 2


def test_the_pauses_that_are_told_are_what_the_vendor_gets(tmp_path: Path) -> None:
    vendor = Vendor(lambda at: 1 <= at < 1 + MINUTE)
    with party(tmp_path, MANY) as people:
        send(people, vendor)
    probes = vendor.calls_while_down[-5:]
    gaps = [later - earlier for earlier, later in pairwise(probes)]
    assert gaps == pytest.approx([pause + CALL_SECONDS for pause in (2, 4, 8, 16)], abs=0.01)


def test_a_stop_while_the_vendor_is_down_ends_the_run_at_once_and_what_was_never_sent_stays_so(tmp_path: Path) -> None:
    vendor = Vendor(lambda at: at >= 1)
    with party(tmp_path, MANY) as people:

        async def story() -> None:
            people.moment = PassingMoment()
            pool = people.pool(vendor, retry=RetryPolicy(), breaker=BreakerTerms(), disk=InlineDisk())
            asyncio.get_running_loop().call_later(12, pool.stop, CTRL_C)
            assert await pool.run() is CTRL_C
            assert asyncio.get_running_loop().time() == pytest.approx(12, abs=2 * CALL_SECONDS)

        simulated(story())
        sent = len(vendor.greeted)
        assert people.counts() == {State.SUCCEEDED: sent, State.NOT_SENT: MANY - sent}
