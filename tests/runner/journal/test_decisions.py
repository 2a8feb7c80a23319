"""What is done about a plan: held back, kept, or sent in its turn."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from runner.errors import JournalError, LeaseLost
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.decisions import changes_planned, hold_back, keep_as_plan, take_turn
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination
from runner.journal.tenancy import LeaseTerms
from runner.journal.way_back import being_undone_by
from runner.outcome import RunState
from runner.plan import Plan, Planned
from runner.text import Text
from tests.runner.journal.planned_run import EVERY_PLAN, planned, planned_run
from tests.runner.journal.sample_run import NEW_RUN, STARTED, states

LEASE = LeaseTerms(owner="host:1", seconds=60.0)
OTHERS_LEASE = LeaseTerms(owner="host:2", seconds=60.0)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def claims(database: Database, run: int, lease: LeaseTerms = LEASE, *, now: float = STARTED) -> Claims:
    return Claims(database, run, lease, now=now)


def test_what_is_held_back_is_settled_and_the_rest_waits(journal: Database) -> None:
    run = planned_run(journal)
    lease = claims(journal, run).token
    hold_back(journal, run, Plan.CONFLICT, now=STARTED + 5, lease=lease)
    assert states(journal, run)[:3] == ["unchanged", "ready", "not_sent"]
    assert [result.settled for result in Ledger(journal).results(run)][1:3] == [None, STARTED + 5]


def test_what_is_held_back_is_not_sent_by_a_resumed_run(journal: Database) -> None:
    run = planned_run(journal)
    first = claims(journal, run)
    hold_back(journal, run, Plan.CONFLICT, now=STARTED, lease=first.token)
    first.release()
    again = Claims(journal, run, LEASE, now=STARTED, reopen=True)
    assert [request.ordinal for request in again.claim(10, now=STARTED) if request.ordinal < 4] == [2]


def test_who_has_lost_the_run_holds_nothing_back_and_ends_nothing(journal: Database) -> None:
    run = planned_run(journal)
    lost = claims(journal, run).token
    claims(journal, run, OTHERS_LEASE, now=STARTED + 61)
    before = states(journal, run)
    with pytest.raises(LeaseLost):
        hold_back(journal, run, Plan.CONFLICT, now=STARTED + 62, lease=lost)
    with pytest.raises(LeaseLost):
        keep_as_plan(journal, run, reason=None, seconds=1.0, lease=lost)
    assert states(journal, run) == before


@pytest.mark.parametrize(("conflicts", "expected"), [(False, (1, 6)), (True, (2, 6))])
def test_changes_are_counted_of_what_could_be_compared(
    journal: Database, *, conflicts: bool, expected: tuple[int, int]
) -> None:
    run = planned_run(journal)
    assert changes_planned(journal, run, conflicts=conflicts) == expected


@pytest.mark.parametrize(
    ("plans", "state"),
    [
        (EVERY_PLAN, RunState.PLANNED),
        ([planned(Plan.UNCHANGED), planned(Plan.MISSING), planned(Plan.UNREADABLE)], RunState.DONE),
    ],
)
def test_a_plan_waits_only_where_something_could_be_sent(
    journal: Database, plans: Sequence[Planned], state: RunState
) -> None:
    run = planned_run(journal, plans)
    keep_as_plan(journal, run, reason=None, seconds=2.0, lease=claims(journal, run).token)
    record = Ledger(journal).run(run)
    assert (record.state, record.reason, record.seconds) == (state, None, 2.5)


def test_a_plan_that_is_not_begun_says_why_and_anybody_may_go_on_with_it(journal: Database) -> None:
    run = planned_run(journal)
    reason = Text("too many", "太多")
    keep_as_plan(journal, run, reason=reason, seconds=2.0, lease=claims(journal, run).token)
    assert Ledger(journal).run(run).reason == reason
    claims(journal, run, OTHERS_LEASE)


def new_run(
    database: Database, *, seed: int, endpoint: str = "https://vendor.example/greet", job: str = "reconcile"
) -> int:
    destination = Destination(endpoint=endpoint, account="ab******")
    new = replace(NEW_RUN, job=job, destination=destination, terms="{}")
    run, _ = Journal(database).open_run(new, now=STARTED, random=Random(seed))
    return run


def turn(
    database: Database, run: int, lease: LeaseTerms = LEASE, *, now: float = STARTED, gone: Sequence[str] = ()
) -> tuple[str, str] | None:
    return take_turn(database, run, lease, now=now, is_gone=lambda owner: owner in gone)


def test_two_runs_of_a_kind_never_overlap_and_the_second_hears_which_one_is_under_way(journal: Database) -> None:
    first, second = new_run(journal, seed=1), new_run(journal, seed=2)
    assert turn(journal, first) is None
    assert turn(journal, second, OTHERS_LEASE) == (Ledger(journal).run(first).name, "host:1")
    claims(journal, first).release()
    assert turn(journal, second, OTHERS_LEASE) is None


@pytest.mark.parametrize(
    ("endpoint", "job"),
    [
        pytest.param("https://other.example/greet", "reconcile", id="elsewhere"),
        pytest.param("https://vendor.example/greet", "upload", id="another kind"),
    ],
)
def test_a_run_that_goes_elsewhere_or_is_of_another_kind_does_not_stand_in_the_way(
    journal: Database, endpoint: str, job: str
) -> None:
    assert turn(journal, new_run(journal, seed=1, endpoint=endpoint, job=job)) is None
    assert turn(journal, new_run(journal, seed=2), OTHERS_LEASE) is None


def test_runs_with_a_simulated_vendor_of_their_own_never_meet(journal: Database) -> None:
    assert turn(journal, new_run(journal, seed=1, endpoint=SANDBOX)) is None
    assert turn(journal, new_run(journal, seed=2, endpoint=SANDBOX), OTHERS_LEASE) is None


def test_a_process_that_is_gone_does_not_stand_in_the_way_nor_one_whose_time_is_over(journal: Database) -> None:
    assert turn(journal, new_run(journal, seed=1)) is None
    assert turn(journal, new_run(journal, seed=2), OTHERS_LEASE, gone=["host:1"]) is None
    assert turn(journal, new_run(journal, seed=3), now=STARTED + 61) is None


def test_whose_turn_it_is_may_begin_and_nobody_else(journal: Database) -> None:
    run = new_run(journal, seed=1)
    assert turn(journal, run) is None
    with pytest.raises(Exception, match="host:1"):
        claims(journal, run, OTHERS_LEASE)
    claims(journal, run)


def taken_back(database: Database) -> tuple[int, int]:
    """A run, and another one that takes it back."""
    run = new_run(database, seed=1, job="migrate")
    back = new_run(database, seed=2, job="undo")
    database.execute("UPDATE runs SET undoes = ? WHERE id = ?", (run, back))
    return run, back


@pytest.mark.parametrize("first", [0, 1])
def test_a_run_and_the_one_that_takes_it_back_never_go_on_at_once(journal: Database, first: int) -> None:
    runs = taken_back(journal)
    under_way, other = runs[first], runs[1 - first]
    held = claims(journal, under_way)
    assert turn(journal, other, OTHERS_LEASE) == (Ledger(journal).run(under_way).name, "host:1")
    with pytest.raises(JournalError, match=r"takes this one back.*host:1"):
        claims(journal, other, OTHERS_LEASE)
    held.release()
    assert turn(journal, other, OTHERS_LEASE) is None
    claims(journal, other, OTHERS_LEASE)


@pytest.mark.parametrize("first", [0, 1])
def test_who_was_away_while_the_other_one_of_the_two_went_on_does_not_go_on_beside_it(
    journal: Database, first: int
) -> None:
    runs = taken_back(journal)
    frozen = claims(journal, runs[first])
    claims(journal, runs[1 - first], OTHERS_LEASE, now=STARTED + 61)
    with pytest.raises(LeaseLost):
        frozen.renew(now=STARTED + 62)


def test_a_run_is_being_taken_back_from_when_that_is_begun_until_it_ends(journal: Database) -> None:
    run, back = taken_back(journal)

    def seen(now: float = STARTED) -> int | None:
        found = being_undone_by(journal, run, now=now, is_gone=lambda _: False)
        return found.id if found else None

    assert seen() is None, "only planned"
    claims(journal, back)
    assert (seen(), seen(STARTED + 61)) == (back, None)
    Journal(journal).set_state(back, RunState.RUNNING)
    assert seen(STARTED + 61) == back, "it was killed"
    Journal(journal).set_state(back, RunState.DONE)
    assert seen(STARTED + 61) is None
