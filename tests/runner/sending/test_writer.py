import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runner.errors import LeaseLost
from runner.journal.claims import Claims
from runner.outcome import Outcome
from runner.request import Request
from runner.sending.writer import HEARTBEAT, HELD_BACK, LINGER, MARGIN, Writer
from tests.runner.journal.sample_run import STARTED, states, succeeded
from tests.runner.sending.inline_disk import InlineDisk
from tests.runner.sending.party import LEASE, OTHERS_LEASE, Party, PassingMoment, party
from tests.runner.sending.simulated_loop import simulated

CLOSE = 1e-3
BATCH = 4


class WatchedClaims(Claims):
    """Remembers what was settled together; for so many claims, another run sends the same keys."""

    settled_together: list[int]
    claims_made = 0
    held_back_for = 0

    def claim(self, limit: int, *, now: float) -> list[Request]:
        self.claims_made += 1
        self.held_back = self.held_back_for > 0
        if self.held_back:
            self.held_back_for -= 1
            return []
        return super().claim(limit, now=now)

    def settle(self, outcomes: Sequence[Outcome], *, now: float) -> Sequence[Outcome]:
        written = super().settle(outcomes, now=now)
        self.settled_together.append(len(outcomes))
        return written


class Desk:
    """A writer at work, and what it told."""

    def __init__(self, people: Party) -> None:
        people.moment = PassingMoment()
        self.claims = WatchedClaims(people.database, people.run, LEASE, now=people.moment())
        self.claims.settled_together = []
        self.told: list[int] = []
        self.people = people
        self.writer = Writer(
            self.claims,
            InlineDisk(),
            batch=BATCH,
            now=people.moment,
            elapsed=asyncio.get_running_loop().time,
            settled=self._settled,
            superseded=self._settled,
        )

    def _settled(self, outcome: Outcome) -> None:
        assert states(self.people.other, self.people.run)[outcome.ordinal - 1] == outcome.state
        self.told.append(outcome.ordinal)

    def states(self) -> list[str]:
        return states(self.people.other, self.people.run)

    def leases(self) -> int:
        return int(self.people.other.execute("SELECT count(*) FROM leases WHERE expires > 0").fetchone()[0])

    async def take(self, count: int) -> list[int]:
        """The first so many requests; then no more are wanted."""
        ordinals: list[int] = []
        try:
            while len(ordinals) < count and (request := await self.writer.next()):
                ordinals.append(request.ordinal)
        finally:
            await self.writer.give_back()
        return ordinals

    async def take_over(self) -> None:
        """Another process finds the lease expired."""
        self.people.moment.time += 61
        Claims(self.people.other, self.people.run, OTHERS_LEASE, now=self.people.moment())


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Party]:
    with party(tmp_path, 10) as people:
        yield people


@asynccontextmanager
async def keeping(people: Party) -> AsyncIterator[Desk]:
    """A desk whose writer writes meanwhile, and is closed at the end."""
    desk = Desk(people)
    with desk.writer:
        async with asyncio.TaskGroup() as group:
            group.create_task(desk.writer.keep())
            yield desk
            desk.writer.close()


def now() -> float:
    return asyncio.get_running_loop().time()


def test_requests_come_in_input_order_each_once_and_claimed_before_it_comes_out(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        ordinals = []
        while request := await desk.writer.next():
            assert desk.states()[request.ordinal - 1] == "sending"
            ordinals.append(request.ordinal)
        assert ordinals == list(range(1, 11))

    simulated(story())


def test_the_next_batch_is_claimed_while_the_first_is_used(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        for _ in range(BATCH - 1):
            await desk.writer.next()
        await asyncio.sleep(0)
        assert desk.states() == ["sending"] * (2 * BATCH) + ["ready"] * 2

    simulated(story())


@pytest.mark.parametrize("count", [1, 3, 4, 5, 9])
def test_what_was_claimed_and_not_taken_is_given_back(people: Party, count: int) -> None:
    async def story() -> None:
        desk = Desk(people)
        assert await desk.take(count) == list(range(1, count + 1))
        assert desk.states() == ["sending"] * count + ["ready"] * (10 - count)

    simulated(story())


def test_who_is_cancelled_while_it_waits_for_a_batch_gives_it_back(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        taking = asyncio.ensure_future(desk.take(10))
        asyncio.get_running_loop().call_soon(taking.cancel)
        with pytest.raises(asyncio.CancelledError):
            await taking
        assert desk.states() == ["ready"] * 10

    simulated(story())


def test_where_nothing_is_ready_nothing_comes_out_and_nobody_waits(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        await desk.take(10)
        assert await desk.take(1) == []
        assert now() < HELD_BACK / 2

    simulated(story())


def test_what_another_run_holds_back_is_asked_for_again_until_it_comes(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        desk.claims.held_back_for = 6
        assert await desk.take(10) == list(range(1, 11))
        assert now() == pytest.approx(6 * HELD_BACK, abs=CLOSE)

    simulated(story())


def test_what_is_held_back_in_the_middle_is_waited_for_as_well(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        ordinals = []
        while request := await desk.writer.next():
            ordinals.append(request.ordinal)
            if request.ordinal == 2:
                await asyncio.sleep(0)
                desk.claims.held_back_for = 2
        assert ordinals == list(range(1, 11))
        assert now() == pytest.approx(2 * HELD_BACK, abs=CLOSE)

    simulated(story())


def test_when_no_more_are_wanted_nobody_waits_for_what_is_held_back(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        desk.claims.held_back_for = 1_000_000
        asyncio.get_running_loop().call_later(2.2, desk.writer.enough)
        assert await desk.take(10) == []
        assert now() == pytest.approx(2.2, abs=CLOSE)
        assert desk.states() == ["ready"] * 10

    simulated(story())


def test_when_no_more_were_wanted_from_the_start_nothing_is_claimed(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        desk.claims.held_back_for = 1_000_000
        desk.writer.enough()
        assert await desk.take(10) == []
        assert desk.claims.claims_made == 0

    simulated(story())


def test_outcomes_that_come_together_are_written_together_and_told_once_they_are_written(people: Party) -> None:
    async def story() -> None:
        async with keeping(people) as desk:
            for ordinal in await desk.take(BATCH - 1):
                desk.writer.settle(succeeded(ordinal))
                await asyncio.sleep(LINGER / 20)
            assert desk.told == []
            await asyncio.sleep(LINGER)
            assert desk.told == list(range(1, BATCH))
        assert desk.claims.settled_together == [BATCH - 1]

    simulated(story())


def test_a_whole_batch_of_outcomes_waits_for_no_more_company(people: Party) -> None:
    async def story() -> None:
        async with keeping(people) as desk:
            for ordinal in await desk.take(9):
                desk.writer.settle(succeeded(ordinal))
            await asyncio.sleep(LINGER / 20)
            assert desk.told == list(range(1, 10))

    simulated(story())


def test_an_outcome_does_not_wait_long_for_company(people: Party) -> None:
    async def story() -> None:
        async with keeping(people) as desk:
            await desk.take(1)
            await asyncio.sleep(1)
            desk.writer.settle(succeeded(1))
            await asyncio.sleep(1.5 * LINGER)
            assert desk.told == [1]

    simulated(story())


def test_what_is_known_when_it_is_closed_is_written_without_delay_and_the_lease_ends(people: Party) -> None:
    async def story() -> None:
        async with keeping(people) as desk:
            for ordinal in await desk.take(3):
                desk.writer.settle(succeeded(ordinal))
        assert desk.told == [1, 2, 3]
        assert now() < LINGER + CLOSE
        assert desk.leases() == 0

    simulated(story())


def test_the_lease_is_kept_for_as_long_as_nothing_happens(people: Party) -> None:
    async def story() -> None:
        async with keeping(people) as desk:
            for _ in range(20):
                await asyncio.sleep(HEARTBEAT)
                assert desk.claims.until - people.moment() > LEASE.seconds - HEARTBEAT - 1
        assert now() < 21 * HEARTBEAT

    simulated(story())


def test_a_heartbeat_notices_that_the_run_was_taken_over(people: Party) -> None:
    async def story() -> None:
        async with keeping(people) as desk:
            await desk.take_over()
            await asyncio.sleep(2 * HEARTBEAT)
            pytest.fail("it went on")

    with pytest.raises(ExceptionGroup) as told:
        simulated(story())
    assert told.group_contains(LeaseLost)


def test_an_outcome_under_a_lost_lease_is_refused_and_not_told(people: Party) -> None:
    desks: list[Desk] = []

    async def story() -> None:
        async with keeping(people) as desk:
            desks.append(desk)
            await desk.take(1)
            await desk.take_over()
            desk.writer.settle(succeeded(1))
            await asyncio.sleep(1)
            pytest.fail("it went on")

    with pytest.raises(ExceptionGroup) as told:
        simulated(story())
    assert told.group_contains(LeaseLost)
    assert desks[0].told == []
    assert desks[0].states() == ["ready"] * 10


def test_who_asks_for_requests_under_a_lost_lease_is_told_so(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        await desk.take_over()
        with pytest.raises(LeaseLost):
            await desk.take(1)

    simulated(story())


@pytest.mark.parametrize("after", [0.0, LINGER / 2, 1.0])
def test_when_it_is_cancelled_what_is_known_is_written_first_and_the_lease_ends(people: Party, after: float) -> None:
    async def story() -> None:
        desk = Desk(people)
        kept = asyncio.ensure_future(desk.writer.keep())
        await desk.take(3)
        desk.writer.settle(succeeded(1))
        await asyncio.sleep(after)
        desk.writer.settle(succeeded(2))
        kept.cancel()
        with pytest.raises(asyncio.CancelledError):
            await kept
        assert desk.states() == ["succeeded"] * 2 + ["sending"] + ["ready"] * 7
        assert desk.told == [1, 2]
        assert desk.leases() == 0

    simulated(story())


def test_before_a_lease_runs_out_it_is_short_and_once_it_is_renewed_it_is_not(people: Party) -> None:
    async def story() -> None:
        desk, short = Desk(people), list[bool]()
        for seconds in (0.0, LEASE.seconds - MARGIN - 0.1, LEASE.seconds - MARGIN + 0.1):
            people.moment.time = STARTED + seconds
            short.append(desk.writer.lease_is_short)
        await desk.writer.renew()
        assert [*short, desk.writer.lease_is_short] == [False, False, True, False]
        assert desk.claims.until == pytest.approx(people.moment() + LEASE.seconds, abs=CLOSE)

    simulated(story())


def test_a_clock_that_was_set_back_makes_no_lease_longer(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        await asyncio.sleep(LEASE.seconds - MARGIN + 0.1)
        people.moment.time = STARTED
        assert desk.writer.lease_is_short
        await desk.writer.renew()
        assert not desk.writer.lease_is_short

    simulated(story())


def test_a_lease_that_another_process_has_taken_cannot_be_renewed(people: Party) -> None:
    async def story() -> None:
        desk = Desk(people)
        await desk.take_over()
        assert desk.writer.lease_is_short
        with pytest.raises(LeaseLost):
            await desk.writer.renew()

    simulated(story())
