"""What a resumed run sends, and whether a run that ends has anything left for one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Outcome, RunState, State, Stop
from runner.text import Text
from tests.runner.journal.sample_run import STARTED, attempt, filled_run, guests

ME = LeaseTerms(owner="host:1")
GUARD = Stop(reason=Text("Too many failed", "失败过多"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def begun(database: Database, run: int) -> Claims:
    """As a resumed run begins."""
    return Claims(database, run, ME, now=STARTED, reopen=True)


def refused(ordinal: int, action: Action, *, number: int = 1) -> Outcome:
    """The outcome of a request that the vendor refused, alone or together with the run."""
    return Outcome(
        ordinal=ordinal,
        key=f"guest-{ordinal}",
        state=State.FAILED,
        code="-22",
        message=None,
        attempts=(attempt(number, action=action),),
        unclear=False,
    )


def unknown(ordinal: int, *, cut_short: bool) -> Outcome:
    """The outcome of a request that got no answer."""
    return replace(
        refused(ordinal, Action.BACK_OFF), state=State.UNKNOWN, code="unclear", unclear=True, cut_short=cut_short
    )


def ended(database: Database, run: int, claims: Claims) -> None:
    claims.release()
    Journal(database).end_run(run, stop=GUARD, seconds=1.0)


def test_what_was_refused_with_the_whole_run_is_sent_again_until_it_is_refused_for_itself(database: Database) -> None:
    run = filled_run(database, guests(3))
    first = begun(database, run)
    first.claim(1, now=STARTED)
    first.settle([refused(1, Action.STOP)], now=STARTED)
    ended(database, run, first)
    second = begun(database, run)
    assert [request.ordinal for request in second.claim(1, now=STARTED)] == [1]
    second.settle([refused(1, Action.FAIL, number=2)], now=STARTED)
    ended(database, run, second)
    third = begun(database, run)
    assert [request.ordinal for request in third.claim(9, now=STARTED)] == [2, 3]


@pytest.mark.parametrize(
    ("last", "state"),
    [
        pytest.param(refused(2, Action.FAIL), RunState.DONE, id="refused for itself"),
        pytest.param(refused(2, Action.STOP), RunState.STOPPED, id="refused with the run"),
        pytest.param(unknown(2, cut_short=False), RunState.DONE, id="nobody knows"),
        pytest.param(unknown(2, cut_short=True), RunState.STOPPED, id="given up in the middle"),
        pytest.param(None, RunState.STOPPED, id="never settled"),
    ],
)
@pytest.mark.parametrize("stop", [GUARD, None])
def test_a_run_is_stopped_only_if_something_is_left_of_it(
    database: Database, last: Outcome | None, state: RunState, stop: Stop | None
) -> None:
    run = filled_run(database, guests(2))
    claims = begun(database, run)
    claims.claim(2, now=STARTED)
    claims.settle([refused(1, Action.FAIL), *([last] if last else [])], now=STARTED)
    claims.release()
    assert Journal(database).end_run(run, stop=stop, seconds=1.0) is state
    record = Ledger(database).run(run)
    assert (record.state, record.reason is None) == (state, state is RunState.DONE)
    assert bool(begun(database, run).claim(9, now=STARTED)) is (state is RunState.STOPPED)
