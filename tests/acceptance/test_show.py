"""`recallflow show`: one run, what became of it, and what can be done about it."""

from pathlib import Path

import pytest

from runner.outcome import State
from tests.acceptance.program import ACCOUNT, recallflow, running_sandbox
from tests.acceptance.recorded import STOP, VENDOR, draft, outcome, recorded, wrong
from tests.acceptance.sheets import simple_flows

WIDE = {"COLUMNS": "200"}


@pytest.fixture
def stopped(tmp_path: Path) -> str:
    drafts = [*(draft(str(number), number + 1) for number in range(1, 20)), wrong("20", 21)]
    refused = [outcome(number, State.FAILED, "-41", "status error") for number in (1, 2, 3)]
    rare = [outcome(number, State.UNKNOWN, f"http-5{number:02}", "gateway") for number in range(4, 16)]
    return recorded(tmp_path, drafts, [*refused, *rare], stop=STOP)


def test_a_stopped_run_shows_what_became_of_it_why_it_stopped_and_how_to_go_on(tmp_path: Path, stopped: str) -> None:
    done = recallflow("show", cwd=tmp_path, env=WIDE)
    assert done.code == 0
    for words in (f"Run {stopped}: stopped", "flows.csv", f"{VENDOR.endpoint}, as {VENDOR.account}", "2025-06-15",
                  "The vendor refused the API key.", f"recallflow resume {stopped}", "no longer pending"):  # fmt: skip
        assert words in done.out
    codes = [line.split() for line in done.out.splitlines() if " -41 " in line or " http-5" in line]
    assert codes[0][:3] == ["3", "failed", "-41"]
    assert len(codes) == 10


def test_the_same_in_chinese(tmp_path: Path, stopped: str) -> None:
    done = recallflow("show", stopped[:12], "--lang", "zh", cwd=tmp_path, env=WIDE)
    for words in (f"运行 {stopped}：已停止", "供应商拒绝了 API 密钥。", "处理建议", "账号 bDqJ****"):
        assert words in done.out


def test_as_json_it_is_the_summary_with_the_codes_and_what_else_is_known(tmp_path: Path, stopped: str) -> None:
    shown = recallflow("show", "--json", cwd=tmp_path).summary
    (listed,) = recallflow("runs", "--json", cwd=tmp_path).summary["runs"]
    assert {name: shown[name] for name in listed} == listed
    assert (shown["run"], shown["started"], shown["resumable"], shown["sent_by"]) == (
        stopped,
        1_750_000_000.0,
        True,
        None,
    )
    assert (shown["source"], shown["endpoint"], shown["account"]) == ("flows.csv", VENDOR.endpoint, VENDOR.account)
    assert shown["codes"][0] == {"state": "failed", "code": "-41", "message": "status error", "count": 3}
    assert len(shown["codes"]) == 10


def test_a_killed_run_can_be_resumed_and_one_that_is_done_cannot(tmp_path: Path) -> None:
    name = recorded(tmp_path, [draft("1", 2)], ended=False, claimed=1)
    assert f"recallflow resume {name}" in recallflow("show", cwd=tmp_path).out
    recorded(tmp_path, [draft("1", 2)], [outcome(1, State.SUCCEEDED, "0", "success")], started=1_750_000_001.0)
    assert "recallflow resume" not in recallflow("show", cwd=tmp_path).out
    assert recallflow("show", "--json", cwd=tmp_path).summary["resumable"] is False


def test_a_run_of_the_program_is_shown_with_its_report_and_its_account_masked(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 5)
    with running_sandbox() as url:
        sent = recallflow("upload", flows, "--base-url", url, "--json", cwd=tmp_path, env=ACCOUNT).summary
    shown = recallflow("show", sent["run"], "--json", cwd=tmp_path).summary
    assert {name: shown[name] for name in sent} == sent | {"exit_code": None}
    words = recallflow("show", cwd=tmp_path, env=WIDE).out
    assert f"Report: {sent['report']}" in words
    assert f"{url}, as key-****" in words


@pytest.mark.parametrize(("args", "words"), [(("1999",), "There is no run 1999"), ((), "no runs yet")])
def test_a_run_that_is_not_there_is_one_line(tmp_path: Path, args: tuple[str, ...], words: str) -> None:
    done = recallflow("show", *args, cwd=tmp_path)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert words in done.err
