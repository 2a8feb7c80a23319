"""The reconcile job: what the vendor has of each flow is compared with a spreadsheet, and put right where asked."""

from jobs.recallflow.client import Client
from jobs.recallflow.compared_updates import ComparedUpdates
from jobs.recallflow.names import RECONCILE


class Reconcile(ComparedUpdates):
    """Updates the flows that are not as the spreadsheet says."""

    def __init__(self, client: Client | None, name: str = RECONCILE) -> None:
        """Takes what words the calls (None where nothing is asked nor sent), and the name of the command."""
        super().__init__(client)
        self.name = name
