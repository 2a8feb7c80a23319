"""The vendor's clock, as far as it shows."""

from collections.abc import Callable
from statistics import median

from runner.events import ClockLearned, Observe
from runner.exchange import Response
from runner.sending.http_status import http_date

TOLERANCE = 1.0
"""Seconds; a `Date` header has no finer grain, so a smaller offset is none."""

WITNESSES = 3
"""So many expired answers in a row must agree before an offset that worked is given up."""

_AGREEMENT = 2.0
"""Seconds; two `Date` headers that were read apart may differ by their grain and by how long each was under way."""


class VendorClock:
    """This machine's clock, corrected by what expired answers said of the vendor's.

    Each attempt takes `offset` once, as a snapshot, and hands it back with what came of it.
    """

    def __init__(self, now: Callable[[], float], observe: Observe = lambda _: None) -> None:
        """Takes the machine's clock, which gives Unix seconds, and who is told when an offset is learned."""
        self._now = now
        self._observe = observe
        self.offset: float | None = None
        """Seconds that the vendor's clock is ahead of ours; None while it has not been learned."""
        self.accepted = False
        """Whether the vendor has ever taken a timestamp."""
        self.seen = False
        """Whether any expired answer said what time the vendor has."""
        self._proven = False
        self._witnesses: list[float] = []

    def timestamp(self, offset: float | None) -> int:
        """Unix seconds, by the vendor's clock as the snapshot has it."""
        return int(self._now() + (offset or 0.0))

    def taken(self, offset: float | None) -> None:
        """The vendor took a timestamp that was made with this snapshot."""
        self.accepted = True
        if offset == self.offset:
            self._proven = True
            self._witnesses.clear()

    def learn(self, expired: Response, offset: float | None) -> None:
        """Takes the offset from the `Date` of an answer that called our timestamp expired, if it has one.

        An offset that has never worked is replaced at once; one that has, only when several answers agree, so that
        one odd answer moves nothing.

        Args:
            expired: the answer.
            offset: the snapshot that the timestamp was made with.
        """
        header = expired.headers.get("Date")
        theirs = http_date(header) if header else None
        self.seen |= theirs is not None
        if theirs is None or offset != self.offset:  # signed before the last offset was learned: it says nothing new
            return
        seen = theirs - self._now()
        if abs(seen - (self.offset or 0.0)) <= TOLERANCE:
            return
        self._witnesses = [other for other in self._witnesses if abs(other - seen) <= _AGREEMENT] + [seen]
        if not self._proven or len(self._witnesses) >= WITNESSES:
            self.offset = median(self._witnesses)
            self._proven = False
            self._witnesses.clear()
            self._observe(ClockLearned(self.offset))
