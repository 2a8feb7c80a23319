from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from runner.errors import InputError, LeaseLost
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.duplicates import Duplicates
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.tenancy import LeaseTerms
from runner.outcome import RunState, State, Stop
from runner.request import Draft
from runner.text import Text
from tests.runner.journal.sample_run import (
    DESTINATION,
    NEW_RUN,
    STARTED,
    bad,
    filled_run,
    good,
    guests,
    states,
    succeeded,
)

MORE_THAN_ONE_BATCH = 4_321
INTERRUPTED = Stop(reason=Text("Interrupted by Ctrl-C", "已被 Ctrl-C 中断"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def test_a_new_run_is_planned_and_keeps_what_is_known_of_it(database: Database) -> None:
    run, name = Journal(database).open_run(NEW_RUN, now=STARTED, random=Random(1))
    record = Ledger(database).run(run)
    assert (record.name, record.state, record.started) == (name, RunState.PLANNED, STARTED)
    assert (record.job, record.source, record.key_heading) == (NEW_RUN.job, NEW_RUN.source, NEW_RUN.key_heading)
    assert (record.endpoint, record.account, record.sheet) == (DESTINATION.endpoint, DESTINATION.account, None)
    assert (record.requests, record.rows, record.reason, record.report) == (0, 0, None, None)


def test_a_run_is_named_after_when_it_began(database: Database) -> None:
    _, name = Journal(database).open_run(NEW_RUN, now=STARTED, random=Random(1))
    assert name.startswith("20250615-150640-")


def test_two_runs_that_begin_in_the_same_second_have_names_of_their_own(database: Database) -> None:
    journal, random = Journal(database), Random(1)
    names = [journal.open_run(NEW_RUN, now=STARTED, random=random)[1] for _ in range(2)]
    assert names[0] != names[1]


def test_a_request_is_ready_or_invalid_by_whether_it_has_problems(database: Database) -> None:
    run = filled_run(database, [good("a", 2), bad("b", 3), good("c", 4, 5, 6)])
    assert states(database, run) == ["ready", "invalid", "ready"]
    assert [(result.key, result.rows) for result in Ledger(database).results(run)] == [
        ("a", "2"),
        ("b", "3"),
        ("c", "4-6"),
    ]


def test_a_problem_is_kept_word_for_word_at_its_cell(database: Database) -> None:
    run = filled_run(database, [bad("b", 3)])
    [problem] = Ledger(database).problems(run)
    assert (problem.key, problem.row, problem.heading, problem.cell, problem.value) == ("b", 3, "Times", "B3", "500")
    assert (problem.code, problem.message) == ("out-of-range", Text("500 is more than 100", "500 大于 100"))
    assert problem.remedy == Text("Write 1 to 100.", "请填写 1 到 100。")


def test_a_value_that_is_cut_in_the_middle_of_a_character_is_kept_as_far_as_it_can_be(database: Database) -> None:
    run = filled_run(database, [bad("b", 3, value="hello \ud83d")])
    [problem] = Ledger(database).problems(run)
    assert problem.value.startswith("hello ")


def test_of_two_requests_with_one_key_neither_is_sent_and_each_points_at_its_key_and_at_the_other(
    database: Database,
) -> None:
    run = filled_run(database, [good("a", 2, 3), good("b", 4), good("a", 5)])
    assert states(database, run) == ["invalid", "ready", "invalid"]
    first, second = Ledger(database).problems(run)
    assert (first.cell, first.heading, first.value, first.code) == ("A2", "Guest", "a", "duplicate-key")
    assert (second.cell, second.heading, second.value, second.code) == ("A5", "Guest", "a", "duplicate-key")
    for language in ("en", "zh"):
        assert "5" in first.message.in_language(language)
        assert "2-3" in second.message.in_language(language)


def test_all_of_several_requests_with_one_key_are_invalid(database: Database) -> None:
    run = filled_run(database, [good("a", row) for row in range(2, 6)])
    assert states(database, run) == ["invalid"] * 4
    assert [problem.cell for problem in Ledger(database).problems(run)] == ["A2", "A3", "A4", "A5"]


def test_a_duplicate_that_has_a_problem_anyway_is_told_both(database: Database) -> None:
    run = filled_run(database, [bad("a", 2), good("a", 3)])
    assert states(database, run) == ["invalid", "invalid"]
    told = [(problem.cell, problem.code) for problem in Ledger(database).problems(run)]
    assert told == [("B2", "out-of-range"), ("A2", "duplicate-key"), ("A3", "duplicate-key")]


def test_requests_whose_key_cannot_be_read_are_not_taken_for_duplicates(database: Database) -> None:
    run = filled_run(database, [bad("", 2), bad("", 3)])
    assert [problem.code for problem in Ledger(database).problems(run)] == ["out-of-range", "out-of-range"]


def test_the_same_key_in_another_run_is_no_duplicate(database: Database) -> None:
    filled_run(database, guests(2), name_seed=1)
    run = filled_run(database, guests(2), name_seed=2)
    assert states(database, run) == ["ready", "ready"]


def test_no_request_is_lost_where_there_are_more_than_one_batch_holds(database: Database) -> None:
    drafts = [*guests(MORE_THAN_ONE_BATCH), good("guest-1", MORE_THAN_ONE_BATCH + 2)]
    run = filled_run(database, drafts)
    counts = Ledger(database).run(run).counts
    assert (counts[State.NOT_SENT], counts[State.INVALID]) == (MORE_THAN_ONE_BATCH - 1, 2)
    assert [result.ordinal for result in Ledger(database).results(run)] == list(range(1, len(drafts) + 1))


def test_drafts_are_taken_as_they_come_and_not_gathered_first(database: Database) -> None:
    in_the_journal: list[int] = []

    def drafts() -> Iterator[Draft]:
        for draft in guests(MORE_THAN_ONE_BATCH):
            yield draft
            in_the_journal.append(database.execute("SELECT count(*) FROM requests").fetchone()[0])

    filled_run(database, drafts())
    assert 0 < in_the_journal[-1] < MORE_THAN_ONE_BATCH


def content(database: Database, run: int) -> str | None:
    """What the journal has as the sum of all that a run sends."""
    found: str | None = database.execute("SELECT content FROM runs WHERE id = ?", (run,)).fetchone()[0]
    return found


def test_two_runs_that_send_the_same_have_the_same_content_whatever_rows_it_came_from(database: Database) -> None:
    first = filled_run(database, [good("a", 2), good("b", 3)], name_seed=1)
    moved = filled_run(database, [bad("x", 2), good("a", 3, 4), good("b", 9)], name_seed=2)
    assert content(database, first) == content(database, moved) is not None


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param([good("b", 2), good("a", 3)], id="another order"),
        pytest.param([good("a", 2)], id="one less"),
        pytest.param([good("a", 2), replace(good("b", 3), key="c")], id="another key"),
        pytest.param([good("a", 2), replace(good("b", 3), body=b"bye b")], id="another body"),
        pytest.param([replace(good("a", 2), key="ah", body=b"ello a"), good("b", 3)], id="cut at another place"),
    ],
)
def test_another_content_is_not_taken_for_the_same(database: Database, drafts: list[Draft]) -> None:
    run, other = filled_run(database, [good("a", 2), good("b", 3)], name_seed=1), filled_run(database, drafts)
    assert content(database, run) != content(database, other)


def test_a_run_that_has_nothing_to_send_has_no_content(database: Database) -> None:
    assert content(database, filled_run(database, [bad("a", 2)])) is None


@pytest.mark.parametrize(("duplicates", "sent"), [("error", ["b"]), ("last", ["b", "a"])])
def test_the_content_is_what_is_sent_and_not_what_was_left_out_as_a_duplicate(
    database: Database, duplicates: Duplicates, sent: list[str]
) -> None:
    run, _ = Journal(database).open_run(NEW_RUN, now=STARTED, random=Random(1))
    first = replace(good("a", 2), body=b"an older greeting")
    Journal(database).fill(run, [first, good("b", 3), good("a", 4)], duplicates=duplicates)
    plain = filled_run(database, [good(key, 2) for key in sent], name_seed=2)
    assert content(database, run) == content(database, plain) is not None


def test_nothing_of_a_discarded_run_stays_and_nothing_of_another_goes(database: Database) -> None:
    kept = filled_run(database, [*guests(3), bad("b", 9)], name_seed=1)
    run = filled_run(database, [*guests(3), bad("b", 9)], name_seed=2)
    Journal(database).discard(run)
    with pytest.raises(InputError):
        Ledger(database).run(run)
    assert (states(database, run), list(Ledger(database).problems(run))) == ([], [])
    assert states(database, kept) == ["ready", "ready", "ready", "invalid"]
    assert len(list(Ledger(database).problems(kept))) == 1


def test_what_a_run_did_not_get_to_is_not_sent_once_it_is_over(database: Database) -> None:
    run = filled_run(database, [*guests(3), bad("b", 5)])
    claims = Claims(database, run, LeaseTerms(owner="me"), now=STARTED)
    claims.claim(1, now=STARTED)
    claims.settle([succeeded(1)], now=STARTED)
    Journal(database).end_run(run, stop=INTERRUPTED, seconds=2.5)
    assert states(database, run) == ["succeeded", "not_sent", "not_sent", "invalid"]
    record = Ledger(database).run(run)
    assert (record.state, record.reason, record.seconds) == (RunState.STOPPED, INTERRUPTED.reason, 2.5)


def test_what_an_earlier_process_may_have_sent_is_unknown_and_not_called_not_sent_where_the_run_ends_before_it(
    database: Database,
) -> None:
    run = filled_run(database, guests(2))
    Claims(database, run, LeaseTerms(owner="crashed"), now=STARTED).claim(1, now=STARTED)
    Claims(database, run, LeaseTerms(owner="heir"), now=STARTED + 3_600)
    Journal(database).end_run(run, stop=INTERRUPTED, seconds=1.0)
    assert states(database, run) == ["unknown", "not_sent"]


def test_a_process_whose_run_was_taken_over_cannot_end_it(database: Database) -> None:
    run = filled_run(database, guests(2))
    journal = Journal(database)
    frozen = Claims(database, run, LeaseTerms(owner="frozen"), now=STARTED)
    frozen.release()
    heir = Claims(database, run, LeaseTerms(owner="heir"), now=STARTED)
    journal.set_state(run, RunState.RUNNING, lease=heir.token)
    for _ in range(2):
        with pytest.raises(LeaseLost):
            journal.end_run(run, stop=INTERRUPTED, seconds=1.0, lease=frozen.token)
        with pytest.raises(LeaseLost):
            journal.set_state(run, RunState.STOPPED, lease=frozen.token)
        assert states(database, run) == ["ready", "ready"]
        kept = database.execute("SELECT state FROM runs WHERE id = ?", (run,)).fetchone()
        assert kept["state"] == RunState.RUNNING
        heir.release()
    journal.end_run(run, stop=INTERRUPTED, seconds=1.0, lease=heir.token)
    assert states(database, run) == ["not_sent", "not_sent"]


def test_a_run_that_was_not_stopped_is_done(database: Database) -> None:
    run = filled_run(database, [])
    Journal(database).end_run(run, stop=None, seconds=1.0)
    record = Ledger(database).run(run)
    assert (record.state, record.reason) == (RunState.DONE, None)


def test_a_run_that_an_earlier_process_stopped_is_not_done_when_one_ends_that_found_nothing_ready(
    database: Database,
) -> None:
    run = filled_run(database, guests(2))
    Journal(database).end_run(run, stop=INTERRUPTED, seconds=1.0)
    late = Claims(database, run, LeaseTerms(owner="late"), now=STARTED)
    assert late.claim(2, now=STARTED) == []
    Journal(database).end_run(run, stop=None, seconds=1.0, lease=late.token)
    assert Ledger(database).run(run).state is RunState.STOPPED


def test_loading_and_sending_both_count_towards_the_time_that_a_run_took(database: Database) -> None:
    run = filled_run(database, guests(1))
    journal = Journal(database)
    journal.mark_loaded(run, rows=7, seconds=1.5)
    journal.set_state(run, RunState.RUNNING)
    journal.end_run(run, stop=None, seconds=2.0)
    record = Ledger(database).run(run)
    assert (record.rows, record.seconds) == (7, 3.5)


def test_where_the_report_lies_is_remembered(database: Database) -> None:
    run = filled_run(database, guests(1))
    Journal(database).set_report(run, "reports/guests-2.xlsx")
    assert Ledger(database).run(run).report == "reports/guests-2.xlsx"
