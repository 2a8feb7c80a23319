"""Which request meets with which fault: drawn by a seed, so that it does not depend on the order of arrival."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from random import Random


class Fault(Enum):
    """What can go wrong with one request."""

    HTTP_503 = "http-503"
    """The gateway is overloaded."""
    EXPIRED = "expired"
    """The timestamp is called expired, whatever it is. Nothing is applied."""
    SYSTEM_ERROR = "system-error"
    """The vendor's system error."""
    DROP = "drop"
    """The connection is cut before an answer."""
    NOT_JSON = "not-json"
    """A gateway's HTML page instead of an answer."""
    TIMEOUT = "timeout"
    """The connection is held without an answer, and cut in the end."""
    CUT_BODY = "cut-body"
    """The connection is cut in the middle of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultShares:
    """How often each fault is met, as a share of requests from 0 to 1 (together at most 1), and what befalls all.

    The share of a fault is called as the fault is.
    """

    http_503: float = 0.0
    expired: float = 0.0
    system_error: float = 0.0
    drop: float = 0.0
    not_json: float = 0.0
    timeout: float = 0.0
    cut_body: float = 0.0
    latency: float = 0.0
    """Seconds before every answer."""
    hang: float = 60.0
    """Seconds that a connection is held without an answer: longer than callers wait, or it is but a slow cut."""
    seed: int = 0


A_LITTLE_OF_EVERYTHING = FaultShares(
    http_503=0.02,
    expired=0.02,
    system_error=0.02,
    drop=0.01,
    not_json=0.01,
    timeout=0.005,
    cut_body=0.01,
    latency=0.02,
    hang=0.2,
    seed=7,
)
"""For a first run: it shows retries at work, and ends well."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What one request meets with."""

    fault: Fault | None
    applied: bool
    """Where the fault leaves it open: whether it strikes after the request was carried out."""


class FaultDice:
    """Draws the fault of each request. The n-th request for one flow always meets with the same one."""

    def __init__(self, shares: FaultShares) -> None:
        self._seed = shares.seed
        self._shares: dict[Fault, float] = {fault: getattr(shares, fault.value.replace("-", "_")) for fault in Fault}
        self._seen: Counter[str] = Counter()

    def draw(self, subject: str) -> Draw:
        """The fault of the next request about a subject: a flow's key, say."""
        self._seen[subject] += 1
        random = Random(f"{self._seed}/{subject}/{self._seen[subject]}")  # noqa: S311 - not for secrets
        applied = random.random() < 0.5
        left = random.random()
        for fault, share in self._shares.items():
            left -= share
            if left < 0:
                return Draw(fault, applied)
        return Draw(None, applied)
