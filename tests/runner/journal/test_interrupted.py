"""A run whose process is gone is interrupted; one that nobody wants any more is abandoned."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.errors import InputError, LeaseLost
from runner.journal.abandoning import abandon
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.drift import Drift
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.lookup import run_to_resume, standing
from runner.journal.pruning import old_runs
from runner.journal.tenancy import LeaseTerms
from runner.outcome import RunState, State, Stop
from runner.plan import Plan
from runner.report.advice import adviser
from runner.report.overview import overview
from runner.text import Text
from tests.runner.journal.planned_run import planned, planned_run
from tests.runner.journal.sample_run import STARTED, filled_run, guests, states, succeeded
from tests.runner.sending.fake_job import Greet

STOP = Stop(reason=Text("The address is wrong", "地址有误"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def under_way(database: Database, *, owner: str = "host:1", seed: int = 0) -> tuple[int, Claims]:
    """A run of four guests: one was greeted, one is being greeted, and two wait."""
    run = filled_run(database, guests(4), name_seed=seed)
    Journal(database).mark_loaded(run, rows=4, seconds=0.5)
    claims = Claims(database, run, LeaseTerms(owner=owner), now=STARTED)
    Journal(database).set_state(run, RunState.RUNNING, lease=claims.token)
    claims.claim(2, now=STARTED)
    claims.settle([succeeded(1)], now=STARTED)
    return run, claims


def told(database: Database, run: int, *, now: float = STARTED, gone: str = "gone") -> RunRecord:
    return Ledger(database, now=lambda: now, is_gone=lambda owner: owner == gone).run(run)


def test_a_run_is_running_while_its_process_lives_and_interrupted_once_it_is_gone(database: Database) -> None:
    run, claims = under_way(database)
    assert (told(database, run).state, told(database, run).remaining) == (RunState.RUNNING, 0)
    interrupted = told(database, run, gone="host:1")
    assert (interrupted.state, interrupted.remaining) == (RunState.INTERRUPTED, 3)
    assert told(database, run, now=STARTED + 61).state is RunState.INTERRUPTED, "its lease ran out"
    claims.renew(now=STARTED + 90)
    assert told(database, run, now=STARTED + 91).state is RunState.RUNNING, "it was only away"
    assert database.execute("SELECT state FROM runs").fetchone()["state"] == "running", "nothing of it is kept"


@pytest.mark.parametrize("stop", [None, STOP])
def test_a_run_that_has_ended_is_what_it_was_though_its_process_is_gone(database: Database, stop: Stop | None) -> None:
    run, claims = under_way(database, owner="gone")
    claims.release()
    Journal(database).end_run(run, stop=stop, seconds=1.0)
    record = told(database, run)
    assert (record.state, record.remaining) == (RunState.STOPPED, 3)


def test_the_trend_knows_of_an_interrupted_night(database: Database) -> None:
    run = planned_run(database, [planned(Plan.UNCHANGED)])
    Journal(database).set_state(run, RunState.RUNNING)
    [night] = Drift(database, "reconcile", days=9, now=STARTED + 60).nights()
    assert night.state is RunState.INTERRUPTED


def test_a_report_says_what_is_under_way_what_was_interrupted_and_what_was_abandoned(database: Database) -> None:
    run, _ = under_way(database)

    def said(now: float) -> tuple[str, str, str]:
        ledger = Ledger(database, now=lambda: now, is_gone=lambda _: False)
        record = ledger.run(run)
        advise = adviser(record, Greet())
        found = overview(ledger, record, advise)
        return (
            found.stopped.en if found.stopped else "",
            found.next_step.en if found.next_step else "",
            advise(State.NOT_SENT, None).en,
        )

    stopped, next_step, advice = said(STARTED)
    assert (stopped, "recallflow resume" in next_step) == ("", False)
    assert "under way" in next_step
    assert "under way" in advice
    stopped, next_step, advice = said(STARTED + 61)
    assert "interrupted" in stopped
    assert next_step.startswith("3 requests are left.")
    assert f"recallflow resume {told(database, run).name}" in next_step
    assert "go on" in advice
    abandon(database, told(database, run), now=STARTED + 61, is_gone=lambda _: False)
    stopped, next_step, advice = said(STARTED + 62)
    assert "recallflow resume" not in next_step
    assert "abandoned" in advice


def test_of_a_job_that_recallflow_does_not_know_the_report_leads_to_the_script_that_started_it(
    database: Database,
) -> None:
    run, _ = under_way(database)
    ledger = Ledger(database)
    said = overview(ledger, ledger.run(run), adviser(ledger.run(run), Greet()), known=False)
    assert said.next_step is not None
    assert "recallflow resume" not in said.next_step.en
    assert 'script that started the run: recallflow does not know its job "greet"' in said.next_step.en
    assert "“greet”" in said.next_step.zh


def test_an_abandoned_run_does_not_go_on_and_the_latest_that_can_is_resumed_instead(database: Database) -> None:
    older, _ = under_way(database, owner="gone", seed=1)
    run, _ = under_way(database, owner="gone", seed=2)

    def resumed(name: str | None = None) -> int:
        return run_to_resume(database, name, now=STARTED, is_gone=lambda owner: owner == "gone").id

    assert resumed() == run
    before = told(database, run).counts
    abandon(database, told(database, run), now=STARTED, is_gone=lambda owner: owner == "gone")
    record = told(database, run)
    assert (record.state, record.remaining, record.counts) == (RunState.ABANDONED, 3, before)
    assert sorted(states(database, run)) == ["not_sent", "not_sent", "succeeded", "unknown"]
    assert sum(record.counts.values()) == record.requests == 4
    assert not standing(database, record, now=STARTED, is_gone=lambda _: False).resumable
    assert resumed() == older
    with pytest.raises(InputError, match="was abandoned"):
        resumed(record.name)


def test_whoever_was_only_away_sends_nothing_more_of_an_abandoned_run(database: Database) -> None:
    run, away = under_way(database)
    abandon(database, told(database, run), now=STARTED + 61, is_gone=lambda _: False)
    with pytest.raises(LeaseLost):
        away.claim(2, now=STARTED + 62)
    with pytest.raises(LeaseLost):
        away.settle([succeeded(2)], now=STARTED + 62)
    assert told(database, run).counts[State.UNKNOWN] == 1


def test_neither_a_live_run_nor_a_plan_nor_what_has_ended_for_good_is_abandoned(database: Database) -> None:
    def refused(run: int) -> str:
        with pytest.raises(InputError) as why:
            abandon(database, told(database, run), now=STARTED, is_gone=lambda _: False)
        return why.value.en

    run, claims = under_way(database)
    assert "under way (host:1)" in refused(run)
    assert "only planned" in refused(filled_run(database, guests(1), name_seed=7))
    done = filled_run(database, [], name_seed=8)
    Journal(database).end_run(done, stop=None, seconds=1.0)
    assert "is done" in refused(done)
    claims.release()
    abandon(database, told(database, run), now=STARTED, is_gone=lambda _: False)
    assert "abandoned already" in refused(run)


def test_an_old_abandoned_run_is_pruned_and_an_interrupted_one_is_not(database: Database) -> None:
    run, _ = under_way(database)
    year = 365 * 86_400.0

    def old() -> list[int]:
        found = old_runs(database, before=STARTED + year, now=STARTED + year, is_gone=lambda _: False)
        return [each.id for each in found]

    assert old() == []
    abandon(database, told(database, run), now=STARTED + year, is_gone=lambda _: False)
    assert old() == [run]
