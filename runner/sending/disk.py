"""Where the journal's writing is done while requests are sent: off the event loop, which must not wait for a disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol, TypeVar

T = TypeVar("T")


class Disk(Protocol):
    """Does one piece of work after the other."""

    async def write(self, work: Callable[[], T]) -> T:
        """Does it, and gives what it gives. A cancellation is honoured only when the work is done."""

    def close(self) -> None:
        """Waits for what is under way; nothing more is done after that."""


class DiskThread:
    """A thread of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    async def write(self, work: Callable[[], T]) -> T:
        """Does it, and gives what it gives. A cancellation is honoured only when the work is done."""
        writing = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            while not writing.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([writing])
            raise

    def close(self) -> None:
        """Waits for what is under way; nothing more is done after that."""
        self._thread.shutdown(wait=True)
