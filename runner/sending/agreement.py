"""Whether somebody agrees, before the first request is sent, once it is known how many there are."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from runner.outcome import Stop
from runner.text import Text

Agree = Callable[[], Awaitable[Stop | Text | None]]
"""Ask whoever is to agree. Give None to go on; why nothing is to be sent; or what stopped the run meanwhile."""

RENEWALS = 3
"""Times that a lease is renewed while it lasts."""


class Lease(Protocol):
    """A run's; see `runner.journal.tenancy.Tenancy`."""

    @property
    def seconds(self) -> float:
        """How long it lasts unless it is renewed."""

    def renew(self, *, now: float) -> None:
        """Keep it for another while."""


async def agreement(agree: Agree, lease: Lease, *, now: Callable[[], float]) -> Stop | Text | None:
    """Wait for the answer, and keep the run's lease meanwhile, however long somebody thinks.

    Args:
        agree: asks.
        lease: of the run that is going to be sent.
        now: Unix seconds.

    Raises:
        LeaseLost: somebody else has taken the run over.
        JournalError: the journal cannot be written.
    """
    asking = asyncio.ensure_future(agree())
    try:
        while not (await asyncio.wait({asking}, timeout=lease.seconds / RENEWALS))[0]:
            lease.renew(now=now())
        return asking.result()
    finally:
        asking.cancel()
