"""One history: from a journal with requests in it, through whatever befalls the processes, to the last resume."""

import gc
from dataclasses import dataclass
from random import Random

from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.request import Draft
from tests.runner.journal.sample_run import NEW_RUN, bad, good
from tests.simulation.journal_disk import JournalFile, SimulatedDatabase
from tests.simulation.oracle import Oracle
from tests.simulation.process import LEASE_SECONDS, Parts, Process, Surroundings
from tests.simulation.scenario import BlowKind, Flow, Scenario, draw
from tests.simulation.seen import Violation
from tests.simulation.vendor import Vendor
from tests.simulation.world import EPOCH, World

LAST_RESUMES = 6
"""How many processes may need to bring a run to its end when nothing goes wrong any more."""

_MOST_STEPS = 300_000

PARTS = Parts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a history ended."""

    seed: int
    violations: tuple[Violation, ...]
    story: tuple[str, ...]
    """Empty where it was not asked for."""
    updates: int
    """That reached the vendor."""
    steps: int
    processes: int


def live(seed: int, *, told: bool = False, parts: Parts = PARTS) -> Ending:
    """Lives a history."""
    gc.disable()  # whose moment is nobody's to say
    try:
        return _History(seed, told=told, parts=parts).live()
    finally:
        gc.enable()


class _History:
    def __init__(self, seed: int, *, told: bool, parts: Parts) -> None:
        self._seed = seed
        self._world = World(seed, told=told)
        self._scenario = draw(Random(f"scenario {seed}"))
        self._oracle = Oracle(self._world, self._scenario)
        self._file = JournalFile()
        self._journal = SimulatedDatabase(self._file)
        flows = {flow.key: flow for flow in self._scenario.flows}
        self._vendor = Vendor(self._world, flows, self._scenario.weather, self._oracle)
        self._around = Surroundings(
            world=self._world,
            scenario=self._scenario,
            file=self._file,
            run=_filled(self._journal, self._scenario),
            vendor=self._vendor,
            oracle=self._oracle,
            parts=parts,
            durable=self._sync if self._scenario.loses_power else lambda: None,
            power_fails=self._lose_power,
        )
        self._file.sync()
        self._processes: list[Process] = []
        self._healthy_ones = 0
        self._recognised: set[str] = set()
        """The dead whose end can be told from their number."""

    def live(self) -> Ending:
        _tell_scenario(self._world, self._scenario)
        steps = 0
        try:
            self._begin()
            if self._scenario.intruder is not None:
                self._world.after(self._scenario.intruder, self._intrude)
            while self._go_on():
                steps += 1
                if steps > _MOST_STEPS:
                    self._oracle.broken("never done", f"nothing has ended after {steps} steps")
                    break
            ledger = Ledger(self._journal)
            rows = self._journal.execute("SELECT ordinal, state FROM requests").fetchall()
            self._oracle.judge(
                ledger.run(self._around.run).counts, {int(row["ordinal"]): str(row["state"]) for row in rows}
            )
        finally:
            for process in self._processes:
                process.bury()
            self._file.close()
        return Ending(
            seed=self._seed,
            violations=tuple(self._oracle.violations),
            story=tuple(self._world.story),
            updates=self._oracle.updates,
            steps=steps,
            processes=len(self._processes),
        )

    def _go_on(self) -> bool:
        """Lets something happen; says whether anything can."""
        world = self._world
        world.tick()
        if world.happen():
            return True
        ready, due = self._ready()
        if ready:
            self._step(ready[0] if len(ready) == 1 else world.random.choice(ready))
        elif due is not None:
            world.jump(due)
        else:
            for process in self._processes:
                if process.alive and not process.frozen:
                    self._oracle.broken("never done", f"{process.name} waits for what never comes")
            return False
        return True

    def _ready(self) -> tuple[list[Process], float | None]:
        """The processes that have something to do now; and when somebody has, or something happens."""
        ready: list[Process] = []
        first = self._world.due
        for process in self._processes:
            if not process.alive or process.frozen or (due := process.loop.due) is None:
                continue
            if due <= self._world.time:
                ready.append(process)
            elif first is None or due < first:
                first = due
        return ready, first

    def _step(self, process: Process) -> None:
        process.step()
        if process.frozen:
            self._someone_waits()
        elif not process.alive:
            self._after(process)

    def _begin(self) -> None:
        """Starts a process; where fate has no blow left, the vendor is healthy."""
        number = len(self._processes)
        blows = self._scenario.blows[number] if number < len(self._scenario.blows) else ()
        healthy = number > 0 and number >= len(self._scenario.blows)
        if healthy:
            if not self._vendor.healed:
                self._world.tell("world", "all is well from now on")
                self._vendor.heal()
                self._oracle.healed()
            self._healthy_ones += 1
        process = Process(
            f"p{number + 1}",
            self._around,
            blows=blows,
            healthy=healthy,
            resumes=number > 0,
            is_gone=self._recognised.__contains__,
        )
        self._world.tell(process.name, "begins")
        self._processes.append(process)

    def _after(self, process: Process) -> None:
        """Somebody sees that a process has ended, and resumes the run if there is anything to resume."""
        if self._world.random.random() < 0.5:
            self._recognised.add(process.name)
        if process.held:
            self._healthy_ones -= process.healthy
            wait = LEASE_SECONDS / 2
        else:
            wait = self._world.random.choice((0.01, 1.0, 20.0, 90.0))
        self._world.after(wait, self._resume)

    def _sync(self) -> None:
        self._file.sync()
        self._oracle.durable()

    def _lose_power(self) -> None:
        """All processes end, and what was only with the operating system is gone."""
        self._world.tell("world", "a power cut")
        for process in self._processes:
            if process.alive:
                process.kill(BlowKind.POWER_CUT.value)
        self._file.lose_power()
        self._oracle.power_fails()

    def _someone_waits(self) -> None:
        """Somebody takes a frozen process for dead."""
        if self._world.random.random() < 0.7:
            self._world.after(self._world.random.choice((5.0, LEASE_SECONDS + 1.0, 90.0)), self._resume)

    def _intrude(self) -> None:
        if len(self._processes) < len(self._scenario.blows) and not self._is_done:
            self._begin()

    def _resume(self) -> None:
        busy = any(each.alive and not each.frozen for each in self._processes)
        if not busy and not self._is_done and self._healthy_ones < LAST_RESUMES:
            self._begin()

    @property
    def _is_done(self) -> bool:
        return bool(self._journal.execute("SELECT state FROM runs").fetchone()["state"] == "done")


def _filled(database: SimulatedDatabase, scenario: Scenario) -> int:
    journal = Journal(database)
    run, _ = journal.open_run(NEW_RUN, now=EPOCH, random=Random(0))
    journal.fill(run, (_draft(flow, row) for row, flow in enumerate(scenario.flows, start=2)))
    journal.mark_loaded(run, rows=len(scenario.flows), seconds=0.0)
    return run


def _draft(flow: Flow, row: int) -> Draft:
    if not flow.valid:
        return bad(flow.key, row)
    return Draft(key=flow.key, rows=good(flow.key, row).rows, body=flow.body)


def _tell_scenario(world: World, scenario: Scenario) -> None:
    world.tell("world", "%s", scenario.limits)
    world.tell("world", "%s", scenario.retry)
    world.tell("world", "%s", scenario.weather)
    world.tell(
        "world",
        "the job can%s read back; a write lasts up to %s s",
        "" if scenario.reads_back else "not",
        scenario.disk_seconds,
    )
    for flow in scenario.flows:
        world.tell("world", "%s", flow)
