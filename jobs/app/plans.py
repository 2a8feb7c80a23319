"""What is planned for the requests of a run, for machines."""

from runner.journal.database import Database
from runner.journal.plans import PlannedRequest, planned_requests
from runner.plan import Plan


class Plans:
    """The plans of a run, for whoever goes through its requests in input order. Streams."""

    def __init__(self, database: Database, run: int) -> None:
        """Begins before the first one.

        Raises:
            JournalError: the journal cannot be read.
        """
        self._planned = planned_requests(database, run, unchanged=True)
        self._next = next(self._planned, None)

    def of(self, ordinal: int) -> PlannedRequest | None:
        """What is planned for a request that comes after those which were asked for; None where nothing is yet.

        Raises:
            JournalError: the journal cannot be read.
        """
        while self._next is not None and self._next.ordinal < ordinal:
            self._next = next(self._planned, None)
        return self._next if self._next is not None and self._next.ordinal == ordinal else None


def plan_json(planned: PlannedRequest | None) -> dict[str, object]:
    """What is not as wanted; what is ignored only where all of it is."""
    if planned is None:
        return {"plan": None, "changes": []}
    return {
        "plan": planned.plan.value,
        "changes": [
            {
                "field": each.field,
                "old": each.old,
                "new": each.new,
                "moved_by": each.moved_by.value if each.moved_by else None,
            }
            for each in planned.differences
            if each.ignored is None or planned.plan is Plan.IGNORED
        ],
    }
