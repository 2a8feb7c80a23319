"""`recallflow drift`: the trend, as people and programs read it."""

import time
from pathlib import Path

import pytest
from rich.cells import cell_len

from jobs.app.commands.drift import bar
from runner.journal.database import Database
from runner.plan import MovedBy, Plan
from runner.report.words import MOVED_BY, PLANS
from runner.text import Language
from tests.acceptance.program import recallflow
from tests.acceptance.recorded import journal_in
from tests.runner.journal.planned_run import EVERY_PLAN, apply_first, difference, planned, planned_run

DAY = 86_400.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a journal of three nights, the last of them yesterday; and 25 flows that drifted in two."""
    folder = tmp_path_factory.mktemp("drift")
    drifted = planned(Plan.DRIFTED, difference("nodeList[0].text", moved_by=MovedBy.REMOTE))
    with Database(journal_in(folder)) as database:
        apply_first(database, planned_run(database, EVERY_PLAN, started=time.time() - 40 * DAY))
        for number in (3, 2):
            apply_first(database, planned_run(database, [drifted] * 25, started=time.time() - number * DAY), 25)
        planned_run(database, [planned(Plan.UNCHANGED)], started=time.time() - DAY)
    return folder


def test_people_see_a_line_a_night_what_drifted_and_what_comes_back(folder: Path) -> None:
    done = recallflow("drift", cwd=folder, env={"COLUMNS": "140"})
    assert (done.code, done.err) == (0, "")
    assert "nodeList.text" in done.out
    assert len([line for line in done.out.splitlines() if "█" in line]) == 2
    assert len([line for line in done.out.splitlines() if line.startswith("guest-")]) == 20
    assert "… and 5 more: --json lists all." in done.out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_is_broken_where_the_terminal_is_narrow(folder: Path, language: Language) -> None:
    done = recallflow("drift", "--days", "60", "--lang", language, cwd=folder, env={"COLUMNS": "80"})
    nights, fields, back = (table.splitlines() for table in done.out.split("\n\n"))
    counts = [PLANS[plan].in_language(language) for plan in (Plan.DRIFTED, Plan.CONFLICT, Plan.MISSING)]
    more = {"en": ["other", "applied", "requests"], "zh": ["其他", "已应用", "请求数"]}
    assert nights[0].split()[-6:] == counts + more[language]
    assert nights[1].split()[-6:] == ["1", "1", "1", "3", "1", "7"]
    assert len(nights) == 5
    heading = " ".join(fields[: next(index for index, line in enumerate(fields) if "nodeList" in line)]).split()
    for moved_by in MOVED_BY.values():
        assert set(moved_by.in_language(language).split()) <= set(heading)
    assert back[1].startswith("guest-")
    assert max(cell_len(line) for line in done.out.splitlines()) <= 80


def test_the_same_in_chinese(folder: Path) -> None:
    out = recallflow("drift", "--lang", "zh", cwd=folder, env={"COLUMNS": "140"}).out
    for words in ("开始时间", "有偏离", "反复偏离", "供应商侧有改动", "另有 5 个"):
        assert words in out


def test_programs_get_all_of_it_in_one_object(folder: Path) -> None:
    found = recallflow("drift", "--json", "--days", "60", cwd=folder).summary
    assert list(found) == ["days", "nights", "fields", "returning"]
    assert found["days"] == 60
    assert [(night["drifted"], night["applied"], night["requests"]) for night in found["nights"]] == [
        (1, 1, 7),
        (25, 25, 25),
        (25, 25, 25),
        (0, 0, 1),
    ]
    first = found["nights"][0]
    assert {plan.value: first[plan.value] for plan in Plan} == dict.fromkeys(Plan, 1)
    assert (first["file"], first["state"]) == ("guests.csv", "stopped")
    assert found["fields"][0] == {
        "field": "nodeList.text",
        "count": 51,
        "moved_by": {"remote": 50, "ours": 0, "both": 1},
    }
    assert len(found["returning"]) == 25
    assert {each["nights"] for each in found["returning"]} == {2, 3}


def test_who_never_reconciled_is_told_how(tmp_path: Path) -> None:
    done = recallflow("drift", cwd=tmp_path)
    assert done.code == 0
    assert done.out == "Nothing was reconciled in the last 30 days. Start: recallflow reconcile FILE\n"
    assert recallflow("drift", "--json", cwd=tmp_path).summary["nights"] == []
    assert not journal_in(tmp_path).exists()


def test_days_are_at_least_one(tmp_path: Path) -> None:
    assert recallflow("drift", "--days", "0", cwd=tmp_path).code == 2


@pytest.mark.parametrize(
    ("count", "most", "shown"),
    [(0, 0, ""), (0, 9, ""), (9, 9, "█" * 12), (1, 10_000, "▏"), (1, 2, "█" * 6), (1, 96, "▏")],
)
def test_a_bar_is_as_long_as_its_share_and_never_too_short_to_be_seen(count: int, most: int, shown: str) -> None:
    assert bar(count, most) == shown
