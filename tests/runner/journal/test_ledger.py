from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.tenancy import LeaseTerms
from runner.outcome import FINAL_STATES, Action, Outcome, State
from runner.text import Text
from tests.runner.journal.sample_run import STARTED, attempt, bad, filled_run, good, guests, succeeded

ME = LeaseTerms(owner="me")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def outcome(ordinal: int, state: State, *, code: str = "-22", message: Text | None = None) -> Outcome:
    made = attempt(1, action=Action.FAIL, code=code)
    return Outcome(
        ordinal=ordinal, key="guest", state=state, code=code, message=message, attempts=(made,), unclear=False
    )


def settled_run(database: Database, outcomes: list[Outcome]) -> int:
    """A run of which these became known, and a request more that was claimed, another that was not."""
    run = filled_run(database, guests(len(outcomes) + 2))
    claims = Claims(database, run, ME, now=STARTED)
    claims.claim(len(outcomes) + 1, now=STARTED)
    claims.settle(outcomes, now=STARTED + 5)
    return run


def test_the_counts_add_up_to_the_requests_whatever_became_of_them(database: Database) -> None:
    run = filled_run(database, [*guests(9), bad("b", 11)])
    claims = Claims(database, run, ME, now=STARTED)
    claims.claim(7, now=STARTED)
    settled = [State.SUCCEEDED, State.SUCCEEDED, State.FAILED, State.UNKNOWN, State.NOT_SENT, State.UNCHANGED]
    claims.settle([outcome(number, state) for number, state in enumerate(settled, start=1)], now=STARTED)
    record = Ledger(database).run(run)
    assert record.counts == {
        State.SUCCEEDED: 2,
        State.FAILED: 1,
        State.UNKNOWN: 2,
        State.INVALID: 1,
        State.UNCHANGED: 1,
        State.NOT_SENT: 3,
    }
    assert (record.requests, record.attempts) == (10, 6)


def test_every_state_that_a_request_can_end_in_is_counted_even_if_none_did(database: Database) -> None:
    run = filled_run(database, [])
    assert Ledger(database).run(run).counts == dict.fromkeys(FINAL_STATES, 0)


def test_what_was_being_sent_counts_as_unknown_and_what_was_waiting_as_not_sent(database: Database) -> None:
    run = filled_run(database, guests(3))
    claims = Claims(database, run, ME, now=STARTED)
    claims.claim(1, now=STARTED)
    results = list(Ledger(database).results(run))
    assert [result.state for result in results] == [State.UNKNOWN, State.NOT_SENT, State.NOT_SENT]


def test_what_a_crashed_process_may_have_sent_counts_as_unknown_though_it_is_ready_again(database: Database) -> None:
    run = filled_run(database, guests(2))
    Claims(database, run, ME, now=STARTED).claim(1, now=STARTED)
    Claims(database, run, LeaseTerms(owner="heir"), now=STARTED + 3_600)
    counts = Ledger(database).run(run).counts
    assert (counts[State.UNKNOWN], counts[State.NOT_SENT]) == (1, 1)
    assert [result.state for result in Ledger(database).results(run)] == [State.UNKNOWN, State.NOT_SENT]


def test_results_come_in_input_order_whatever_the_order_they_were_settled_in(database: Database) -> None:
    run = filled_run(database, [good("z", 2), good("a", 3), good("m", 4)])
    claims = Claims(database, run, ME, now=STARTED)
    claims.claim(3, now=STARTED)
    for ordinal in (3, 1, 2):
        claims.settle([succeeded(ordinal)], now=STARTED + ordinal)
    results = list(Ledger(database).results(run))
    assert [(result.ordinal, result.key, result.rows) for result in results] == [
        (1, "z", "2"),
        (2, "a", "3"),
        (3, "m", "4"),
    ]
    assert [result.settled for result in results] == [STARTED + 1, STARTED + 2, STARTED + 3]


def test_results_stream(database: Database) -> None:
    run = filled_run(database, guests(3))
    results = Ledger(database).results(run)
    assert next(results).ordinal == 1
    assert next(results).ordinal == 2


def test_a_result_says_how_many_problems_kept_it_from_being_sent(database: Database) -> None:
    run = filled_run(database, [good("a", 2), bad("b", 3), bad("b", 4)])
    assert [result.problems for result in Ledger(database).results(run)] == [0, 2, 2]


def test_problems_come_in_input_order(database: Database) -> None:
    run = filled_run(database, [bad("z", 2), good("m", 3), bad("a", 4)])
    assert [(problem.key, problem.cell) for problem in Ledger(database).problems(run)] == [("z", "B2"), ("a", "B4")]


def test_the_latest_run_comes_first(database: Database) -> None:
    runs = [filled_run(database, guests(count), name_seed=count) for count in (1, 2, 3)]
    assert [record.id for record in Ledger(database).runs()] == runs[::-1]
    assert [record.requests for record in Ledger(database).runs()] == [3, 2, 1]


def test_a_run_that_is_not_there_is_said_to_be_missing(database: Database) -> None:
    with pytest.raises(InputError, match="no run 7") as told:
        Ledger(database).run(7)
    assert "没有运行 7" in told.value.zh


def test_one_runs_numbers_hold_nothing_of_another(database: Database) -> None:
    run = filled_run(database, guests(2), name_seed=1)
    other = filled_run(database, [*guests(3), bad("b", 9)], name_seed=2)
    Journal(database).end_run(other, stop=None, seconds=9.0)
    record = Ledger(database).run(run)
    assert (record.requests, record.counts[State.INVALID], record.seconds) == (2, 0, 0.0)
    assert list(Ledger(database).problems(run)) == []
