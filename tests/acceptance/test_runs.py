"""Which run is meant, what a killed run is called, and how one is put aside."""

from pathlib import Path

import pytest

from runner.outcome import RunState, State
from tests.acceptance.program import ACCOUNT, recallflow, recallflow_on_a_terminal, running_sandbox
from tests.acceptance.recorded import STOP, VENDOR, draft, outcome, recorded
from tests.acceptance.sheets import simple_flows

DAY = 86_400.0
FIRST = 1_750_000_000.0
WIDE = {"COLUMNS": "240"}
SAYS_ITS_RUN = [("show",), ("results",), ("report",), ("resume",), ("undo",)]
TAKES_A_RUN = [*SAYS_ITS_RUN, ("export", "out.xlsx", "--run"), ("runs", "--abandon")]


@pytest.fixture
def three(tmp_path: Path) -> list[str]:
    """The names of three stopped runs, of three days."""
    drafts = [draft(str(number), number + 1) for number in range(1, 4)]
    sent = [outcome(1, State.SUCCEEDED, "0", "success")]
    return [recorded(tmp_path, drafts, sent, started=FIRST + day * DAY, stop=STOP) for day in range(3)]


def killed(folder: Path) -> str:
    """A run of five flows whose process was killed: one arrived, one may have, three wait."""
    drafts = [draft(str(number), number + 1) for number in range(1, 6)]
    return recorded(folder, drafts, [outcome(1, State.SUCCEEDED, "0", "success")], ended=False, claimed=2)


@pytest.mark.parametrize("command", TAKES_A_RUN, ids=lambda command: command[0])
@pytest.mark.parametrize("name", ["", "2", "2025"])
def test_a_name_that_is_empty_or_ambiguous_is_refused_with_the_runs_that_it_may_mean(
    tmp_path: Path, three: list[str], command: tuple[str, ...], name: str
) -> None:
    for language, words in (("en", "Nothing was started"), ("zh", "未开始任何操作")):
        done = recallflow(*command, name, "--lang", language, cwd=tmp_path, env=ACCOUNT)
        assert (done.code, len(done.err.splitlines()), done.out) == (2, 1, "")
        assert words in done.err
        assert all(each in done.err for each in three)
    listed = recallflow("runs", "--json", cwd=tmp_path).summary["runs"]
    assert {run["state"] for run in listed} == {"stopped"}, "nothing was begun, sent or put aside"
    assert len(listed) == 3


def test_for_a_program_the_refusal_is_json(tmp_path: Path, three: list[str]) -> None:
    done = recallflow("undo", "", "--apply", "--json", cwd=tmp_path, env=ACCOUNT)
    assert (done.code, done.summary["run"], done.summary["exit_code"]) == (2, None, 2)
    assert three[-1] in done.summary["reason"]


def test_a_name_that_is_left_out_means_the_latest_which_is_said(tmp_path: Path, three: list[str]) -> None:
    done = recallflow("report", "--report", "out.xlsx", cwd=tmp_path)
    assert f"The latest run: {three[-1]} (upload flows.csv" in done.err
    done = recallflow("report", three[0][:8], "--report", "out.xlsx", "--lang", "zh", cwd=tmp_path)
    assert f"运行 {three[0]}（upload flows.csv" in done.err
    assert recallflow("report", three[0], "--report", "out.xlsx", cwd=tmp_path).err == ""


def test_a_resumed_run_is_named_with_what_is_left_of_it(tmp_path: Path, three: list[str]) -> None:
    quick = ACCOUNT | {"RECALLFLOW_ATTEMPTS": "1"}
    database_url = "https://127.0.0.1:9/"
    from runner.journal.database import Database
    from tests.acceptance.recorded import journal_in

    with Database(journal_in(tmp_path)) as database:
        database.execute("UPDATE runs SET endpoint = ?", (database_url,))
    done = recallflow("resume", cwd=tmp_path, env=quick)
    assert f"Going on with run {three[-1]} (stopped): 2 of its 3 requests are left." in done.err
    done = recallflow("resume", three[0], "--lang", "zh", cwd=tmp_path, env=quick)
    assert f"继续运行 {three[0]}（已停止）：3 个请求中尚余 2 个。" in done.err


def test_a_killed_run_is_interrupted_with_what_is_left_and_how_to_go_on(tmp_path: Path) -> None:
    name = killed(tmp_path)
    listed = recallflow("runs", cwd=tmp_path, env=WIDE).out
    assert "interrupted, 4 left" in listed
    assert f"Run {name} was interrupted: 4 of 5 requests are left. Go on with: recallflow resume {name}" in listed
    shown = recallflow("show", cwd=tmp_path, env=WIDE).out
    assert f"Run {name}: interrupted" in shown
    assert f"4 of 5 requests are left. Go on with: recallflow resume {name}" in shown
    chinese = recallflow("runs", "--lang", "zh", cwd=tmp_path, env=WIDE).out
    assert "已中断，余 4" in chinese
    assert f"运行 {name} 已中断：5 个请求中尚余 4 个。继续发送：recallflow resume {name}" in chinese
    for command in (("show",), ("results",), ("report", "--report", "out.xlsx")):
        summary = recallflow(*command, "--json", cwd=tmp_path).summary
        assert summary["state"] == "interrupted"
        assert summary["counts"]["succeeded"] == summary["counts"]["unknown"] == 1
        assert sum(summary["counts"].values()) == summary["requests"] == 5
    (run,) = recallflow("runs", "--json", cwd=tmp_path).summary["runs"]
    assert (run["state"], run["remaining"]) == ("interrupted", 4)
    [entry] = recallflow("history", "3", "--json", cwd=tmp_path).summary["entries"]
    assert entry["run_state"] == "interrupted"
    assert "the run is interrupted" in recallflow("history", "3", cwd=tmp_path, env=WIDE).out
    assert "该运行已中断" in recallflow("history", "3", "--lang", "zh", cwd=tmp_path, env=WIDE).out


def test_the_same_upload_again_names_the_run_that_was_interrupted_and_needs_a_yes(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3)
    quick = ACCOUNT | {"RECALLFLOW_ATTEMPTS": "1", "COLUMNS": "300"}
    to = ("--base-url", "https://127.0.0.1:9/")
    stopped = recallflow("upload", flows, *to, "--json", cwd=tmp_path, env=quick).summary["run"]
    for options in ((), ("--compare",)):
        done = recallflow("upload", flows, *to, *options, cwd=tmp_path, env=quick)
        assert (done.code, len(done.err.splitlines())) == (2, 1)
        assert f"Run {stopped} of " in done.err
        assert "is stopped: 3 of its 3 requests are left" in done.err
        assert f"recallflow resume {stopped}" in done.err
        assert "--yes" in done.err
    chinese = recallflow("upload", flows, *to, "--lang", "zh", cwd=tmp_path, env=quick).err
    assert "已停止，3 个请求中尚余 3 个" in chinese
    assert f"继续该运行：recallflow resume {stopped}" in chinese
    assert len(recallflow("runs", "--json", cwd=tmp_path).summary["runs"]) == 1, "what was refused leaves no run"
    assert recallflow("upload", flows, *to, "--yes", cwd=tmp_path, env=quick).code == 3
    recallflow("runs", "--abandon", stopped, cwd=tmp_path)
    (other,) = (
        run["run"]
        for run in recallflow("runs", "--json", cwd=tmp_path).summary["runs"]
        if run["state"] == RunState.STOPPED
    )
    recallflow("runs", "--abandon", other, cwd=tmp_path)
    assert recallflow("upload", flows, *to, cwd=tmp_path, env=quick).code == 3, "nobody wants those any more"


@pytest.mark.process
@pytest.mark.parametrize(("typed", "code"), [("n\n", 2), ("y\n", 3)])
def test_on_a_terminal_the_same_upload_again_is_a_question(tmp_path: Path, typed: str, code: int) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3)
    quick = ACCOUNT | {"RECALLFLOW_ATTEMPTS": "1", "COLUMNS": "300"}
    command = ("upload", flows, "--base-url", "https://127.0.0.1:9/")
    assert recallflow(*command, cwd=tmp_path, env=quick).code == 3
    done = recallflow_on_a_terminal(*command, typed=typed, cwd=tmp_path, env=quick)
    assert "Begin anew with all of it all the same? [y/N]" in done.err
    assert done.code == code


def test_a_run_that_can_never_go_on_is_abandoned_and_blocks_no_other(tmp_path: Path) -> None:
    good, bad = simple_flows(tmp_path / "good.csv", 4), simple_flows(tmp_path / "bad.csv", 3)
    quick = ACCOUNT | {"RECALLFLOW_ATTEMPTS": "1", "COLUMNS": "300"}
    with running_sandbox() as url:
        wrong = quick | {"RECALLFLOW_API_SECRET": "not-the-secret"}
        first = recallflow("upload", good, "--base-url", url, "--json", cwd=tmp_path, env=wrong).summary["run"]
        second = recallflow("upload", bad, "--base-url", "https://127.0.0.1:9/", "--json", cwd=tmp_path, env=quick)
        name = second.summary["run"]
        assert recallflow("resume", cwd=tmp_path, env=quick).code == 3, "the latest, which can never go on"
        done = recallflow("runs", "--abandon", name, cwd=tmp_path, env=quick)
        assert done.code == 0
        assert f"Run {name} is abandoned" in done.out
        assert "3 of its 3 requests are left as they are (not sent 3)" in done.out
        resumed = recallflow("resume", "--json", cwd=tmp_path, env=quick)
    assert (resumed.summary["run"], resumed.summary["counts"]["succeeded"]) == (first, 4)
    assert f"Going on with run {first}" in resumed.err
    refused = recallflow("resume", name, cwd=tmp_path, env=quick)
    assert (refused.code, "was abandoned" in refused.err) == (2, True)
    shown = recallflow("show", name, "--json", cwd=tmp_path).summary
    assert (shown["state"], shown["resumable"], shown["remaining"]) == ("abandoned", False, 3)
    assert shown["reason"], "why it stopped stays known"
    assert recallflow("report", name, "--report", "left.xlsx", cwd=tmp_path).code == 0
    again = recallflow("runs", "--abandon", name, "--json", cwd=tmp_path)
    assert (again.code, again.summary["exit_code"]) == (2, 2)


def test_abandoning_as_json_says_what_is_left(tmp_path: Path) -> None:
    name = killed(tmp_path)
    done = recallflow("runs", "--abandon", name, "--json", cwd=tmp_path)
    assert (done.code, done.summary["run"], done.summary["state"]) == (0, name, "abandoned")
    assert (done.summary["remaining"], done.summary["counts"]["unknown"], done.summary["requests"]) == (4, 1, 5)
    assert recallflow("runs", "--abandon", name, "--prune", cwd=tmp_path).code == 2


def test_a_run_of_a_job_that_the_program_does_not_know_is_neither_resumed_nor_taken_back(tmp_path: Path) -> None:
    drafts = [draft(str(number), number + 1) for number in range(1, 4)]
    sent = [outcome(1, State.SUCCEEDED, "0", "success")]
    name = recorded(tmp_path, drafts, sent, stop=STOP, job="cancel")
    env = ACCOUNT | {"RECALLFLOW_BASE_URL": VENDOR.endpoint, "COLUMNS": "300"}
    for command in (("resume",), ("resume", name), ("undo", name), ("undo", name, "--apply")):
        done = recallflow(*command, cwd=tmp_path, env=env)
        assert (done.code, len(done.err.splitlines())) == (2, 1)
        assert f'Run {name} is of the job "cancel", which this program does not know' in done.err
        assert "script that started it" in done.err
        chinese = recallflow(*command, "--lang", "zh", cwd=tmp_path, env=env).err
        assert "任务“cancel”不属于本程序" in chinese
    assert recallflow("report", name, "--plan", "plan.xlsx", cwd=tmp_path).code == 2
    shown = recallflow("show", name, cwd=tmp_path, env=env).out
    assert "recallflow resume" not in shown
    assert "script that started it" in shown
    assert recallflow("show", name, "--json", cwd=tmp_path).summary["resumable"] is False
    page = tmp_path / "page.html"
    assert recallflow("report", name, "--format", "html", "--report", page, cwd=tmp_path).code == 0
    assert "recallflow resume" not in page.read_text(encoding="utf-8")
    assert recallflow("runs", "--abandon", name, cwd=tmp_path).code == 0, "what nobody wants can be put aside"
