import asyncio
from random import Random

import pytest

from runner.sending.permits import Permits

OPERATIONS = 400


class Crowd:
    """Some who ask for permits, each a task that keeps its permit until it is told to give it back."""

    def __init__(self, limit: int) -> None:
        self.permits = Permits(limit)
        self.served: list[int] = []
        self._asking: dict[int, asyncio.Task[None]] = {}

    async def ask(self, *names: int) -> None:
        for name in names:
            self._asking[name] = asyncio.ensure_future(self._ask(name))
        await turns()

    def give_back(self, count: int = 1) -> None:
        for _ in range(count):
            self.permits.release()

    async def go_away(self, name: int) -> None:
        task = self._asking[name]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def _ask(self, name: int) -> None:
        await self.permits.acquire()
        self.served.append(name)


async def turns() -> None:
    """Lets everyone run who can."""
    for _ in range(4):
        await asyncio.sleep(0)


async def test_as_many_as_there_are_permits_are_served_and_the_others_wait() -> None:
    crowd = Crowd(2)
    await crowd.ask(1, 2, 3, 4)
    assert crowd.served == [1, 2]
    assert crowd.permits.used == 2


async def test_permits_are_given_out_in_the_order_in_which_they_were_asked_for() -> None:
    crowd = Crowd(1)
    await crowd.ask(*range(1, 6))
    for _ in range(4):
        crowd.give_back()
        await turns()
    assert crowd.served == [1, 2, 3, 4, 5]


async def test_who_comes_just_as_one_becomes_free_does_not_pass_those_who_wait() -> None:
    crowd = Crowd(1)
    await crowd.ask(1, 2)
    crowd.give_back()
    await crowd.ask(3)
    assert crowd.served == [1, 2]


async def test_a_permit_that_nobody_waits_for_is_there_for_the_next() -> None:
    crowd = Crowd(1)
    await crowd.ask(1)
    crowd.give_back()
    assert crowd.permits.used == 0
    await crowd.ask(2)
    assert crowd.served == [1, 2]


async def test_further_permits_serve_those_who_wait_at_once() -> None:
    crowd = Crowd(1)
    await crowd.ask(1, 2, 3, 4)
    crowd.permits.resize(3)
    await turns()
    assert crowd.served == [1, 2, 3]


async def test_fewer_permits_take_none_away_and_give_out_none_until_enough_have_come_back() -> None:
    crowd = Crowd(4)
    await crowd.ask(*range(1, 7))
    crowd.permits.resize(2)
    for used in (4, 3, 2):
        assert crowd.permits.used == used
        assert crowd.served == [1, 2, 3, 4]
        crowd.give_back()
        await turns()
    assert crowd.served == [1, 2, 3, 4, 5]
    assert crowd.permits.used == 2


async def test_who_goes_away_while_waiting_is_passed_over() -> None:
    crowd = Crowd(1)
    await crowd.ask(1, 2, 3)
    await crowd.go_away(2)
    crowd.give_back()
    await turns()
    assert crowd.served == [1, 3]
    assert crowd.permits.used == 1


async def test_a_permit_that_was_granted_to_somebody_who_goes_away_is_given_to_the_next() -> None:
    crowd = Crowd(1)
    await crowd.ask(1, 2, 3)
    crowd.give_back()  # it is number 2's by now, who has not run yet
    await crowd.go_away(2)
    await turns()
    assert crowd.served == [1, 3]
    assert crowd.permits.used == 1


async def test_a_permit_that_was_granted_to_somebody_who_goes_away_is_free_where_nobody_else_waits() -> None:
    crowd = Crowd(1)
    await crowd.ask(1, 2)
    crowd.give_back()
    await crowd.go_away(2)
    assert crowd.permits.used == 0
    await crowd.ask(3)
    assert crowd.served == [1, 3]


async def test_a_permit_that_comes_back_from_who_went_away_is_not_given_out_where_there_are_fewer_by_now() -> None:
    crowd = Crowd(2)
    await crowd.ask(1, 2, 3, 4)
    crowd.give_back()
    crowd.permits.resize(1)
    await crowd.go_away(3)
    await turns()
    assert crowd.served == [1, 2]
    assert crowd.permits.used == 1


async def test_when_all_who_waited_have_gone_away_the_next_is_served_at_once() -> None:
    crowd = Crowd(1)
    await crowd.ask(1, 2, 3)
    await crowd.go_away(2)
    await crowd.go_away(3)
    crowd.give_back()
    await crowd.ask(4)
    assert crowd.served == [1, 4]


@pytest.mark.parametrize("seed", range(40))
async def test_whatever_happens_there_are_never_too_many_and_never_one_idle_while_somebody_waits(seed: int) -> None:
    print(f"seed {seed}")
    random = Random(seed)
    crowd = Crowd(random.randint(1, 4))
    asked = 0
    expected: list[int] = []
    waiting: list[int] = []
    out = 0
    for _ in range(OPERATIONS):
        match random.choice(["ask", "ask", "give back", "give back", "resize", "go away", "granted goes away"]):
            case "ask":
                asked += 1
                await crowd.ask(asked)
                waiting.append(asked)
            case "give back" if out:
                crowd.give_back()
                out -= 1
            case "resize":
                crowd.permits.resize(random.randint(1, 6))
            case "go away" if waiting:
                name = waiting.pop(random.randrange(len(waiting)))
                await crowd.go_away(name)
            case "granted goes away" if out and waiting and out <= crowd.permits.limit:
                crowd.give_back()
                out -= 1
                await crowd.go_away(waiting.pop(0))
        while waiting and out < crowd.permits.limit:
            expected.append(waiting.pop(0))
            out += 1
        await turns()
        assert crowd.served == expected
        assert crowd.permits.used == out
    for name in waiting:
        await crowd.go_away(name)
