"""What turns a request away before the vendor has looked at it: the vendor is down, or has enough to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum


class Refused(Enum):
    """Why a request is turned away. Nothing of it is carried out."""

    DOWN = "down"
    """Nobody is there: its connection is reset."""
    RATE_LIMIT = "rate-limit"
    """There were enough requests within this second."""
    CONCURRENCY_LIMIT = "concurrency-limit"
    """There are enough requests under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How much is let in, and when."""

    rate_limit: int | None = None
    """Requests in each second of the clock."""
    concurrency_limit: int | None = None
    """Requests at once."""
    down_from: float | None = None
    """Seconds after the start; from then on nothing is let in. None for never."""
    down_for: float | None = None
    """Seconds; None for ever."""

    def is_down(self, seconds: float) -> bool:
        """So long after the start."""
        if self.down_from is None or seconds < self.down_from:
            return False
        return self.down_for is None or seconds < self.down_from + self.down_for


class Gate:
    """Lets requests in, one after the other."""

    def __init__(self, opening: Opening, *, started: float) -> None:
        """Takes what is let in, and since when (seconds of the clock that `passing` is given)."""
        self._opening = opening
        self._started = started
        self._second = 0
        self._in_second = 0
        self._inside = 0

    @contextmanager
    def passing(self, now: float) -> Iterator[Refused | None]:
        """For as long as a request is under way. Gives why it is turned away, if it is."""
        refused = self._refused(now)
        if refused:
            yield refused
            return
        self._inside += 1
        try:
            yield None
        finally:
            self._inside -= 1

    def _refused(self, now: float) -> Refused | None:
        opening = self._opening
        if opening.is_down(now - self._started):
            return Refused.DOWN
        if int(now) != self._second:
            self._second, self._in_second = int(now), 0
        self._in_second += 1
        if opening.rate_limit is not None and self._in_second > opening.rate_limit:
            return Refused.RATE_LIMIT
        if opening.concurrency_limit is not None and self._inside >= opening.concurrency_limit:
            return Refused.CONCURRENCY_LIMIT
        return None
