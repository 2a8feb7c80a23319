"""Runs the event loop: uvloop's where there is one, which takes a little less processor time for each request."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end."""
    with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
        return runner.run(main)


if sys.platform == "win32":

    def _fastest_loop() -> None:
        """Windows has no uvloop."""

else:
    from collections.abc import Callable

    def _fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
        try:
            import uvloop  # noqa: PLC0415 - not on every interpreter
        except ImportError:
            return None
        return uvloop.new_event_loop
