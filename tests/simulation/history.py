"""One history: from a journal with runs in it, through whatever befalls the processes, to the last resume of each."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.request import Draft
from tests.runner.journal.sample_run import NEW_RUN, bad, good
from tests.simulation.journal_disk import JournalFile, SimulatedDatabase
from tests.simulation.oracles import Oracles
from tests.simulation.process import LEASE_SECONDS, Parts, Process, Surroundings
from tests.simulation.scenario import OVERLAPPING, BlowKind, Flow, Scenario, draw, with_later_runs
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


def live(seed: int, *, told: bool = False, parts: Parts = PARTS, overlapping: bool | None = None) -> Ending:
    """Live a history.

    Args:
        seed: that all of it follows from.
        told: whether its story is kept.
        parts: what the program is made of.
        overlapping: whether later runs send some of the keys as well; None for as the seed says.
    """
    gc.disable()  # whose moment is nobody's to say
    try:
        return _History(seed, told=told, parts=parts, overlapping=overlapping).live()
    finally:
        gc.enable()


class _History:
    def __init__(self, seed: int, *, told: bool, parts: Parts, overlapping: bool | None) -> None:
        self._seed = seed
        self._world = World(seed, told=told)
        self._scenario = _drawn(seed, overlapping=overlapping)
        self._oracles = Oracles(self._world, self._scenario)
        self._file = JournalFile()
        self._journal = SimulatedDatabase(self._file)
        flows = {flow.key: flow for flow in self._scenario.flows}
        self._vendor = Vendor(self._world, flows, self._scenario.weather, self._oracles)
        self._around = [
            Surroundings(
                world=self._world,
                scenario=self._scenario,
                file=self._file,
                run=_filled(self._journal, flows_of_run, place),
                vendor=self._vendor,
                oracle=self._oracles[place],
                lease_ended=self._oracles.lease_ended,
                parts=parts,
                durable=self._sync if self._scenario.loses_power else lambda: None,
                power_fails=self._lose_power,
            )
            for place, flows_of_run in enumerate(self._scenario.runs)
        ]
        self._file.sync()
        self._oracles.durable()
        self._processes: list[Process] = []
        self._stepping: Process | None = None
        self._run_of: dict[str, int] = {}
        """By process, the place of its run."""
        self._healthy_ones = [0] * len(self._around)
        """By run."""
        self._recognised: set[str] = set()
        """The dead whose end can be told from their number."""

    def live(self) -> Ending:
        _tell_scenario(self._world, self._scenario)
        steps = 0
        try:
            self._begin(0)
            for place, later in enumerate(self._scenario.later, start=1):
                self._world.after(later.begins, partial(self._begin, place))
            if self._scenario.intruder is not None:
                self._world.after(self._scenario.intruder, self._intrude)
            while self._go_on():
                steps += 1
                if steps > _MOST_STEPS:
                    self._oracles[0].broken("never done", f"nothing has ended after {steps} steps")
                    break
            for place, around in enumerate(self._around):
                rows = self._journal.execute("SELECT ordinal, state FROM requests WHERE run = ?", (around.run,))
                states = {int(row["ordinal"]): str(row["state"]) for row in rows.fetchall()}
                self._oracles[place].judge(Ledger(self._journal).run(around.run).counts, states)
        finally:
            for process in self._processes:
                process.bury()
            self._file.close()
        return Ending(
            seed=self._seed,
            violations=tuple(self._oracles.violations),
            story=tuple(self._world.story),
            updates=self._oracles.updates,
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
                    self._oracles[0].broken("never done", f"{process.name} waits for what never comes")
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
        self._stepping = process
        process.step()
        if process.frozen:
            self._someone_waits(process)
        elif not process.alive:
            self._after(process)

    def _begin(self, place: int) -> None:
        """Starts a process that sends a run; where fate has no blow left, the vendor is healthy."""
        number = len(self._processes)
        blows = self._scenario.blows[number] if number < len(self._scenario.blows) else ()
        healthy = number > 0 and number >= len(self._scenario.blows)
        if healthy:
            if not self._vendor.healed:
                self._world.tell("world", "all is well from now on")
                self._vendor.heal()
                self._oracles.healed()
            self._healthy_ones[place] += 1
        name = f"p{number + 1}"
        process = Process(
            name,
            self._around[place],
            blows=blows,
            healthy=healthy,
            resumes=place in self._run_of.values(),
            is_gone=self._recognised.__contains__,
        )
        self._oracles.born(name, place)
        self._world.tell(name, "begins to send run %s", place + 1)
        self._processes.append(process)
        self._run_of[name] = place

    def _after(self, process: Process) -> None:
        """Somebody sees that a process has ended, and resumes the run if there is anything to resume."""
        if self._world.random.random() < 0.5:
            self._recognised.add(process.name)
        place = self._run_of[process.name]
        if process.held:
            self._healthy_ones[place] -= process.healthy
            wait = LEASE_SECONDS / 2
        else:
            wait = self._world.random.choice((0.01, 1.0, 20.0, 90.0))
        self._world.after(wait, partial(self._resume, place))

    def _sync(self) -> None:
        self._file.sync()
        self._oracles.durable()

    def _lose_power(self) -> None:
        """All processes end, and what was only with the operating system is gone."""
        self._world.tell("world", "a power cut")
        ended = [process for process in self._processes if process.alive]
        for process in ended:
            process.kill(BlowKind.POWER_CUT.value)
        for process in ended:
            if process is not self._stepping:  # after which somebody looks anyway
                self._after(process)
        self._file.lose_power()
        self._oracles.power_fails()

    def _someone_waits(self, process: Process) -> None:
        """Somebody takes a frozen process for dead."""
        if self._world.random.random() < 0.7:
            wait = self._world.random.choice((5.0, LEASE_SECONDS + 1.0, 90.0))
            self._world.after(wait, partial(self._resume, self._run_of[process.name]))

    def _intrude(self) -> None:
        if len(self._processes) < len(self._scenario.blows) and not self._is_done(0):
            self._begin(0)

    def _resume(self, place: int) -> None:
        own = [each for each in self._processes if self._run_of[each.name] == place]
        busy = any(each.alive and not each.frozen for each in own)
        if not busy and not self._is_done(place) and self._healthy_ones[place] < LAST_RESUMES:
            self._begin(place)

    def _is_done(self, place: int) -> bool:
        run = self._around[place].run
        return bool(self._journal.execute("SELECT state FROM runs WHERE id = ?", (run,)).fetchone()["state"] == "done")


def _drawn(seed: int, *, overlapping: bool | None) -> Scenario:
    scenario, random = draw(Random(f"scenario {seed}")), Random(f"later runs {seed}")
    drawn = random.random() < OVERLAPPING
    return with_later_runs(scenario, random) if overlapping or (overlapping is None and drawn) else scenario


def _filled(database: SimulatedDatabase, flows: Sequence[Flow], place: int) -> int:
    journal = Journal(database)
    run, _ = journal.open_run(NEW_RUN, now=EPOCH, random=Random(place))
    journal.fill(run, (_draft(flow, row) for row, flow in enumerate(flows, start=2)))
    journal.mark_loaded(run, rows=len(flows), seconds=0.0)
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
    for number, flows in enumerate(scenario.runs, start=1):
        for flow in flows:
            world.tell("world", "run %s: %s", number, flow)
