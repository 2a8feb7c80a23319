"""`--canary` and `--max-failures`: a bad spreadsheet is stopped early, and goes on when somebody has looked."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from tests.acceptance.program import ACCOUNT, recallflow
from tests.acceptance.sheets import sheet_rows, simple_flows
from tests.acceptance.vendor import answering, ran

FLOWS = 300


class Vendor:
    """Refuses every flow until it is told to take them; `good` ones are taken at all times."""

    def __init__(self, good: range = range(0)) -> None:
        self.good = good
        self.takes_all = False
        self.received: list[int] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        key = (await request.json())["keyId"]
        self.received.append(key)
        await asyncio.sleep(0)
        if self.takes_all or key in self.good:
            return web.json_response({"code": 0, "msg": "success", "data": None})
        return web.json_response({"code": -22, "msg": "parameter error", "data": None})


async def test_a_canary_that_is_refused_stops_the_run_after_itself_and_resume_goes_on(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", FLOWS)
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        to = ("--base-url", url, "--json")
        done = await ran("upload", flows, "--canary", "7", *to, cwd=tmp_path)
        sent = list(vendor.received)
        vendor.takes_all = True
        resumed = await ran("resume", "--canary", "7", *to, cwd=tmp_path)
    counts = done.summary["counts"]
    assert done.code == done.summary["exit_code"] == 3
    assert sorted(sent) == list(range(1, 8))
    assert (counts["failed"], counts["not_sent"]) == (7, FLOWS - 7)
    assert "--canary" in done.summary["reason"]
    assert len(vendor.received) == FLOWS, "what failed is settled; the rest is sent"
    assert resumed.summary["counts"]["succeeded"] == FLOWS - 7


async def test_a_good_canary_is_followed_by_all_others(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 30)
    vendor = Vendor()
    vendor.takes_all = True
    async with answering(vendor.answer) as url:
        done = await ran("upload", flows, "--canary", "5", "--base-url", url, "--json", cwd=tmp_path)
    assert (done.code, done.summary["counts"]["succeeded"]) == (0, 30)
    assert set(vendor.received[:5]) == set(range(1, 6))


@pytest.mark.parametrize(("most", "least_failures"), [("0", 1), ("12", 13), ("10%", 2)])
async def test_too_many_failures_stop_the_run_and_resume_goes_on(
    tmp_path: Path, most: str, least_failures: int
) -> None:
    flows = simple_flows(tmp_path / "flows.csv", FLOWS)
    vendor = Vendor(good=range(1, 101))
    async with answering(vendor.answer) as url:
        to = ("--concurrency", "2", "--base-url", url, "--json")
        done = await ran("upload", flows, "--max-failures", most, "--report", "out.xlsx", *to, cwd=tmp_path)
        vendor.takes_all = True
        resumed = await ran("resume", *to, cwd=tmp_path)
    counts = done.summary["counts"]
    assert done.code == done.summary["exit_code"] == 3
    assert least_failures <= counts["failed"] < 200
    assert counts["not_sent"] > 0
    assert f"--max-failures {most}" in done.summary["reason"]
    assert len(sheet_rows(tmp_path / "out.xlsx", "Results")) == FLOWS
    assert resumed.summary["counts"]["succeeded"] == FLOWS - counts["failed"]
    assert len(vendor.received) == FLOWS


def test_max_failures_that_are_no_number_are_one_clear_line(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 1)
    for command in (("upload", flows, "--sandbox"), ("resume",)):
        done = recallflow(*command, "--max-failures", "some", cwd=tmp_path, env=ACCOUNT)
        assert (done.code, len(done.err.splitlines())) == (2, 1)
        assert "Write a number like 20, or a share like 5%" in done.err
    assert (
        "请写成数量（如 20）或比例（如 5%）"
        in recallflow("upload", flows, "--sandbox", "--max-failures", "some", "--lang", "zh", cwd=tmp_path).err
    )


class _Counting(Vendor):
    """Refuses every second flow."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        key = (await request.json())["keyId"]
        self.received.append(key)
        await asyncio.sleep(0)
        if key % 2 or self.takes_all:
            return web.json_response({"code": 0, "msg": "success", "data": None})
        return web.json_response({"code": -22, "msg": "parameter error", "data": None})


@pytest.mark.parametrize("begun", [("--max-failures", "3"), ("--canary", "7")])
async def test_resume_keeps_the_guards_that_the_run_was_begun_with_and_says_so(
    tmp_path: Path, begun: tuple[str, str]
) -> None:
    flows = simple_flows(tmp_path / "flows.csv", FLOWS)
    vendor = _Counting()
    async with answering(vendor.answer) as url:
        to = ("--concurrency", "1", "--base-url", url, "--json")
        stopped = await ran("upload", flows, *begun, *to, cwd=tmp_path)
        sent = len(vendor.received)
        resumed = await ran("resume", *to, cwd=tmp_path)
        again = await ran("resume", *to, "--lang", "zh", cwd=tmp_path)
    assert stopped.code == resumed.code == again.code == 3
    assert begun[0] in resumed.summary["reason"]
    assert sent < 20
    assert len(vendor.received) < 60
    option, value = begun
    assert f"Guards: {option} {value}." in resumed.err
    assert f"防护：{option} {value}。" in again.err


async def test_resume_takes_other_guards_where_it_is_told_so(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", FLOWS)
    vendor = _Counting()
    async with answering(vendor.answer) as url:
        to = ("--concurrency", "1", "--base-url", url, "--json")
        await ran("upload", flows, "--max-failures", "3", "--canary", "2", *to, cwd=tmp_path)
        vendor.takes_all = True
        done = await ran("resume", "--canary", "5", "--max-failures", "50%", *to, cwd=tmp_path)
    assert "Guards: --canary 5, --max-failures 50%." in done.err
    assert done.summary["state"] == "done"


async def test_a_dry_run_is_sent_under_the_guards_that_it_was_begun_with(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", FLOWS)
    vendor = Vendor()
    async with answering(vendor.answer) as url:
        planned = await ran("upload", flows, "--dry-run", "--canary", "4", "--json", cwd=tmp_path)
        done = await ran("resume", planned.summary["run"], "--base-url", url, "--json", cwd=tmp_path)
    assert (done.code, len(vendor.received)) == (3, 4)
    assert "(planned): 300 of its 300 requests are left. Guards: --canary 4." in done.err
