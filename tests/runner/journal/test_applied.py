from collections.abc import Iterator

import pytest

from runner.journal.applied import AppliedBefore
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.outcome import RunState
from runner.plan import Plan
from tests.runner.journal.planned_run import difference, planned, planned_run


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
