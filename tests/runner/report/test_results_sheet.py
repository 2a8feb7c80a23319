from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from runner.change import Change
from runner.job import Job
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.outcome import State
from runner.report.changed import in_words
from runner.report.workbook import write_report
from tests.runner.journal.sample_run import STARTED, filled_run
from tests.runner.report.reported_runs import GreetAndCompare, greetings, outcome, settle
from tests.runner.sending.fake_job import Greet

DAY = 86_400
CHANGES = "Changes since our last update"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def told(database: Database, run: int, folder: Path, job: Job | None = None) -> dict[str, object]:
    """What the sheet says that each request changed, by its key."""
    path = write_report(folder / "report.xlsx", Ledger(database), run, job or GreetAndCompare(), "en")
    sheet = openpyxl.load_workbook(path)["Results"]
    headings, *rows = sheet.iter_rows(values_only=True)
    at = headings.index(CHANGES)
    return {str(row[1]): row[at] for row in rows}


def sent(database: Database, days: int, *states: State, **bodies: str) -> int:
    """A run of a day, whose requests came to these states."""
    now = STARTED + days * DAY
    run = filled_run(database, greetings(**bodies), name_seed=days)
    outcomes = [outcome(number, state, at=(now,)) for number, state in enumerate(states, start=1)]
    settle(database, run, outcomes, now=now + 1)
    return run


def test_a_request_says_what_it_changed_since_our_last_update(database: Database, tmp_path: Path) -> None:
    sent(database, 1, State.SUCCEEDED, State.SUCCEEDED, ann="wine=red bread=1", bob="wine=red")
    run = sent(database, 2, *[State.SUCCEEDED] * 3, bob="wine=red", ann="wine=white bread=2", cid="wine=red")
    assert told(database, run, tmp_path) == {"bob": None, "ann": "wine: red → white\nbread: 1 → 2", "cid": None}


def test_only_what_was_applied_is_compared_and_only_with_what_was(database: Database, tmp_path: Path) -> None:
    sent(database, 1, *[State.SUCCEEDED] * 3, ann="wine=red", bob="wine=red", cid="wine=red")
    sent(database, 2, State.FAILED, State.UNKNOWN, ann="wine=rose", bob="wine=rose")
    states = (State.SUCCEEDED, State.SUCCEEDED, State.FAILED)
    run = sent(database, 3, *states, ann="wine=white", bob="wine=white", cid="wine=white")
    assert told(database, run, tmp_path) == {"ann": "wine: red → white", "bob": None, "cid": None}


def test_what_an_earlier_run_sent_after_this_one_is_not_what_this_one_changed(
    database: Database, tmp_path: Path
) -> None:
    sent(database, 1, State.SUCCEEDED, ann="wine=red")
    stopped = sent(database, 2, ann="wine=rose")
    run = sent(database, 3, State.SUCCEEDED, ann="wine=white")
    settle(database, stopped, [outcome(1, at=(STARTED + 4 * DAY,))], now=STARTED + 4 * DAY, over=[run])
    assert told(database, run, tmp_path) == {"ann": "wine: red → white"}


def test_a_job_that_cannot_compare_and_a_first_run_say_nothing_of_changes(database: Database, tmp_path: Path) -> None:
    first = sent(database, 1, State.SUCCEEDED, ann="wine=red")
    assert told(database, first, tmp_path) == {"ann": None}
    second = sent(database, 2, State.SUCCEEDED, ann="wine=white")
    assert told(database, second, tmp_path, Greet()) == {"ann": None}


def test_a_row_is_as_high_as_its_lines(database: Database, tmp_path: Path) -> None:
    sent(database, 1, *[State.SUCCEEDED] * 2, ann="a=1 b=1 c=1", bob="a=1")
    run = sent(database, 2, *[State.SUCCEEDED] * 2, ann="a=2 b=2 c=2", bob="a=1")
    path = write_report(tmp_path / "report.xlsx", Ledger(database), run, GreetAndCompare(), "en")
    rows = openpyxl.load_workbook(path)["Results"].row_dimensions
    assert rows[2].height is not None
    assert rows[2].height > 40
    assert rows[3].height is None


def test_a_change_is_a_line_and_past_ten_they_are_counted() -> None:
    changes = [Change(field=f"f{number}", old=number, new=number + 1) for number in range(15)]
    lines = in_words(changes, "en").split("\n")
    assert lines[0] == "f0: 0 → 1"
    assert (len(lines), lines[-1]) == (11, "and 5 more")
    assert in_words(changes, "zh").endswith("另有 5 项")
    assert len(in_words(changes[:10], "en").split("\n")) == 10


def test_a_value_takes_no_more_than_a_part_of_a_line() -> None:
    [line] = in_words([Change(field="text", old=None, new="a\nb" + "c" * 100)], "en").splitlines()
    assert line == "text: (blank) → a⏎b" + "c" * 36 + "…"
    assert in_words([Change(field="n", old={"a": "您"}, new=None)], "zh") == 'n: {"a": "您"} → （空）'


def test_numbers_are_numbers_and_ids_are_text(database: Database, tmp_path: Path) -> None:
    run = sent(database, 1, State.SUCCEEDED, **{"007": "wine=red"})
    path = write_report(tmp_path / "report.xlsx", Ledger(database), run, GreetAndCompare(), "en")
    row: Any = openpyxl.load_workbook(path)["Results"][2]
    assert [row[place].data_type for place in (0, 1, 6, 9)] == ["s", "s", "n", "n"]
    assert row[7].is_date
    assert row[8].is_date
