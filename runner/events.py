"""What happens during a run, told as it happens to whoever watches: a progress bar, a log."""

from collections.abc import Callable
from dataclasses import dataclass

from runner.outcome import Action, State, Stop
from runner.problem import Notice


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything is in the journal."""

    rows: int
    ready: int
    invalid: int
    notices: tuple[Notice, ...] = ()
    """About the input as a whole."""


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt was made."""

    ordinal: int
    number: int
    action: Action
    code: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A request's outcome is in the journal."""

    ordinal: int
    state: State


@dataclass(frozen=True, slots=True)
class Stopping:
    """Nothing new starts; what is in flight may finish."""

    stop: Stop


Event = Loaded | Attempted | Settled | Stopping
Observe = Callable[[Event], None]
