import asyncio
from itertools import pairwise

import pytest

from runner.sending.pace import Pace
from tests.runner.sending.simulated_loop import simulated

CLOSE = 1e-6
"""Seconds; what rounding may add or take."""


async def turns(pace: Pace, count: int) -> list[float]:
    """When each of so many requests that ask at once may go out, seconds from now, in the order they went."""
    loop = asyncio.get_running_loop()
    began, times = loop.time(), list[float]()

    async def go() -> None:
        await pace.turn()
        times.append(loop.time() - began)

    await asyncio.gather(*(go() for _ in range(count)))
    return times


def assert_evenly_spread(times: list[float], rate: float) -> None:
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 1 / rate - CLOSE


@pytest.mark.parametrize("rate", [0.5, 1, 3, 10, 49.9, 1_000])
def test_the_rate_is_not_exceeded_however_many_ask_at_once(rate: float) -> None:
    times = simulated(turns(Pace(rate), 40))
    assert_evenly_spread(times, rate)


@pytest.mark.parametrize("rate", [0.5, 1, 3, 10, 49.9, 1_000])
def test_the_rate_is_used_up_where_enough_ask(rate: float) -> None:
    times = simulated(turns(Pace(rate), 40))
    assert times[0] < CLOSE
    assert times[-1] == pytest.approx(39 / rate, abs=1e-3)


def test_nobody_saves_up_turns_by_not_asking() -> None:
    async def ask_late() -> list[float]:
        pace = Pace(10)
        await pace.turn()
        await asyncio.sleep(100)
        return await turns(pace, 20)

    assert_evenly_spread(simulated(ask_late()), 10)


def test_without_a_rate_nobody_waits() -> None:
    assert max(simulated(turns(Pace(None), 1_000))) < CLOSE + 1e-5


@pytest.mark.parametrize("rate", [None, 10])
def test_a_pause_holds_everyone_who_asks_during_it(rate: float | None) -> None:
    async def ask() -> list[float]:
        pace = Pace(rate)
        pace.pause(30)
        return await turns(pace, 5)

    assert min(simulated(ask())) >= 30


def test_a_pause_holds_those_as_well_who_were_waiting_for_their_turn_when_it_began() -> None:
    async def ask() -> list[float]:
        pace = Pace(1)
        asyncio.get_running_loop().call_later(2.5, pace.pause, 30)
        return await turns(pace, 6)

    times = simulated(ask())
    assert [time for time in times if 2.5 < time < 32.5] == []
    assert len([time for time in times if time < 2.5]) == 3


@pytest.mark.parametrize("pause_at", [0.0, 2.5])
def test_the_rate_holds_after_a_pause_too(pause_at: float) -> None:
    async def ask() -> list[float]:
        pace = Pace(1)
        asyncio.get_running_loop().call_later(pause_at, pace.pause, 30)
        await asyncio.sleep(0)
        return await turns(pace, 6)

    assert_evenly_spread(simulated(ask()), 1)


def test_a_pause_that_grows_while_they_wait_holds_them_for_longer() -> None:
    async def ask() -> list[float]:
        pace = Pace(None)
        pace.pause(10)
        asyncio.get_running_loop().call_later(5, pace.pause, 20)
        return await turns(pace, 3)

    assert simulated(ask()) == pytest.approx([25, 25, 25], abs=1e-3)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    async def ask() -> list[float]:
        pace = Pace(None)
        pace.pause(10)
        pace.pause(1)
        return await turns(pace, 1)

    assert simulated(ask()) == pytest.approx([10], abs=1e-3)


def test_somebody_who_gives_up_waiting_takes_no_turn() -> None:
    async def ask() -> list[float]:
        pace = Pace(1)
        await pace.turn()
        gone = [asyncio.ensure_future(pace.turn()) for _ in range(50)]
        await asyncio.sleep(0)
        for task in gone:
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        return await turns(pace, 2)

    assert simulated(ask()) == pytest.approx([1, 2], abs=1e-3)
