"""How much may be under way, and how patient a run is with a vendor that is down."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may be under way."""

    concurrency: int = 16
    """Requests in flight at once; fewer while the vendor pushes back (see `runner.sending.congestion`)."""
    rate: float | None = None
    """Calls per second; None for as fast as the vendor takes them."""
    window: float = 5.0
    """Seconds in which the number of requests in flight is halved at most once."""
    error_share: float = 0.25
    """The share of answers in a window that may be system errors before it is halved, from 0 to 1."""
    latency_factor: float = 3.0
    """How many times as long as at their best answers may take before it is halved."""
    grace: float = 20.0
    """Seconds that what is in flight may take to finish once the run has been told to stop."""

    @property
    def claimed(self) -> int:
        """How many requests are claimed at once: enough to keep the permits busy while the next ones are fetched."""
        return max(4, 2 * self.concurrency)

    @property
    def open(self) -> int:
        """How many requests may be started and not yet settled, those that wait for a backoff included."""
        return max(128, 8 * self.concurrency)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTerms:
    """When a vendor counts as down, and what is done then (see `runner.sending.breaker`)."""

    failures: int = 10
    """Calls in a row that bring no answer, or a system error."""
    pause: float = 1.0
    """Seconds before the first probe; each further pause lasts twice as long as the one before."""
    longest_pause: float = 60.0
    """Seconds."""
    patience: float = 300.0
    """Seconds after which the run stops, unless the vendor answers again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patient to be with one request."""

    attempts: int = 6
    """At most, the first one included. Answers that ask to slow down are not counted: they are obeyed."""
    backoff: float = 0.5
    """Seconds that the first backoff may last at most; each further one may last twice as long as the one before."""
    longest_backoff: float = 30.0
    """Seconds."""
    patience: float = 900.0
    """Seconds after which no further attempt is made, whatever the reason."""
    budget_share: float = 0.3
    """Retries after a backoff for each first attempt, over the last ten seconds; see `runner.sending.budget`."""
    budget_floor: float = 10.0
    """Retries a second that are allowed in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait for the vendor, in seconds."""

    connect: float = 10.0
    """For a connection, TLS included."""
    answer: float = 30.0
    """For the whole answer, from the call on."""
