"""What is planned to take a run back: it has sent what a guest is to have, over what was there before."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from runner.journal.applied import AppliedBefore
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.plans import record_plans
from runner.journal.tenancy import LeaseTerms
from runner.journal.way_back import has_sent, undone_by, undone_entirely_by
from runner.outcome import RunState, State
from runner.plan import MovedBy, Plan, Planned, PlannedDifference, Remote
from runner.planning.planners import planner_of
from runner.planning.returning import ReturningPlanner, Undone, load_return
from runner.planning.terms import PlanTerms
from tests.runner.journal.sample_run import DESTINATION, STARTED, filled_run, states, succeeded
from tests.runner.sending.greet_as_listed import GreetAsListed, guests_as_listed, listed

JOB = GreetAsListed()
BEFORE, SENT = ("times=7", "words=hi"), ("times=3", "words=hi")
GUEST = "guest-1"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def sent_run(journal: Database, count: int = 1, *, seen: bool = True) -> int:
    """A run that has sent all that it had, over what it had seen there."""
    run = filled_run(journal, guests_as_listed(count, *SENT))
    difference = PlannedDifference(field="times", old="7", new="3", moved_by=None)
    names = (f"guest-{each}" for each in range(1, count + 1))
    found = (Planned(plan=Plan.DRIFTED, before=listed(name, *BEFORE), differences=(difference,)) for name in names)
    if seen:
        record_plans(journal, run, enumerate(found, start=1), now=STARTED)
    Journal(journal).mark_loaded(run, rows=count, seconds=0)
    return run


def settled(journal: Database, run: int, *which: int) -> None:
    """Some of its requests were applied, and the others were refused before that by nobody."""
    claims = Claims(journal, run, LeaseTerms(owner="me"), now=STARTED)
    claimed = claims.claim(100, now=STARTED)
    claims.settle([succeeded(each.ordinal) for each in claimed if each.ordinal in which], now=STARTED)
    claims.release()
    Journal(journal).set_state(run, RunState.STOPPED)


def way_back(journal: Database, run: int) -> int:
    record = Ledger(journal).run(run)
    undone = Undone(record=record, terms=PlanTerms(apply=True))
    return load_return(
        JOB,
        undone,
        journal,
        destination=DESTINATION,
        observe=lambda _: None,
        random=Random(run + 100),
        now=lambda: STARTED + 1,
    )


def planned(journal: Database, *there: str, locked: bool = False) -> Planned:
    run = sent_run(journal)
    settled(journal, run, 1)
    back = way_back(journal, run)
    planner = planner_of(JOB, Ledger(journal).run(back), PlanTerms(), journal)
    assert isinstance(planner, ReturningPlanner)
    return planner.plan(
        GUEST,
        wanted=listed(GUEST, *BEFORE),
        remote=Remote(body=listed(GUEST, *there), locked=locked),
        applied=AppliedBefore(journal, back).recent(GUEST),
    )


def test_what_is_as_it_was_sent_is_put_back(journal: Database) -> None:
    found = planned(journal, *SENT)
    assert (found.plan, found.before, found.problems) == (Plan.DRIFTED, listed(GUEST, *SENT), ())
    assert [(each.field, each.old, each.new, each.moved_by) for each in found.differences] == [
        ("times", "3", "7", MovedBy.OURS)
    ]
    assert found.base == listed(GUEST, "times=7", "words=hi")


def test_what_is_as_it_was_before_is_unchanged_though_nobody_took_it_back(journal: Database) -> None:
    assert planned(journal, *BEFORE).plan is Plan.UNCHANGED


def test_what_has_changed_since_is_a_conflict_that_names_the_run_and_the_fields(journal: Database) -> None:
    found = planned(journal, "times=3", "words=ho")
    assert (found.plan, found.body) == (Plan.CONFLICT, None)
    assert found.remark is not None
    name = next(run.name for run in Ledger(journal).runs() if run.undoes is None)
    assert found.remark.en == f"Changed since run {name}, so that it is left alone: words"


def test_what_is_no_longer_pending_is_locked(journal: Database) -> None:
    assert planned(journal, *SENT, locked=True).plan is Plan.LOCKED


def test_only_what_was_sent_or_may_have_been_is_taken_back_and_the_rest_is_counted(journal: Database) -> None:
    run = sent_run(journal, 3)
    settled(journal, run, 1)  # the process died while it was sending the two others
    journal.execute("UPDATE requests SET state = 'failed' WHERE run = ? AND ordinal = 3", (run,))
    back = way_back(journal, run)
    assert [each.key for each in Ledger(journal).results(back)] == ["guest-1", "guest-2"]
    assert states(journal, back) == ["ready", "ready"]
    [notice] = Ledger(journal).notices(back)
    assert "1 failed" in notice.message.en
    record = Ledger(journal).run(back)
    assert (record.undoes, record.rows) == (Ledger(journal).run(run).name, 2)


def test_without_a_before_image_it_is_invalid_and_says_what_to_do(journal: Database) -> None:
    run = sent_run(journal, seen=False)
    settled(journal, run, 1)
    back = way_back(journal, run)
    assert states(journal, back) == ["invalid"]
    [problem] = Ledger(journal).problems(back)
    assert (problem.key, problem.code) == (GUEST, "no-before-image")
    assert "--compare" in problem.remedy.en


def test_a_before_image_that_would_break_a_rule_is_invalid(journal: Database) -> None:
    run = sent_run(journal)
    journal.execute("UPDATE plans SET before = ?", (listed(GUEST, "times=0"),))
    settled(journal, run, 1)
    assert states(journal, way_back(journal, run)) == ["invalid"]


def test_it_is_known_which_run_has_taken_another_back_and_whether_entirely(journal: Database) -> None:
    run = sent_run(journal, 2)
    assert not has_sent(journal, run)
    settled(journal, run, 1, 2)
    assert has_sent(journal, run)
    back = way_back(journal, run)
    assert undone_by(journal, run) is None, "nothing of it was sent yet"
    journal.execute("UPDATE requests SET state = 'succeeded' WHERE run = ? AND ordinal = 1", (back,))
    assert getattr(undone_by(journal, run), "id", None) == back
    assert undone_entirely_by(journal, run) is None
    journal.execute("UPDATE requests SET state = 'unchanged' WHERE run = ? AND ordinal = 2", (back,))
    journal.execute("UPDATE runs SET state = 'done' WHERE id = ?", (back,))
    assert getattr(undone_entirely_by(journal, run), "id", None) == back
    again = way_back(journal, back)
    journal.execute("UPDATE requests SET state = 'succeeded' WHERE run = ?", (again,))
    assert undone_entirely_by(journal, run) is None, "which was taken back itself"
    assert Ledger(journal).run(run).counts[State.SUCCEEDED] == 2
