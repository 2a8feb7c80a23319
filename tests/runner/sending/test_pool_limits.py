import asyncio
from pathlib import Path

import pytest

from runner.exchange import Call
from runner.outcome import State
from runner.sending.limits import RetryPolicy
from tests.runner.sending.fake_carrier import BUSY, REFUSED, WELCOME, FakeCarrier, guest, says
from tests.runner.sending.fake_job import Greet
from tests.runner.sending.party import party


@pytest.mark.parametrize("concurrency", [1, 3, 16])
async def test_no_more_than_the_concurrency_is_ever_in_flight_and_all_of_it_is_used(
    tmp_path: Path, concurrency: int
) -> None:
    async def dawdle(_: Call) -> None:
        for _turn in range(5):
            await asyncio.sleep(0)

    carrier = FakeCarrier(before_answering=dawdle)
    with party(tmp_path, 200) as people:
        await people.pool(carrier, concurrency=concurrency).run()
    assert carrier.most_in_flight == concurrency


async def test_further_attempts_need_a_permit_as_well(tmp_path: Path) -> None:
    async def dawdle(_: Call) -> None:
        for _turn in range(5):
            await asyncio.sleep(0)

    carrier = FakeCarrier({f"guest-{n}": [BUSY, REFUSED, WELCOME] for n in range(1, 101)}, before_answering=dawdle)
    with party(tmp_path, 100) as people:
        await people.pool(carrier, concurrency=3).run()
        assert people.counts() == {State.SUCCEEDED: 100}
    assert carrier.most_in_flight == 3


async def test_a_request_that_waits_for_its_backoff_holds_no_permit(tmp_path: Path) -> None:
    carrier = FakeCarrier({"guest-1": [BUSY, WELCOME]})
    with party(tmp_path, 30) as people:
        await people.pool(carrier, job=Greet(wait=0.2), concurrency=1).run()
        assert people.counts() == {State.SUCCEEDED: 30}
    assert carrier.guests == ["guest-1", *(f"guest-{number}" for number in range(2, 31)), "guest-1"]


async def test_a_request_that_waits_for_its_backoff_leaves_the_vendor_alone_meanwhile(tmp_path: Path) -> None:
    times: list[float] = []

    async def note(call: Call) -> None:
        if guest(call) == "guest-1":
            times.append(asyncio.get_running_loop().time())

    with party(tmp_path, 1) as people:
        await people.pool(FakeCarrier({"guest-1": [BUSY, WELCOME]}, before_answering=note), job=Greet(wait=0.05)).run()
    assert times[1] - times[0] >= 0.05 - 1e-6


async def test_when_the_vendor_asks_one_to_slow_down_everyone_does(tmp_path: Path) -> None:
    times: dict[str, float] = {}

    async def note(call: Call) -> None:
        times.setdefault(guest(call), asyncio.get_running_loop().time())

    carrier = FakeCarrier({"guest-1": [says("-17 slow down"), WELCOME]}, before_answering=note)
    with party(tmp_path, 5) as people:
        await people.pool(carrier, job=Greet(wait=0.1), concurrency=1).run()
        assert people.counts() == {State.SUCCEEDED: 5}
    assert min(times[f"guest-{number}"] for number in range(2, 6)) - times["guest-1"] >= 0.1 - 1e-6


async def test_a_run_that_mostly_waits_does_not_become_a_task_for_every_request(tmp_path: Path) -> None:
    most_tasks = 0

    async def count(_: Call) -> None:
        nonlocal most_tasks
        most_tasks = max(most_tasks, len(asyncio.all_tasks()))

    scripts = {f"guest-{number}": [BUSY, WELCOME] for number in range(1, 1_001)}
    with party(tmp_path, 1_000) as people:
        await people.pool(
            FakeCarrier(scripts, before_answering=count),
            job=Greet(wait=0.01),
            concurrency=4,
            retry=RetryPolicy(budget_floor=1_000),
        ).run()
        assert people.counts() == {State.SUCCEEDED: 1_000}
    assert most_tasks < 200
