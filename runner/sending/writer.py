"""The journal's one writer while requests are sent: claims ahead, settles in batches, keeps the lease; off the loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol, Self, TypeVar

from runner.outcome import Outcome
from runner.request import Request
from runner.sending.disk import Disk

T = TypeVar("T")

LINGER = 0.05
"""Seconds that a settlement waits for company, unless there is a batch of them: a commit has a price of its own."""

HEARTBEAT = 15.0
"""Seconds between renewals of the lease, where nothing else renews it; well below what a lease lasts."""

MARGIN = 5.0
"""Seconds that the lease must last at least when a call begins."""

HELD_BACK = 0.5
"""Seconds until it is looked again whether another run has settled what it sends of the same keys."""


class Work(Protocol):
    """Requests to be seen to, under a lease; `runner.journal.claims.Claims` is such work."""

    until: float
    """Unix seconds until which the lease lasts for sure."""
    held_back: bool
    """Whether the last claim passed over something; ask again a little later."""
    superseded: Sequence[Outcome]
    """What the last claim settled without giving it out."""

    @property
    def seconds(self) -> float:
        """How long the lease lasts unless it is renewed."""

    def claim(self, limit: int, *, now: float) -> list[Request]:
        """The next requests, at most `limit`; none where there are no more."""

    def settle(self, outcomes: Sequence[Outcome], *, now: float) -> Sequence[Outcome] | None:
        """Writes down what became of claimed requests. Gives it as it was written, where a closer look was taken."""

    def give_back(self, ordinals: Iterable[int]) -> None:
        """Takes back what was claimed and not begun."""

    def renew(self, *, now: float) -> None:
        """Keeps the lease for another while."""

    def release(self) -> None:
        """Is called at the end."""


class Writer:
    """Stands between the pool, which must not wait, and the journal, which writes to a disk.

    `keep` does the writing and must run for as long as the writer is used; whatever goes wrong is raised there. Used as
    a context manager, it closes the disk: after that the journal is the caller's alone.
    """

    def __init__(
        self,
        claims: Work,
        disk: Disk,
        *,
        batch: int,
        now: Callable[[], float],
        elapsed: Callable[[], float],
        settled: Callable[[Outcome], None],
        superseded: Callable[[Outcome], None],
    ) -> None:
        """Opens the writer.

        Args:
            claims: the right to send the run.
            disk: where the writing is done.
            batch: how many requests to claim at once.
            now: Unix seconds.
            elapsed: seconds of a clock that never goes back.
            settled: is called with each outcome once it is in the journal, as it is there.
            superseded: is called with each outcome of a request that a claim settled without giving it out.
        """
        self._superseded = superseded
        self._claims = claims
        self._disk = disk
        self._batch = batch
        self._now = now
        self._elapsed = elapsed
        self._kept_until = elapsed() + claims.seconds
        self._settled = settled
        self._pending: list[Outcome] = []
        self._wake = asyncio.Event()
        self._full = asyncio.Event()
        self._enough = asyncio.Event()
        self._closing = False
        self._claimed: deque[Request] = deque()
        self._claiming: asyncio.Future[None] | None = None
        self._exhausted = False
        self._taken = 0
        self._most: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._disk.close()

    async def next(self) -> Request | None:
        """The next of the run's requests in input order, claimed before it comes out; None when there are no more.

        It may be asked for as often as `claim_up_to` says, and no more.
        """
        while not self._claimed:
            if self._exhausted or self._enough.is_set():
                return None
            await asyncio.shield(self._claiming or self._claim_ahead())
        request = self._claimed.popleft()
        if len(self._claimed) < self._batch // 2 and not (self._claiming or self._exhausted) and self._room:
            self._claim_ahead()
        return request

    def claim_up_to(self, number: int | None) -> None:
        """No more are claimed than so many in all, until more may be; None for as many as there are."""
        self._most = number

    def enough(self) -> None:
        """No further requests are wanted."""
        self._enough.set()

    async def give_back(self) -> None:
        """What was claimed and has not come out may be claimed again.

        Raises:
            JournalError: it cannot be written.
        """
        self._enough.set()
        if self._claiming:
            await self._claiming
        if self._claimed:
            ordinals = [request.ordinal for request in self._claimed]
            self._claimed.clear()
            await self._disk.write(partial(self._claims.give_back, ordinals))

    @property
    def lease_is_short(self) -> bool:
        """Whether the lease may run out while a call is under way, so that it has to be renewed first.

        It is by the clock that other processes see, and by one that nobody sets back.
        """
        return self._now() > self._claims.until - MARGIN or self._elapsed() > self._kept_until - MARGIN

    async def renew(self) -> None:
        """Keeps the lease for another while.

        Raises:
            LeaseLost: somebody else has taken the run over.
            JournalError: it cannot be written.
        """
        await self._keeping(lambda: self._claims.renew(now=self._now()))

    def settle(self, outcome: Outcome) -> None:
        """Takes an outcome to be written with the next batch."""
        self._pending.append(outcome)
        self._wake.set()
        if len(self._pending) >= self._batch:
            self._full.set()

    def close(self) -> None:
        """Lets `keep` end, once everything is written."""
        self._closing = True
        self._wake.set()
        self._full.set()

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
            await self._disk.write(self._claims.release)
            raise
        await self._disk.write(self._claims.release)

    async def _write(self) -> None:
        batch, self._pending = self._pending, []
        if batch:
            written = await self._keeping(lambda: self._claims.settle(batch, now=self._now()))
            for outcome in batch if written is None else written:
                self._settled(outcome)
        elif not self._closing:
            await self.renew()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(HEARTBEAT):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()
        self._full.clear()
        if not self._closing and len(self._pending) < self._batch:
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER):
                    await self._full.wait()

    async def _keeping(self, work: Callable[[], T]) -> T:
        """Does what keeps the lease for another while."""
        began = self._elapsed()
        done = await self._disk.write(work)
        self._kept_until = began + self._claims.seconds
        return done

    @property
    def _room(self) -> int:
        """How many may be claimed at once now."""
        return self._batch if self._most is None else min(self._batch, self._most - self._taken)

    def _claim_ahead(self) -> asyncio.Future[None]:
        self._claiming = claiming = asyncio.ensure_future(self._claim())
        claiming.add_done_callback(_seen)  # where nobody waits for it, the next claim meets with the same error
        return claiming

    async def _claim(self) -> None:
        try:
            while not self._enough.is_set():
                claimed = await self._keeping(lambda: self._claims.claim(self._room, now=self._now()))
                for outcome in self._claims.superseded:
                    self._superseded(outcome)
                if claimed or not self._claims.held_back:
                    self._taken += len(claimed)
                    self._claimed.extend(claimed)
                    self._exhausted = not claimed
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(HELD_BACK):
                        await self._enough.wait()
        finally:
            self._claiming = None


def _seen(claiming: asyncio.Future[None]) -> None:
    if not claiming.cancelled():
        claiming.exception()
