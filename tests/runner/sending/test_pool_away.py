"""What happens to a run whose process was away, or whose vendor is, for longer than anybody waits."""

import asyncio
from pathlib import Path

import pytest

from runner.errors import LeaseLost
from runner.events import Settled, Stopping
from runner.exchange import Call, Response
from runner.journal.claims import Claims
from runner.outcome import State, Stop
from runner.sending.limits import Limits, RetryPolicy
from runner.sending.writer import HEARTBEAT
from runner.text import Text
from tests.runner.journal.sample_run import states, unclear_ordinals
from tests.runner.sending.fake_carrier import BUSY, WELCOME, FakeCarrier, guest
from tests.runner.sending.greet_and_ask import GREETED, GreetAndAsk, said_to
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import LEASE, OTHERS_LEASE, Party, PassingMoment, party
from tests.runner.sending.simulated_loop import simulated

CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"), signal=2)
MANY = 200
NEVER = 1_000_000.0
PATIENT = RetryPolicy(attempts=10, backoff=1.0)


async def takes_for_ever(_: Call) -> None:
    await asyncio.sleep(NEVER)


@pytest.mark.parametrize("grace", [0.0, 7.0, 20.0])
def test_what_is_in_flight_and_never_answered_is_cut_when_its_time_is_over(tmp_path: Path, grace: float) -> None:
    carrier = FakeCarrier(before_answering=takes_for_ever)
    with party(tmp_path, MANY) as people:

        async def story() -> None:
            people.moment = PassingMoment()
            pool = people.pool(carrier, limits=Limits(concurrency=3, grace=grace), disk=InlineDisk())
            loop = asyncio.get_running_loop()
            loop.call_later(100, pool.stop, CTRL_C)
            assert await pool.run() is CTRL_C
            assert loop.time() == pytest.approx(100 + grace, abs=0.1)

        simulated(story())
        assert people.counts() == {State.UNKNOWN: 3, State.NOT_SENT: MANY - 3}
        assert people.attempts("guest-2") == [(1, "interrupted")]
        assert unclear_ordinals(people.other, people.run) == [1, 2, 3]
        assert "sending" not in states(people.other, people.run)


def test_what_is_answered_within_the_time_that_is_left_counts(tmp_path: Path) -> None:
    async def take_time(call: Call) -> None:
        await asyncio.sleep(5 if guest(call) == "guest-1" else 25)

    with party(tmp_path, MANY) as people:

        async def story() -> None:
            people.moment = PassingMoment()
            limits = Limits(concurrency=2, grace=10.0)
            pool = people.pool(FakeCarrier(before_answering=take_time), limits=limits, disk=InlineDisk())
            asyncio.get_running_loop().call_later(1, pool.stop, CTRL_C)
            await pool.run()

        simulated(story())
        assert people.counts() == {State.SUCCEEDED: 1, State.UNKNOWN: 1, State.NOT_SENT: MANY - 2}


def test_a_second_stop_gives_no_further_time(tmp_path: Path) -> None:
    with party(tmp_path, 3) as people:

        async def story() -> float:
            people.moment = PassingMoment()
            limits = Limits(concurrency=2, grace=10.0)
            pool = people.pool(FakeCarrier(before_answering=takes_for_ever), limits=limits, disk=InlineDisk())
            loop = asyncio.get_running_loop()
            for second in range(1, 10):
                loop.call_later(second, pool.stop, CTRL_C)
            await pool.run()
            return loop.time()

        assert simulated(story()) == pytest.approx(11, abs=0.1)
        assert len([event for event in people.events if isinstance(event, Stopping)]) == 1


def test_what_was_cut_is_read_back_when_the_run_goes_on(tmp_path: Path) -> None:
    with party(tmp_path, 2) as people:

        async def first() -> None:
            people.moment = PassingMoment()
            limits = Limits(concurrency=2, grace=1.0)
            pool = people.pool(
                FakeCarrier(before_answering=takes_for_ever), job=GreetAndAsk(), limits=limits, disk=InlineDisk()
            )
            asyncio.get_running_loop().call_later(1, pool.stop, CTRL_C)
            await pool.run()

        simulated(first())
        carrier = FakeCarrier(otherwise=GREETED)

        async def second() -> None:
            people.moment = PassingMoment()
            await people.pool(carrier, job=GreetAndAsk(), disk=InlineDisk(), reopen=True).run()

        simulated(second())
        assert people.counts() == {State.SUCCEEDED: 2}
        assert said_to(carrier, "guest-1") == said_to(carrier, "guest-2") == ["ask"]


def freeze(people: Party, *, taken_over: bool) -> None:
    """The process is away for longer than its lease lasts; its own timers do not notice."""
    people.moment.time += LEASE.seconds + 1
    if taken_over:
        Claims(people.other, people.run, OTHERS_LEASE, now=people.moment())


def run_frozen(people: Party, carrier: FakeCarrier, *, at: float, taken_over: bool, job: GreetAndAsk) -> None:
    async def story() -> None:
        people.moment = PassingMoment()
        pool = people.pool(carrier, job=job, concurrency=4, retry=PATIENT, disk=InlineDisk())

        def away() -> None:
            freeze(people, taken_over=taken_over)
            carrier.calls.clear()

        asyncio.get_running_loop().call_at(at, away)
        await pool.run()

    simulated(story())


async def takes_a_second(_: Call) -> None:
    await asyncio.sleep(1)


@pytest.mark.parametrize("at", [0.5, 1.01, 7.5])
def test_a_process_that_comes_back_after_another_has_taken_the_run_over_sends_nothing_more(
    tmp_path: Path, at: float
) -> None:
    carrier = FakeCarrier(before_answering=takes_a_second)
    with party(tmp_path, MANY) as people:
        with pytest.raises(LeaseLost):
            run_frozen(people, carrier, at=at, taken_over=True, job=GreetAndAsk())
        assert carrier.calls == []
        settled = [event for event in people.events if isinstance(event, Settled)]
        assert states(people.other, people.run).count("succeeded") == len(settled)
        assert states(people.other, people.run).count("ready") == MANY - len(settled)


def test_nor_does_it_send_what_was_waiting_for_a_further_attempt(tmp_path: Path) -> None:
    carrier = FakeCarrier(otherwise=BUSY)
    with party(tmp_path, 3) as people:
        with pytest.raises(LeaseLost):
            run_frozen(people, carrier, at=5.0, taken_over=True, job=GreetAndAsk(wait=8.0))
        assert carrier.calls == []
        assert unclear_ordinals(people.other, people.run) == [1, 2, 3]


def test_nor_does_it_look(tmp_path: Path) -> None:
    carrier = FakeCarrier({"guest-1": [BUSY, GREETED]})
    with party(tmp_path, 1) as people:
        with pytest.raises(LeaseLost):
            run_frozen(people, carrier, at=0.5, taken_over=True, job=GreetAndAsk(wait=1.0))
        assert carrier.calls == []


def test_a_process_that_comes_back_while_nobody_has_taken_the_run_over_goes_on(tmp_path: Path) -> None:
    carrier = FakeCarrier(before_answering=takes_a_second)
    with party(tmp_path, MANY) as people:
        run_frozen(people, carrier, at=3.5, taken_over=False, job=GreetAndAsk())
        assert people.counts() == {State.SUCCEEDED: MANY}


def test_a_run_that_only_waits_keeps_its_lease(tmp_path: Path) -> None:
    carrier = FakeCarrier({"guest-1": [BUSY, WELCOME]})
    with party(tmp_path, 1) as people:

        async def story() -> None:
            people.moment = PassingMoment()
            loop = asyncio.get_running_loop()
            pool = people.pool(carrier, job=GreetAndAsk(wait=20 * HEARTBEAT), retry=PATIENT, disk=InlineDisk())
            running = asyncio.ensure_future(pool.run())
            for _ in range(15):
                await asyncio.sleep(HEARTBEAT)
                expires = people.other.execute("SELECT expires FROM leases").fetchone()["expires"]
                assert expires > people.moment() + LEASE.seconds - HEARTBEAT - 1
            await running
            assert loop.time() == pytest.approx(20 * HEARTBEAT, abs=1)

        simulated(story())


def test_thousands_of_requests_that_are_all_retried_never_become_thousands_of_tasks(tmp_path: Path) -> None:
    count, most = 3_000, 0
    limits = Limits(concurrency=16)

    class BusyAtFirst:
        """Knows whom it has turned away once; a `FakeCarrier` would look through all of its calls each time."""

        seen: set[str]

        async def post(self, call: Call) -> Response:
            nonlocal most
            if len(self.seen) % 20 == 0:  # to count them takes long
                most = max(most, len(asyncio.all_tasks()))
            await asyncio.sleep(0.05)
            again = guest(call) in self.seen
            self.seen.add(guest(call))
            return GREETED if again else BUSY

    carrier = BusyAtFirst()
    carrier.seen = set()
    with party(tmp_path, count) as people:

        async def story() -> None:
            people.moment = PassingMoment()
            retry = RetryPolicy(budget_floor=100.0)
            await people.pool(carrier, job=GreetAndAsk(), limits=limits, retry=retry, disk=InlineDisk()).run()

        simulated(story())
        assert people.counts() == {State.SUCCEEDED: count}
    assert most <= limits.open + limits.concurrency + 10
