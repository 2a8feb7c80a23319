"""`recallflow results`: what became of each request, for programs and for Excel."""

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runner.journal.database import Database
from runner.outcome import State
from runner.plan import Plan
from tests.acceptance.program import MINUTES, PROGRAM, environment, recallflow
from tests.acceptance.recorded import draft, journal_in, outcome, recorded, wrong
from tests.runner.journal.planned_run import EVERY_PLAN, planned_run

COLUMNS = ["key", "rows", "state", "code", "message", "attempts", "problems"]
HOSTILE = '=HYPERLINK("http://evil.example","see, why")'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a journal: an older run, and one in which everything has happened."""
    folder = tmp_path_factory.mktemp("results")
    recorded(folder, [draft("99", 2)], [outcome(1, State.SUCCEEDED, "0", "success")], started=1_740_000_000.0)
    drafts = [
        draft("1", 2),
        wrong("2", 3, 4),
        draft("3", 5),
        draft("4", 6),
        draft("5", 7),
        wrong("6", 8),
        draft("7", 9),
    ]
    outcomes = [
        outcome(1, State.SUCCEEDED, "0", "success"),
        outcome(3, State.FAILED, "-41", HOSTILE),
        outcome(4, State.UNKNOWN, "timed-out", "超时"),
    ]
    recorded(folder, drafts, outcomes, ended=False, claimed=4)
    return folder


def lines(folder: Path, *args: str) -> list[dict[str, Any]]:
    done = recallflow("results", *args, cwd=folder)
    assert (done.code, done.err) == (0, "")
    return [json.loads(line) for line in done.out.splitlines()]


def test_each_request_is_one_line_of_json_in_input_order_with_its_problems(folder: Path) -> None:
    found = lines(folder)
    assert [list(line) for line in found] == [COLUMNS] * 7
    assert [(line["key"], line["rows"], line["state"], line["code"], line["attempts"]) for line in found] == [
        ("1", "2", "succeeded", "0", 1),
        ("2", "3-4", "invalid", None, 0),
        ("3", "5", "failed", "-41", 1),
        ("4", "6", "unknown", "timed-out", 1),
        ("5", "7", "unknown", None, 0),  # it was being sent when the program was killed
        ("6", "8", "invalid", None, 0),
        ("7", "9", "not_sent", None, 0),
    ]
    assert [line["message"] for line in found[:4]] == ["success", None, HOSTILE, "超时"]
    assert [len(line["problems"]) for line in found] == [0, 2, 0, 0, 0, 1, 0]
    assert found[1]["problems"][1] == {
        "row": 4, "cell": "C4", "field": "recallNum", "heading": "重呼次数", "key": "2", "value": "11",
        "code": "out-of-range", "message": "11 is more than 10", "remedy": "Write 1 to 10.",
    }  # fmt: skip


def test_a_problem_reads_as_check_prints_it(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text("keyId,recallInterval,recallNum,recallType\n1,1,1,0\n2,1,99,0\n")
    recallflow("upload", "flows.csv", "--dry-run", cwd=tmp_path)
    checked = recallflow("check", "flows.csv", "--json", cwd=tmp_path).summary["problems"]
    assert [problem for line in lines(tmp_path) for problem in line["problems"]] == checked != []


@pytest.mark.parametrize(
    ("states", "keys"),
    [("failed,unknown", ["3", "4", "5"]), ("invalid", ["2", "6"]), (" Not_Sent ", ["7"]), ("unchanged", [])],
)
def test_only_the_states_that_are_asked_for_come(folder: Path, states: str, keys: list[str]) -> None:
    assert [line["key"] for line in lines(folder, "--state", states)] == keys


def test_a_request_that_is_asked_for_has_its_own_problems(folder: Path) -> None:
    found = lines(folder, "--state", "invalid")
    assert [[problem["key"] for problem in line["problems"]] for line in found] == [["2", "2"], ["6"]]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--state", "failed,lost"), "succeeded, failed, unknown, invalid"),
        (("--state", ""), "not_sent"),
        (("--format", "xml"), "jsonl or csv"),
    ],
)
def test_a_state_or_format_that_is_none_is_one_line_that_lists_those_there_are(
    folder: Path, args: tuple[str, ...], words: str
) -> None:
    done = recallflow("results", *args, cwd=folder)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert words in done.err


def test_an_older_run_is_found_by_the_beginning_of_its_name(folder: Path) -> None:
    assert [line["key"] for line in lines(folder, "202502")] == ["99"]
    done = recallflow("results", "1999", cwd=folder)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "recallflow runs" in done.err


def test_messages_are_in_the_language_that_is_asked_for(folder: Path) -> None:
    assert lines(folder, "--lang", "zh")[1]["problems"][0]["message"] == "11 大于 10"


def test_as_json_it_is_one_object_with_the_runs_summary(folder: Path) -> None:
    summary = recallflow("results", "--state", "failed", "--json", cwd=folder).summary
    assert (summary["job"], summary["requests"]) == ("upload", 7)
    assert [line["key"] for line in summary["results"]] == ["3"]


@pytest.mark.process
def test_csv_opens_in_excel_as_chinese_text_and_never_as_a_formula(folder: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "results", "--format", "csv"],
        cwd=folder,
        env=environment(RECALLFLOW_HOME=str(folder / "home"), PYTHONUTF8="0", PYTHONIOENCODING="gbk"),
        capture_output=True,
        timeout=MINUTES,
        check=True,
    )
    text = done.stdout.decode("utf-8")
    assert text.startswith("\ufeffkey,rows")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert list(rows[0]) == COLUMNS
    assert [row["problems"] for row in rows] == ["0", "2", "0", "0", "0", "1", "0"]
    assert (rows[2]["code"], rows[2]["message"]) == ("-41", "'" + HOSTILE)
    assert (rows[3]["message"], rows[4]["message"]) == ("超时", "")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a journal: a run that compares, of which one request was not read yet."""
    folder = tmp_path_factory.mktemp("planned")
    with Database(journal_in(folder)) as database:
        run = planned_run(database, [*EVERY_PLAN, EVERY_PLAN[0]])
        database.execute("DELETE FROM plans WHERE run = ? AND ordinal = 5", (run,))
        database.execute("DELETE FROM differences WHERE run = ? AND ordinal = 5", (run,))
    return folder


def test_what_is_planned_for_a_request_comes_with_what_differs(planned: Path) -> None:
    found = lines(planned)
    assert [list(line) for line in found] == [[*COLUMNS, "plan", "changes"]] * 8
    assert [(line["plan"], len(line["changes"])) for line in found] == [
        ("unchanged", 0),
        ("drifted", 1),  # another one is ignored
        ("conflict", 2),
        ("missing", 0),
        (None, 0),
        ("unreadable", 0),
        ("ignored", 1),
        ("unchanged", 0),
    ]
    assert found[1]["changes"] == [{"field": "times", "old": 2, "new": 3, "moved_by": "ours"}]
    assert found[2]["changes"][1] == {
        "field": "nodeList[1]",
        "old": {"text": "three", "rate": 1.5},
        "new": None,
        "moved_by": None,
    }


def test_plans_are_those_of_the_requests_that_are_asked_for(planned: Path) -> None:
    found = lines(planned, "--state", "unchanged")
    assert [(line["key"], line["plan"]) for line in found] == [("guest-1", "unchanged"), ("guest-8", "unchanged")]


def test_csv_has_the_plan_and_how_much_differs(planned: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(recallflow("results", "--format", "csv", cwd=planned).out[1:])))
    assert list(rows[0]) == [*COLUMNS, "plan", "changes"]
    assert [(row["plan"], row["changes"]) for row in rows[1:5]] == [
        ("drifted", "1"),
        ("conflict", "2"),
        ("missing", "0"),
        ("", "0"),
    ]


def test_the_summary_counts_the_plans(planned: Path, folder: Path) -> None:
    counts = dict.fromkeys(Plan, 1) | {"unchanged": 2, "locked": 0}
    for command in ("show", "results"):
        assert recallflow(command, "--json", cwd=planned).summary["plan"] == counts
        assert "plan" not in recallflow(command, "--json", cwd=folder).summary
    for lang, words in (("en", ["plan: drifted", "not sent"]), ("zh", ["计划：有偏离", "未发送"])):
        shown = recallflow("show", "--lang", lang, cwd=planned).out
        assert all(word in shown for word in words)
        assert "right, not sent" not in shown


@pytest.mark.process
@pytest.mark.parametrize("args", [[], ["--format", "csv"], ["--json"]])
def test_a_reader_that_has_seen_enough_ends_it_without_a_traceback(tmp_path: Path, args: list[str]) -> None:
    recorded(tmp_path, [draft(str(number), number) for number in range(1, 20_001)])
    process = subprocess.Popen(
        [*PROGRAM, "results", *args],
        cwd=tmp_path,
        env=environment(RECALLFLOW_HOME=str(tmp_path / "home")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(MINUTES) == 0
