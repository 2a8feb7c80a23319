"""Which requests are read, and what is written down of each."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from runner.errors import JournalError, LeaseLost
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.plans import plan_counts
from runner.journal.readings import Readings
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Outcome, Reading, State, Stop
from runner.plan import Plan, Remote
from runner.planning.fields import FieldSelection
from runner.planning.planner import Planner
from runner.planning.terms import PlanTerms
from runner.text import Text
from tests.runner.journal.sample_run import STARTED, filled_run, states
from tests.runner.sending.greet_as_listed import GreetAsListed, guests_as_listed, listed

LEASE = LeaseTerms(owner="host:1", seconds=60.0)
OTHERS_LEASE = LeaseTerms(owner="host:2", seconds=60.0)
MANY = 1_200
"""More than go into one statement."""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def readings(
    database: Database,
    run: int,
    lease: LeaseTerms = LEASE,
    *,
    now: float = STARTED,
    reopen: bool = False,
    terms: PlanTerms | None = None,
    gone: Sequence[str] = (),
) -> Readings:
    planner = Planner(GreetAsListed(), terms or PlanTerms(), today=date(2026, 6, 30))
    return Readings(database, run, lease, planner, now=now, is_gone=lambda owner: owner in gone, reopen=reopen)


def outcome(ordinal: int, reading: Reading | None) -> Outcome:
    return Outcome(
        ordinal=ordinal,
        key=f"guest-{ordinal}",
        state=State.NOT_SENT,
        code="-41",
        message=Text("no longer\x00 pending \ud800", "不再等待"),
        attempts=(),
        unclear=False,
        reading=reading,
    )


def as_wanted(ordinal: int) -> Outcome:
    return outcome(ordinal, Reading(plan=Plan.UNCHANGED))


def drifted(ordinal: int, *pairs: str, locked: bool = False) -> Outcome:
    remote = Remote(body=listed(f"guest-{ordinal}", *pairs), locked=locked)
    return outcome(ordinal, Reading(plan=Plan.DRIFTED, remote=remote))


def body_of(database: Database, run: int, ordinal: int) -> bytes | None:
    found = database.execute("SELECT body FROM bodies WHERE run = ? AND ordinal = ?", (run, ordinal)).fetchone()
    return None if found is None else bytes(found["body"])


def test_requests_come_in_input_order_and_each_of_them_once(journal: Database) -> None:
    reads = readings(journal, filled_run(journal, guests_as_listed(10, "times=3")))
    seen = []
    while requests := reads.claim(3, now=STARTED):
        seen += [request.ordinal for request in requests]
        reads.settle([as_wanted(request.ordinal) for request in requests[:2]], now=STARTED)
    assert seen == list(range(1, 11))


def test_nothing_is_marked_as_being_sent_while_it_is_read(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(3, "times=3"))
    readings(journal, run).claim(3, now=STARTED)
    assert states(journal, run) == ["ready"] * 3
    assert Ledger(journal).run(run).counts[State.NOT_SENT] == 3


def test_each_word_leads_to_its_state(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(6, "times=3"))
    reads = readings(journal, run)
    reads.settle(
        [
            as_wanted(1),
            drifted(2, "times=7"),
            outcome(3, Reading(plan=Plan.MISSING)),
            drifted(4, "times=7", locked=True),
            outcome(5, Reading(plan=Plan.UNREADABLE)),
            outcome(6, None),
        ],
        now=STARTED + 5,
    )
    results = list(Ledger(journal).results(run))
    assert states(journal, run) == ["unchanged", "ready", "not_sent", "not_sent", "not_sent", "ready"]
    assert [result.code for result in results] == [None, "drifted", "missing", "locked", "-41", None]
    at = STARTED + 5
    assert [result.settled for result in results] == [at, None, at, at, at, None]
    counts = {plan.value: count for plan, count in plan_counts(journal, run).items() if count}
    assert counts == {"unchanged": 1, "drifted": 1, "missing": 1, "locked": 1, "unreadable": 1}


def test_more_than_one_statement_takes_are_written_as_well(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(MANY, "times=3"))
    readings(journal, run).settle([as_wanted(number) for number in range(1, MANY + 1)], now=STARTED)
    assert set(states(journal, run)) == {"unchanged"}
    assert plan_counts(journal, run)[Plan.UNCHANGED] == MANY


def test_a_message_names_the_first_few_fields_that_differ(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(1, *(f"f{number}=1" for number in range(8))))
    readings(journal, run).settle([drifted(1, *(f"f{number}=2" for number in range(8)))], now=STARTED)
    [result] = Ledger(journal).results(run)
    assert result.message == Text(
        "Not as wanted: f0, f1, f2, f3, f4 and 3 more", "与期望不一致：f0, f1, f2, f3, f4 等，另有 3 项"
    )


def test_what_is_to_be_sent_leaves_alone_what_is_not_compared(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(1, "times=3", "words=hi"))
    terms = PlanTerms(fields=FieldSelection(only=("times",)))
    readings(journal, run, terms=terms).settle([drifted(1, "times=7", "words=ho")], now=STARTED)
    assert body_of(journal, run, 1) == listed("guest-1", "times=3", "words=ho")


def test_what_cannot_be_put_together_is_invalid_and_says_where(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(2, "times=3", "words=hi"))
    terms = PlanTerms(fields=FieldSelection(only=("words",)))
    readings(journal, run, terms=terms).settle([drifted(2, "times=0", "words=ho"), as_wanted(1)], now=STARTED)
    assert states(journal, run) == ["unchanged", "invalid"]
    [problem] = Ledger(journal).problems(run)
    assert (problem.key, problem.cell, problem.code) == ("guest-2", "A3", "too-little")
    assert body_of(journal, run, 2) is None


def test_who_has_lost_the_run_writes_nothing(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(2, "times=3"))
    away = readings(journal, run)
    readings(journal, run, OTHERS_LEASE, now=STARTED + 61)
    with pytest.raises(LeaseLost):
        away.settle([as_wanted(1), drifted(2, "times=7")], now=STARTED + 62)
    with pytest.raises(LeaseLost):
        away.claim(1, now=STARTED + 62)
    assert states(journal, run) == ["ready"] * 2
    assert sum(plan_counts(journal, run).values()) == 0


def test_after_a_stop_only_what_nobody_has_read_is_read(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(4, "times=3"))
    first = readings(journal, run)
    first.settle([as_wanted(1), drifted(2, "times=7"), outcome(3, Reading(plan=Plan.MISSING))], now=STARTED)
    Journal(journal).end_run(run, stop=Stop(reason=Text("stop", "停止")), seconds=1.0, lease=first.token)
    first.end()
    again = readings(journal, run, OTHERS_LEASE, reopen=True)
    assert [request.ordinal for request in again.claim(10, now=STARTED)] == [4]
    assert states(journal, run) == ["unchanged", "ready", "not_sent", "ready"]


def test_what_an_earlier_process_may_have_sent_is_not_read_again_nor_taken_for_not_sent(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(3, "times=3"))
    readings(journal, run).settle([drifted(number, "times=7") for number in (1, 2, 3)], now=STARTED)
    Claims(journal, run, OTHERS_LEASE, now=STARTED + 61).claim(1, now=STARTED + 61)
    again = readings(journal, run, now=STARTED + 62, reopen=True, gone=["host:2"])
    assert again.claim(10, now=STARTED + 62) == []
    assert Ledger(journal).run(run).counts[State.UNKNOWN] == 1


def test_between_reading_and_sending_the_run_stays_with_who_has_read_it(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(1, "times=3"))
    reads = readings(journal, run)
    reads.settle([drifted(1, "times=7")], now=STARTED)
    reads.release()
    with pytest.raises(JournalError, match="host:1"):
        Claims(journal, run, OTHERS_LEASE, now=STARTED)
    [request] = Claims(journal, run, LEASE, now=STARTED).claim(1, now=STARTED)
    assert request.before == listed("guest-1", "times=7")


def test_of_what_is_sent_the_before_image_is_fetched_and_of_nothing_else(journal: Database) -> None:
    run = filled_run(journal, guests_as_listed(3, "times=3"))
    reads = readings(journal, run)
    reads.settle([drifted(1, "times=7"), drifted(2, "times=8", locked=True), drifted(3, "times=9")], now=STARTED)
    reads.release()
    requests = Claims(journal, run, LEASE, now=STARTED).claim(10, now=STARTED)
    assert {request.ordinal: request.before for request in requests} == {
        1: listed("guest-1", "times=7"),
        3: listed("guest-3", "times=9"),
    }
