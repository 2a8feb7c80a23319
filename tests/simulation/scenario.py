"""What a seed draws before anything happens: the requests, the settings, the weather, the blows of fate."""

import math
from dataclasses import dataclass, field, replace
from enum import Enum
from random import Random
from typing import TypeVar

from runner.sending.guards import Guards, MaxFailures
from runner.sending.limits import BreakerTerms, Limits, RetryPolicy

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallBatches(Limits):
    """Limits that claim few requests at once, so that a short run has many claims."""

    batch: int = 4

    @property
    def claimed(self) -> int:
        return self.batch


class Road(Enum):
    """What the network does with a call."""

    OPEN = "goes through"
    CLOSED = "no connection"
    LOST = "lost before it arrives"
    RESET = "cut off before it arrives"
    ANSWER_LOST = "its answer is lost"
    ANSWER_RESET = "cut off after it arrived"
    LATE = "arrives long after it timed out"


class Whim(Enum):
    """What the vendor does with a call instead of judging it."""

    NONE = "none"
    BUSY = "429"
    UNAVAILABLE = "503"
    SYSTEM_ERROR = "-18, not applied"
    SYSTEM_ERROR_APPLIED = "-18, applied"
    PAGE = "a page, not applied"
    PAGE_APPLIED = "a page, applied"
    STRANGER = "-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How bad the network and the vendor are. Shares of calls; what is left goes well."""

    roads: tuple[tuple[Road, float], ...] = ()
    whims: tuple[tuple[Whim, float], ...] = ()
    latency: float = 0.05
    """Seconds, on average and one way."""
    skew: float = 0.0
    """Seconds that the vendor's clock is ahead."""
    window: float = 60.0
    """Seconds that a timestamp may be off."""
    dated: bool = True
    """Whether answers have a `Date`."""
    outages: tuple[tuple[float, float], ...] = ()
    """When the vendor is down: from, to, in seconds since the beginning."""
    retry_after: float | None = None
    """Seconds that a busy vendor asks for, if it says."""

    def is_down(self, time: float) -> bool:
        """Whether the vendor is."""
        return any(start <= time < end for start, end in self.outages)


class BlowKind(Enum):
    """What befalls a process."""

    CRASH = "kill -9"
    CRASH_BEFORE_COMMIT = "kill -9 before a commit"
    CRASH_AFTER_COMMIT = "kill -9 after a commit"
    DISK_FULL = "the disk is full"
    POWER_CUT = "a power cut"
    FREEZE = "SIGSTOP"
    INTERRUPT = "Ctrl-C"
    CLOCK_JUMP = "the machine's clock is set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One thing that befalls a process."""

    kind: BlowKind
    at: int
    """The step of the process, or its write, from 1."""
    seconds: float = 0.0
    """How long it is frozen; how far the clock is set."""
    second: int | None = None
    """How many steps after a Ctrl-C the second one comes, if it does."""


AT_A_WRITE = frozenset({BlowKind.CRASH_BEFORE_COMMIT, BlowKind.CRASH_AFTER_COMMIT, BlowKind.DISK_FULL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One request, and what the vendor thinks of it."""

    key: str
    valid: bool = True
    refused: bool = False
    """By a rule that the checks do not know: -22."""
    pending_until: float = math.inf
    """Seconds since the beginning from when on it cannot be changed any more: -41."""
    opaque: bool = False
    """Whether its state can be asked for, and does not show what was sent."""
    value: int = 17
    """What is sent; each run has its own."""

    @property
    def body(self) -> bytes:
        """What is sent."""
        return f"hello {self.key} {self.value}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterRun:
    """A run that was loaded after others and has keys of theirs."""

    flows: tuple[Flow, ...]
    begins: float
    """Seconds since the beginning; the oldest run begins at once, so that any may be the first to send a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All that is drawn for a history; what happens in it follows from this and the seed."""

    flows: tuple[Flow, ...]
    """Of the oldest run."""
    later: tuple["LaterRun", ...] = ()
    limits: SmallBatches
    retry: RetryPolicy
    breaker: BreakerTerms
    guards: Guards
    """Until all is well: a guard would stop the last resumes as well."""
    weather: Weather
    reads_back: bool
    """Whether the job can ask for the remote state."""
    disk_seconds: float
    """How long a write may last."""
    intruder: float | None = None
    """When somebody tries to resume the run though it is being sent, in seconds since the beginning."""
    blows: tuple[tuple[Blow, ...], ...] = field(default=())
    """Of the first process, the second, and so on; the ones after that have none, and a healthy vendor."""

    @property
    def runs(self) -> tuple[tuple[Flow, ...], ...]:
        """The requests of each run, from the oldest one on."""
        return (self.flows, *(run.flows for run in self.later))

    @property
    def loses_power(self) -> bool:
        """Whether it will matter what is on the disk for sure."""
        return any(blow.kind is BlowKind.POWER_CUT for blows in self.blows for blow in blows)


def draw(random: Random) -> Scenario:
    """A scenario."""
    count = random.randint(5, 40) if random.random() < 0.7 else random.randint(5, 12)
    rough = random.random()
    return Scenario(
        flows=tuple(_flow(random, number) for number in range(1, count + 1)),
        limits=SmallBatches(
            concurrency=random.randint(1, 8),
            rate=random.choice((None, None, 2.0, 10.0, 50.0)),
            batch=random.randint(1, 12),
            window=random.choice((0.5, 5.0)),
            grace=random.choice((0.1, 3.0, 20.0)),
        ),
        retry=RetryPolicy(
            attempts=random.randint(1, 5),
            backoff=random.choice((0.05, 0.5, 2.0)),
            longest_backoff=random.choice((1.0, 10.0, 30.0)),
            patience=random.choice((5.0, 60.0, 300.0, 900.0)),
            budget_share=random.choice((0.0, 0.3)),
            budget_floor=random.choice((0.2, 10.0)),
        ),
        breaker=BreakerTerms(failures=random.choice((2, 5, 20)), patience=random.choice((20.0, 300.0))),
        guards=Guards(
            canary=random.randint(1, 5) if random.random() < 0.1 else None,
            max_failures=MaxFailures(count=random.randint(0, 5)) if random.random() < 0.1 else None,
        ),
        weather=Weather()
        if rough < 0.15
        else _LATE
        if rough < 0.2
        else _weather(random, scale=0.03 if rough < 0.5 else 0.2),
        reads_back=random.random() < 0.8,
        disk_seconds=random.choice((0.0005, 0.01, 0.2)),
        intruder=_some_time(random, 20.0) if random.random() < 0.3 else None,
        blows=_all_blows(random),
    )


OVERLAPPING = 1 / 3
"""The share of histories with later runs, where nobody asks for them."""


def with_later_runs(scenario: Scenario, random: Random) -> Scenario:
    """The scenario, with runs that send other values for some of its keys."""
    runs = []
    for number in range(1, random.choice((2, 2, 3))):
        chosen = random.sample(scenario.flows, random.randint(1, len(scenario.flows)))
        flows = tuple(replace(flow, value=17 + number, valid=random.random() > 0.06) for flow in chosen)
        runs.append(
            LaterRun(flows=flows, begins=random.choice((0.0, _some_time(random, 1.0), _some_time(random, 60.0))))
        )
    return replace(scenario, later=tuple(runs))


_LATE = Weather(roads=((Road.LATE, 0.3),), whims=((Whim.STRANGER, 0.03),))
"""What was given up arrives all the same, when nobody expects it any more."""


def _flow(random: Random, number: int) -> Flow:
    return Flow(
        key=f"flow-{number}",
        valid=random.random() > 0.06,
        refused=random.random() < 0.08,
        pending_until=_some_time(random, 60.0) if random.random() < 0.1 else math.inf,
        opaque=random.random() < 0.1,
    )


def _weather(random: Random, *, scale: float) -> Weather:
    start = _some_time(random, 10.0)
    return Weather(
        roads=_shares(random, [road for road in Road if road is not Road.OPEN], scale),
        whims=(
            *_shares(random, [whim for whim in Whim if whim not in {Whim.NONE, Whim.STRANGER}], scale),
            (Whim.STRANGER, random.choice((0.01, 0.1)) if random.random() < 0.2 else 0.0),
        ),
        latency=random.choice((0.002, 0.05, 0.5)),
        skew=random.choice((0.0, 0.0, 0.0, 30.0, 600.0, -600.0)),
        dated=random.random() < 0.8,
        outages=((start, start + _some_time(random, 30.0)),) if random.random() < 0.2 else (),
        retry_after=random.choice((None, 1.0, 7.0)),
    )


def _shares(random: Random, faults: list[T], scale: float) -> tuple[tuple[T, float], ...]:
    """Some of the faults, each with the share of calls that it befalls."""
    return tuple((fault, random.random() * scale) for fault in faults if random.random() < 0.4)


def _all_blows(random: Random) -> tuple[tuple[Blow, ...], ...]:
    """Of each process. In some histories all are of one or two kinds, and there are many: then they meet each other."""
    kinds = tuple(BlowKind)
    counts: tuple[int, ...] = (1, 1, 1, 2, 3)
    if random.random() < 0.25:
        kinds = tuple(random.sample(kinds, 2))
        counts = (2, 3, 5, 8)
    return tuple(tuple(_blow(random, kinds) for _ in range(random.choice(counts))) for _ in range(random.randint(0, 4)))


def _blow(random: Random, kinds: tuple[BlowKind, ...]) -> Blow:
    kind = random.choice(kinds)
    at = _some_count(random, 20.0 if kind in AT_A_WRITE else 400.0)
    if kind is BlowKind.FREEZE:
        return Blow(kind=kind, at=at, seconds=random.choice((1.0, 40.0, 100.0, 400.0)))
    if kind is BlowKind.CLOCK_JUMP:
        far = random.choice((0.0, 0.0, 0.0, 70.0, 4_000.0))
        return Blow(kind=kind, at=at, seconds=far + random.uniform(-5.0, 5.0))
    if kind is BlowKind.INTERRUPT:
        return Blow(kind=kind, at=at, second=_some_count(random, 60.0) if random.random() < 0.5 else None)
    return Blow(kind=kind, at=at)


def _some_count(random: Random, most: float) -> int:
    """From 1 to the most, small ones as often as large ones."""
    return max(1, round(math.exp(random.uniform(0.0, math.log(most)))))


def _some_time(random: Random, mean: float) -> float:
    return random.expovariate(1.0 / mean)
