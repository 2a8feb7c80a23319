"""How fast requests may go out. The owner of aiolimiter."""

import asyncio

from aiolimiter import AsyncLimiter

NOTICEABLE = 2.0
"""Seconds."""


class Pace:
    """A rate that is never exceeded, and a pause that everyone keeps when the vendor asks for it."""

    def __init__(self, rate: float | None) -> None:
        """Takes the requests per second that may go out, evenly spread; None for no limit."""
        self._limiter = AsyncLimiter(1, 1 / rate) if rate else None
        self._quiet_until = 0.0

    @property
    def holds(self) -> bool:
        """Whether anybody has to ask for a turn at this moment."""
        return self._limiter is not None or self._quiet_until > asyncio.get_running_loop().time()

    async def turn(self) -> None:
        """Waits until a request may go out."""
        loop = asyncio.get_running_loop()
        while True:
            while (left := self._quiet_until - loop.time()) > 0:  # noqa: ASYNC110 - a pause may grow meanwhile
                await asyncio.sleep(left)
            if self._limiter is None:
                return
            await self._limiter.acquire()
            if self._quiet_until <= loop.time():  # no pause began while this one waited its turn
                return

    def pause(self, seconds: float) -> bool:
        """Nothing goes out for so long, whoever asks. Gives whether that is noticeably longer than it was before."""
        until = asyncio.get_running_loop().time() + seconds
        longer = until > self._quiet_until + NOTICEABLE and seconds > NOTICEABLE
        self._quiet_until = max(self._quiet_until, until)
        return longer
