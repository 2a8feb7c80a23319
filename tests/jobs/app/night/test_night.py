"""How a night went, as the journal tells it to those who are told."""

from dataclasses import replace
from pathlib import Path

import pytest

from jobs.app.exit_codes import ExitCode, night_exit_code
from jobs.app.night.night import MOST_NIGHTS, night_not_started, night_of
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination
from runner.outcome import RunState, State, Stop
from runner.plan import MovedBy, Plan, PlannedDifference
from runner.text import Text
from tests.jobs.app.night.nights import DAY, Flow, a_night, as_wanted, drifted
from tests.runner.journal.sample_run import STARTED

HERE = Destination(endpoint="https://vendor.example/greet/", account="ab******")
ELSEWHERE = Destination(endpoint="https://elsewhere.example/greet", account="ab******")
FAILED = Flow(key="7", plan=Plan.DRIFTED, state=State.FAILED, code="1003", message="status\nerror")
DRIFT = drifted("8", PlannedDifference(field="recallNum", old=3, new=5, moved_by=MovedBy.REMOTE))


def test_a_line_says_which_flow_what_it_is_and_who_changed_what(tmp_path: Path) -> None:
    changes = [
        PlannedDifference(field="recallNum", old=3, new=5, moved_by=MovedBy.REMOTE),
        PlannedDifference(field="nodeList[0].text", old=None, new="Hello\n\u202eyou " * 90, moved_by=MovedBy.OURS),
        PlannedDifference(field="left", old=1, new=2, moved_by=None, ignored="2026-01-01"),
        PlannedDifference(field="a", old=[1], new=True, moved_by=MovedBy.BOTH),
        PlannedDifference(field="b", old=1, new=2, moved_by=None),
        PlannedDifference(field="c", old=1, new=2, moved_by=None),
    ]
    with Database(tmp_path / "journal.sqlite3") as database:
        night = night_of(database, a_night(database, [drifted("42", *changes)]), 4)
    (line,) = night.lines
    assert line.text.en == (
        "42: drifted · recallNum: 3 → 5 (changed at the vendor's)"
        " · nodeList[0].text: (blank) → Hello you Hello you Hello you Hello you… (changed on our side)"
        " · a: [1] → true (changed on both sides) · and 2 more fields"
    )
    assert line.text.zh.startswith("42：有偏离 · recallNum：3 → 5（供应商侧有改动）")
    assert line.text.en.isprintable()


def test_the_ten_most_important_come_first_and_the_others_are_counted(tmp_path: Path) -> None:
    flows = [
        *as_wanted(5),
        Flow(key="repaired", plan=Plan.DRIFTED, state=State.SUCCEEDED),
        *(
            drifted(f"drifted-{number}", PlannedDifference(field="recallNum", old=number, new=50, moved_by=None))
            for number in range(40)
        ),
        Flow(key="locked", plan=Plan.LOCKED, state=State.NOT_SENT),
        Flow(key="missing", plan=Plan.MISSING, state=State.NOT_SENT),
        Flow(key="unreadable", plan=Plan.UNREADABLE, state=State.NOT_SENT, code="1001", message="no right"),
        Flow(key="", plan=None, state=State.INVALID),
        Flow(key="conflict", plan=Plan.CONFLICT, state=State.NOT_SENT),
        Flow(key="ignored", plan=Plan.IGNORED, state=State.NOT_SENT),
        Flow(key="unknown", plan=Plan.DRIFTED, state=State.SENDING),
        FAILED,
    ]
    with Database(tmp_path / "journal.sqlite3") as database:
        night = night_of(database, a_night(database, flows), 1)
    assert [line.key for line in night.lines] == [
        "7",
        "unknown",
        "conflict",
        "unreadable",
        "#51",
        "missing",
        "locked",
        "drifted-0",
        "drifted-1",
        "drifted-2",
    ]
    assert night.more == 38
    words = [line.text.en for line in night.lines]
    assert words[0] == "7: failed · 1003 status error"
    assert words[3:5] == ["unreadable: unreadable · 1001 no right", "#51: invalid · B51 500 is more than 100"]


def test_flows_of_which_the_same_is_to_be_said_are_one_line_with_their_number(tmp_path: Path) -> None:
    moved = PlannedDifference(field="recallNum", old=3, new=5, moved_by=MovedBy.REMOTE)
    flows = [
        *(drifted(f"drifted-{number}", moved) for number in range(1_200)),
        drifted("other", PlannedDifference(field="recallNum", old=4, new=5, moved_by=MovedBy.REMOTE)),
        *(Flow(key=f"missing-{number}", plan=Plan.MISSING, state=State.NOT_SENT) for number in range(2)),
        *(replace(FAILED, key=f"failed-{number}") for number in range(3)),
        replace(FAILED, key="otherwise", message="no right"),
        *(Flow(key=f"invalid-{number}", plan=None, state=State.INVALID) for number in range(1_300)),
    ]
    with Database(tmp_path / "journal.sqlite3") as database:
        night = night_of(database, a_night(database, flows), 1)
    assert [(line.key, line.count) for line in night.lines] == [
        ("failed-0", 3),
        ("otherwise", 1),
        ("invalid-0", 1_300),
        ("missing-0", 2),
        ("drifted-0", 1_200),
        ("other", 1),
    ]
    assert night.more == 0
    assert night.lines[4].text.en == "drifted-0 and 1,199 more: drifted · recallNum: 3 → 5 (changed at the vendor's)"
    assert night.lines[4].text.zh == "drifted-0 等 1,200 个：有偏离 · recallNum：3 → 5（供应商侧有改动）"


def test_a_night_knows_its_counts_and_when_it_ended(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.sqlite3") as database:
        run = a_night(database, [*as_wanted(3), DRIFT])
        night = night_of(database, run, 4)
        assert night.plan == dict.fromkeys(Plan, 0) | {Plan.UNCHANGED: 3, Plan.DRIFTED: 1}
        assert night.counts[State.UNCHANGED] == 3
        assert (night.started, night.seconds, night.ended) == (STARTED, 90, STARTED + 90)
        database.execute("UPDATE requests SET settled = ? WHERE ordinal = 1", (STARTED + 9_000,))
        assert night_of(database, run, 4).ended == STARTED + 9_000


@pytest.mark.parametrize(
    ("flows", "state", "code"),
    [
        ([], RunState.DONE, 0),
        ([Flow(key="1", plan=Plan.DRIFTED, state=State.SUCCEEDED)], RunState.DONE, 0),
        ([Flow(key="1", plan=Plan.IGNORED, state=State.NOT_SENT)], RunState.DONE, 0),
        ([DRIFT], RunState.PLANNED, 4),
        ([Flow(key="1", plan=Plan.MISSING, state=State.NOT_SENT)], RunState.DONE, 4),
        ([Flow(key="1", plan=None, state=State.INVALID)], RunState.DONE, 1),
        ([Flow(key="1", plan=Plan.UNREADABLE, state=State.NOT_SENT)], RunState.PLANNED, 1),
        ([DRIFT, Flow(key="1", plan=None, state=State.INVALID)], RunState.DONE, 1),
        ([DRIFT, Flow(key="1", plan=Plan.UNREADABLE, state=State.NOT_SENT)], RunState.PLANNED, 1),
        ([DRIFT, FAILED], RunState.DONE, 1),
        ([DRIFT, Flow(key="1", plan=Plan.DRIFTED, state=State.UNKNOWN)], RunState.DONE, 1),
        ([FAILED], RunState.STOPPED, 3),
        ([FAILED], RunState.RUNNING, 3),
    ],
)
def test_the_exit_code_of_an_earlier_night_is_told_by_what_it_left(
    tmp_path: Path, flows: list[Flow], state: RunState, code: int
) -> None:
    with Database(tmp_path / "journal.sqlite3") as database:
        run = a_night(database, [*as_wanted(1), *flows], state=state)
        assert night_exit_code(Ledger(database).run(run), None) == code


def test_a_night_that_died_while_it_compared_counts_as_stopped(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.sqlite3") as database:
        run = a_night(database, as_wanted(2), state=RunState.PLANNED)
        database.execute("DELETE FROM plans WHERE ordinal = 2")
        database.execute("UPDATE requests SET state = 'ready' WHERE ordinal = 2")
        assert night_exit_code(Ledger(database).run(run), None) == ExitCode.STOPPED


def test_a_signal_and_a_stop_count_before_all_else(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.sqlite3") as database:
        record = Ledger(database).run(a_night(database, [DRIFT, FAILED], state=RunState.STOPPED))
        assert night_exit_code(record, Stop(reason=Text("late", "晚"))) == 3
        assert night_exit_code(record, Stop(reason=Text("late", "晚"), signal=15)) == 143


def test_only_nights_of_the_same_job_file_and_endpoint_were_before(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.sqlite3") as database:
        assert night_of(database, a_night(database, as_wanted(1)), 0).before is None
        a_night(database, [DRIFT], number=1)
        a_night(database, [FAILED], number=2, source="others.csv")
        a_night(database, [FAILED], number=3, job="upload")
        a_night(database, [FAILED], number=4, destination=ELSEWHERE)
        tonight = night_of(database, a_night(database, [FAILED], number=5), 1)
        assert tonight.before == ExitCode.DRIFT
        assert tonight.last_success == STARTED + 90


def test_the_last_success_may_be_this_night_or_never_have_been(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.sqlite3") as database:
        assert night_of(database, a_night(database, [FAILED]), 1).last_success is None
        assert night_of(database, a_night(database, as_wanted(1), number=1), 0).last_success == STARTED + DAY + 90


def test_a_night_that_was_made_good_later_looks_back_from_its_own_place(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.sqlite3") as database:
        first = a_night(database, [FAILED])
        a_night(database, as_wanted(1), number=1)
        night = night_of(database, first, 1)
        assert (night.before, night.last_success) == (None, STARTED + DAY + 90)


def test_a_night_on_which_nothing_was_started_knows_the_nights_before(tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite3"
    with Database(journal) as database:
        a_night(database, as_wanted(1), destination=HERE)
        a_night(database, [DRIFT], number=1, destination=HERE)
        a_night(database, as_wanted(1), number=2, destination=ELSEWHERE)
    why = Text("It cannot be read.", "无法读取。")
    night = night_not_started(
        "guests.csv", why, 2, journal, endpoint="HTTPS://Vendor.example/greet", clock=lambda: STARTED + 9 * DAY
    )
    assert (night.run, night.job, night.exit_code, night.reason) == (None, "reconcile", 2, why)
    assert (night.before, night.last_success) == (4, STARTED + 90)
    assert night.ended == STARTED + 9 * DAY
    assert set(night.plan.values()) == set(night.counts.values()) == {0}
    assert night_not_started("guests.csv", why, 2, journal).before == 0


def test_a_hundred_nights_are_looked_back_at_and_no_more(tmp_path: Path) -> None:
    with Database(tmp_path / "journal.sqlite3") as database:
        a_night(database, as_wanted(1))
        for number in range(1, MOST_NIGHTS):
            tonight = a_night(database, [FAILED], number=number)
        assert night_of(database, tonight, 1).last_success == STARTED + 90
        tonight = a_night(database, [FAILED], number=MOST_NIGHTS)
        assert night_of(database, tonight, 1).last_success is None
        assert night_of(database, tonight, 1).before == ExitCode.SOME_NOT


@pytest.mark.parametrize("there", [None, "missing", "garbage"])
def test_without_a_journal_that_can_be_read_nothing_was_before(tmp_path: Path, there: str | None) -> None:
    journal = tmp_path / there if there else None
    if there == "garbage":
        (tmp_path / there).write_bytes(b"no database " * 100)
    night = night_not_started("guests.csv", Text.verbatim("x"), 2, journal)
    assert (night.before, night.last_success) == (None, None)
    assert there != "missing" or not (tmp_path / there).exists()
