"""What became of a request, of an attempt at it, and of a run."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from runner.plan import Plan, Remote
from runner.text import Text


class State(StrEnum):
    """The state of a request. It ends in exactly one of the first six."""

    SUCCEEDED = "succeeded"
    """The vendor said yes."""
    FAILED = "failed"
    """The vendor said no; its code and message are kept."""
    UNKNOWN = "unknown"
    """Sent, and nobody knows."""
    INVALID = "invalid"
    """It has problems, and was never sent."""
    UNCHANGED = "unchanged"
    """The vendor's state was as wanted already."""
    NOT_SENT = "not_sent"
    """The run stopped before it."""
    READY = "ready"
    """Checked, and waiting to be sent."""
    SENDING = "sending"
    """Claimed: from here on its bytes may have left."""


FINAL_STATES = tuple(state for state in State if state not in {State.READY, State.SENDING})


class RunState(StrEnum):
    """The state of a run."""

    PLANNED = "planned"
    """Everything is loaded, and nothing was sent."""
    RUNNING = "running"
    """A process sends it at this moment. Kept in the journal until the process ends it, or for good if it is killed."""
    STOPPED = "stopped"
    """It ended early; what is not settled can still be sent."""
    INTERRUPTED = "interrupted"
    """Its process is gone without a word; what is not settled can still be sent. Found when it is read, never kept."""
    ABANDONED = "abandoned"
    """It ended early, and a user has said that it is not to go on."""
    DONE = "done"


ENDED_EARLY = frozenset({RunState.STOPPED, RunState.INTERRUPTED})
"""The states of a run that can be resumed."""


class Action(Enum):
    """What an answer leads to."""

    SUCCEED = "succeed"
    """Settle as succeeded."""
    FAIL = "fail"
    """Settle as failed: refused by a code that says so."""
    SIGN_AGAIN = "sign again"
    """The timestamp was too old: sign with a fresh one, at once. Nothing was applied."""
    SLOW_DOWN = "slow down"
    """Too many requests: wait as told, and slow down for everyone. Nothing was applied."""
    BACK_OFF = "back off"
    """Try again after a backoff."""
    WITHDRAW = "withdraw"
    """It is not what was checked any more: settle as invalid, and send nothing of it."""
    STOP = "stop"
    """Every later request would be refused as well: settle as failed, and stop the run."""


RETRIED = (Action.SIGN_AGAIN, Action.SLOW_DOWN, Action.BACK_OFF)  # no set: an enum's hash is computed in Python


class Finding(Enum):
    """What the remote state says of a request that may have been applied."""

    AS_WANTED = "as wanted"
    """All that was sent is there."""
    OTHERWISE = "otherwise"
    """Something that was sent is not there, so that it was not applied, or was overwritten since."""
    UNCLEAR = "unclear"
    """Nobody can tell: something that was sent is not given back, and all else is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one attempt's answer, or the lack of one, means."""

    action: Action
    code: str
    """The vendor's code, or ours for what has none: `http-503`, `unclear`."""
    message: Text
    ambiguous: bool = False
    """Whether the request may have been applied all the same."""
    wait: float | None = None
    """Seconds to wait, where the answer says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt at a request, made and answered (or not)."""

    number: int
    """From 1, over all claims of the request."""
    started: float
    """Unix seconds, by this machine's clock."""
    seconds: float
    """How long it took."""
    code: str
    """As in its `Verdict`."""
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading the remote state of a request."""

    plan: Plan
    """`drifted` where something is not as wanted at first sight; a closer look may find otherwise."""
    remote: Remote | None = None
    """The remote state; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a claimed request is settled."""

    ordinal: int
    key: str
    state: State
    code: str | None
    message: Text | None
    attempts: tuple[Attempt, ...]
    """The attempts that were made under this claim."""
    unclear: bool
    """Whether any attempt was ambiguous, under this claim or before."""
    cut_short: bool = False
    """Whether the run stopped before the last attempt that was due, so that a resumed run goes on with it."""
    held_back: bool = False
    """Whether it is not to be sent at all, as the remote state is not what was planned for."""
    reading: Reading | None = None
    """What was read, where nothing was to be sent; None where it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a run ended early."""

    reason: Text
    signal: int | None = None
    """The number of the signal, where one was the cause."""
    code: str = ""
    """For machines: that of the verdict which was the cause, or ours: `canary`, `vendor-down`, `SIGINT`."""
