"""`recallflow upload`, from the spreadsheet to the report."""

import json
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from pydantic import SecretStr

from jobs.recallflow.sandbox.faults import Fault, FaultShares
from jobs.recallflow.sandbox.gate import Opening
from jobs.recallflow.signing import Account
from runner.sending.limits import RetryPolicy
from tests.acceptance.borne_out import assert_borne_out
from tests.acceptance.program import ACCOUNT, SAMPLES, recallflow, request_log, running_sandbox
from tests.acceptance.sheets import RIGHT, sheet_rows, simple_flows, varied_flows, write_csv

EVERY_FAULT = (Fault.EXPIRED, Fault.SYSTEM_ERROR, Fault.DROP, Fault.NOT_JSON, Fault.HTTP_503)


def test_the_first_command_sends_the_sample_and_reports_it_here(tmp_path: Path) -> None:
    done = recallflow("upload", SAMPLES / "flows.xlsx", "--sandbox", "--json", cwd=tmp_path)
    summary = done.summary
    assert done.code == summary["exit_code"] == 0
    assert summary["counts"]["succeeded"] == summary["requests"] >= 200
    assert summary["attempts"] > summary["requests"], "the first run shows retries at work"
    report = tmp_path / summary["report"]
    assert report.parent == tmp_path
    rows = sheet_rows(report, "Results")
    assert len(rows) == summary["requests"]
    assert {row["State"] for row in rows} == {"succeeded"}
    assert sum(row["Attempts"] for row in rows) == summary["attempts"]


@pytest.mark.parametrize("number", [400, pytest.param(2_000, marks=pytest.mark.campaign)])
def test_with_every_fault_each_flow_ends_in_one_state_that_the_vendors_log_bears_out(
    tmp_path: Path, number: int
) -> None:
    flows = varied_flows(tmp_path / "flows.xlsx", number, seed=1)
    log = tmp_path / "requests.jsonl"
    shares = {fault.name.lower(): 0.05 for fault in EVERY_FAULT}
    with running_sandbox(faults=FaultShares(**shares, seed=1), request_log=log) as url:
        done = recallflow(
            "upload", flows, "--base-url", url, "--concurrency", "64", "--report", "out.xlsx", "--json",
            cwd=tmp_path, env=ACCOUNT,
        )  # fmt: skip
    summary, lines = done.summary, request_log(log)
    assert_borne_out(tmp_path / "out.xlsx", summary, lines, attempts=RetryPolicy().attempts)
    assert summary["requests"] == number
    assert {line["fault"] for line in lines} >= {fault.value for fault in EVERY_FAULT}
    bad = summary["counts"]["failed"] + summary["counts"]["unknown"]
    assert done.code == summary["exit_code"] == (1 if bad else 0)


def test_a_wrong_secret_stops_the_run_within_one_concurrencys_worth(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 300)
    log = tmp_path / "requests.jsonl"
    with running_sandbox(faults=FaultShares(latency=0.02), request_log=log) as url:
        done = recallflow(
            "upload", flows, "--base-url", url, "--concurrency", "8", "--json",
            cwd=tmp_path, env=ACCOUNT | {"RECALLFLOW_API_SECRET": "not-the-secret"},
        )  # fmt: skip
    summary = done.summary
    assert done.code == 3
    assert summary["state"] == "stopped"
    assert 1 <= len(request_log(log)) <= 8
    assert summary["counts"]["failed"] == len(request_log(log))
    assert summary["counts"]["not_sent"] == 300 - summary["counts"]["failed"]
    assert "refused the API key" in summary["reason"]
    assert "RECALLFLOW_API_SECRET" in summary["reason"]


def test_rows_with_mistakes_are_held_back_and_the_others_sent(tmp_path: Path) -> None:
    rows = [{"keyId": 1} | RIGHT, {"keyId": 2} | RIGHT | {"recallNum": 11}, {"keyId": 3} | RIGHT]
    flows = write_csv(tmp_path / "flows.csv", rows)
    log = tmp_path / "requests.jsonl"
    with running_sandbox(request_log=log) as url:
        done = recallflow(
            "upload", flows, "--base-url", url, "--report", "out.xlsx", "--json", cwd=tmp_path, env=ACCOUNT
        )
    assert done.code == 1
    assert (done.summary["counts"]["succeeded"], done.summary["counts"]["invalid"]) == (2, 1)
    assert {line["keyId"] for line in request_log(log)} == {1, 3}
    problem = sheet_rows(tmp_path / "out.xlsx", "Problems")
    assert [(row["Cell"], row["Heading"], row["Value"]) for row in problem] == [("C3", "recallNum", "11")]


def test_a_flow_that_is_no_longer_pending_fails_with_the_vendors_words(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 1)
    with running_sandbox() as url:
        assert recallflow("upload", flows, "--base-url", url, cwd=tmp_path, env=ACCOUNT).code == 0
        cancel(url, 1)
        done = recallflow(
            "upload", flows, "--base-url", url, "--yes", "--report", "out.xlsx", "--json", cwd=tmp_path, env=ACCOUNT
        )
    assert done.code == 1
    (row,) = sheet_rows(tmp_path / "out.xlsx", "Results")
    assert (row["State"], row["Code"], row["Message"]) == ("failed", "-41", "status error, modification failed")
    assert "no longer pending" in row["What to do"]


def test_a_vendors_clock_that_is_ten_minutes_off_is_learned(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 100)
    with running_sandbox(clock_skew=600.0) as url:
        done = recallflow(
            "upload", flows, "--base-url", url, "--concurrency", "10", "--json", cwd=tmp_path, env=ACCOUNT
        )
    assert done.summary["counts"]["succeeded"] == 100
    assert done.summary["attempts"] <= 110, "one expired answer for each concurrent request at most"


def test_a_clock_that_cannot_be_learned_stops_the_run(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 100)
    with running_sandbox(clock_skew=600.0, date_header=False) as url:
        done = recallflow("upload", flows, "--base-url", url, "--json", cwd=tmp_path, env=ACCOUNT)
    assert done.code == 3
    assert done.summary["counts"]["not_sent"] == 100
    assert "clock" in done.summary["reason"]


def test_a_vendor_that_limits_the_rate_gets_everything_in_the_end(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 60)
    with running_sandbox(opening=Opening(rate_limit=30)) as url:
        done = recallflow("upload", flows, "--base-url", url, "--json", cwd=tmp_path, env=ACCOUNT)
    assert done.summary["counts"]["succeeded"] == 60


def test_a_base_url_that_is_not_the_vendors_stops_the_run(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 500)
    with running_sandbox() as url:
        elsewhere = url.replace("/v3/voice/", "/elsewhere/")
        quick = {f"RECALLFLOW_{name}": "0.01" for name in ("BACKOFF", "BREAKER_PAUSE", "BREAKER_PATIENCE")}
        env = ACCOUNT | quick
        done = recallflow("upload", flows, "--base-url", elsewhere, "--json", cwd=tmp_path, env=env)
    assert done.code == 3
    assert "Check the base URL" in done.summary["reason"]
    assert done.summary["counts"]["failed"] == done.summary["counts"]["succeeded"] == 0
    assert done.summary["counts"]["not_sent"] > 0


def test_now_and_then_an_overloaded_gateway_does_not_hide_a_clock_that_is_off(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 60)
    with running_sandbox(clock_skew=1000.0, date_header=False, faults=FaultShares(http_503=0.03)) as url:
        done = recallflow("upload", flows, "--base-url", url, "--json", cwd=tmp_path, env=ACCOUNT)
    assert done.code == 3
    assert done.summary["counts"]["failed"] == 0
    assert "clock" in done.summary["reason"]


def test_a_dry_run_sends_nothing_and_needs_no_account(tmp_path: Path) -> None:
    done = recallflow("upload", SAMPLES / "flows.csv", "--dry-run", "--json", cwd=tmp_path)
    assert (done.code, done.summary["state"], done.summary["attempts"]) == (0, "planned", 0)
    assert done.summary["counts"]["not_sent"] == done.summary["requests"] > 0


def test_the_journal_keeps_every_run(tmp_path: Path) -> None:
    for _ in range(2):
        recallflow("upload", SAMPLES / "flows.csv", "--sandbox", cwd=tmp_path)
    listed = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]
    assert [run["counts"]["succeeded"] for run in listed] == [60, 60]
    words = recallflow("runs", "--lang", "zh", cwd=tmp_path, env={"COLUMNS": "120"}).out
    assert all(run["run"] in words for run in listed)
    assert "已完成" in words


def cancel(base_url: str, key: int) -> None:
    """Cancels a flow at the vendor's, behind the program's back."""
    names = ("RECALLFLOW_API_KEY", "RECALLFLOW_API_SECRET")
    api_key, secret = (SecretStr(ACCOUNT[name]) for name in names)
    headers = Account(key=api_key, secret=secret).headers(int(time.time()))
    body = json.dumps({"type": 1, "id": key}).encode()
    with urlopen(Request(f"{base_url}recallFlow/cancel", body, headers)) as answer:
        assert json.load(answer)["code"] == 0
