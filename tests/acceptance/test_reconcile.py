"""`recallflow reconcile` and `apply`, as the night and the morning after see them."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from aiohttp import web

from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SYSTEM_ERROR, SandboxSettings, sandbox
from jobs.recallflow.sandbox.vendor import Flow, Reply, SimulatedVendor
from tests.acceptance.program import Finished, recallflow, request_log
from tests.acceptance.sheets import RIGHT, simple_flows, write_csv
from tests.acceptance.vendor import answering, finished, ran, started

KEYS = {
    "RECALLFLOW_API_KEY": EXAMPLE_ACCOUNT.key.get_secret_value(),
    "RECALLFLOW_API_SECRET": EXAMPLE_ACCOUNT.secret.get_secret_value(),
}


@dataclass
class House:
    """A user's folder, a vendor, and the flows that both have."""

    folder: Path
    url: str
    vendor: SimulatedVendor
    log: Path
    extra: dict[str, str] = field(default_factory=dict)
    seen: int = 0

    @property
    def file(self) -> Path:
        return self.folder / "flows.csv"

    async def run(self, *args: str | Path) -> Finished:
        """Runs a command to its end."""
        return await ran(*args, "--base-url", self.url, cwd=self.folder, env=KEYS | self.extra)

    async def reconcile(self, *args: str | Path) -> Finished:
        return await self.run("reconcile", self.file, *args)

    def calls(self) -> list[tuple[str, int]]:
        """What the vendor was asked since the last time: the call and the flow."""
        lines = request_log(self.log)[self.seen :]
        self.seen += len(lines)
        return [(line["path"].rpartition("/")[2], line["keyId"]) for line in lines]

    def rewrite(self, change: Callable[[list[dict[str, object]]], None], number: int = 20) -> None:
        """Changes the spreadsheet."""
        rows: list[dict[str, object]] = [{"keyId": key} | RIGHT for key in range(1, number + 1)]
        change(rows)
        write_csv(self.file, rows)

    def results(self, run: str) -> dict[str, dict[str, Any]]:
        lines = recallflow("results", run, cwd=self.folder).out.splitlines()
        return {line["key"]: line for line in map(json.loads, lines)}


@asynccontextmanager
async def house(folder: Path, number: int = 20, *, uploaded: bool = True) -> AsyncIterator[House]:
    """Flows that were uploaded, so that the journal knows what was applied last."""
    log = folder / "requests.jsonl"
    async with sandbox(SandboxSettings(request_log=log)) as (url, vendor):
        made = House(folder, url, vendor, log)
        simple_flows(made.file, number)
        if uploaded:
            done = await made.run("upload", made.file, "--json")
            assert done.summary["counts"]["succeeded"] == number
            made.calls()
        yield made


async def test_a_night_without_drift_asks_once_for_each_flow_and_says_nothing_if_told_so(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        quiet = await home.reconcile("--apply", "--quiet")
        assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
        assert sorted(home.calls()) == [("queryDetail", key) for key in range(1, 21)]
        done = await home.reconcile("--json")
    assert done.code == done.summary["exit_code"] == 0
    assert done.summary["counts"]["unchanged"] == done.summary["plan"]["unchanged"] == 20
    assert (done.summary["state"], done.summary["report"]) == ("done", None)
    reports = [name for name in os.listdir(tmp_path) if "-report-" in name]  # noqa: PTH208 - a test may wait for a disk
    assert len(reports) == 1, "that of the upload"


async def test_drift_is_found_and_left_alone_until_it_is_applied_and_then_verified(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[3].fields["recallNum"] = 7
        found = await home.reconcile("--json")
        assert (found.code, found.summary["state"]) == (4, "planned")
        assert found.summary["plan"] | {"drifted": 1, "unchanged": 19} == found.summary["plan"]
        line = home.results(found.summary["run"])["3"]
        assert (line["state"], line["plan"]) == ("not_sent", "drifted")
        assert line["changes"] == [{"field": "recallNum", "old": 7, "new": 3, "moved_by": "remote"}]
        assert {call for call, _ in home.calls()} == {"queryDetail"}

        done = await home.reconcile("--apply", "--json")
        assert (done.code, done.summary["state"]) == (0, "done")
        assert done.summary["counts"]["succeeded"] == 1
        assert home.vendor.flows[3].fields["recallNum"] == 3
        assert [call for call, key in home.calls() if key == 3] == [
            "queryDetail",
            "queryDetail",
            "update",
            "queryDetail",
        ]
        assert (await home.reconcile("--json")).code == 0


async def test_it_is_told_who_moved_and_what_both_moved_is_sent_only_if_asked_for(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        home.vendor.flows[3].fields["recallNum"] = 8
        home.vendor.flows[3].fields["recallInterval"] = 99

        def ours(rows: list[dict[str, object]]) -> None:
            rows[1]["text"] = rows[2]["text"] = "Good morning"
            rows[2]["recallNum"] = 9
            rows.append({"keyId": 21} | RIGHT)

        home.rewrite(ours)
        home.vendor.flows[21] = Flow(21, home.vendor.today(), fields={"recallNum": 1})
        found = await home.reconcile("--apply", "--json", "--max-changes", "100%")
        lines = home.results(found.summary["run"])
        moved = {
            key: {each["field"]: each["moved_by"] for each in lines[key]["changes"]} for key in ("1", "2", "3", "21")
        }
        assert moved["1"] == {"recallNum": "remote"}
        assert moved["2"] == {"nodeList[0].text": "ours"}
        assert moved["3"] == {"recallInterval": "remote", "recallNum": "both", "nodeList[0].text": "ours"}
        assert set(moved["21"].values()) == {None}
        assert {key: lines[key]["state"] for key in moved} == {
            "1": "succeeded",
            "2": "succeeded",
            "3": "not_sent",
            "21": "succeeded",
        }
        assert (found.code, lines["3"]["plan"], home.vendor.flows[3].fields["recallNum"]) == (4, "conflict", 8)
        again = await home.reconcile("--apply", "--conflicts", "ours", "--json")
        assert (again.code, home.vendor.flows[3].fields["recallNum"]) == (0, 9)


async def test_what_is_missing_locked_or_unreadable_is_told_and_never_sent(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        del home.vendor.flows[1]
        home.vendor.flows[2].status = 1
        home.vendor.flows[3].status = 2
        home.vendor.flows[3].fields["recallNum"] = 7
        done = await home.reconcile("--apply", "--json")
        lines = home.results(done.summary["run"])
        assert {call for call, _ in home.calls()} == {"queryDetail"}
    assert {key: (lines[key]["plan"], lines[key]["state"], lines[key]["code"]) for key in "123"} == {
        "1": ("missing", "not_sent", "missing"),
        "2": ("unchanged", "unchanged", None),
        "3": ("locked", "not_sent", "locked"),
    }
    assert done.code == 4


async def test_more_drift_than_is_allowed_applies_nothing_and_says_why(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in range(1, 6):
            home.vendor.flows[key].fields["recallNum"] = 7
        done = await home.reconcile("--apply", "--json")
        assert (done.code, done.summary["state"]) == (4, "planned")
        assert "5 of 20" in done.summary["reason"]
        assert "--max-changes 20%" in done.summary["reason"]
        assert {call for call, _ in home.calls()} == {"queryDetail"}
        refused = await home.run("resume", done.summary["run"])
        assert refused.code == 2
        assert "is a plan" in refused.err
        assert (await home.reconcile("--apply", "--max-changes", "5", "--json")).summary["counts"]["succeeded"] == 5


async def test_what_is_ignored_stays_as_the_vendor_has_it_until_its_day_is_over(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in (1, 2):
            home.vendor.flows[key].fields |= {"recallNum": 7, "recallInterval": 99}
        ignored = [
            {"keyId": 1, "field": "recallNum", "until": "2999-12-31", "reason": "a trial"},
            {"keyId": 2, "field": "", "until": "2999-12-31", "reason": "by hand"},
            {"keyId": 3, "field": "text", "until": "2020-01-01", "reason": "long ago"},
        ]
        done = await home.reconcile("--apply", "--ignore", write_csv(tmp_path / "ignore.csv", ignored))
        assert done.code == 0
        assert "2020-01-01" in done.err
        assert "long ago" in done.err
        flows = home.vendor.flows
        assert (flows[1].fields["recallNum"], flows[1].fields["recallInterval"]) == (7, 30)
        assert (flows[2].fields["recallNum"], flows[2].fields["recallInterval"]) == (7, 99)
        bad = write_csv(tmp_path / "bad.csv", [{"keyId": 1, "field": "recalNum", "until": "tomorrow", "reason": ""}])
        refused = await home.reconcile("--ignore", bad)
        assert refused.code == 2
        assert "B2" in refused.err
        assert "C2" in refused.err


async def test_only_the_fields_that_are_named_are_compared_and_all_others_stay(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields |= {"recallNum": 7, "recallInterval": 99}
        home.vendor.flows[1].fields["nodeList"][0]["text"] = "Good morning"
        await home.reconcile("--apply", "--only-fields", "recallNum,文件内容")
        flow = home.vendor.flows[1].fields
        assert (flow["recallNum"], flow["recallInterval"], flow["nodeList"][0]["text"]) == (3, 99, "Hello")
        assert (await home.reconcile("--exclude-fields", "recallInterval")).code == 0
        assert (await home.reconcile()).code == 4
        refused = await home.reconcile("--only-fields", "recalNum")
        assert refused.code == 2
        assert "recalNum" in refused.err


def tick(plan: Path, *wanted: tuple[int, str]) -> None:
    """Types x into the lines of these fields, and saves the workbook."""
    book = openpyxl.load_workbook(plan)
    sheet = book["Plan"]
    headings = {cell.value: number for number, cell in enumerate(sheet[1], start=1)}
    for row in range(2, sheet.max_row + 1):
        key, name = (sheet.cell(row, headings[heading]).value for heading in ("keyId", "Field"))
        if (int(str(key)), name) in wanted:
            sheet.cell(row, 1).value = "x"
    book.save(plan)


async def test_just_what_is_ticked_is_applied_and_what_has_changed_since_is_refused(tmp_path: Path) -> None:
    plan = tmp_path / "plan.xlsx"
    async with house(tmp_path) as home:
        for key in (1, 2, 3):
            home.vendor.flows[key].fields |= {"recallNum": 7, "recallInterval": 99}
        assert (await home.reconcile("--plan", plan)).code == 4
        nothing = await home.run("apply", plan)
        assert nothing.code == 2
        assert "Nothing is ticked" in nothing.err
        tick(plan, (1, "recallNum"), (2, "recallNum"), (2, "recallInterval"))
        home.vendor.flows[2].fields["recallType"] = 0
        home.calls()
        done = await home.run("apply", plan, "--json")
        lines = home.results(done.summary["run"])
        assert [key for call, key in home.calls() if call == "update"] == [1]
        flows = home.vendor.flows
        assert (flows[1].fields["recallNum"], flows[1].fields["recallInterval"]) == (3, 99)
        assert (flows[3].fields["recallNum"], flows[3].fields["recallInterval"]) == (7, 99)
    assert (done.code, done.summary["job"], done.summary["requests"]) == (4, "apply", 2)
    assert (lines["1"]["state"], lines["2"]["state"], lines["2"]["code"]) == ("succeeded", "not_sent", "stale")
    assert lines["1"]["changes"] == [{"field": "recallNum", "old": 7, "new": 3, "moved_by": "remote"}]
    upload = recallflow("upload", plan, "--dry-run", cwd=tmp_path)
    assert upload.code == 2
    assert "recallflow apply" in upload.err


@pytest.mark.process
async def test_two_nights_never_overlap(tmp_path: Path) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        reached.set()
        await go_on.wait()
        return web.json_response({"code": 0, "msg": "success", "data": None})

    flows = simple_flows(tmp_path / "flows.csv", 3)
    async with answering(slow) as url:
        first = await started("reconcile", flows, "--base-url", url, "--json", cwd=tmp_path)
        await reached.wait()
        (run,) = json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]
        second = await ran("reconcile", flows, "--base-url", url, cwd=tmp_path)
        no_rows = write_csv(tmp_path / "later.csv", [{"nothing": "known"}])
        third = await ran("reconcile", no_rows, "--base-url", url, cwd=tmp_path)
        go_on.set()
        ended = await finished(first)
    assert second.code == 2
    assert run["run"] in second.err
    assert run["run"] in third.err, "it is said before a file is read for nothing"
    assert ended.summary["plan"]["missing"] == 3
    assert len(json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]) == 1


async def test_a_night_that_takes_too_long_stops_and_resume_goes_on(tmp_path: Path) -> None:
    go_on = asyncio.Event()
    answered = 0

    async def slow(request: web.Request) -> web.Response:
        nonlocal answered
        answered += 1
        if answered > 10:
            await go_on.wait()
        key = (await request.json())["keyId"]
        return web.json_response({"code": 0, "data": {"status": 0} | RIGHT_STATE | {"keyId": key}})

    flows = simple_flows(tmp_path / "flows.csv", 30)
    async with answering(slow) as url:
        stopped = await ran("reconcile", flows, "--base-url", url, "--deadline", "2s", "--json", cwd=tmp_path)
        go_on.set()
        done = await ran("resume", "--base-url", url, "--json", cwd=tmp_path)
    assert (stopped.code, stopped.summary["state"]) == (3, "stopped")
    assert "--deadline" in stopped.summary["reason"]
    assert stopped.summary["counts"]["unknown"] == 0
    assert stopped.summary["plan"]["unchanged"] <= 10
    assert (done.code, done.summary["run"], done.summary["plan"]["unchanged"]) == (0, stopped.summary["run"], 30)


RIGHT_STATE: dict[str, object] = {
    "recallInterval": "30",
    "recallNum": 3.0,
    "recallType": 1,
    "nodeList": [{"source": 3, "text": "Hello", "lan": "EN", "hangUpSms": "0", "toSeat": 0, "nodeStatus": 0}],
}


@pytest.mark.process
async def test_a_night_that_is_killed_while_it_applies_is_made_good_by_resume(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in range(1, 5):
            home.vendor.flows[key].fields["recallNum"] = 7
        taken, update = asyncio.Event(), home.vendor.carry_out

        def kill_after_two(path: str, body: bytes) -> Any:
            reply = update(path, body)
            if reply.applied and sum(flow.fields["recallNum"] == 3 for flow in home.vendor.flows.values()) == 18:
                taken.set()
                process.kill()
            return reply

        home.vendor.carry_out = kill_after_two  # type: ignore[method-assign]  # the moment at which it dies
        command = ("reconcile", home.file, "--apply", "--base-url", home.url, "--concurrency", "1")
        process = await started(*command, cwd=tmp_path, env=KEYS)
        await taken.wait()
        await process.communicate()
        home.vendor.carry_out = update  # type: ignore[method-assign]
        home.calls()
        done = await home.run("resume", "--json")
        again = [key for call, key in home.calls() if call == "update"]
        assert all(flow.fields["recallNum"] == 3 for flow in home.vendor.flows.values())
    assert (done.code, done.summary["counts"]["unchanged"] + done.summary["counts"]["succeeded"]) == (0, 20)
    assert len(again) == 2, "what was taken before the end was found there, and not sent again"


async def test_what_a_night_has_not_got_to_is_not_sent_once_a_later_night_has_compared_the_file(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.rewrite(lambda rows: rows[0].update(recallNum=5))
        stopped = await home.reconcile("--apply", "--deadline", "0s", "--json")
        assert (stopped.code, stopped.summary["state"]) == (3, "stopped")
        home.rewrite(lambda rows: rows[0].update(recallNum=7))
        assert (await home.reconcile("--apply")).code == 0
        for named in ((stopped.summary["run"],), ()):
            refused = await home.run("resume", *named)
            assert (refused.code, len(refused.err.splitlines())) == (2, 1)
        assert home.vendor.flows[1].fields["recallNum"] == 7


async def test_what_was_left_alone_was_not_applied_so_that_it_is_still_known_who_moved(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields |= {"recallNum": 7, "recallInterval": 99}
        assert (await home.reconcile("--apply", "--exclude-fields", "recallNum")).code == 0
        home.vendor.flows[1].fields["recallNum"] = 8
        found = await home.reconcile("--json")
        changes = home.results(found.summary["run"])["1"]["changes"]
    assert changes == [{"field": "recallNum", "old": 8, "new": 3, "moved_by": "remote"}]


async def test_a_file_that_was_only_compared_can_be_uploaded(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        for key in range(1, 21):
            home.vendor.flows[key] = Flow(key, home.vendor.today(), fields=RIGHT_STATE | {"keyId": key, "recallNum": 4})
        home.rewrite(lambda rows: rows[0].update(recallNum=5))
        assert (await home.reconcile("--exclude-fields", "recallNum")).code == 0
        done = await home.run("upload", home.file, "--json")
        assert done.summary["counts"]["succeeded"] == 20


async def test_a_report_that_was_corrected_is_compared_as_any_other_file(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        home.rewrite(lambda rows: rows[0].update(recallNum=70))
        first = await home.run("upload", home.file, "--report", tmp_path / "report.xlsx", "--json")
        assert first.summary["counts"]["invalid"] == 1
        book = openpyxl.load_workbook(tmp_path / "report.xlsx")
        sheet = book["Corrections"]
        sheet.cell(2, [cell.value for cell in sheet[1]].index("recallNum") + 1).value = 7
        book.save(tmp_path / "report.xlsx")
        assert (await home.run("upload", tmp_path / "report.xlsx")).code == 0
        home.vendor.flows[1].fields["recallNum"] = 4
        found = await home.run("reconcile", tmp_path / "report.xlsx", "--json")
        assert (found.code, found.summary["plan"]["drifted"]) == (4, 1)


async def test_a_flow_that_cannot_be_looked_at_again_is_not_sent_and_stops_nobody(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for key in (1, 2):
            home.vendor.flows[key].fields["recallNum"] = 7
        carry_out, asked = home.vendor.carry_out, 0

        def busy(path: str, body: bytes) -> Reply:
            nonlocal asked
            asked += path.endswith("queryDetail") and json.loads(body)["keyId"] == 1
            return SYSTEM_ERROR if asked > 1 and json.loads(body)["keyId"] == 1 else carry_out(path, body)

        home.vendor.carry_out = busy  # type: ignore[method-assign]  # a vendor who has enough of one flow
        home.extra = {"RECALLFLOW_BACKOFF": "0.01"}
        done = await home.reconcile("--apply", "--json")
        lines = home.results(done.summary["run"])
    assert (done.code, done.summary["state"]) == (4, "done")
    assert (lines["1"]["state"], lines["1"]["code"], lines["2"]["state"]) == ("not_sent", "-18", "succeeded")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--conflicts", "theirs"), "--conflicts theirs"),
        (("--max-changes", "many"), "--max-changes"),
        (("--ignore", "nowhere.csv"), "nowhere.csv"),
        (("--plan", "plan.csv"), "plan.csv"),
    ],
)
def test_an_option_that_means_nothing_starts_nothing(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3)
    done = recallflow("reconcile", flows, *options, cwd=tmp_path, env=KEYS)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert words in done.err
    assert not json.loads(recallflow("runs", "--json", cwd=tmp_path).out)["runs"]


def test_it_can_be_tried_without_an_account(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 30)
    done = recallflow("reconcile", flows, "--sandbox", "--plan", "plan.xlsx", "--json", cwd=tmp_path)
    assert done.code == 4
    assert done.summary["plan"] | {"drifted": 3, "missing": 3, "locked": 3, "unchanged": 21} == done.summary["plan"]
    assert (tmp_path / "plan.xlsx").is_file()
