"""Runs the event loop: uvloop's where there is one, which takes a little less processor time for each request."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end."""
    with asyncio.Runner(loop_factory=_fastest_loop) as runner:
        return runner.run(main)


def _fastest_loop() -> asyncio.AbstractEventLoop:
    if sys.platform != "win32":  # which has no uvloop
        try:
            import uvloop  # noqa: PLC0415 - not on every interpreter
        except ImportError:
            pass
        else:
            return uvloop.new_event_loop()
    return asyncio.new_event_loop()
