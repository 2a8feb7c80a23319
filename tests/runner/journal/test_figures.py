from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.figures import (
    AttemptCount,
    attempts_over_time,
    frequent_answers,
    mistakes,
    time_of_attempts,
)
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Attempt, Outcome, State
from runner.problem import Violation
from runner.text import Text
from tests.runner.journal.sample_run import STARTED, bad, filled_run, guests, succeeded

BLANK = Violation("required", Text("It is blank", "不能为空"), Text("Fill it in.", "请填写。"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def outcome(
    ordinal: int,
    state: State = State.FAILED,
    *,
    code: str = "-22",
    message: str | None = "parameter error",
    at: tuple[float, ...] = (0.0,),
) -> Outcome:
    """With attempts so many seconds after the start."""
    attempts = tuple(
        Attempt(number=number, started=STARTED + each, seconds=0.1, code=code, action=Action.FAIL)
        for number, each in enumerate(at, start=1)
    )
    said = Text.verbatim(message) if message is not None else None
    return Outcome(ordinal=ordinal, key="guest", state=state, code=code, message=said, attempts=attempts, unclear=False)


def settled_run(database: Database, outcomes: list[Outcome], *, name_seed: int = 0) -> int:
    run = filled_run(database, guests(len(outcomes)), name_seed=name_seed)
    claims = Claims(database, run, LeaseTerms(owner="me"), now=STARTED)
    claims.claim(len(outcomes), now=STARTED)
    claims.settle(outcomes, now=STARTED + 5)
    claims.release()
    return run


def test_answers_of_one_code_are_told_apart_by_their_messages(database: Database) -> None:
    run = settled_run(
        database,
        [
            succeeded(1),
            outcome(2, message="no such group"),
            outcome(3, message="no such sender"),
            outcome(4, message="no such sender"),
            outcome(5, State.UNKNOWN, message="no such sender"),
        ],
    )
    found = [(each.state, each.code, each.message, each.count) for each in frequent_answers(database, run, 10)]
    assert found == [
        (State.FAILED, "-22", Text.verbatim("no such sender"), 2),
        (State.FAILED, "-22", Text.verbatim("no such group"), 1),
        (State.UNKNOWN, "-22", Text.verbatim("no such sender"), 1),
    ]
    assert len(frequent_answers(database, run, 1)) == 1


def test_an_answer_without_a_message_is_one_too(database: Database) -> None:
    [found] = frequent_answers(database, settled_run(database, [outcome(1, message=None)]), 10)
    assert (found.message, found.count) == (None, 1)


def test_what_is_being_sent_once_more_counts_with_what_it_would_be(database: Database) -> None:
    run = settled_run(database, [outcome(number, State.UNKNOWN) for number in (1, 2, 3)])
    database.execute("UPDATE requests SET state = 'sending' WHERE ordinal = 1")
    database.execute("UPDATE requests SET state = 'ready', unclear = 1 WHERE ordinal = 2")
    [found] = frequent_answers(database, run, 10)
    assert (found.state, found.count) == (State.UNKNOWN, 3)


def test_problems_of_one_kind_are_counted_and_told_by_the_first_one(database: Database) -> None:
    run = filled_run(database, [bad("a", 2, BLANK, value=""), bad("b", 3, value="500"), bad("c", 4, value="900")])
    kinds = list(mistakes(database, run))
    assert [(kind.code, kind.heading, kind.cell, kind.count) for kind in kinds] == [
        ("required", "Times", "B2", 1),
        ("out-of-range", "Times", "B3", 2),
    ]
    assert (kinds[0].message, kinds[0].remedy) == (BLANK.message, BLANK.remedy)


def test_attempts_are_counted_in_steps_and_first_ones_apart_from_retries(database: Database) -> None:
    run = settled_run(database, [outcome(1, at=(0.0,)), outcome(2, at=(1.0, 12.0, 39.9)), outcome(3, at=(9.99,))])
    assert time_of_attempts(database, run) == (STARTED, STARTED + 39.9)
    assert attempts_over_time(database, run, since=STARTED, width=10) == [
        AttemptCount(step=0, first=3, retries=0),
        AttemptCount(step=1, first=0, retries=1),
        AttemptCount(step=3, first=0, retries=1),
    ]


def test_where_nothing_was_sent_there_is_no_time_of_it(database: Database) -> None:
    assert time_of_attempts(database, filled_run(database, guests(2))) is None


def test_one_runs_figures_hold_nothing_of_another(database: Database) -> None:
    settled_run(database, [outcome(1), outcome(2)], name_seed=1)
    run = filled_run(database, guests(2), name_seed=2)
    assert frequent_answers(database, run, 10) == []
    assert list(mistakes(database, run)) == []
    assert time_of_attempts(database, run) is None
