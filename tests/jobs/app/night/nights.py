"""Nights to put into a journal, as a reconciliation leaves them there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.new_run import Destination
from runner.journal.plans import add_plans
from runner.outcome import RunState, State
from runner.plan import Plan, Planned, PlannedDifference
from runner.planning.terms import PlanTerms, encode_terms
from tests.runner.journal.sample_run import DESTINATION, NEW_RUN, STARTED, bad, good

DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One request, and how it ends."""

    key: str
    plan: Plan | None = Plan.UNCHANGED
    """None for an invalid one."""
    state: State = State.UNCHANGED
    code: str | None = None
    message: str | None = None
    differences: tuple[PlannedDifference, ...] = ()


def as_wanted(count: int) -> list[Flow]:
    return [Flow(key=str(1000 + number)) for number in range(count)]


def drifted(key: str, *differences: PlannedDifference, state: State = State.NOT_SENT) -> Flow:
    return Flow(key=key, plan=Plan.DRIFTED, state=state, code="drifted", differences=differences)


def a_night(
    database: Database,
    flows: Iterable[Flow],
    *,
    number: int = 0,
    state: RunState = RunState.DONE,
    source: str = "guests.csv",
    job: str = "reconcile",
    destination: Destination = DESTINATION,
) -> int:
    """The journal's number of a run that ended so; each night starts a day later, and takes 90 seconds."""
    flows = list(flows)
    started = STARTED + number * DAY
    new = replace(NEW_RUN, job=job, source=source, destination=destination, terms=encode_terms(PlanTerms()))
    journal = Journal(database)
    run, _ = journal.open_run(new, now=started, random=Random(number))
    drafts = [
        bad(flow.key, row) if flow.plan is None else good(flow.key, row) for row, flow in enumerate(flows, start=2)
    ]
    journal.fill(run, drafts)
    journal.mark_loaded(run, rows=len(flows), seconds=90.0)
    with database.transaction():
        planned = (
            (ordinal, Planned(plan=flow.plan, before=None, differences=flow.differences))
            for ordinal, flow in enumerate(flows, start=1)
            if flow.plan is not None
        )
        add_plans(database, run, planned, now=started + 1)
        database.execute_many(
            "UPDATE requests SET state = ?, code = ?, message_en = ? WHERE run = ? AND ordinal = ?",
            [(flow.state, flow.code, flow.message, run, ordinal) for ordinal, flow in enumerate(flows, start=1)],
        )
    journal.set_state(run, state)
    return run
