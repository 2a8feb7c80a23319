from collections.abc import Iterator
from dataclasses import replace

import pytest

from runner.journal.applied import AppliedBefore
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.outcome import RunState, State
from runner.plan import Plan
from runner.request import Draft
from tests.runner.journal.planned_run import difference, planned, planned_run
from tests.runner.journal.sample_run import STARTED, bad, filled_run, good, guests


@pytest.fixture
def database() -> Iterator[Database]:
    with Database(None) as database:
        yield database


def test_what_a_plan_has_found_as_wanted_counts_though_the_run_sent_nothing(database: Database) -> None:
    first = planned_run(database, (planned(Plan.UNCHANGED), planned(Plan.DRIFTED, difference())))
    second = planned_run(database, name_seed=1)
    assert Ledger(database).run(first).state is RunState.PLANNED
    [found] = AppliedBefore(database, second).recent("guest-1")
    assert (found.id, found.certain) == (first, True)
    assert AppliedBefore(database, second).recent("guest-2") == []


def sent_run(database: Database, drafts: list[Draft], state: State, *, seed: int, settled: float | None) -> None:
    """A run of these requests, all of which came to the same."""
    run = filled_run(database, drafts, name_seed=seed)
    Journal(database).mark_loaded(run, rows=len(drafts), seconds=1.0)
    with database.transaction():
        database.execute("UPDATE runs SET state = 'done' WHERE id = ?", (run,))
        values = (state, settled or STARTED + seed, settled, run)
        database.execute("UPDATE requests SET state = ?, first_sent = ?, settled = ? WHERE run = ?", values)


def test_how_many_were_sent_last_exactly_as_they_are_now(database: Database) -> None:
    def other(key: str) -> Draft:
        return replace(good(key, 2), body=b"something else")

    sent_run(database, guests(9), State.SUCCEEDED, seed=1, settled=STARTED + 1)
    sent_run(database, [other("guest-1"), other("guest-2")], State.SUCCEEDED, seed=2, settled=STARTED + 2)
    sent_run(database, [good("guest-2", 2)], State.SUCCEEDED, seed=3, settled=STARTED + 3)
    sent_run(database, [good("guest-3", 2)], State.UNKNOWN, seed=4, settled=STARTED + 4)
    sent_run(database, [other("guest-4")], State.FAILED, seed=5, settled=STARTED + 5)
    sent_run(database, [other("guest-5")], State.SENDING, seed=6, settled=None)
    now = filled_run(database, [*guests(10), bad("guest-11", 12)], name_seed=7)
    assert AppliedBefore(database, now).last_just_so() == 6, (
        "not 1, 3 and 5, which were overwritten, or perhaps; nor 10"
    )


def test_what_was_never_sent_was_not_sent_just_so(database: Database) -> None:
    assert AppliedBefore(database, filled_run(database, guests(3))).last_just_so() == 0
