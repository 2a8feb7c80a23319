from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.outcome import State, Stop
from runner.report.advice import adviser
from runner.report.overview import Overview, overview
from runner.report.words import ADVICE
from runner.text import Text
from tests.runner.journal.sample_run import OUT_OF_RANGE, STARTED, bad, filled_run, guests
from tests.runner.report.reported_runs import outcome, run_of_attempts, settle
from tests.runner.sending.fake_job import Greet

REASON = Text("The vendor is down", "供应商不可用")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def seen(database: Database, run: int, *, recorded: bool = True) -> Overview:
    ledger = Ledger(database)
    record = ledger.run(run)
    return overview(ledger, record, adviser(record, Greet()), recorded=recorded)


def facts(said: Overview) -> dict[str, object]:
    return {fact.label.en: fact.value.en if isinstance(fact.value, Text) else fact.value for fact in said.facts}


def test_the_facts_say_what_ran_and_what_it_came_to(database: Database) -> None:
    run = filled_run(database, guests(3))
    settle(database, run, [outcome(1), outcome(2)], now=STARTED + 1, stop=Stop(reason=REASON))
    record, told = Ledger(database).run(run), facts(seen(database, run))
    assert (told["Run"], told["Job"], told["State"]) == (record.name, "greet", "stopped")
    assert (told["File"], told["Sent to"], told["Account"]) == (record.source, record.endpoint, record.account)
    assert (told["Requests"], told["Attempts"]) == (3, 2)
    assert [label for label in told if label.startswith("Started (UTC")]


def test_what_was_asked_and_which_run_is_corrected_are_told_where_they_are_known(database: Database) -> None:
    origin, run = (filled_run(database, guests(1), name_seed=seed) for seed in (1, 2))
    assert {"Command", "Corrects run"}.isdisjoint(facts(seen(database, run)))
    database.execute("UPDATE runs SET asked = 'recallflow upload x', origin = ? WHERE id = ?", (origin, run))
    told = facts(seen(database, run))
    assert (told["Command"], told["Corrects run"]) == ("recallflow upload x", Ledger(database).run(origin).name)


def test_a_check_has_no_name_that_anybody_could_look_up(database: Database) -> None:
    told = facts(seen(database, filled_run(database, guests(1)), recorded=False))
    assert "Run" not in told
    assert told["State"] == "only checked, nothing was sent"


def test_the_counts_are_of_all_states_and_their_shares_add_up(database: Database) -> None:
    run = filled_run(database, [*guests(3), bad("b", 9)])
    settle(database, run, [outcome(1), outcome(2, State.FAILED, code="-22")], now=STARTED)
    counts = seen(database, run).counts
    assert {each.state: each.count for each in counts} == Ledger(database).run(run).counts
    assert sum(each.share for each in counts) == pytest.approx(1)
    assert {each.share for each in seen(database, filled_run(database, [], name_seed=5)).counts} == {0.0}


def test_answers_and_problems_are_told_together_the_most_frequent_first(database: Database) -> None:
    run = filled_run(database, [*guests(4), bad("x", 7), bad("y", 8)])
    refusals = [outcome(number, State.FAILED, code="-1", message="bad key") for number in (1, 2, 3)]
    settle(database, run, [*refusals, outcome(4, State.UNKNOWN, code="unclear", message="no answer")], now=STARTED)
    told = [(each.state, each.code, each.count) for each in seen(database, run).messages]
    assert told == [(State.FAILED, "-1", 3), (State.INVALID, "out-of-range", 2), (State.UNKNOWN, "unclear", 1)]
    refused, mistake, unclear = seen(database, run).messages
    assert refused.remedy == Text("Check the key of the account.", "请检查账号的密钥。")
    assert mistake.message.en == f"Times: {OUT_OF_RANGE.message.en} (first in B7)"
    assert mistake.remedy == OUT_OF_RANGE.remedy
    assert unclear.remedy == ADVICE[State.UNKNOWN]


def test_ten_messages_are_told_and_no_more(database: Database) -> None:
    run = filled_run(database, [*guests(11), bad("x", 20), bad("y", 21)])
    settle(database, run, [outcome(n, State.FAILED, code="-22", message=f"no. {n}") for n in range(1, 12)], now=STARTED)
    told = seen(database, run).messages
    assert len(told) == 10
    assert told[0].state is State.INVALID


def test_the_timeline_has_every_step_between_the_first_attempt_and_the_last(database: Database) -> None:
    start = 1_750_000_000.0  # at a full minute's twentieth second
    run = run_of_attempts(database, [(start,), (start + 0.5, start + 4), (start + 1,)])
    timeline = seen(database, run).timeline
    assert timeline is not None
    assert [(step.first, step.retries) for step in timeline.steps] == [(2, 0), (1, 0), (0, 0), (0, 0), (0, 1)]
    assert timeline.zone.startswith("UTC")


def test_a_run_that_was_resumed_days_later_still_fits_a_screen(database: Database) -> None:
    run = run_of_attempts(database, [(STARTED,), (STARTED + 1,), (STARTED + 9 * 86_400,)])
    timeline = seen(database, run).timeline
    assert timeline is not None
    assert 1 < len(timeline.steps) <= 60
    assert sum(step.first for step in timeline.steps) == 3


def test_where_nothing_was_sent_there_is_no_timeline(database: Database) -> None:
    assert seen(database, filled_run(database, guests(2))).timeline is None


def test_why_it_stopped_is_told_where_it_did(database: Database) -> None:
    run = filled_run(database, guests(2))
    assert seen(database, run).stopped is None
    settle(database, run, [outcome(1)], now=STARTED, stop=Stop(reason=REASON))
    assert seen(database, run).stopped == REASON


def test_what_to_do_with_the_workbook_is_told_at_the_top(database: Database) -> None:
    done, stopped, right = (filled_run(database, [*guests(2), bad("b", 4)], name_seed=seed) for seed in (1, 2, 3))
    database.execute("""UPDATE runs SET headings = '[["Guest","guest"]]'""")
    settle(database, done, [outcome(1), outcome(2)], now=STARTED + 1)
    settle(database, stopped, [outcome(1)], now=STARTED + 1, stop=Stop(reason=REASON))
    said = seen(database, done)
    assert said.is_to_be_corrected
    assert said.next_step is not None
    assert said.next_step.en.startswith("1 of the requests")
    said = seen(database, stopped)
    assert not said.is_to_be_corrected
    assert said.next_step is not None
    assert f"recallflow resume {Ledger(database).run(stopped).name}" in said.next_step.zh
    database.execute("UPDATE requests SET state = 'succeeded' WHERE run = ?", (right,))
    assert seen(database, right).next_step is None


def test_which_run_has_corrected_it_is_told(database: Database) -> None:
    run, later = (filled_run(database, [bad("b", 2)], name_seed=seed) for seed in (1, 2))
    assert "Corrected by run" not in facts(seen(database, run))
    database.execute("UPDATE runs SET origin = ?, state = 'done' WHERE id = ?", (run, later))
    assert facts(seen(database, run))["Corrected by run"] == Ledger(database).run(later).name
