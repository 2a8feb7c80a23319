"""Runs that plan, to put into a journal: what was found of each guest at the vendor's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.plans import add_plans
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Attempt, Outcome, State
from runner.plan import MovedBy, Plan, Planned, PlannedDifference
from runner.text import Text
from tests.runner.journal.sample_run import NEW_RUN, STARTED, guests

IGNORED = "2026-12-31: the client asked"


def difference(
    field: str = "text",
    old: object = "Hi",
    new: object = "Hello",
    *,
    moved_by: MovedBy | None = MovedBy.REMOTE,
    ignored: str | None = None,
) -> PlannedDifference:
    return PlannedDifference(field=field, old=old, new=new, moved_by=moved_by, ignored=ignored)


def planned(plan: Plan, *differences: PlannedDifference) -> Planned:
    return Planned(plan=plan, before=b"there" if differences else None, differences=differences)


EVERY_PLAN: Sequence[Planned] = (
    planned(Plan.UNCHANGED),
    planned(
        Plan.DRIFTED,
        difference("times", 2, 3, moved_by=MovedBy.OURS),
        difference("text", "Hi", "Hello", ignored=IGNORED),
    ),
    planned(
        Plan.CONFLICT,
        difference("nodeList[0].text", "one", "two", moved_by=MovedBy.BOTH),
        difference("nodeList[1]", {"text": "three", "rate": 1.5}, None, moved_by=None),
    ),
    planned(Plan.MISSING),
    planned(Plan.LOCKED, difference("text", "=1+1", "您好")),
    planned(Plan.UNREADABLE),
    planned(Plan.IGNORED, difference("text", None, "x", ignored=IGNORED)),
)
"""A guest for each word, in its order; the sixth cannot be read."""


def planned_run(
    database: Database,
    plans: Sequence[Planned] = EVERY_PLAN,
    *,
    started: float = STARTED,
    name_seed: int = 0,
    messages: Mapping[int, Text] | None = None,
    job: str = "reconcile",
    source: str = "guests.csv",
) -> int:
    """The journal's number of a run in which this was found of guests 1, 2 and so on.

    Args:
        database: the journal.
        plans: by guest.
        started: Unix seconds.
        name_seed: of the run's name.
        messages: what the vendor said, by ordinal; without it, that the sixth cannot be read.
        job: the run's.
        source: its file.
    """
    journal = Journal(database)
    new = replace(NEW_RUN, terms="{}", job=job, subject="greet", source=source)
    run, _ = journal.open_run(new, now=started, random=Random(name_seed))
    drafts = guests(len(plans))
    journal.fill(run, drafts)
    journal.mark_loaded(run, rows=len(drafts), seconds=0.5)
    with database.transaction():
        add_plans(database, run, enumerate(plans, start=1), now=started)
        for ordinal, each in enumerate(plans, start=1):
            if each.plan is Plan.UNCHANGED:
                state = State.UNCHANGED
            elif each.plan in {Plan.DRIFTED, Plan.CONFLICT}:
                continue
            else:
                state = State.NOT_SENT
            said = (messages or {6: Text("system error", "系统错误")}).get(ordinal)
            database.execute(
                "UPDATE requests SET state = ?, code = ?, message_en = ?, message_zh = ? WHERE run = ? AND ordinal = ?",
                (
                    state,
                    None if state is State.UNCHANGED else each.plan,
                    said.en if said else None,
                    said.zh if said else None,
                    run,
                    ordinal,
                ),
            )
    return run


def apply_first(database: Database, run: int, count: int = 1, *, state: State = State.SUCCEEDED) -> None:
    """Sends the first requests that can be put right, and ends the run."""
    now = Ledger(database).run(run).started + 1
    claims = Claims(database, run, LeaseTerms(owner="me"), now=now)
    made = Attempt(number=1, started=now, seconds=0.25, code="0", action=Action.SUCCEED)
    outcomes = [
        Outcome(
            ordinal=request.ordinal,
            key=request.key,
            state=state,
            code="0",
            message=Text.verbatim("ok"),
            attempts=(made,),
            unclear=False,
        )
        for request in claims.claim(count, now=now)
    ]
    claims.settle(outcomes, now=now + 1)
    claims.release()
    Journal(database).end_run(run, stop=None, seconds=2.0)
