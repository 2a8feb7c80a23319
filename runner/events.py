"""What happens during a run, told as it happens to whoever watches: the bar, the log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from runner.outcome import Action, Finding, RunState, State, Stop
from runner.plan import Plan
from runner.problem import Notice
from runner.text import Text


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything is in the journal."""

    rows: int
    ready: int
    invalid: int
    notices: tuple[Notice, ...] = ()
    """About the input as a whole."""
    run: str = ""
    """Its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOn:
    """A run that ended early, or was only planned, goes on."""

    run: str
    """Its name."""
    state: RunState
    """The state that it was in."""
    left: int
    """Requests that are left."""
    requests: int
    guards: str
    """The guards that are in force, as options; empty for none."""


@dataclass(frozen=True, slots=True)
class Started:
    """Sending begins."""

    run: str
    """Its name."""
    job: str
    endpoint: str
    account: str
    """Masked."""
    concurrency: int
    only_reads: bool = False
    """Whether nothing is sent for now: the remote state is read."""
    settled: Mapping[State, int] = field(default_factory=lambda: MappingProxyType({}))
    """What earlier processes have settled of what this run is to do, by state."""
    open: int = 0
    """What is to be done now."""


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt was made. One whose action is in `RETRIED` may be followed by another."""

    ordinal: int
    key: str
    number: int
    """From 1, over all claims of the request."""
    action: Action
    code: str
    seconds: float
    """How long it took."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """The remote state of a request was asked for, to see what an unclear attempt came to."""

    ordinal: int
    key: str
    code: str
    """Of the answer."""
    finding: Finding | None
    """None where there was no answer to be had."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Settled:
    """A request's outcome is in the journal."""

    ordinal: int
    key: str
    state: State
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What the vendor has of a request is in the journal, and what is planned for it."""

    ordinal: int
    key: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class Compared:
    """The remote state of every request was read, as far as it can be."""

    plan: Mapping[Plan, int]
    """How many requests have which plan."""
    to_send: int
    """How many are sent now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveBegan:
    """So many are sent now, and no more before all of them are settled."""

    number: int
    """From 1, over all processes that send the run."""
    of: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveEnded:
    """All of a wave is settled, and there is more to be sent."""

    number: int
    of: int
    states: Mapping[State, int]
    """How many of the wave were settled in which state, by whichever process."""
    next: int
    """How many are in the next wave."""
    left: int
    """How many are left in all."""
    ago: float | None = None
    """How many seconds ago it ended, where that was before this process began; None where it is only now."""

    @property
    def settled(self) -> int:
        """How many of the wave were settled."""
        return sum(self.states.values())

    @property
    def bad(self) -> int:
        """How many of these have failed or are unknown."""
        return self.states.get(State.FAILED, 0) + self.states.get(State.UNKNOWN, 0)


@dataclass(frozen=True, slots=True)
class Asking:
    """Nothing more is sent until the user has answered."""


@dataclass(frozen=True, slots=True)
class Resting:
    """Nothing more is sent for so long, as was asked for."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page of the vendor's list was asked for, before there is a run."""

    page: int
    """From 1."""
    pages: int | None
    """How many there are, as the answer tells it; None where there was none to be had."""
    code: str
    """Of the answer."""
    seconds: float


@dataclass(frozen=True, slots=True)
class LimitChanged:
    """Fewer requests may be in flight at once than before, or more."""

    limit: int
    cause: str
    """A code that the vendor pushed back with, `slow` for answers that take longer, or empty where it grows again."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The vendor seems to be down: nothing is sent for a while, then one request to see."""

    seconds: float
    cause: Text
    code: str = ""
    """Of the last call, as in its `Verdict`."""


@dataclass(frozen=True, slots=True)
class AskedToWait:
    """The vendor has asked for a longer wait than a moment; nothing is sent meanwhile."""

    seconds: float
    code: str
    """Of the answer that asked for it."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The vendor answers again after a pause."""


@dataclass(frozen=True, slots=True)
class ClockLearned:
    """By how much the vendor's clock is ahead of ours."""

    offset: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """Nothing new starts; what is in flight may finish."""

    stop: Stop


Event = (
    Loaded
    | GoingOn
    | Started
    | Attempted
    | ReadBack
    | Settled
    | Read
    | Compared
    | WaveBegan
    | WaveEnded
    | Asking
    | Resting
    | PageRead
    | LimitChanged
    | Paused
    | AskedToWait
    | Resumed
    | ClockLearned
    | Stopping
)
Observe = Callable[[Event], None]
