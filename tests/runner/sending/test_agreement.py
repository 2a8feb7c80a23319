"""A run whose sending somebody is to agree to stays in the hands of the process that asks."""

import asyncio

import pytest

from runner.errors import LeaseLost
from runner.outcome import Stop
from runner.sending.agreement import agreement
from runner.text import Text
from tests.runner.sending.simulated_loop import simulated


class OfAMinute:
    """A lease that somebody else may take over."""

    seconds = 60.0

    def __init__(self, lost_at: float = float("inf")) -> None:
        self.renewed: list[float] = []
        self._lost_at = lost_at

    def renew(self, *, now: float) -> None:
        if now >= self._lost_at:
            raise LeaseLost("gone", "没了")
        self.renewed.append(now)


def asked(lease: OfAMinute, *, seconds: float) -> Stop | Text | None:
    async def think() -> Stop | Text | None:
        await asyncio.sleep(seconds)
        return None

    async def story() -> Stop | Text | None:
        return await agreement(think, lease, now=asyncio.get_running_loop().time)

    return simulated(story())


def test_the_lease_is_renewed_however_long_somebody_thinks() -> None:
    lease = OfAMinute()
    assert asked(lease, seconds=600.0) is None
    assert len(lease.renewed) >= 29
    assert all(
        later - earlier < lease.seconds for earlier, later in zip(lease.renewed, lease.renewed[1:], strict=False)
    )


def test_an_answer_at_once_renews_nothing() -> None:
    lease = OfAMinute()
    assert asked(lease, seconds=0.0) is None
    assert lease.renewed == []


def test_who_has_lost_the_run_meanwhile_does_not_send_it() -> None:
    with pytest.raises(LeaseLost):
        asked(OfAMinute(lost_at=100.0), seconds=600.0)
