"""The promises over several runs of one journal: each run has its oracle, and of each key the newest value stays."""

from collections.abc import Sequence

from tests.simulation.oracle import Oracle
from tests.simulation.scenario import Scenario
from tests.simulation.seen import Arrival, Violation
from tests.simulation.world import World


class Oracles:
    """The oracles of all runs, from the oldest run on."""

    def __init__(self, world: World, scenario: Scenario) -> None:
        newest: dict[str, int] = {}
        self._runs: list[Oracle] = []
        for place, flows in enumerate(scenario.runs):
            self._runs.append(Oracle(world, scenario, flows, place=place, newest=newest, later=self._later))
        self._of_process: dict[str, Oracle] = {}

    def __getitem__(self, run: int) -> Oracle:
        return self._runs[run]

    @property
    def violations(self) -> Sequence[Violation]:
        """Of all runs."""
        return [violation for oracle in self._runs for violation in oracle.violations]

    @property
    def updates(self) -> int:
        """How many reached the vendor."""
        return sum(oracle.updates for oracle in self._runs)

    def born(self, process: str, run: int) -> None:
        """A process begins to send a run."""
        self._of_process[process] = self._runs[run]
        self._runs[run].born(process)

    def arrived(self, arrival: Arrival) -> None:
        """A call reached the vendor."""
        self._of_process[arrival.process].arrived(arrival)

    def lease_ended(self, token: int) -> None:
        """Somebody has ended a lease, of whichever run."""
        for oracle in self._runs:
            oracle.lease_ended(token)

    def healed(self) -> None:
        """From now on nothing goes wrong."""
        for oracle in self._runs:
            oracle.healed()

    def power_fails(self) -> None:
        """The journal is again what was on the disk for sure."""
        for oracle in self._runs:
            oracle.power_fails()

    def durable(self) -> None:
        """What is committed so far is on the disk for sure."""
        for oracle in self._runs:
            oracle.durable()

    def _later(self, place: int) -> Sequence[Oracle]:
        return self._runs[place + 1 :]
