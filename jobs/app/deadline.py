"""Stops a run that takes too long, in order, so that it can be resumed."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from runner.outcome import Stop
from runner.text import Text


class Stoppable(Protocol):
    """The pool, or a question before it, which somebody may stop."""

    stopped: Stop | None
    """Why it was stopped; None where it was not."""

    def stop(self, stop: Stop) -> None:
        """Start nothing more."""

    def leave(self) -> None:
        """After `stop`, end what is under way as well."""


Control = Callable[[Stoppable], AbstractContextManager[None]]
"""Is given the pool for as long as it runs."""


class Deadline:
    """A time for the whole run, from now on."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins.

        Args:
            seconds: until it is over.
            clock: seconds of a clock that never goes back.
        """
        self._seconds = seconds
        self._clock = clock
        self._over = clock() + seconds

    @contextmanager
    def control(self, pool: Stoppable) -> Iterator[None]:
        """While it lasts, the pool is stopped when the time is over."""
        left = max(self._over - self._clock(), 0.0)
        timer = asyncio.get_running_loop().call_later(left, self._stop, pool)
        try:
            yield
        finally:
            timer.cancel()

    def _stop(self, pool: Stoppable) -> None:
        pool.stop(Stop(reason=_OVER.format(seconds=f"{self._seconds:g}"), code="deadline"))


def both(first: Control, second: Control) -> Control:
    """Two that may stop the same pool."""

    @contextmanager
    def control(pool: Stoppable) -> Iterator[None]:
        with first(pool), second(pool):
            yield

    return control


_OVER = Text(
    "The run took longer than --deadline allows ({seconds} s). Go on with resume.",
    "运行时间超过 --deadline 限制（{seconds} 秒）。请用 resume 继续。",
)
