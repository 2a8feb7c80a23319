"""Ctrl-C, SIGTERM, a closed window and kill -9 in the middle of a run: what the user is told is still true."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest
from aiohttp import web

from jobs.app.ending import SHORT_REPORT
from tests.acceptance.program import ACCOUNT, PROGRAM, environment, recallflow
from tests.acceptance.sheets import sheet_rows, simple_flows
from tests.acceptance.vendor import answering, finished, started

pytestmark = pytest.mark.process

FLOWS, BEFORE = 200, 20

HANGUP = getattr(signal, "SIGHUP", signal.SIGTERM)
"""Where there is no such signal, its test is another one's."""
ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (HANGUP, 143)]
"""The signals that end a run in order, and the exit codes after them."""


class Vendor:
    """Answers at once until so many requests have come, then holds all further ones until it is told to go on."""

    def __init__(self, before: int = BEFORE) -> None:
        self.before = before
        self.succeeded: set[int] = set()
        self.received: list[int] = []
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if not request.path.endswith("/update"):
            return web.json_response({"code": -22, "msg": "it tells nothing of its flows", "data": None})
        key = (await request.json())["keyId"]
        self.received.append(key)
        if len(self.received) > self.before:
            self.reached.set()
            await self.go_on.wait()
        self.succeeded.add(key)
        return web.json_response({"code": 0, "msg": "success", "data": None})


def command(folder: Path, url: str) -> tuple[str | Path, ...]:
    flows = simple_flows(folder / "flows.csv", FLOWS)
    return ("upload", flows, "--base-url", url, "--concurrency", "4", "--report", "out.xlsx", "--json")


@pytest.mark.parametrize(("number", "code"), ENDS)
async def test_a_signal_lets_what_is_in_flight_finish_and_reports(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        process = await started(*command(tmp_path, url), cwd=tmp_path)
        await vendor.reached.wait()
        process.send_signal(number)
        assert process.stderr is not None
        while b"Interrupted" not in (line := await process.stderr.readline()) and b"Ended" not in line:
            assert line, "the program says that it stops"
        vendor.go_on.set()
        done = await finished(process)
    counts = done.summary["counts"]
    assert done.code == done.summary["exit_code"] == code
    assert done.summary["state"] == "stopped"
    assert counts["succeeded"] == len(vendor.received) < FLOWS
    assert counts["not_sent"] == FLOWS - counts["succeeded"]
    rows = sheet_rows(tmp_path / "out.xlsx", "Results")
    assert {int(row["keyId"]) for row in rows if row["State"] == "succeeded"} == vendor.succeeded


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP here")
async def test_a_closed_window_ends_no_run_that_was_started_with_nohup(tmp_path: Path) -> None:
    vendor = Vendor()
    before = signal.signal(HANGUP, signal.SIG_IGN)  # which a process that is started inherits
    try:
        async with answering(vendor.answer) as url:
            process = await started(*command(tmp_path, url), cwd=tmp_path)
            await vendor.reached.wait()
            process.send_signal(HANGUP)
            vendor.go_on.set()
            done = await finished(process)
    finally:
        signal.signal(HANGUP, before)
    assert (done.code, done.summary["counts"]["succeeded"]) == (0, FLOWS)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP here")
async def test_when_the_terminal_has_gone_with_its_window_the_report_and_the_exit_code_are_there(
    tmp_path: Path,
) -> None:
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    vendor = Vendor()
    keyboard, terminal = pty.openpty()
    async with answering(vendor.answer) as url:
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            *map(str, command(tmp_path, url)[:-1]),
            "--yes",
            cwd=tmp_path,
            env=environment(RECALLFLOW_HOME=str(tmp_path / "home"), **ACCOUNT),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)
        await asyncio.wait_for(vendor.reached.wait(), 60)
        os.close(keyboard)
        process.send_signal(HANGUP)
        vendor.go_on.set()
        code = await asyncio.wait_for(process.wait(), 60)
    (run,) = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]
    assert run["state"] == "stopped"
    assert code == 143
    assert (tmp_path / "out.xlsx").exists()


async def test_a_second_signal_leaves_at_once_and_calls_what_was_in_flight_unknown(tmp_path: Path) -> None:
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        process = await started(*command(tmp_path, url), cwd=tmp_path)
        await vendor.reached.wait()
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        while b"Interrupted" not in await process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        done = await finished(process)
        answered = set(vendor.succeeded)
        vendor.go_on.set()
    assert done.code == 130
    rows = sheet_rows(tmp_path / "out.xlsx", "Results")
    in_flight = {int(row["keyId"]) for row in rows if row["State"] == "unknown"}
    assert in_flight == set(vendor.received) - answered
    assert {int(row["keyId"]) for row in rows if row["State"] == "succeeded"} == answered
    assert 1 <= len(in_flight) <= 4


async def told_to_stop(process: asyncio.subprocess.Process) -> None:
    """Sends a Ctrl-C, and waits until the program has said that it stops."""
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    while b"Interrupted" not in (line := await process.stderr.readline()):
        assert line, "the program says that it stops"


async def test_what_is_in_flight_has_only_so_long_to_finish(tmp_path: Path) -> None:
    (tmp_path / "recallflow.toml").write_text("[default]\ngrace = 0.01\n", encoding="utf-8")
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        process = await started(*command(tmp_path, url)[:-1], cwd=tmp_path)
        await vendor.reached.wait()
        await told_to_stop(process)
        done = await finished(process)
        vendor.go_on.set()
    (run,) = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]
    assert done.code == 130
    assert 1 <= run["counts"]["unknown"] <= 4
    assert f"recallflow resume {run['run']}" in done.out
    assert (tmp_path / "out.xlsx").exists()


async def test_the_second_signal_leaves_the_report_of_a_large_run_to_resume(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", SHORT_REPORT + 1)
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        process = await started("upload", flows, "--base-url", url, "--report", "out.xlsx", "--json", cwd=tmp_path)
        await vendor.reached.wait()
        await told_to_stop(process)
        process.send_signal(signal.SIGINT)
        done = await finished(process)
        answered = len(vendor.succeeded)
        vendor.go_on.set()
    counts = done.summary["counts"]
    assert done.code == done.summary["exit_code"] == 130
    assert (counts["succeeded"], counts["unknown"]) == (answered, len(vendor.received) - answered)
    assert sum(counts.values()) == SHORT_REPORT + 1
    assert (done.summary["state"], done.summary["report"]) == ("stopped", None)
    assert not report_is_begun(tmp_path)
    assert f"recallflow resume {done.summary['run']} --base-url {url} writes one" in done.err


async def test_after_kill_9_the_journal_still_accounts_for_every_flow(tmp_path: Path) -> None:
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        process = await started(*command(tmp_path, url), cwd=tmp_path)
        await vendor.reached.wait()
        process.kill()
        await process.communicate()
        vendor.go_on.set()
    (run,) = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]
    assert run["state"] == "interrupted", "its process is gone"
    counts = run["counts"]
    assert run["remaining"] == FLOWS - counts["succeeded"]
    assert sum(counts.values()) == run["requests"] == FLOWS
    assert counts["succeeded"] <= len(vendor.received)
    assert counts["succeeded"] + counts["unknown"] >= len(vendor.received), (
        "whatever left this machine is accounted for"
    )
    assert counts["failed"] == 0


def report_is_begun(folder: Path) -> bool:
    """Whether there is at least the beginning of a report."""
    return any(path.name.lstrip(".").startswith("out.xlsx") for path in folder.iterdir())


@pytest.mark.parametrize(("number", "code"), ENDS)
async def test_an_interruption_while_the_report_is_written_takes_nothing_from_what_is_told(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3_000)
    vendor = Vendor(before=3_000)
    async with answering(vendor.answer) as url:
        process = await started("upload", flows, "--base-url", url, "--report", "out.xlsx", "--json", cwd=tmp_path)
        assert process.stderr is not None
        while b"3000 of 3000 done" not in (line := await process.stderr.readline()):
            assert line, "the program says that all is done"
        while not report_is_begun(tmp_path):  # noqa: ASYNC110 - a file that another process makes is no event
            await asyncio.sleep(0)
        process.send_signal(number)
        done = await finished(process)
    assert done.summary["counts"]["succeeded"] == 3_000
    assert done.summary["run"] is not None
    assert done.code == done.summary["exit_code"]
    assert (done.code, done.summary["report"]) in {(code, None), (0, "out.xlsx")}
    assert (f"recallflow resume {done.summary['run']} --base-url {url} writes one" in done.err) == (done.code == code)
