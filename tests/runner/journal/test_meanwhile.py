"""What another run has written since a run was planned is not sent, even where it looks as it did."""

from datetime import date
from pathlib import Path

from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.meanwhile import hold_back_overtaken
from runner.journal.readings import Readings
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Outcome, Reading, RunState, State
from runner.plan import Plan, Remote
from runner.planning.planner import Planner
from runner.planning.terms import PlanTerms
from tests.runner.journal.sample_run import STARTED, filled_run, states, succeeded
from tests.runner.sending.greet_as_listed import GreetAsListed, guests_as_listed, listed

READER, SENDER = LeaseTerms(owner="host:1", seconds=60.0), LeaseTerms(owner="host:2", seconds=60.0)
PLANNED = STARTED + 10


def planned_run(journal: Database) -> tuple[int, Readings]:
    """Three guests who are to be greeted otherwise than they are."""
    run = filled_run(journal, guests_as_listed(3, "times=3"))
    planner = Planner(GreetAsListed(), PlanTerms(), today=date(2026, 6, 30))
    reads = Readings(journal, run, READER, planner, now=STARTED)
    reads.settle(
        [
            Outcome(
                ordinal=ordinal,
                key=f"guest-{ordinal}",
                state=State.NOT_SENT,
                code=None,
                message=None,
                attempts=(),
                unclear=False,
                reading=Reading(
                    plan=Plan.DRIFTED, remote=Remote(body=listed(f"guest-{ordinal}", "times=7"), locked=False)
                ),
            )
            for ordinal in (1, 2, 3)
        ],
        now=PLANNED,
    )
    return run, reads


def another_run(journal: Database, *, at: float) -> None:
    """Sends the second of them."""
    run = filled_run(journal, guests_as_listed(2, "times=5")[1:], name_seed=1)
    Journal(journal).set_state(run, RunState.RUNNING)
    claims = Claims(journal, run, SENDER, now=at)
    claims.claim(1, now=at)
    claims.settle([succeeded(1)], now=at)
    claims.release()


def test_what_another_run_has_written_since_is_stale_and_the_rest_is_not(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.db") as journal:
        run, reads = planned_run(journal)
        another_run(journal, at=PLANNED + 5)
        hold_back_overtaken(journal, run, now=PLANNED + 9, lease=reads.token)
        assert states(journal, run) == ["ready", "not_sent", "ready"]
        stale = list(Ledger(journal).results(run))[1]
        assert (stale.code, stale.settled) == ("stale", PLANNED + 9)
        assert stale.message is not None
        assert "another run" in stale.message.en.lower()


def test_what_another_run_had_written_before_was_planned_for(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.db") as journal:
        another_run(journal, at=PLANNED - 5)
        run, reads = planned_run(journal)
        hold_back_overtaken(journal, run, now=PLANNED + 9, lease=reads.token)
        assert states(journal, run) == ["ready"] * 3
