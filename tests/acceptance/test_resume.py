"""`recallflow resume`: a stopped or killed run ends with every flow in one true state."""

import json
from pathlib import Path

import pytest

from runner.outcome import State
from tests.acceptance.program import ACCOUNT, recallflow, request_log, running_sandbox
from tests.acceptance.recorded import draft, outcome, recorded
from tests.acceptance.sheets import sheet_rows, simple_flows
from tests.acceptance.test_interruption import BEFORE, Vendor, command
from tests.acceptance.vendor import answering, ran, started


@pytest.mark.process
async def test_after_kill_9_resume_sends_the_rest_and_nothing_that_succeeded(tmp_path: Path) -> None:
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        process = await started(*command(tmp_path, url), cwd=tmp_path)
        await vendor.reached.wait()
        process.kill()
        await process.communicate()
        (run,) = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]
        settled = run["counts"]["succeeded"]
        before = len(vendor.received)
        vendor.go_on.set()
        done = await ran("resume", run["run"], "--base-url", url, "--report", "out2.xlsx", "--json", cwd=tmp_path)
    assert done.code == 0
    assert done.summary["counts"]["succeeded"] == 200
    assert len(vendor.received) - before == 200 - settled
    assert settled <= BEFORE
    assert len(sheet_rows(tmp_path / "out2.xlsx", "Results")) == 200


def test_a_run_that_the_vendor_refused_goes_on_with_the_right_secret(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 50)
    log = tmp_path / "requests.jsonl"
    with running_sandbox(request_log=log) as url:
        wrong = ACCOUNT | {"RECALLFLOW_API_SECRET": "not-the-secret"}
        stopped = recallflow("upload", flows, "--base-url", url, "--concurrency", "2", cwd=tmp_path, env=wrong)
        assert stopped.code == 3
        assert "recallflow resume" in stopped.out
        assert json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"][0]["counts"]["failed"] >= 1
        done = recallflow("resume", "--base-url", url, "--json", cwd=tmp_path, env=ACCOUNT)
    assert done.summary["state"] == "done"
    assert done.summary["counts"]["succeeded"] == 50
    assert len({line["keyId"] for line in request_log(log) if line["applied"]}) == 50


def test_a_dry_run_can_be_sent_afterwards(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 10)
    planned = recallflow("upload", flows, "--dry-run", "--json", cwd=tmp_path).summary
    with running_sandbox() as url:
        done = recallflow("resume", planned["run"], "--base-url", url, "--json", cwd=tmp_path, env=ACCOUNT)
    assert (done.code, done.summary["run"], done.summary["counts"]["succeeded"]) == (0, planned["run"], 10)


@pytest.mark.parametrize("named", [True, False])
def test_the_report_of_a_run_that_is_done_is_written_where_there_is_none(tmp_path: Path, *, named: bool) -> None:
    outcomes = [outcome(1, State.SUCCEEDED, "0", "success"), outcome(2, State.FAILED, "-41", "status error")]
    run = recorded(tmp_path, [draft("1", 2), draft("2", 3)], outcomes)
    done = recallflow("resume", *[run] * named, "--report", "out.xlsx", "--json", cwd=tmp_path)
    assert done.code == done.summary["exit_code"] == 1, "as the counts say; and it needs no account"
    assert (done.summary["run"], done.summary["state"], done.summary["report"]) == (run, "done", "out.xlsx")
    assert [row["State"] for row in sheet_rows(tmp_path / "out.xlsx", "Results")] == ["succeeded", "failed"]
    again = recallflow("resume", run, cwd=tmp_path)
    assert (again.code, len(again.err.splitlines())) == (2, 1)
    assert "nothing is left" in again.err


def test_what_cannot_be_resumed_is_one_clear_line(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3)
    assert "There is no run" in recallflow("resume", cwd=tmp_path, env=ACCOUNT).err
    run = recallflow("upload", flows, "--sandbox", "--json", cwd=tmp_path).summary["run"]
    for named, words in (((), "There is no run to go on with"), ((run,), "nothing is left")):
        done = recallflow("resume", *named, cwd=tmp_path, env=ACCOUNT)
        assert (done.code, len(done.err.splitlines())) == (2, 1)
        assert words in done.err


def test_a_run_is_not_resumed_at_another_vendor_than_it_was_meant_for(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3)
    unreachable = "https://127.0.0.1:9/"
    quick = ACCOUNT | {"RECALLFLOW_ATTEMPTS": "1"}
    stopped = recallflow("upload", flows, "--base-url", unreachable, "--json", cwd=tmp_path, env=quick)
    assert (stopped.code, stopped.summary["counts"]["not_sent"]) == (3, 3)
    assert "cannot be reached" in stopped.summary["reason"]
    done = recallflow("resume", "--base-url", "https://127.0.0.1:10/", cwd=tmp_path, env=quick)
    assert done.code == 2
    assert unreachable in done.err
    tried = recallflow("resume", "--base-url", "HTTPS://127.0.0.1:9", cwd=tmp_path, env=quick)
    assert tried.code == 3, "the same vendor, spelled in another way"
