"""The trend, from runs in the journal."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.journal.database import Database
from runner.journal.drift import Drift, DriftedField, Returning
from runner.outcome import RunState, State
from runner.plan import MovedBy, Plan, Planned
from tests.runner.journal.planned_run import EVERY_PLAN, apply_first, difference, planned, planned_run
from tests.runner.journal.sample_run import DESTINATION, STARTED, filled_run, guests
from tests.time_zone import in_time_zone

DAY = 86_400.0
AS_WANTED = planned(Plan.UNCHANGED)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process has no time zone of its own there")


@pytest.fixture(autouse=True)
def shanghai() -> Iterator[None]:
    """STARTED is 15:06 UTC, so 23:06 there."""
    with in_time_zone("Asia/Shanghai"):
        yield


def night(database: Database, number: int, *plans: Planned, hours: float = 0.0) -> int:
    """A run of the given night, in which this was found of guests 1, 2 and so on."""
    return planned_run(database, plans, started=STARTED + number * DAY + hours * 3600, name_seed=number)


def drift(database: Database, *, days: int = 30, now: float = STARTED + 20 * DAY) -> Drift:
    return Drift(database, "reconcile", days=days, now=now)


def returning(database: Database) -> dict[str, int]:
    return {each.key: each.nights for each in drift(database).returning()}


def test_a_night_says_how_much_was_found_and_applied(database: Database) -> None:
    run = night(database, 0, *EVERY_PLAN)
    apply_first(database, run, 1)
    night(database, 1, AS_WANTED)
    first, second = drift(database).nights()
    assert first.plan == dict.fromkeys(Plan, 1)
    assert (first.requests, first.applied, first.drifted) == (7, 1, 2)
    assert (first.started, first.source) == (STARTED, "guests.csv")
    assert (second.requests, second.applied, second.plan[Plan.UNCHANGED]) == (1, 0, 1)
    assert second.state is RunState.PLANNED


def test_what_failed_was_not_applied(database: Database) -> None:
    apply_first(database, night(database, 0, *EVERY_PLAN), 2, state=State.FAILED)
    assert [each.applied for each in drift(database).nights()] == [0]


def test_only_the_last_days_count_and_only_runs_that_compare(database: Database) -> None:
    for number in range(5):
        night(database, number, AS_WANTED)
    filled_run(database, guests(2), name_seed=9)
    planned_run(database, [AS_WANTED], name_seed=8, job="something else")
    now = STARTED + 4 * DAY + 1
    assert [each.started for each in drift(database, days=2, now=now).nights()] == [
        STARTED + 3 * DAY,
        STARTED + 4 * DAY,
    ]
    assert len(list(drift(database, now=now).nights())) == 5


def test_a_night_in_which_nothing_was_read_yet_is_one(database: Database) -> None:
    run = night(database, 0, AS_WANTED)
    database.execute("DELETE FROM plans WHERE run = ?", (run,))
    (found,) = drift(database).nights()
    assert (found.requests, set(found.plan.values())) == (1, {0})


def test_fields_are_counted_by_their_bare_names_and_by_who_moved_them(database: Database) -> None:
    night(
        database,
        0,
        planned(
            Plan.CONFLICT,
            difference("nodeList[0].text", moved_by=MovedBy.REMOTE),
            difference("nodeList[11].text", moved_by=MovedBy.BOTH),
            difference("recallNum", moved_by=None),
        ),
    )
    night(database, 1, planned(Plan.DRIFTED, difference("nodeList[0].text", moved_by=MovedBy.OURS)))
    assert drift(database).fields() == [
        DriftedField(
            field="nodeList.text",
            count=3,
            moved_by={MovedBy.REMOTE: 1, MovedBy.OURS: 1, MovedBy.BOTH: 1, None: 0},
        ),
        DriftedField(
            field="recallNum", count=1, moved_by={MovedBy.REMOTE: 0, MovedBy.OURS: 0, MovedBy.BOTH: 0, None: 1}
        ),
    ]


def test_what_is_ignored_or_cannot_be_put_right_does_not_count(database: Database) -> None:
    for number in range(2):
        night(
            database,
            number,
            planned(Plan.IGNORED, difference("a", ignored="2026-12-31")),
            planned(Plan.LOCKED, difference("b")),
            planned(Plan.MISSING),
            planned(Plan.DRIFTED, difference("c"), difference("d", ignored="2026-12-31")),
        )
    assert [each.field for each in drift(database).fields()] == ["c"]
    assert [(each.key, each.fields) for each in drift(database).returning()] == [("guest-4", ("c",))]


def test_what_comes_back_is_told_with_when_and_where(database: Database) -> None:
    drifted = planned(Plan.DRIFTED, difference("nodeList[0].text"), difference("nodeList[1].text"))
    night(database, 0, drifted, drifted)
    night(database, 1, AS_WANTED, AS_WANTED)
    night(database, 4, AS_WANTED, planned(Plan.CONFLICT, difference("recallNum")))
    assert list(drift(database).returning()) == [
        Returning(
            key="guest-2",
            endpoint=DESTINATION.endpoint,
            nights=2,
            first=STARTED,
            last=STARTED + 4 * DAY,
            fields=("nodeList.text", "recallNum"),
        )
    ]


def test_that_of_the_most_nights_comes_first_and_then_the_latest(database: Database) -> None:
    drifted = planned(Plan.DRIFTED, difference())
    night(database, 0, drifted, drifted, drifted)
    night(database, 1, drifted, AS_WANTED, drifted)
    night(database, 2, AS_WANTED, drifted, drifted)
    assert returning(database) == {"guest-3": 3, "guest-2": 2, "guest-1": 2}
    assert list(returning(database)) == ["guest-3", "guest-2", "guest-1"]


def test_two_runs_of_one_local_day_are_one_night(database: Database) -> None:
    drifted = planned(Plan.DRIFTED, difference())
    night(database, 0, drifted)
    planned_run(database, [drifted], started=STARTED - 3600, name_seed=50)
    assert returning(database) == {}
    planned_run(database, [drifted], started=STARTED + 3600, name_seed=51)  # after midnight in Shanghai
    assert returning(database) == {"guest-1": 2}


def test_what_was_tried_in_the_sandbox_is_nobodys_drift(database: Database) -> None:
    drifted = planned(Plan.DRIFTED, difference())
    for number in range(2):
        run = night(database, number, drifted)
        database.execute("UPDATE runs SET endpoint = 'sandbox' WHERE id = ?", (run,))
    assert list(drift(database).nights()) == []
    assert drift(database).fields() == []
    assert returning(database) == {}


def test_the_same_key_elsewhere_is_another_thing(database: Database) -> None:
    drifted = planned(Plan.DRIFTED, difference())
    night(database, 0, drifted)
    run = night(database, 1, drifted)
    database.execute("UPDATE runs SET endpoint = 'http://127.0.0.1:8000/' WHERE id = ?", (run,))
    assert returning(database) == {}
