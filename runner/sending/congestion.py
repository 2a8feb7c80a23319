"""How many requests may be in flight, as the vendor takes them: additive increase, multiplicative decrease.

As in TCP (RFC 5681): a round of good answers adds one, up to the concurrency that was asked for; a sign that the vendor
has more than it can take halves the number, at most once in a window.
"""

from collections.abc import Callable

from runner.events import LimitChanged, Observe
from runner.outcome import Action, Verdict
from runner.sending.limits import Limits
from runner.sending.permits import Permits

SLOW = "slow"
"""The cause where answers take longer than they did."""

_ENOUGH = 10
"""Answers that a window must have had, before its averages say anything."""

_NOTICEABLE = 0.25
"""Seconds; answers that take less than that much longer are no sign of anything."""

_FORGETTING = 1.1
"""By what the best average so far is raised with each window, so that one lucky window does not count for ever."""


class Congestion:
    """Resizes the permits by what answers say."""

    def __init__(self, permits: Permits, limits: Limits, observe: Observe, *, now: Callable[[], float]) -> None:
        """Takes the permits, at their most; `now` is a clock in seconds that never goes back."""
        self._permits = permits
        self._limits = limits
        self._observe = observe
        self._now = now
        self._credit = 0.0
        self._best: float | None = None
        self._calm_until = 0.0
        self._start_window(now())

    def answered(self, verdict: Verdict, seconds: float) -> None:
        """Takes one answer, or the lack of one, and how long it took."""
        now = self._now()
        if now >= self._window_ends:
            self._end_window(now)
        self._answers += 1
        if verdict.action is Action.SLOW_DOWN or verdict.code == "http-503":
            self._halve(now, verdict.code)
        elif verdict.action is Action.BACK_OFF:
            self._errors += 1
            self._error = verdict.code
        else:
            self._good += 1
            self._seconds += seconds
            if self._permits.limit < self._limits.concurrency:
                self._grow()

    def _grow(self) -> None:
        self._credit += 1 / self._permits.limit
        if self._credit >= 1:
            self._credit = 0.0
            self._permits.resize(self._permits.limit + 1)
            self._observe(LimitChanged(self._permits.limit, ""))

    def _halve(self, now: float, cause: str) -> None:
        if now < self._calm_until:
            return
        self._calm_until = now + self._limits.window
        self._credit = 0.0
        if self._permits.limit > 1:
            self._permits.resize(self._permits.limit // 2)
            self._observe(LimitChanged(self._permits.limit, cause))

    def _start_window(self, now: float) -> None:
        self._window_ends = now + self._limits.window
        self._answers = self._errors = self._good = 0
        self._seconds = 0.0
        self._error = ""

    def _end_window(self, now: float) -> None:
        if self._answers >= _ENOUGH and self._errors > self._limits.error_share * self._answers:
            self._halve(now, self._error)
        if self._good >= _ENOUGH:
            average = self._seconds / self._good
            best = min(average, self._best * _FORGETTING) if self._best is not None else average
            if average > best * self._limits.latency_factor and average - best > _NOTICEABLE:
                self._halve(now, SLOW)
            self._best = best
        self._start_window(now)
