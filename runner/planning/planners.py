"""Which planner plans a run."""

from datetime import UTC, datetime
from typing import cast

from runner.job import Derives, Reconciles
from runner.journal.database import Database
from runner.journal.ledger import RunRecord
from runner.journal.readings import Plans
from runner.journal.way_back import undone_run
from runner.planning.deriving import DerivingPlanner, RuleBasedJob
from runner.planning.planner import Planner
from runner.planning.returning import ReturningPlanner
from runner.planning.terms import PlanTerms


def planner_of(job: Reconciles, record: RunRecord, terms: PlanTerms, database: Database) -> Plans:
    """By what the run takes back, or by what the job can do; on the day on which the run began."""
    if record.undoes is not None:
        undone = undone_run(database, record.id)
        assert undone is not None, "what a run takes back is kept for as long as that is under way"
        return ReturningPlanner(job, database, *undone)
    if isinstance(job, Derives):
        return DerivingPlanner(cast("RuleBasedJob", job), terms)
    today = datetime.fromtimestamp(record.started, UTC).astimezone().date()
    return Planner(job, terms, today=today)
