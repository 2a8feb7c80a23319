"""Permits to have a request in flight: a semaphore whose size may change while it is in use."""

import asyncio
from collections import deque


class Permits:
    """Given out in the order in which they were asked for."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """How many may be out at once. More may be for a while after it has been lowered."""
        self.used = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        """Takes a permit, as soon as one is free."""
        if self.used < self.limit and not self._waiting:
            self.used += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given one just before
                self.release()
            raise

    def release(self) -> None:
        """Gives a permit back."""
        self.used -= 1
        self._hand_out()

    def resize(self, limit: int) -> None:
        """Changes how many there are."""
        self.limit = limit
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and self.used < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self.used += 1
                turn.set_result(None)
