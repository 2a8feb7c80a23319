"""What has happened in a run so far, as everybody who shows it needs it: the bar, the lines, a web page."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from runner.events import (
    Asking,
    Attempted,
    Compared,
    Event,
    LimitChanged,
    Loaded,
    Paused,
    Read,
    Resting,
    Resumed,
    Settled,
    Started,
    Stopping,
    WaveBegan,
)
from runner.outcome import RETRIED, State
from runner.plan import Plan

RECENT = 5.0
"""Seconds over which requests per second are told."""

STEADY = 30.0
"""Seconds over which they are taken for how long the rest will last, so that it does not jump."""

APART = 0.25
"""Seconds between two marks at least."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How many were settled at a time."""

    time: float
    done: int


class Tally:
    """Counts events. `add` is called for each of them, so it costs little; whoever shows the tally asks it."""

    def __init__(self) -> None:
        self.total = 0
        """Requests to be sent."""
        self.done = 0
        """Of these, how many are settled."""
        self.sent = 0
        """Attempts."""
        self.states: dict[State, int] = {}
        """Those that are settled, by state."""
        self.plans: dict[Plan, int] = {}
        """Those whose remote state was read, by what is planned for them."""
        self.retries: dict[str, int] = {}
        """Attempts that followed an earlier one, by the code of that one."""
        self.reading = False
        """Whether the remote state is read, and nothing is sent for now."""
        self.concurrency = 0
        self.limit = 0
        """How many requests may be in flight now."""
        self.paused = False
        """Whether the vendor seems to be down."""
        self.stopping = False
        self.wave: WaveBegan | None = None
        """That which is being sent, or was last."""
        self.between_waves = False
        """Whether nothing is sent until a pause is over, or somebody has answered."""
        self._rest = 0.0
        self._to_retry: dict[int, str] = {}
        self._marks: deque[Mark] = deque()
        self._cases: dict[type, Callable[..., None]] = {
            Loaded: self._loaded,
            Started: self._started,
            Attempted: self._attempted,
            Settled: self._settled,
            Read: self._read,
            Compared: self._compared,
            LimitChanged: self._limit_changed,
            Paused: self._paused,
            Resumed: self._resumed,
            Stopping: self._stopping,
            WaveBegan: self._wave_began,
            Resting: self._resting,
            Asking: self._asking,
        }

    @property
    def is_sending(self) -> bool:
        """Whether sending has begun."""
        return self.concurrency > 0

    def add(self, event: Event) -> None:
        """Counts an event."""
        if case := self._cases.get(type(event)):
            case(event)

    def mark(self, now: float) -> None:
        """Remembers how far it is, for `rate`. To be called now and then.

        Args:
            now: seconds of a clock that never goes back.
        """
        marks = self._marks
        if not marks or now - marks[-1].time >= APART:
            marks.append(Mark(now, self.done))
            while len(marks) > 2 and marks[1].time <= now - STEADY:
                marks.popleft()

    def rate(self, now: float) -> float:
        """Requests that were settled in a second, over the last few."""
        return self._rate(now, RECENT)

    def left(self, now: float) -> float | None:
        """Seconds that the rest will take, with the pauses between waves; None where nobody can tell."""
        rate = self._rate(now, STEADY)
        if rate <= 0 or self.paused or self.between_waves:
            return None
        return (self.total - self.done) / rate + self._rest * (self.wave.of - self.wave.number if self.wave else 0)

    def retried(self) -> list[tuple[str, int]]:
        """Codes that led to a retry, the most frequent first, and how often they did."""
        return sorted(self.retries.copy().items(), key=lambda pair: -pair[1])

    def _rate(self, now: float, seconds: float) -> float:
        first: Mark | None = None
        for mark in self._marks.copy():
            if first is None or mark.time <= now - seconds:
                first = mark
        if first is None or now <= first.time:
            return 0.0
        return (self.done - first.done) / (now - first.time)

    def _attempted(self, event: Attempted) -> None:
        self.sent += 1
        if event.number > 1:
            cause = self._to_retry.pop(event.ordinal, None)
            if cause is not None:  # else the attempts before it were another process'
                self.retries[cause] = self.retries.get(cause, 0) + 1
        if event.action in RETRIED:
            self._to_retry[event.ordinal] = event.code

    def _settled(self, event: Settled) -> None:
        state = event.state
        self.states[state] = self.states.get(state, 0) + 1
        self.done += state is not State.NOT_SENT
        if self._to_retry:
            self._to_retry.pop(event.ordinal, None)

    def _read(self, event: Read) -> None:
        self.plans[event.plan] = self.plans.get(event.plan, 0) + 1
        self.done += 1

    def _compared(self, event: Compared) -> None:
        self.plans = {plan: count for plan, count in event.plan.items() if count}
        if event.to_send:  # else the comparison is what there is to be shown
            self.total, self.done = event.to_send, 0
            self._marks.clear()

    def _loaded(self, event: Loaded) -> None:
        self.total = event.ready

    def _started(self, event: Started) -> None:
        self.concurrency = self.limit = event.concurrency
        self.reading = event.only_reads
        if event.open or event.settled:  # else what was loaded is all there is
            self.states = dict(event.settled)
            self.done = sum(count for state, count in event.settled.items() if state is not State.NOT_SENT)
            self.total = event.open + sum(event.settled.values())
            self._marks.clear()

    def _wave_began(self, event: WaveBegan) -> None:
        self.wave = event
        self.between_waves = False
        self._marks.clear()  # a pause is no slow sending

    def _resting(self, event: Resting) -> None:
        self.between_waves = True
        self._rest = event.seconds

    def _asking(self, _: Asking) -> None:
        self.between_waves = True

    def _limit_changed(self, event: LimitChanged) -> None:
        self.limit = event.limit

    def _paused(self, _: Paused) -> None:
        self.paused = True

    def _resumed(self, _: Resumed) -> None:
        self.paused = False

    def _stopping(self, _: Stopping) -> None:
        self.stopping = True
