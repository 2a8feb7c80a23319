"""A circuit breaker: when the vendor is down, nothing is sent for a while, then one request to see."""

import asyncio
from collections.abc import Callable

from runner.events import Observe, Paused, Resumed
from runner.outcome import Action, Verdict
from runner.sending.limits import BreakerTerms
from runner.sending.reasons import DOWN, NEVER_HEARD, UNREACHABLE
from runner.text import Text

UNHEARD_PATIENCE = 30.0
"""Seconds that a vendor gets that has not given one answer yet: more likely, the base URL or the network is wrong."""


class Breaker:
    """Opens after so many calls in a row without an answer, and closes with the first one."""

    def __init__(
        self, terms: BreakerTerms, observe: Observe, give_up: Callable[[Text], None], *, now: Callable[[], float]
    ) -> None:
        """Opens nothing yet.

        Args:
            terms: see `BreakerTerms`.
            observe: is told of pauses.
            give_up: is called with the reason, when patience ends.
            now: seconds of a clock that never goes back.
        """
        self.heard = False
        """Whether there was any answer that could be read."""
        self.is_open = False
        self._terms = terms
        self._observe = observe
        self._give_up = give_up
        self._now = now
        self._failures = 0
        self._pause = terms.pause
        self._down_since = self._closed_until = 0.0
        self._probing = False
        self._changed = asyncio.Event()

    async def gate(self) -> bool:
        """Waits while it is open. Gives whether the call that may be made now is the probe; see `probe_is_over`."""
        while self.is_open:
            left = self._closed_until - self._now()
            if not self._probing and left <= 0:
                self._probing = True
                return True
            self._changed.clear()
            try:
                async with asyncio.timeout(None if self._probing else left):
                    await self._changed.wait()
            except TimeoutError:
                continue
        return False

    def probe_is_over(self) -> None:
        """The probe has been answered, or was never made: another may follow."""
        self._probing = False
        self._changed.set()

    def answered(self, verdict: Verdict, *, readable: bool, probe: bool) -> None:
        """Takes what a call came to.

        Args:
            verdict: on the answer, or on the lack of one.
            readable: whether it was the vendor's own.
            probe: whether `gate` called it so.
        """
        self.heard |= readable
        if verdict.action is not Action.BACK_OFF:
            self._failures = 0
            if self.is_open:
                self._close()
            return
        self._failures += 1
        if self.is_open:
            if probe:
                self._pause_again(verdict)
        elif self._failures >= self._terms.failures:
            self.is_open = True
            self._down_since = self._now()
            self._pause_again(verdict)

    def _pause_again(self, verdict: Verdict) -> None:
        now = self._now()
        patience = self._terms.patience if self.heard else min(self._terms.patience, UNHEARD_PATIENCE)
        left = self._down_since + patience - now
        if left <= 0:
            self._give_up(self._reason(verdict))
            return
        seconds = min(self._pause, left)
        self._pause = min(2 * self._pause, self._terms.longest_pause)
        self._closed_until = now + seconds
        self._changed.set()
        self._observe(Paused(seconds, verdict.message, verdict.code))

    def _reason(self, last: Verdict) -> Text:
        if self.heard:
            return DOWN.format(message=last.message)
        return (NEVER_HEARD if last.ambiguous else UNREACHABLE).format(message=last.message, reason=last.message)

    def _close(self) -> None:
        self.is_open = False
        self._pause = self._terms.pause
        self._changed.set()
        self._observe(Resumed())
