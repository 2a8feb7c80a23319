"""An event loop whose time is simulated: where it would wait, its clock jumps, so that nobody does."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_TICK = 1e-9
"""Seconds; a clock that stood still between two looks would be none."""


class _JumpingSelector(selectors.SelectSelector):
    """Looks whether anything has come, and otherwise jumps to when the loop wants to be woken."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.passed += _TICK
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise RuntimeError("everyone waits for what never comes")
        self.passed += max(timeout, 0.0)
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Timers and tasks only: it does not wait for threads, nor for the network."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds that have passed, none of them in truth."""
        return self._jumping.passed


def simulated(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives, run on a loop of its own that begins at 0 seconds."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(coroutine)
