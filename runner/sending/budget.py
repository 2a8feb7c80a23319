"""How many retries a run may afford, so that a vendor that fails is not hammered by a storm of them."""

import asyncio
from collections import deque
from collections.abc import Callable

WINDOW = 10
"""Slots of the sliding window; a slot is a second."""


class RetryBudget:
    """Retries are at most a share of the first attempts in the last ten seconds, and a few each second besides.

    A retry that is over the budget waits its turn; it is not given up.
    """

    def __init__(self, share: float, floor: float, *, now: Callable[[], float]) -> None:
        """Opens the budget.

        Args:
            share: retries for each first attempt.
            floor: retries a second that are allowed in any case: at the end of a run there are no first attempts.
            now: seconds of a clock that never goes back.
        """
        self._share = share
        self._floor = floor
        self._now = now
        self._slots: deque[list[int]] = deque()  # each: second, first attempts, retries
        self._firsts = self._retries = 0
        self._first_come = asyncio.Lock()

    def first_attempt(self) -> None:
        """Counts a first attempt."""
        self._slot()[1] += 1
        self._firsts += 1

    async def retry(self) -> None:
        """Takes a retry from the budget, as soon as it holds one. First come, first served."""
        async with self._first_come:
            while not self._take():  # noqa: ASYNC110 - it is time that makes room
                await asyncio.sleep(self._until_next_slot())

    def _take(self) -> bool:
        slot = self._slot()
        if self._retries + 1 > self._share * self._firsts + self._floor * WINDOW:
            return False
        slot[2] += 1
        self._retries += 1
        return True

    def _until_next_slot(self) -> float:
        now = self._now()
        return int(now) + 1 - now

    def _slot(self) -> list[int]:
        second = int(self._now())
        if not self._slots or self._slots[-1][0] != second:
            while self._slots and self._slots[0][0] <= second - WINDOW:
                _, firsts, retries = self._slots.popleft()
                self._firsts -= firsts
                self._retries -= retries
            self._slots.append([second, 0, 0])
        return self._slots[-1]
