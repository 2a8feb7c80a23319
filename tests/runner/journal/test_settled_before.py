"""What of a run is behind it already: by state, and of the wave in which it was left."""

from collections.abc import Iterator

import pytest

from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.settled_before import settled_after, settled_before
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Attempt, Outcome, State
from runner.plan import MovedBy, Plan, Planned
from runner.text import Text
from tests.runner.journal.planned_run import difference, planned, planned_run
from tests.runner.journal.sample_run import STARTED, filled_run, guests

CONFLICT = planned(Plan.CONFLICT, difference(moved_by=MovedBy.BOTH))
DRIFTED = planned(Plan.DRIFTED, difference())
PLANS: tuple[Planned, ...] = (planned(Plan.UNCHANGED), DRIFTED, CONFLICT, DRIFTED, planned(Plan.MISSING), DRIFTED)


@pytest.fixture
def database() -> Iterator[Database]:
    with Database(None) as database:
        yield database


def outcome(ordinal: int, state: State, *, cut_short: bool = False, held_back: bool = False) -> Outcome:
    made = Attempt(number=1, started=STARTED, seconds=0.25, code="0", action=Action.SUCCEED)
    return Outcome(
        ordinal=ordinal,
        key=f"guest-{ordinal}",
        state=state,
        code="0",
        message=Text.verbatim("ok"),
        attempts=() if state is State.NOT_SENT else (made,),
        unclear=cut_short,
        cut_short=cut_short,
        held_back=held_back,
    )


def settle(database: Database, run: int, *outcomes: Outcome) -> None:
    """One after the other, in this order, a second apart."""
    claims = Claims(database, run, LeaseTerms(owner="me"), now=STARTED)
    claims.claim(100, now=STARTED)
    for seconds, each in enumerate(outcomes, start=1):
        claims.settle([each], now=STARTED + seconds)
    claims.release()


def before(database: Database, run: int, *, conflicts: bool = False) -> dict[State, int]:
    return dict(settled_before(database, Ledger(database).run(run), conflicts=conflicts))


def after(
    database: Database, run: int, place: int, *, conflicts: bool = False
) -> tuple[dict[State, int], float | None]:
    found, last = settled_after(database, Ledger(database).run(run), place, conflicts=conflicts)
    return dict(found), None if last is None else last - STARTED


def test_nothing_is_behind_a_run_that_begins(database: Database) -> None:
    for run in (filled_run(database, guests(3)), planned_run(database, PLANS, name_seed=1)):
        assert before(database, run, conflicts=True) == {}
        assert after(database, run, 0, conflicts=True) == ({}, None)


def test_what_is_settled_is_counted_by_state(database: Database) -> None:
    run = filled_run(database, guests(5))
    states = (State.SUCCEEDED, State.FAILED, State.SUCCEEDED, State.UNKNOWN)
    settle(database, run, *(outcome(at, state) for at, state in enumerate(states, start=1)))
    assert before(database, run) == {State.SUCCEEDED: 2, State.FAILED: 1, State.UNKNOWN: 1}


def test_what_a_stop_cut_short_is_not_behind_it(database: Database) -> None:
    run = filled_run(database, guests(3))
    cut_short = outcome(2, State.UNKNOWN, cut_short=True)
    settle(database, run, outcome(1, State.SUCCEEDED), cut_short, outcome(3, State.NOT_SENT))
    assert before(database, run) == {State.SUCCEEDED: 1}
    assert after(database, run, 0) == ({State.SUCCEEDED: 1}, 1)


def test_of_what_was_compared_only_what_was_to_be_sent_counts(database: Database) -> None:
    run = planned_run(database, PLANS)
    settle(database, run, outcome(2, State.SUCCEEDED), outcome(3, State.FAILED))
    assert before(database, run) == {State.SUCCEEDED: 1}
    assert before(database, run, conflicts=True) == {State.SUCCEEDED: 1, State.FAILED: 1}
    assert after(database, run, 1) == ({}, None)
    assert after(database, run, 1, conflicts=True) == ({State.FAILED: 1}, 2)


def test_what_was_held_back_takes_its_place_among_what_was_to_be_sent(database: Database) -> None:
    run = planned_run(database, PLANS)
    settle(database, run, outcome(2, State.SUCCEEDED), outcome(4, State.NOT_SENT, held_back=True))
    assert before(database, run) == {State.SUCCEEDED: 1, State.NOT_SENT: 1}
    assert after(database, run, 1) == ({State.NOT_SENT: 1}, 2)


def test_the_wave_in_which_it_was_left_is_what_was_settled_last_whatever_its_place_in_the_file(
    database: Database,
) -> None:
    run = filled_run(database, guests(6))
    order = ((4, State.SUCCEEDED), (1, State.FAILED), (6, State.UNKNOWN), (2, State.SUCCEEDED), (3, State.FAILED))
    settle(database, run, *(outcome(at, state) for at, state in order))
    assert after(database, run, 2) == ({State.UNKNOWN: 1, State.SUCCEEDED: 1, State.FAILED: 1}, 5)
    assert after(database, run, 4) == ({State.FAILED: 1}, 5)
    assert after(database, run, 5) == ({}, None)
