"""An event loop that goes on by one callback when it is told to, by a clock that is not its own."""

import asyncio
import heapq
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

_BURIAL_ROUNDS = 1_000


class NumberedTask(asyncio.Task[Any]):
    """A task whose place in a set does not depend on where it lies in memory: a group cancels its tasks by that."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], *, number: int, **options: Any) -> None:
        self._number = number
        super().__init__(coroutine, **options)

    def __hash__(self) -> int:
        return self._number

    def __eq__(self, other: object) -> bool:
        return self is other


class SteppedLoop(asyncio.BaseEventLoop):
    """Timers and tasks only. One that is never stepped again is a process that was killed: nothing of it runs on."""

    # BaseEventLoop's own:
    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]

    def __init__(self, now: Callable[[], float], complain: Callable[[str], None]) -> None:
        """Takes the clock (seconds), and what to call with errors that nobody handles."""
        super().__init__()
        self._now = now
        self._numbers = count()
        self.set_task_factory(self._task)
        self.set_exception_handler(
            lambda _, context: complain(f"{context['message']}: {context.get('exception')!r}"),
        )

    def __del__(self) -> None:
        """It holds nothing that has to be closed."""

    def time(self) -> float:
        """Seconds."""
        return self._now()

    @property
    def due(self) -> float | None:
        """When it has something to do next; None where it waits for others."""
        if self._ready:
            return self._now()
        while self._scheduled and self._scheduled[0].cancelled():
            heapq.heappop(self._scheduled)
        return self._scheduled[0].when() if self._scheduled else None

    def step(self) -> None:
        """Runs one callback that is due, if one is."""
        now = self._now()
        while self._scheduled and (self._scheduled[0].when() <= now or self._scheduled[0].cancelled()):
            self._ready.append(heapq.heappop(self._scheduled))
        while self._ready:
            handle = self._ready.popleft()
            if not handle.cancelled():
                events._set_running_loop(self)  # noqa: SLF001 - run_forever would cost more than what it runs
                try:
                    handle._run()  # noqa: SLF001
                finally:
                    events._set_running_loop(None)  # noqa: SLF001
                return

    def bury(self) -> None:
        """Ends what is left of a killed process, which can have no effect any more, so that Python has nothing to say.

        Left to the garbage collector, its coroutines would be closed where they stand, and complain.
        """
        self.set_exception_handler(lambda *_: None)
        for _ in range(_BURIAL_ROUNDS):
            tasks = asyncio.all_tasks(self)
            if not tasks:
                return
            for task in tasks:
                task.cancel()
            self._ready.extend(self._scheduled)  # whatever they wait for is over
            self._scheduled.clear()
            for _ in range(len(self._ready)):
                self.step()
        raise RuntimeError(f"some tasks cannot be ended: {asyncio.all_tasks(self)}")

    def _task(self, _: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> NumberedTask:
        return NumberedTask(coroutine, number=next(self._numbers), loop=self, **options)

    def _write_to_self(self) -> None:
        """Nobody sleeps."""

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""
