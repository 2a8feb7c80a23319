"""The journal's one writer while requests are sent: claims ahead, settles in batches, keeps the lease; off the loop."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, Self, TypeVar

from runner.journal.claims import Claims
from runner.outcome import Outcome
from runner.request import Request

LINGER = 0.02
"""Seconds that a settlement waits for company: a commit costs a disk write, whatever it holds."""

HEARTBEAT = 15.0
"""Seconds between renewals of the lease, where nothing else renews it; well below what a lease lasts."""

P = ParamSpec("P")
T = TypeVar("T")


class Writer:
    """Stands between the pool, which must not wait, and the journal, which writes to a disk.

    `keep` does the writing and must run for as long as the writer is used; whatever goes wrong is raised there. Used as
    a context manager, it gives its thread back: after that the journal is the caller's alone.
    """

    def __init__(
        self, claims: Claims, *, batch: int, now: Callable[[], float], settled: Callable[[Outcome], None]
    ) -> None:
        """Takes the claims, how many to make at once, the time, and what to call once an outcome is in the journal."""
        self._claims = claims
        self._batch = batch
        self._now = now
        self._settled = settled
        self._pending: list[Outcome] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=True)

    async def requests(self) -> AsyncGenerator[Request, None]:
        """The run's requests in input order, each claimed before it comes out; the next batch is claimed meanwhile.

        When it is closed early, what was claimed and did not come out is given back.
        """
        unused: list[Request] = []
        ahead = asyncio.ensure_future(self._claim())
        try:
            while unused := (await asyncio.shield(ahead))[::-1]:
                ahead = asyncio.ensure_future(self._claim())
                while unused:
                    yield unused.pop()
        finally:
            unused += await ahead
            if unused:
                await self._in_thread(self._claims.give_back, [request.ordinal for request in unused])

    def settle(self, outcome: Outcome) -> None:
        """Takes an outcome to be written with the next batch."""
        self._pending.append(outcome)
        self._wake.set()

    def close(self) -> None:
        """Lets `keep` end, once everything is written."""
        self._closing = True
        self._wake.set()

    async def keep(self) -> None:
        """Writes outcomes down, and renews the lease. What is known is written before a cancellation is honoured.

        Raises:
            LeaseLost: somebody else has taken the run over.
            JournalError: it cannot be written.
        """
        try:
            while not self._closing or self._pending:
                await self._wait()
                await self._write()
        except asyncio.CancelledError:
            await self._write()
            await self._in_thread(self._claims.release)
            raise
        await self._in_thread(self._claims.release)

    async def _write(self) -> None:
        batch, self._pending = self._pending, []
        if batch:
            await self._in_thread(self._claims.settle, batch, now=self._now())
            for outcome in batch:
                self._settled(outcome)
        elif not self._closing:
            await self._in_thread(self._claims.renew, now=self._now())

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(HEARTBEAT):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()
        if not self._closing:
            await asyncio.sleep(LINGER)

    async def _claim(self) -> list[Request]:
        return await self._in_thread(self._claims.claim, self._batch, now=self._now())

    async def _in_thread(self, write: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Writes off the loop; a cancellation is honoured only when the thread is done with the journal."""
        writing = asyncio.get_running_loop().run_in_executor(self._thread, lambda: write(*args, **kwargs))
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            while not writing.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([writing])
            raise
