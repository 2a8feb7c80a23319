"""A run that would send what another is sending, or has sent."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runner.errors import JournalError
from runner.journal.abandoning import abandon
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination
from runner.journal.repeats import Repeats, find_repeats
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Outcome, RunState, State, Stop
from runner.request import Draft
from runner.text import Text
from tests.runner.journal.old_journals import old_journal
from tests.runner.journal.sample_run import STARTED, attempt, bad, filled_run, good, guests, succeeded

ME, OTHER = LeaseTerms(owner="host:1"), LeaseTerms(owner="host:2")
STOP = Stop(reason=Text("Interrupted", "已中断"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def sent_run(database: Database, drafts: list[Draft], *, took: int, stop: Stop | None = None, seed: int = 9) -> int:
    """A run of which the vendor took the first so many requests and refused the others; a stop came before those."""
    run = filled_run(database, drafts, name_seed=seed)
    claims = Claims(database, run, OTHER, now=STARTED)
    for number, request in enumerate(claims.claim(took if stop else len(drafts), now=STARTED), start=1):
        refused = Outcome(
            ordinal=request.ordinal,
            key=request.key,
            state=State.FAILED,
            code="-22",
            message=None,
            attempts=(attempt(),),
            unclear=False,
        )
        claims.settle([succeeded(request.ordinal) if number <= took else refused], now=STARTED)
    claims.release()
    Journal(database).end_run(run, stop=stop, seconds=1.0)
    return run


def repeats(
    database: Database, run: int, *, now: float = STARTED, is_gone: Callable[[str], bool] = lambda _: False
) -> Repeats:
    return find_repeats(database, run, ME, now=now, is_gone=is_gone)


def test_a_run_that_was_fully_sent_is_found_by_its_content(database: Database) -> None:
    sent = sent_run(database, [*guests(2), bad("b", 4)], took=2)
    found = repeats(database, filled_run(database, guests(2)))
    assert (found.fully_sent and found.fully_sent.id, found.under_way) == (sent, None)


def test_of_several_the_latest_is_named(database: Database) -> None:
    runs = [sent_run(database, guests(2), took=2, seed=seed) for seed in (7, 8)]
    found = repeats(database, filled_run(database, guests(2)))
    assert found.fully_sent is not None
    assert found.fully_sent.id == runs[-1]


@pytest.mark.parametrize(
    ("took", "stop"), [pytest.param(1, None, id="one was refused"), pytest.param(1, STOP, id="it was stopped")]
)
def test_a_run_that_was_not_fully_sent_is_none_to_ask_about(database: Database, took: int, stop: Stop | None) -> None:
    sent_run(database, guests(2), took=took, stop=stop)
    assert repeats(database, filled_run(database, guests(2))).fully_sent is None


def test_neither_other_content_nor_another_vendor_counts(database: Database) -> None:
    sent_run(database, guests(3), took=3, seed=7)
    elsewhere = sent_run(database, guests(2), took=2, seed=8)
    Journal(database).redirect(elsewhere, Destination(endpoint="https://elsewhere.example/", account="ab**"))
    assert repeats(database, filled_run(database, guests(2))).fully_sent is None


def test_runs_that_send_nothing_are_not_repeats_of_each_other(database: Database) -> None:
    sent_run(database, [bad("a", 2)], took=0)
    assert repeats(database, filled_run(database, [bad("a", 2)])).fully_sent is None


def test_a_run_that_is_being_sent_is_named_with_its_holder(database: Database) -> None:
    theirs = filled_run(database, guests(2), name_seed=8)
    Claims(database, theirs, OTHER, now=STARTED)
    found = repeats(database, filled_run(database, guests(2)))
    assert found.under_way is not None
    assert (found.under_way.id, found.holder) == (theirs, OTHER.owner)
    assert repeats(database, filled_run(database, [good("x", 2)], name_seed=1)).under_way is None


def test_a_run_whose_process_is_gone_is_not_being_sent(database: Database) -> None:
    Claims(database, filled_run(database, guests(2), name_seed=8), OTHER, now=STARTED)
    mine = filled_run(database, guests(2))
    assert repeats(database, mine, is_gone=lambda owner: owner == OTHER.owner).under_way is None


def test_of_two_that_look_before_either_sends_only_one_goes_on_unasked(database: Database) -> None:
    first, second = (filled_run(database, guests(2), name_seed=seed) for seed in (1, 2))
    assert repeats(database, second).under_way is None
    found = find_repeats(database, first, OTHER, now=STARTED, is_gone=lambda _: False)
    assert found.under_way is not None
    assert (found.under_way.id, found.holder) == (second, ME.owner)


def test_what_a_process_took_ahead_it_can_send_and_nobody_else_can(database: Database) -> None:
    run = filled_run(database, guests(1))
    repeats(database, run)
    with pytest.raises(JournalError, match="host:1"):
        Claims(database, run, OTHER, now=STARTED)
    claims = Claims(database, run, ME, now=STARTED)
    assert [request.ordinal for request in claims.claim(5, now=STARTED)] == [1]
    with pytest.raises(JournalError, match="host:1"):
        Claims(database, run, ME, now=STARTED)


def test_a_run_that_was_discarded_keeps_nobody_from_sending_the_same(database: Database) -> None:
    run = filled_run(database, guests(2), name_seed=1)
    repeats(database, run)
    Journal(database).discard(run)
    assert repeats(database, filled_run(database, guests(2), name_seed=2)).under_way is None


def kept_contents(database: Database) -> list[bool]:
    return [row["content"] is not None for row in database.execute("SELECT content FROM runs ORDER BY id").fetchall()]


def test_a_run_from_before_contents_were_kept_is_found_as_well_and_only_what_may_be_the_same_is_read(
    database: Database,
) -> None:
    sent = sent_run(database, guests(3), took=3, seed=7)
    sent_run(database, [*guests(1), good("other", 3), *guests(3)[2:]], took=3, seed=8)
    sent_run(database, guests(2), took=2, seed=9)
    elsewhere = sent_run(database, guests(3), took=3, seed=10)
    Journal(database).redirect(elsewhere, Destination(endpoint="https://elsewhere.example/", account="ab**"))
    for run in (sent, sent + 1, sent + 2, elsewhere):
        Journal(database).mark_loaded(run, rows=3, seconds=0.5)
    database.execute("UPDATE runs SET content = NULL")
    found = repeats(database, filled_run(database, guests(3)))
    assert found.fully_sent is not None
    assert found.fully_sent.id == sent
    assert kept_contents(database) == [True, True, False, False, True]


def test_the_content_of_a_run_from_an_earlier_version_is_found_again(tmp_path: Path) -> None:
    with Database(old_journal(tmp_path / "old.db", 2)) as database:
        database.execute("UPDATE runs SET state = 'done'")
        database.execute("UPDATE requests SET state = 'succeeded'")
        mine = filled_run(database, guests(3))
        Journal(database).redirect(mine, Destination(endpoint=Ledger(database).run(1).endpoint or "", account="ab**"))
        found = repeats(database, mine, now=STARTED + 3_600).fully_sent
        assert found is not None
        assert found.id == 1


def test_the_corrections_of_one_run_are_not_sent_twice_at_once(database: Database) -> None:
    origin, first, second = (filled_run(database, guests(3), name_seed=seed) for seed in (1, 2, 3))
    for run in (first, second):
        database.execute("UPDATE runs SET origin = ?, content = ? WHERE id = ?", (origin, str(run), run))
    Claims(database, first, OTHER, now=STARTED)
    under_way = repeats(database, second).under_way
    assert under_way is not None
    assert under_way.id == first


def test_a_run_of_the_same_content_that_ended_early_is_named_until_all_was_sent_by_a_later_one(
    database: Database,
) -> None:
    stopped = sent_run(database, guests(3), took=1, stop=STOP, seed=1)
    Journal(database).mark_loaded(stopped, rows=3, seconds=0.5)
    found = repeats(database, filled_run(database, guests(3), name_seed=2))
    assert found.ended_early is not None
    assert (found.ended_early.id, found.ended_early.remaining, found.fully_sent) == (stopped, 2, None)
    assert repeats(database, filled_run(database, guests(2), name_seed=3)).ended_early is None
    sent = sent_run(database, guests(3), took=3, seed=4)
    found = repeats(database, filled_run(database, guests(3), name_seed=5))
    assert found.ended_early is None
    assert found.fully_sent is not None
    assert found.fully_sent.id == sent


def test_a_run_of_the_same_content_that_was_killed_is_named_as_well(database: Database) -> None:
    killed = filled_run(database, guests(3), name_seed=1)
    Journal(database).mark_loaded(killed, rows=3, seconds=0.5)
    claims = Claims(database, killed, OTHER, now=STARTED)
    Journal(database).set_state(killed, RunState.RUNNING, lease=claims.token)
    claims.claim(1, now=STARTED)
    mine = filled_run(database, guests(3))
    assert repeats(database, mine).ended_early is None, "its process lives"
    found = repeats(database, mine, is_gone=lambda owner: owner == OTHER.owner).ended_early
    assert found is not None
    assert (found.id, found.state, found.remaining) == (killed, RunState.INTERRUPTED, 3)
    abandon(database, found, now=STARTED, is_gone=lambda owner: owner == OTHER.owner)
    assert repeats(database, mine, now=STARTED + 99).ended_early is None


def test_what_a_run_corrects_is_none_to_ask_about_as_the_corrections_take_over_what_is_left(
    database: Database,
) -> None:
    stopped = sent_run(database, guests(3), took=1, stop=STOP, seed=1)
    Journal(database).mark_loaded(stopped, rows=3, seconds=0.5)
    mine = filled_run(database, guests(3))
    database.execute("UPDATE runs SET origin = ? WHERE id = ?", (stopped, mine))
    assert repeats(database, mine).ended_early is None


def test_a_run_of_another_job_is_none_to_go_on_with(database: Database) -> None:
    stopped = sent_run(database, guests(3), took=1, stop=STOP, seed=1)
    Journal(database).mark_loaded(stopped, rows=3, seconds=0.5)
    database.execute("UPDATE runs SET job = 'cancel' WHERE id = ?", (stopped,))
    assert repeats(database, filled_run(database, guests(3))).ended_early is None
