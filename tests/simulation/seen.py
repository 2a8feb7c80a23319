"""What the oracle keeps of each request, call and process."""

from dataclasses import dataclass, field

from runner.errors import TransportError
from runner.exchange import Response
from tests.simulation.scenario import Flow

REFUSALS = frozenset({"-22", "-41"})
"""By which the vendor says no to one flow."""
STOPS = frozenset({"-1"})
SLOW_DOWNS = frozenset({"-17", "http-429"})
CLEAR = frozenset({"0", "-16"}) | REFUSALS | STOPS | SLOW_DOWNS
"""After any other answer nobody knows whether the update was applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A call as the vendor saw it."""

    time: float
    process: str
    key: str
    asks: bool
    body: bytes
    applied: bool
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that was broken."""

    rule: str
    words: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.words}"


@dataclass(slots=True, eq=False)
class CallUnderWay:
    """A call, as the process that makes it sees it."""

    process: str
    key: str
    asks: bool


@dataclass(slots=True)
class RequestSeen:
    """What is known of a request, from both sides."""

    flow: Flow
    state: str
    lease: int | None = None
    unclear: bool = False
    calls: list[CallUnderWay] = field(default_factory=list)
    """Under way."""
    bodies: set[bytes] = field(default_factory=set)
    """That the vendor has applied."""
    refused: set[str] = field(default_factory=set)
    """The codes of refusals that reached a process."""
    ambiguous: bool = False
    """Whether some call at it ended in a way that says nothing, or never ended."""
    succeeded: bool = False
    """Whether a success was ever committed."""
    superseded: bool = False
    """Whether the journal says that it is left to a later run."""
    claimed_at: float = 0.0
    # Under the present claim:
    doubtful: bool = False
    """Whether it was unclear when it was claimed."""
    asked: bool = False
    attempts: int = 0
    """Updates that were answered or not, but for requests to slow down."""
    known_applied: bool = False
    """Whether an answer said so."""


@dataclass(slots=True)
class ProcessSeen:
    """What is known of a process."""

    token: int | None = None
    superseded: bool = False
    """Whether another process has taken the run over."""
    displaced: bool = False
    """Whether its lease has ended, since another run sends a key that it was sending."""
    in_flight: int = 0
    gone: bool = False
    offset: float = 0.0
    level: float = 0.0
    """Of a bucket that leaks at the rate."""
    last_call: float = 0.0


def code_of(came: Response | TransportError | None) -> str:
    """What a call came to, in a word."""
    if came is None:
        return "given up"
    if isinstance(came, TransportError):
        return came.en
    if came.status != 200:
        return f"http-{came.status}"
    code = came.body.decode().partition(" ")[0]
    return code if code.lstrip("-").isdigit() else "unreadable"
