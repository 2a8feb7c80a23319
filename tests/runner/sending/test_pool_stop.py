import asyncio
from pathlib import Path

import pytest

from runner.events import Attempted, Event, Stopping
from runner.exchange import Call
from runner.outcome import State, Stop
from runner.text import Text
from tests.runner.journal.sample_run import states
from tests.runner.sending.fake_carrier import (
    BUSY,
    CUT_OFF,
    EXPIRED,
    REFUSED,
    WHO_ARE_YOU,
    Answer,
    FakeCarrier,
    guest,
)
from tests.runner.sending.fake_job import Greet
from tests.runner.sending.party import party

CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)
NEVER = 3_600.0
MANY = 200


class Watch(list[Event]):
    """Lets a test wait until a request's first attempt has been answered."""

    def __init__(self, ordinal: int) -> None:
        super().__init__()
        self._ordinal = ordinal
        self.seen = asyncio.Event()

    def append(self, event: Event) -> None:
        super().append(event)
        if isinstance(event, Attempted) and event.ordinal == self._ordinal:
            self.seen.set()


class Gate:
    """Holds the calls to all guests but one until it is opened."""

    def __init__(self, *, let_through: str) -> None:
        self._let_through = let_through
        self._held = 0
        self.two_are_held = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self, call: Call) -> None:
        if guest(call) != self._let_through:
            self._held += 1
            if self._held == 2:
                self.two_are_held.set()
            await self.open.wait()


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_an_account_that_is_refused_stops_the_run_at_once(tmp_path: Path, concurrency: int) -> None:
    carrier = FakeCarrier(otherwise=WHO_ARE_YOU)
    with party(tmp_path, MANY) as people:
        stop = await people.pool(carrier, concurrency=concurrency).run()
        assert stop is not None
        assert 1 <= len(carrier.calls) <= concurrency
        assert people.counts() == {State.FAILED: len(carrier.calls), State.NOT_SENT: MANY - len(carrier.calls)}
    for message, advice in ((stop.reason.en, "Check the key"), (stop.reason.zh, "请检查账号")):
        assert "who are you" in message
        assert advice in message
    assert [event for event in people.events if isinstance(event, Stopping)] == [Stopping(stop)]


async def test_a_vendor_that_cannot_be_reached_stops_the_run_and_nothing_counts_as_sent(tmp_path: Path) -> None:
    with party(tmp_path, MANY) as people:
        stop = await people.pool(FakeCarrier(otherwise=REFUSED)).run()
        assert stop is not None
        assert people.counts() == {State.NOT_SENT: MANY}
        assert people.results()["guest-1"].code == "not-connected"
    assert "Connection refused" in stop.reason.en
    assert "Connection refused" in stop.reason.zh


async def test_a_clock_that_is_always_wrong_stops_the_run_and_the_reason_says_so(tmp_path: Path) -> None:
    with party(tmp_path, MANY) as people:
        stop = await people.pool(FakeCarrier(otherwise=EXPIRED)).run()
        assert stop is not None
        assert people.counts() == {State.NOT_SENT: MANY}
    assert "clock" in stop.reason.en
    assert "时钟" in stop.reason.zh


async def test_a_stop_lets_what_is_in_flight_finish_and_ends_what_waits(tmp_path: Path) -> None:
    gate = Gate(let_through="guest-2")
    with party(tmp_path, MANY) as people:
        people.events = watch = Watch(2)
        pool = people.pool(
            FakeCarrier({"guest-2": [CUT_OFF]}, before_answering=gate), job=Greet(wait=NEVER), concurrency=2
        )
        running = asyncio.ensure_future(pool.run())
        await watch.seen.wait()
        await gate.two_are_held.wait()
        pool.stop(CTRL_C)
        gate.open.set()
        assert await running is CTRL_C
        assert people.counts() == {State.SUCCEEDED: 2, State.UNKNOWN: 1, State.NOT_SENT: MANY - 3}
        assert people.states()["guest-2"] is State.UNKNOWN
        assert "sending" not in states(people.other, people.run)
    assert watch.count(Stopping(CTRL_C)) == 1


@pytest.mark.parametrize(("answer", "state"), [(BUSY, State.UNKNOWN), (REFUSED, State.NOT_SENT)])
async def test_what_waits_for_a_further_attempt_when_it_is_stopped_ends_as_what_is_known_of_it(
    tmp_path: Path, answer: Answer, state: State
) -> None:
    with party(tmp_path, 1) as people:
        people.events = watch = Watch(1)
        pool = people.pool(FakeCarrier(otherwise=answer), job=Greet(wait=NEVER))
        running = asyncio.ensure_future(pool.run())
        await watch.seen.wait()
        pool.stop(CTRL_C)
        await running
        assert people.states() == {"guest-1": state}
        assert len(people.attempts("guest-1")) == people.results()["guest-1"].attempts >= 1


async def test_a_stop_before_anything_was_sent_sends_nothing(tmp_path: Path) -> None:
    carrier = FakeCarrier()
    with party(tmp_path, MANY) as people:
        pool = people.pool(carrier)
        pool.stop(CTRL_C)
        assert await pool.run() is CTRL_C
        assert people.counts() == {State.NOT_SENT: MANY}
        assert "sending" not in states(people.other, people.run)
    assert carrier.calls == []


async def test_the_first_reason_for_stopping_is_the_one_that_is_told(tmp_path: Path) -> None:
    with party(tmp_path, 1) as people:
        pool = people.pool(FakeCarrier())
        pool.stop(CTRL_C)
        pool.stop(Stop(reason=Text.verbatim("later")))
        assert await pool.run() is CTRL_C


async def test_what_is_left_in_flight_is_unknown_because_it_was_interrupted(tmp_path: Path) -> None:
    gate = Gate(let_through="guest-1")
    with party(tmp_path, MANY) as people:
        pool = people.pool(FakeCarrier(before_answering=gate), concurrency=2)
        running = asyncio.ensure_future(pool.run())
        await gate.two_are_held.wait()
        pool.stop(CTRL_C)
        pool.leave()
        assert await running is CTRL_C
        assert people.counts() == {State.SUCCEEDED: 1, State.UNKNOWN: 2, State.NOT_SENT: MANY - 3}
        for name in ("guest-2", "guest-3"):
            result = people.results()[name]
            assert (result.state, result.code, result.attempts) == (State.UNKNOWN, "interrupted", 1)
            assert people.raw_state(name) == "unknown"
