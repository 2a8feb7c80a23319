"""The migrate job: what is wanted of each flow follows from what the vendor has, by rules."""

from jobs.recallflow.client import Client
from jobs.recallflow.compared_updates import ComparedUpdates
from jobs.recallflow.migration.deriving import derive
from jobs.recallflow.migration.rules import Rules
from jobs.recallflow.names import MIGRATE
from runner.plan import Derived, Remote


class Migrate(ComparedUpdates):
    """Updates the flows that match the rules, as these say."""

    name = MIGRATE

    def __init__(self, client: Client | None, rules: Rules) -> None:
        """Takes what words the calls (None where nothing is asked nor sent), and the rules."""
        super().__init__(client)
        self._rules = rules

    def derived(self, key: str, remote: Remote) -> Derived:
        """By the rules, changes in their order."""
        return derive(self._rules, key, remote)
