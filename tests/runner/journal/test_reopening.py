"""What a resumed run sends, and whether a run that ends has anything left for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.journal.claims import Claims, LeaseTerms
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.outcome import Action, Outcome, State, Stop
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
