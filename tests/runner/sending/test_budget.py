import asyncio
from collections.abc import Sequence
from random import Random

import pytest

from runner.sending.budget import WINDOW, RetryBudget
from tests.runner.sending.simulated_loop import simulated

CLOSE = 1e-6
"""Seconds; what rounding may add or take."""


def budget(*, share: float, floor: float) -> RetryBudget:
    return RetryBudget(share, floor, now=asyncio.get_running_loop().time)


def first_attempts(of: RetryBudget, count: int) -> None:
    for _ in range(count):
        of.first_attempt()


async def retries(of: RetryBudget, count: int, *, within: float = 3_600.0) -> list[float]:
    """When each of so many retries that ask at once may be made, in seconds; those that have to wait longer, never."""
    time, times = asyncio.get_running_loop().time, list[float]()

    async def retry() -> None:
        await of.retry()
        times.append(time())

    asking = [asyncio.ensure_future(retry()) for _ in range(count)]
    await asyncio.wait(asking, timeout=within)
    for task in asking:
        task.cancel()
    await asyncio.wait(asking)
    return times


def test_retries_within_their_share_of_the_first_attempts_are_made_at_once() -> None:
    async def story() -> list[float]:
        money = budget(share=0.3, floor=0.0)
        first_attempts(money, 100)
        return await retries(money, 40)

    times = simulated(story())
    assert len(times) == 30
    assert max(times) < CLOSE


def test_the_floor_is_allowed_besides_the_share() -> None:
    async def story() -> list[float]:
        money = budget(share=0.3, floor=1.0)
        first_attempts(money, 100)
        return await retries(money, 60)

    times = simulated(story())
    assert [sum(begin <= time < begin + 1 for time in times) for begin in (0, 10, 20)] == [40, 10, 10]


def test_at_the_end_of_a_run_where_nothing_is_sent_for_the_first_time_retries_go_on_at_the_floor() -> None:
    async def story() -> list[float]:
        return await retries(budget(share=0.3, floor=2.0), 100)

    times = simulated(story())
    assert len(times) == 100
    assert times[-1] == pytest.approx(4 * WINDOW, abs=1)


def test_first_attempts_that_are_made_meanwhile_make_room() -> None:
    async def story() -> list[float]:
        money = budget(share=0.5, floor=0.0)
        loop = asyncio.get_running_loop()
        loop.call_later(3.5, first_attempts, money, 4)
        loop.call_later(7.5, first_attempts, money, 2)
        return await retries(money, 10)

    assert simulated(story()) == pytest.approx([4, 4, 8], abs=1e-3)


def test_first_attempts_count_for_as_long_as_the_window_lasts_and_no_longer() -> None:
    async def story(seconds: float) -> list[float]:
        money = budget(share=0.5, floor=0.0)
        first_attempts(money, 10)
        await asyncio.sleep(seconds)
        return await retries(money, 10)

    assert len(simulated(story(WINDOW - 0.5))) == 5
    assert simulated(story(WINDOW)) == []


def test_what_others_have_taken_comes_back_when_it_is_out_of_the_window() -> None:
    async def story() -> list[float]:
        money = budget(share=0.0, floor=1.0)
        first = await retries(money, 10, within=0.1)
        await asyncio.sleep(4)
        return first + await retries(money, 1)

    times = simulated(story())
    assert max(times[:10]) < CLOSE
    assert times[10] == pytest.approx(WINDOW, abs=1e-3)


def test_who_asks_first_is_served_first() -> None:
    async def story() -> list[int]:
        money, served = budget(share=0.0, floor=1.0), list[int]()

        async def retry(name: int) -> None:
            await money.retry()
            served.append(name)

        async with asyncio.TaskGroup() as group:
            for name in range(35):
                group.create_task(retry(name))
                await asyncio.sleep(0.7)
        return served

    assert simulated(story()) == list(range(35))


@pytest.mark.parametrize("gone", [(0,), (1,), (0, 1, 2), (2, 4)], ids=str)
def test_who_gives_up_waiting_takes_nothing_and_holds_nobody_up(gone: Sequence[int]) -> None:
    async def story() -> dict[int, float]:
        money, times = budget(share=0.0, floor=0.1), dict[int, float]()
        await money.retry()

        async def retry(name: int) -> None:
            await money.retry()
            times[name] = asyncio.get_running_loop().time()

        waiting = [asyncio.ensure_future(retry(name)) for name in range(6)]
        await asyncio.sleep(5)
        for name in gone:
            waiting[name].cancel()
        await asyncio.wait(waiting)
        return times

    times = simulated(story())
    left = [name for name in range(6) if name not in gone]
    assert list(times) == left
    assert list(times.values()) == pytest.approx([WINDOW * turn for turn in range(1, len(left) + 1)], abs=1e-3)


@pytest.mark.parametrize("seed", range(20))
def test_no_retry_is_made_that_the_first_attempts_of_the_last_ten_seconds_do_not_allow(seed: int) -> None:
    print(f"seed {seed}")
    random = Random(seed)
    share, floor = random.choice([0.0, 0.1, 0.3, 1.0]), random.choice([0.1, 0.5, 2.0])
    firsts: list[float] = []

    async def story() -> list[float]:
        money, made = budget(share=share, floor=floor), list[float]()
        time = asyncio.get_running_loop().time

        async def request() -> None:
            await asyncio.sleep(random.uniform(0, 30))
            money.first_attempt()
            firsts.append(time())
            for _ in range(random.randint(0, 2)):
                await asyncio.sleep(random.uniform(0, 2))
                await money.retry()
                made.append(time())

        async with asyncio.TaskGroup() as group:
            for _ in range(150):
                group.create_task(request())
        return made

    made = simulated(story())
    for number, now in enumerate(made, start=1):
        begin = int(now) - WINDOW + 1  # the window is of whole seconds, this one included
        allowed = share * sum(begin <= time <= now for time in firsts) + floor * WINDOW
        assert sum(begin <= time for time in made[:number]) <= allowed
