import asyncio
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from runner.sending.disk import DiskThread


@pytest.fixture
def disk() -> Iterator[DiskThread]:
    disk = DiskThread()
    yield disk
    disk.close()


class SlowWork:
    """Takes until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.begun = threading.Event()
        self.done = False

    def __call__(self) -> str:
        self.begun.set()
        self.let_go.wait()
        self.done = True
        return "done"


async def test_it_gives_what_the_work_gives_and_does_it_off_the_event_loop(disk: DiskThread) -> None:
    assert await disk.write(threading.get_ident) != threading.get_ident()


async def test_what_the_work_raises_comes_out_as_it_is(disk: DiskThread) -> None:
    def break_() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await disk.write(break_)
    assert await disk.write(lambda: 7) == 7


async def test_works_are_done_one_after_the_other_in_the_order_in_which_they_came(disk: DiskThread) -> None:
    done: list[int] = []
    first = SlowWork()
    writing = asyncio.gather(disk.write(first), *(disk.write(partial(done.append, number)) for number in range(20)))
    await asyncio.to_thread(first.begun.wait)
    assert done == []
    first.let_go.set()
    await writing
    assert done == list(range(20))


@pytest.mark.parametrize("times", [1, 3])
async def test_a_cancellation_is_honoured_only_when_the_work_is_done(disk: DiskThread, times: int) -> None:
    work = SlowWork()
    writing = asyncio.ensure_future(disk.write(work))
    await asyncio.to_thread(work.begun.wait)
    for _ in range(times):
        writing.cancel()
        for _turn in range(5):
            await asyncio.sleep(0)
        assert not writing.done()
    work.let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert work.done


async def test_a_work_that_goes_wrong_after_it_was_cancelled_leaves_the_cancellation_as_it_is(disk: DiskThread) -> None:
    work = SlowWork()

    def break_at_last() -> None:
        work()
        raise ZeroDivisionError

    writing = asyncio.ensure_future(disk.write(break_at_last))
    await asyncio.to_thread(work.begun.wait)
    writing.cancel()
    await asyncio.sleep(0)
    work.let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await writing


async def test_closing_waits_for_what_is_under_way_and_nothing_is_done_after_that() -> None:
    disk = DiskThread()
    work = SlowWork()
    writing = asyncio.ensure_future(disk.write(work))
    await asyncio.to_thread(work.begun.wait)
    closing = asyncio.ensure_future(asyncio.to_thread(disk.close))
    work.let_go.set()
    await closing
    assert work.done
    assert await writing == "done"
    with pytest.raises(RuntimeError):
        await disk.write(work)
