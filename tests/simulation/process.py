"""A simulated process: one run of the program, from its claim on the run to its end, or to the blow that ends it."""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from runner.errors import JournalError, LeaseLost
from runner.events import Attempted, ClockLearned, Event, ReadBack, Settled, Stopping
from runner.job import Job
from runner.journal.claims import Claims
from runner.journal.journal import Journal
from runner.journal.tenancy import LeaseTerms
from runner.outcome import RunState, Stop
from runner.sending.limits import Limits, RetryPolicy
from runner.sending.pool import NO_GUARDS, Pool
from runner.text import Text
from tests.runner.journal.sample_run import DESTINATION
from tests.simulation.errand import Errand, ReadableErrand
from tests.simulation.journal_disk import Change, JournalFile, SimulatedDatabase, SimulatedDisk, WriteFault
from tests.simulation.network import Network
from tests.simulation.oracle import Oracle
from tests.simulation.scenario import AT_A_WRITE, Blow, BlowKind, Scenario
from tests.simulation.stepped_loop import SteppedLoop
from tests.simulation.vendor import Vendor
from tests.simulation.world import World

LEASE_SECONDS = 60.0

_CTRL_C = Stop(reason=Text("Interrupted by Ctrl-C.", "已被 Ctrl-C 中断。"), signal=2)

_WRITE_FAULTS = {
    BlowKind.CRASH_BEFORE_COMMIT: WriteFault.CRASH_BEFORE,
    BlowKind.CRASH_AFTER_COMMIT: WriteFault.CRASH_AFTER,
    BlowKind.DISK_FULL: WriteFault.FULL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the program is made of; another part in its place is a deliberate bug."""

    claims: type[Claims] = Claims
    job: Callable[[bool], Job] = lambda reads_back: ReadableErrand() if reads_back else Errand()
    """Takes whether it can read back."""
    limits: Callable[[Limits], Limits] = lambda limits: limits
    retry: Callable[[RetryPolicy], RetryPolicy] = lambda retry: retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all processes of a history share."""

    world: World
    scenario: Scenario
    file: JournalFile
    run: int
    vendor: Vendor
    oracle: Oracle
    """Of the run."""
    lease_ended: Callable[[int], None]
    """Is told of a lease, of whichever run, that somebody has ended."""
    parts: Parts
    durable: Callable[[], None]
    """What to do when all that is committed is on the disk for sure."""
    power_fails: Callable[[], None]


class Process:
    """Goes on when it is stepped. What it does is what `runner.engine.send` does."""

    def __init__(
        self,
        name: str,
        around: Surroundings,
        *,
        blows: tuple[Blow, ...],
        healthy: bool,
        resumes: bool,
        is_gone: Callable[[str], bool],
    ) -> None:
        self.name = name
        self.alive = True
        self.frozen = False
        self.healthy = healthy
        """Whether it lives when all is well."""
        self.held = False
        """Whether it could not begin, because another process holds the run."""
        self._around = around
        self._world = around.world
        self._resumes = resumes
        self._is_gone = is_gone
        self._random = Random(around.world.random.random())
        self.loop = SteppedLoop(around.world.now, self._complain)
        self._database = SimulatedDatabase(
            around.file,
            fault=self._next_write,
            committed=self._committed,
            durable=around.durable,
            killed=lambda fault: self.kill(fault.value),
            alive=lambda: self.alive,
        )
        self._network = Network(
            around.world, around.vendor, around.oracle, process=name, loop=self.loop, alive=lambda: self.alive
        )
        self._steps = self._writes = 0
        self._step_blows = deque(sorted((each for each in blows if each.kind not in AT_A_WRITE), key=_when))
        self._write_blows = deque(sorted((each for each in blows if each.kind in AT_A_WRITE), key=_when))
        self._leaves_at: int | None = None
        self._pool: Pool | None = None
        self._broken = False
        """Whether the journal failed it."""
        self._task = self.loop.create_task(self._program())

    def step(self) -> None:
        """Goes on by one callback, if nothing befalls it."""
        self._steps += 1
        while self._step_blows and self._step_blows[0].at <= self._steps:
            self._suffer(self._step_blows.popleft())
            if not self.alive or self.frozen:
                return
        if self._leaves_at is not None and self._steps >= self._leaves_at:
            self._leaves_at = None
            if self._pool:
                self._world.tell(self.name, "gets a second Ctrl-C")
                self.loop.call_soon(self._pool.leave)
        self.loop.step()
        if self.alive and self._task.done():
            self._end()

    def kill(self, how: str) -> None:
        """Nothing of it runs on."""
        self._world.tell(self.name, "is no more: %s", how)
        self.alive = False
        self._around.oracle.killed(self.name)

    def bury(self) -> None:
        """Leaves nothing over."""
        self.alive = False
        self.loop.bury()
        if self._task.done() and not self._task.cancelled():
            self._task.exception()

    def _end(self) -> None:
        self.alive = False
        error = None if self._task.cancelled() else self._task.exception()
        if error is None and not self._task.cancelled():
            stop = self._task.result()
            self._world.tell(self.name, "ends%s", f": {stop.reason.en}" if stop else "")
            self._around.oracle.ended(self.name, in_order=not self._broken)
        elif isinstance(error, JournalError):
            self._world.tell(self.name, "cannot begin: %s", error.en)
            self._around.oracle.ended(self.name, in_order=False)
            self.held = True
        else:
            self._around.oracle.broken("unexpected error", f"{self.name} ended with {error!r}")
            self._around.oracle.ended(self.name, in_order=False)

    async def _program(self) -> Stop | None:
        around, now = self._around, self._world.wall
        journal = Journal(self._database)
        began = now()
        claims = around.parts.claims(
            self._database,
            around.run,
            LeaseTerms(owner=self.name, seconds=LEASE_SECONDS),
            now=began,
            is_gone=self._is_gone,
            reopen=self._resumes,
        )
        if self._resumes:
            journal.redirect(around.run, DESTINATION)
        journal.set_state(around.run, RunState.RUNNING, lease=claims.token)
        pool = Pool(
            around.parts.job(around.scenario.reads_back),
            self._network,
            claims,
            limits=around.parts.limits(around.scenario.limits),
            retry=around.parts.retry(around.scenario.retry),
            guards=NO_GUARDS if self.healthy else around.scenario.guards,
            breaker=around.scenario.breaker,
            observe=self._observe,
            now=now,
            random=self._random,
            disk=SimulatedDisk(self.loop, self._random, around.scenario.disk_seconds),
        )
        try:
            self._pool = pool
            try:
                stop = await pool.run()
            finally:
                self._pool = None
            journal.end_run(around.run, stop=stop, seconds=now() - began, lease=claims.token)
        except LeaseLost as error:
            return Stop(reason=Text.of(error))
        except JournalError as error:
            self._broken = True
            stop = Stop(reason=Text.of(error))
            with suppress(JournalError):
                journal.end_run(around.run, stop=stop, seconds=now() - began, lease=claims.token)
        return stop

    def _suffer(self, blow: Blow) -> None:
        world = self._world
        match blow.kind:
            case BlowKind.CRASH:
                self.kill(blow.kind.value)
            case BlowKind.POWER_CUT:
                self._around.power_fails()
            case BlowKind.FREEZE:
                world.tell(self.name, "is frozen for %s s", blow.seconds)
                self.frozen = True
                world.after(blow.seconds, self._thaw)
            case BlowKind.INTERRUPT if self._pool:
                world.tell(self.name, "gets a Ctrl-C")
                self.loop.call_soon(self._pool.stop, _CTRL_C)
                if blow.second is not None:
                    self._leaves_at = self._steps + blow.second
            case BlowKind.CLOCK_JUMP if not self._around.vendor.healed:
                world.tell("machine", "sets its clock by %+.3f s", blow.seconds)
                world.jumped += blow.seconds

    def _thaw(self) -> None:
        if self.alive:
            self._world.tell(self.name, "is back")
        self.frozen = False

    def _next_write(self) -> WriteFault | None:
        self._writes += 1
        if self._write_blows and self._write_blows[0].at <= self._writes:
            fault = _WRITE_FAULTS[self._write_blows.popleft().kind]
            self._world.tell(self.name, "writes to the journal: %s", fault.value)
            return fault
        return None

    def _committed(self, changes: list[Change]) -> None:
        for kind, *change in changes:
            if kind == "lease ended":
                self._around.lease_ended(*change)
        self._around.oracle.committed(self.name, [each for each in changes if each[0] != "lease ended"])

    def _observe(self, event: Event) -> None:
        if not self.alive:
            return
        if isinstance(event, ClockLearned):
            self._around.oracle.learnt(self.name, event.offset)
        if not isinstance(event, Attempted | ReadBack | Settled):  # which are told already
            self._world.tell(self.name, "%s", event.stop.reason.en if isinstance(event, Stopping) else event)

    def _complain(self, words: str) -> None:
        if self.alive:
            self._around.oracle.broken("unexpected error", f"{self.name}: {words}")


def _when(blow: Blow) -> int:
    return blow.at
