"""The vendor's clock, as far as it shows."""

from collections.abc import Callable

from runner.exchange import Response
from runner.sending.http_status import http_date

TOLERANCE = 1.0
"""Seconds; a `Date` header has no finer grain, so a smaller offset is none."""


class VendorClock:
    """This machine's clock, corrected by what expired answers said of the vendor's."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Takes the machine's clock, which gives Unix seconds."""
        self._now = now
        self.offset: float | None = None
        """Seconds that the vendor's clock is ahead of ours; None while it has not been learned."""

    def timestamp(self) -> int:
        """Unix seconds, by the vendor's clock."""
        return int(self._now() + (self.offset or 0.0))

    def learn(self, expired: Response) -> None:
        """Takes the offset from the `Date` of an answer that called our timestamp expired, if it has one."""
        header = expired.headers.get("Date")
        theirs = http_date(header) if header else None
        if theirs is None:
            return
        offset = theirs - self._now()
        if abs(offset - (self.offset or 0.0)) > TOLERANCE:
            self.offset = offset
