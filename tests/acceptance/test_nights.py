"""What is said of a night while nobody looks: the ignore list, the metrics, the notifications, the log."""

import asyncio
import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from jobs.app.night.notify import SECONDS
from runner.errors import JournalError
from runner.journal.database import Database
from runner.journal.lookup import find_run
from runner.plan import Plan
from tests.acceptance.program import recallflow
from tests.acceptance.sheets import simple_flows, write_csv
from tests.acceptance.test_reconcile import KEYS, house, tick
from tests.acceptance.vendor import finished, started
from tests.jobs.app.night.webhook import webhook


def ignoring(folder: Path, *lines: tuple[str, str, str]) -> Path:
    rows: list[dict[str, object]] = [
        {"keyId": key, "field": field, "until": until, "reason": "a trial"} for key, field, until in lines
    ]
    return write_csv(folder / "ignore.csv", rows)


async def test_what_is_on_the_ignore_list_is_left_alone_however_its_number_is_written(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in (1, 2, 3, 4):
            home.vendor.flows[key].fields["recallNum"] = 7
        written = [(key, "recallNum", "2999-12-31") for key in ("0001", "2.0", "+3", "４")]
        done = await home.reconcile("--apply", "--json", "--ignore", ignoring(tmp_path, *written))
        assert (done.code, done.summary["plan"]["ignored"]) == (0, 4)
        assert {call for call, _ in home.calls()} == {"queryDetail"}


async def test_a_line_that_has_expired_or_is_of_no_flow_is_said_even_on_a_quiet_night(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        lines = ("1", "recallNum", "2020-01-01"), ("999", "text", "2999-12-31"), ("2", "", "2999-12-31")
        ignore = ignoring(tmp_path, *lines)
        quiet = await home.reconcile("--apply", "--quiet", "--ignore", ignore)
        expired, unknown = quiet.err.splitlines()
        assert (quiet.code, quiet.out) == (0, "")
        assert "Ignored only until 2020-01-01: 1, recallNum (a trial)" in expired
        assert "not in the file: 999, text (a trial)" in unknown

        home.vendor.flows[1].fields["recallNum"] = 7
        with webhook() as hook:
            home.extra["RECALLFLOW_NOTIFY"] = hook.url()
            done = await home.reconcile("--apply", "--json", "--ignore", ignore)
            (told,) = hook.taken
        assert "Ignored only until 2020-01-01: 1, recallNum (a trial)" in told["message"]
        assert "not in the file: 999, text (a trial)" in told["message"]
        assert done.err.count("a trial") == 2
        assert "ignored" not in done.summary, "other programs know the summary as it is"


async def test_the_log_says_of_each_flow_what_it_came_to(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in (1, 2, 3):
            home.vendor.flows[key].fields["recallNum"] = 7
        home.vendor.flows[2].status = 3
        log = tmp_path / "log.jsonl"
        options = ("--log-level", "debug", "--log-format", "json", "--log-file", log)
        await home.reconcile("--ignore", ignoring(tmp_path, ("1", "", "2999-12-31")), *options)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    told = {line["key"]: line["plan"] for line in lines if line["event"] == "read"}
    assert told == dict.fromkeys(map(str, range(1, 21)), "unchanged") | {"1": "ignored", "2": "locked", "3": "drifted"}


async def test_the_command_in_the_journal_typed_again_leaves_the_same_alone(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as home:
        ignore = ignoring(tmp_path, ("1", "", "2999-12-31"))
        done = await home.reconcile("--ignore", ignore, "--deadline", "2h", "--json")
    with Database(tmp_path / "home" / "journal.sqlite3", to_read=True) as database:
        asked = find_run(database, done.summary["run"]).asked
    assert asked == f"recallflow reconcile {home.file} --ignore {ignore} --deadline 7200s"


@pytest.mark.parametrize("option", ["--plan", "--report"])
def test_a_place_that_cannot_be_is_told_with_its_option_and_machines_get_every_word(
    tmp_path: Path, option: str
) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3)
    done = recallflow("reconcile", flows, option, "plan.csv", "--json", cwd=tmp_path, env=KEYS)
    assert done.code == 2
    assert f"Name one with {option}." in done.err
    assert done.summary["plan"] == {plan.value: 0 for plan in Plan}


async def test_a_plan_that_nobody_asked_for_at_night_can_be_had_in_the_morning(tmp_path: Path) -> None:
    plan = tmp_path / "plan.xlsx"
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        night = await home.reconcile("--json")
        before = {*os.listdir(tmp_path)}  # noqa: PTH208 - a test may wait for a disk
        done = recallflow("report", night.summary["run"], "--plan", plan, cwd=tmp_path)
        assert (done.code, done.out.splitlines()[0]) == (0, f"Plan: {plan}")
        assert f"recallflow apply {plan} --base-url {home.url}" in done.out
        assert {*os.listdir(tmp_path)} - before == {"plan.xlsx"}, "and no report"  # noqa: PTH208
        tick(plan, (1, "recallNum"))
        assert (await home.run("apply", plan)).code == 0
        assert home.vendor.flows[1].fields["recallNum"] == 3
    both = ("report", night.summary["run"], "--report", "r.xlsx", "--json", "--plan")
    refused = recallflow(*both, plan, cwd=tmp_path)
    assert (refused.code, "plan.xlsx is there already" in refused.err) == (2, True)
    assert not (tmp_path / "r.xlsx").exists()
    done = recallflow(*both, "other.xlsx", cwd=tmp_path)
    assert (done.summary["report"], done.err.splitlines()[0]) == ("r.xlsx", "Plan: other.xlsx")


async def test_a_run_that_compares_nothing_has_no_plan(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as home:
        upload = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"][0]["run"]
        dry = (await home.run("upload", home.file, "--dry-run", "--json")).summary["run"]
        for command in (("report", upload), ("resume", dry)):
            done = recallflow(*command, "--plan", "plan.xlsx", cwd=tmp_path, env=KEYS)
            assert (done.code, "has no plan" in done.err) == (2, True)
        assert home.calls() == []


async def test_a_night_that_was_stopped_gives_its_plan_when_it_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[20].fields["recallNum"] = 7
        assert (await home.reconcile("--deadline", "0.001s")).code == 3
        done = await home.run("resume", "--plan", "plan.xlsx")
        assert (done.code, "Plan: plan.xlsx" in done.out) == (4, True)
        tick(tmp_path / "plan.xlsx", (20, "recallNum"))
        assert (await home.run("apply", "plan.xlsx")).code == 0


async def test_what_is_applied_by_hand_in_the_morning_does_not_pass_for_the_night(tmp_path: Path) -> None:
    plan, metrics = tmp_path / "plan.xlsx", tmp_path / "night.prom"
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        with webhook() as hook:
            home.extra |= {"RECALLFLOW_NOTIFY": hook.url(), "RECALLFLOW_METRICS": str(metrics)}
            home.extra["RECALLFLOW_NOTIFY_ON"] = "always"
            assert (await home.reconcile("--plan", plan)).code == 4
            written = metrics.read_bytes()
            tick(plan, (1, "recallNum"))
            assert (await home.run("apply", plan)).code == 0
            assert len(hook.taken) == 1
        assert metrics.read_bytes() == written


@pytest.mark.process
@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
async def test_a_service_that_keeps_the_program_waiting_can_be_interrupted(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as home:
        with webhook(hangs=True) as hook:
            home.extra["RECALLFLOW_NOTIFY"] = hook.url()
            command = ("reconcile", home.file, "--notify-on", "always", "--json", "--base-url", home.url)
            process = await started(*command, cwd=tmp_path, env=KEYS | home.extra)
            assert await asyncio.to_thread(hook.reached.wait, 60)
            process.send_signal(signal.SIGINT)
            done = await finished(process)
    assert (done.code, done.summary["state"]) == (0, "done"), "the night itself was over"
    assert "interrupted while others were told" in done.err
    assert f"{SECONDS:g} s" not in done.err


@pytest.mark.process
@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
async def test_a_big_file_that_is_being_read_can_be_left_at_once(tmp_path: Path) -> None:
    flows, journal = simple_flows(tmp_path / "flows.csv", 20_000), tmp_path / "home" / "journal.sqlite3"
    command = ("reconcile", flows, "--json", "--base-url", "http://127.0.0.1:9/")
    process = await started(*command, cwd=tmp_path, env=KEYS)
    await asyncio.to_thread(wait_for_a_run, journal)
    process.send_signal(signal.SIGINT)
    done = await finished(process)
    assert (done.code, done.summary["run"]) == (130, None)
    assert "before anything was sent" in done.err
    assert not json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"], "nothing of it stays"


def wait_for_a_run(journal: Path) -> None:
    """It is written down before its rows are read."""
    found = None
    while not found:
        with suppress(JournalError), Database(journal, to_read=True) as database:
            found = database.execute("SELECT 1 FROM runs").fetchone()
