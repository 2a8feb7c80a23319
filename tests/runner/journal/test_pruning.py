"""Old runs are deleted whole; what is young, or can be sent on, is never touched."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from runner.errors import JournalError
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.pruning import OldRun, delete_runs, give_space_back, old_runs
from runner.journal.tenancy import LeaseTerms
from runner.outcome import RunState, Stop
from runner.problem import Notice
from runner.request import Attachment
from runner.text import Text
from tests.runner.journal.sample_run import NEW_RUN, STARTED, bad, good, guests, succeeded

DAY = 86_400.0
NOW = STARTED + 100 * DAY
BEFORE = NOW - 30 * DAY
ME = LeaseTerms(owner="host:1")
DELETES = "host:9"
STOP = Stop(reason=Text("Interrupted", "已中断"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def run_of(database: Database, *, started: float = STARTED, size: int = 3) -> int:
    """A run that has something in every table."""
    journal = Journal(database)
    run, _ = journal.open_run(NEW_RUN, now=started, random=Random(started))
    attached = Attachment(path=Path("/a.wav"), size=1, sha256="0" * 64)
    notice = Notice(code="x", message=Text.verbatim("x"))
    journal.note(run, [notice])
    extra = replace(good("attached", 99), attachments=(attached,), notices=(notice,))
    journal.fill(run, [*guests(size), bad("b", 98), extra])
    journal.mark_loaded(run, rows=size + 2, seconds=1.0)
    return run


def sent(database: Database, run: int, *, at: float = STARTED, stop: Stop | None = None) -> int:
    """The same run after it was sent; where it was stopped, only its first request was."""
    claims = Claims(database, run, ME, now=at)
    claimed = claims.claim(1 if stop else 1_000_000, now=at)
    claims.settle([succeeded(request.ordinal) for request in claimed], now=at)
    claims.release()
    Journal(database).end_run(run, stop=stop, seconds=1.0)
    return run


def old(database: Database, *, now: float = NOW) -> list[int]:
    return [run.id for run in old_runs(database, before=BEFORE, now=now, is_gone=lambda owner: owner == "gone")]


def delete(database: Database, runs: list[OldRun]) -> list[int]:
    deleted = delete_runs(database, runs, owner=DELETES, before=BEFORE, now=lambda: NOW, is_gone=lambda _: False)
    return [run.id for run in deleted]


def rows(database: Database) -> dict[str, list[int]]:
    """Which runs have rows in which table."""
    tables = ("attempts", "attachments", "notices", "problems", "bodies", "requests", "leases")
    return {
        table: [row[0] for row in database.execute(f"SELECT DISTINCT run FROM {table} ORDER BY run").fetchall()]
        for table in tables
    }


def test_what_ended_long_ago_goes_with_everything_that_was_known_of_it_and_nothing_else_does(
    database: Database,
) -> None:
    gone = sent(database, run_of(database))
    kept = sent(database, run_of(database, started=NOW - DAY), at=NOW - DAY)
    found = old_runs(database, before=BEFORE, now=NOW, is_gone=lambda _: False)
    assert [(run.id, run.requests) for run in found] == [(gone, 5)]
    before = rows(database)
    delete(database, found)
    assert [record.id for record in Ledger(database).runs()] == [kept]
    assert rows(database) == {table: [run for run in runs if run == kept] for table, runs in before.items()}
    assert all(gone in before[table] for table in before if table != "leases")


def test_a_run_that_can_be_sent_on_is_kept_however_old_it_is(database: Database) -> None:
    sent(database, run_of(database), stop=STOP)
    killed = run_of(database, started=STARTED + 1)
    Journal(database).set_state(killed, RunState.RUNNING)
    assert old(database) == []


def test_a_run_that_was_resumed_lately_did_not_end_long_ago(database: Database) -> None:
    sent(database, run_of(database), at=BEFORE + 1)
    assert old(database) == []


def test_an_old_plan_goes_and_one_that_somebody_is_sending_stays(database: Database) -> None:
    plan, taken = run_of(database), run_of(database, started=STARTED + 1)
    Claims(database, taken, ME, now=NOW)
    assert old(database) == [plan]
    assert old(database, now=NOW + 61.0) == [plan, taken]


def test_a_run_that_is_deleted_in_part_is_deleted_for_good_the_next_time(database: Database) -> None:
    run = run_of(database)
    found = old_runs(database, before=BEFORE, now=NOW, is_gone=lambda _: False)
    database.execute("DELETE FROM requests WHERE run = ? AND ordinal < 3", (run,))
    assert old(database) == [run]
    delete(database, found)
    assert list(Ledger(database).runs()) == []


def test_a_run_that_somebody_took_up_since_it_was_found_is_left_to_them_and_not_said_to_be_deleted(
    database: Database,
) -> None:
    stopped, resumed, plan, taken = (run_of(database, started=STARTED + number) for number in range(4))
    found = old_runs(database, before=BEFORE, now=NOW, is_gone=lambda _: False)
    claims = Claims(database, taken, ME, now=NOW)
    sent(database, stopped, stop=STOP)
    sent(database, resumed, at=NOW)
    assert delete(database, found) == [plan]
    assert [record.id for record in Ledger(database).runs()] == [taken, resumed, stopped]
    assert len(claims.claim(9, now=NOW)) == 4


def test_nobody_begins_to_send_a_run_that_is_being_deleted(database: Database) -> None:
    run = run_of(database)
    found = old_runs(database, before=BEFORE, now=NOW, is_gone=lambda _: False)
    database.execute("CREATE TRIGGER halfway BEFORE DELETE ON requests BEGIN SELECT RAISE(ABORT, 'halfway'); END")
    with pytest.raises(JournalError, match="halfway"):
        delete(database, found)
    with pytest.raises(JournalError, match=DELETES):
        Claims(database, run, ME, now=NOW)
    database.execute("DROP TRIGGER halfway")
    assert [each.id for each in old_runs(database, before=BEFORE, now=NOW, is_gone=lambda who: who == DELETES)] == [run]


def test_more_requests_than_one_batch_holds_are_all_deleted(database: Database) -> None:
    sent(database, run_of(database, size=12_345))
    delete(database, old_runs(database, before=BEFORE, now=NOW, is_gone=lambda _: False))
    assert set(map(tuple, rows(database).values())) == {()}


def test_the_file_becomes_smaller_unless_a_run_is_being_sent(database: Database, tmp_path: Path) -> None:
    def size() -> int:
        return sum(file.stat().st_size for file in tmp_path.iterdir() if not file.name.endswith("-shm"))

    sent(database, run_of(database, size=5_000))
    full = size()
    delete(database, old_runs(database, before=BEFORE, now=NOW, is_gone=lambda _: False))
    busy = run_of(database, started=NOW)
    claims = Claims(database, busy, ME, now=NOW)
    assert not give_space_back(database, now=NOW, is_gone=lambda _: False)
    claims.release()
    assert give_space_back(database, now=NOW, is_gone=lambda _: False)
    assert size() < full / 5
    assert Ledger(database).run(busy).requests == 5
