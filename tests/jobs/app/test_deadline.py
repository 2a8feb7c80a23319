import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.app.deadline import Control, Deadline, Stoppable, both
from runner.outcome import State, Stop
from tests.runner.sending.fake_carrier import FakeCarrier
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import Party, PassingMoment, party
from tests.runner.sending.simulated_loop import simulated

SECONDS_A_CALL = 10.0


def send(people: Party, seconds: float, *, begun: float = 0.0) -> Stop | None:
    """Greets one guest after the other; the deadline began so many seconds before."""

    async def take_time(_: object) -> None:
        await asyncio.sleep(SECONDS_A_CALL)

    async def story() -> Stop | None:
        people.moment = PassingMoment(people.moment.time)
        clock = [-begun]
        deadline = Deadline(seconds, clock=lambda: clock[0])
        clock[0] = 0.0
        pool = people.pool(FakeCarrier(before_answering=take_time), concurrency=1, disk=InlineDisk())
        with deadline.control(pool):
            return await pool.run()

    return simulated(story())


def test_a_run_that_takes_too_long_is_stopped_and_says_so(tmp_path: Path) -> None:
    with party(tmp_path, 10) as people:
        stop = send(people, 35.0)
        assert stop is not None
        assert (stop.code, stop.signal) == ("deadline", None)
        assert "--deadline" in stop.reason.en
        assert "35" in stop.reason.zh
        assert people.counts() == {State.SUCCEEDED: 4, State.NOT_SENT: 6}


def test_a_run_that_is_done_in_time_is_not_stopped(tmp_path: Path) -> None:
    with party(tmp_path, 3) as people:
        assert send(people, 35.0) is None


def test_what_came_before_the_sending_counts_as_well(tmp_path: Path) -> None:
    with party(tmp_path, 10) as people:
        assert send(people, 35.0, begun=20.0) is not None
        assert people.counts()[State.SUCCEEDED] == 2


def test_a_deadline_that_is_over_already_lets_nothing_be_sent(tmp_path: Path) -> None:
    with party(tmp_path, 10) as people:
        assert send(people, 35.0, begun=40.0) is not None
        assert people.counts() == {State.NOT_SENT: 10}


def test_two_that_may_stop_a_pool_are_both_in_charge_and_both_let_go(tmp_path: Path) -> None:
    seen: list[str] = []

    def named(name: str) -> Control:
        @contextmanager
        def control(_: Stoppable) -> Iterator[None]:
            seen.append(f"{name} begins")
            yield
            seen.append(f"{name} ends")

        return control

    async def story() -> None:
        with both(named("first"), named("second"))(people.pool(FakeCarrier(), disk=InlineDisk())):
            seen.append("sends")

    with party(tmp_path, 1) as people:
        simulated(story())
    assert seen == ["first begins", "second begins", "sends", "second ends", "first ends"]
