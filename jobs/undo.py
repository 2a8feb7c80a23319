"""The undo job: what a run has overwritten is put back, where nobody has changed it since."""

from jobs.recallflow.compared_updates import ComparedUpdates
from jobs.recallflow.names import UNDO


class Undo(ComparedUpdates):
    """Updates the flows to what they were before."""

    name = UNDO
