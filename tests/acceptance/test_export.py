"""The vendor's flows as a spreadsheet: uploaded as it stands it changes nothing, and what it cannot say is told."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from jobs.recallflow.sandbox.example_flows import FIRST_EXAMPLE, fill_with_examples
from jobs.recallflow.sandbox.server import SandboxSettings, sandbox
from jobs.recallflow.sandbox.vendor import PENDING, SimulatedVendor
from jobs.recallflow.signing import Account
from tests.acceptance.program import ACCOUNT, Finished, recallflow
from tests.acceptance.sheets import sheet_rows, write_csv
from tests.acceptance.vendor import answering, ran

KEY, SECRET = (SecretStr(value) for value in ACCOUNT.values())
MANY = 120


def state_of(vendor: SimulatedVendor) -> str:
    """All that it has, to the byte."""
    return json.dumps({key: [flow.fields, flow.status, str(flow.created)] for key, flow in vendor.flows.items()})


@asynccontextmanager
async def example_vendor(count: int = MANY, *, audio: bool = True) -> AsyncIterator[tuple[str, SimulatedVendor]]:
    """A vendor with example flows; without audio, only such as an upload can say whole, all pending."""
    async with sandbox(SandboxSettings(account=Account(key=KEY, secret=SECRET))) as (url, vendor):
        fill_with_examples(vendor, count, now=vendor.today())
        if not audio:
            for key, flow in list(vendor.flows.items()):
                flow.status = PENDING
                if any(node["source"] == 2 for node in flow.fields["nodeList"] or []):
                    del vendor.flows[key]
        yield url, vendor


async def run(*args: str | Path, cwd: Path) -> Finished:
    return await ran(*args, "--lang", "en", cwd=cwd)


@pytest.mark.parametrize(("ending", "language"), [("xlsx", "zh"), ("xlsx", "en"), ("csv", "zh")])
async def test_what_is_exported_and_uploaded_as_it_stands_changes_nothing(
    tmp_path: Path, ending: str, language: str
) -> None:
    out = tmp_path / f"flows.{ending}"
    async with example_vendor(audio=False) as (url, vendor):
        before, count = state_of(vendor), len(vendor.flows)
        done = await ran("export", out, "--base-url", url, "--lang", language, "--json", cwd=tmp_path)
        assert done.code == 0, done.err
        checked = await run("check", out, "--json", cwd=tmp_path)
        assert (checked.code, checked.summary["requests"], checked.summary["notices"]) == (0, count, [])
        uploaded = await run("upload", out, "--base-url", url, "--report", "report.xlsx", "--json", cwd=tmp_path)
        assert uploaded.code == 0, uploaded.err
        assert uploaded.summary["counts"]["succeeded"] == count
        assert state_of(vendor) == before
    assert done.summary["exported"]["flows"] == done.summary["counts"]["unchanged"] == count > MANY // 2
    assert done.summary["export"] == str(out)
    assert done.summary["notices"] == []


async def test_what_is_not_just_as_the_vendor_has_it_is_told_with_its_key_and_cell(tmp_path: Path) -> None:
    async with example_vendor() as (url, vendor):
        done = await run("export", "flows.xlsx", "--base-url", url, "--json", cwd=tmp_path)
        again = await run("export", "again.csv", "--run", done.summary["run"], cwd=tmp_path)
        locked = sum(flow.status != PENDING for flow in vendor.flows.values())
        audio = [
            (str(key), "audio-missing" if node["voiceFileId"] is None else "audio-referred")
            for key, flow in vendor.flows.items()
            for node in flow.fields["nodeList"] or []
            if node["source"] == 2
        ]
    assert done.code == again.code == 0
    assert done.summary["exported"]["locked"] == locked > 0
    assert [(notice["value"], notice["code"]) for notice in done.summary["notices"]] == audio
    rows = sheet_rows(tmp_path / "flows.xlsx", "Flows")
    for notice in done.summary["notices"]:
        row = rows[notice["row"] - 2]
        assert str(row["keyId*"]) == notice["value"]
        assert notice["value"] in notice["message"]
        assert row["baseFile"] is None
    assert f"{locked} of them can no longer be edited" in again.out
    assert "H" in again.out
    assert "name the file here" in again.out


async def test_flows_are_chosen_by_when_they_were_created_and_by_their_task(tmp_path: Path) -> None:
    async with example_vendor() as (url, vendor):
        middle = vendor.flows[FIRST_EXAMPLE + MANY // 2].created
        words = ("--from", f"{middle:%Y-%m-%d %H:%M:%S}", "--task-name", "Survey")
        done = await run("export", "flows.csv", "--base-url", url, *words, "--json", cwd=tmp_path)
        wanted = [
            flow.key_id for flow in vendor.flows.values() if flow.created >= middle and "Survey" in flow.task_name
        ]
    assert done.code == 0
    assert 0 < len(wanted) < MANY // 2
    lines = (tmp_path / "flows.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    found = [int(line.split(",")[0]) for line in lines if line[:7].isdecimal()]
    assert list(dict.fromkeys(found)) == wanted


async def test_flows_of_a_list_are_exported_in_its_order_and_what_is_missing_or_no_key_is_listed(
    tmp_path: Path,
) -> None:
    first = FIRST_EXAMPLE
    keys = write_csv(
        tmp_path / "keys.csv", [{"note": "x", "keyId": key} for key in (first + 2, first, 77, "abc", first + 2)]
    )
    async with example_vendor() as (url, _):
        done = await run("export", "flows.csv", "--keys", keys, "--base-url", url, cwd=tmp_path)
    assert done.code == 1
    assert "77" in done.out
    assert "B5" in done.out
    assert "2 flows" in done.out
    lines = (tmp_path / "flows.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert list(dict.fromkeys(line[:7] for line in lines)) == [str(first + 2), str(first)]


async def test_a_file_that_is_there_is_not_overwritten_and_nobody_is_asked_anything(tmp_path: Path) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response()

    (tmp_path / "flows.csv").write_text("mine")
    async with answering(answer) as url:
        done = await run("export", "flows.csv", "--base-url", url, "--json", cwd=tmp_path)
    assert (done.code, done.summary["job"], asked) == (2, "export", [])
    assert "flows.csv is there already" in done.summary["reason"]
    assert (tmp_path / "flows.csv").read_text() == "mine"


class Gatekeeper:
    """Answers as the simulated vendor does, until somebody takes the account away."""

    def __init__(self, vendor: SimulatedVendor, meddle: Callable[[SimulatedVendor, str], bool]) -> None:
        self.vendor = vendor
        self.meddle = meddle
        """Is told of each call before it is answered; gives whether the account is refused."""
        self.read: list[int] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.lstrip("/")
        body = await request.read()
        if self.meddle(self.vendor, path):
            return web.json_response({"code": -1, "msg": "authentication error", "data": None})
        reply = self.vendor.carry_out(path, body)
        if path.endswith("queryDetail"):
            self.read.append(json.loads(body)["keyId"])
        return web.json_response(reply.body)


async def test_an_export_that_was_stopped_goes_on_reading_and_is_written_then(tmp_path: Path) -> None:
    refusing = True
    async with example_vendor() as (_, vendor):
        gate = Gatekeeper(vendor, lambda _, path: refusing and path.endswith("queryDetail") and len(gate.read) >= 30)
        async with answering(gate.answer) as url:
            options = ("--base-url", url, "--concurrency", "2", "--json")
            stopped = await run("export", "flows.csv", *options, cwd=tmp_path)
            assert (stopped.code, stopped.summary["state"]) == (3, "stopped")
            assert stopped.summary["export"] is None
            assert not (tmp_path / "flows.csv").exists()
            name = stopped.summary["run"]
            early = await run("export", "flows.csv", "--run", name, cwd=tmp_path)
            assert (early.code, early.out) == (2, "")
            assert f"recallflow resume {name}" in early.err
            refusing = False
            resumed = await run("resume", name, cwd=tmp_path)
            assert resumed.code == 0, resumed.err
            assert f"recallflow export OUT --run {name}" in resumed.out
            done = await run("export", "flows.csv", "--run", name, "--json", cwd=tmp_path)
    assert (done.code, done.summary["exported"]["flows"]) == (0, MANY)
    assert sorted(gate.read) == sorted(vendor.flows)


async def test_a_list_that_never_settles_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    def meddle(vendor: SimulatedVendor, path: str) -> bool:
        assert path.endswith("queryPage")
        vendor.flows.pop(next(iter(vendor.flows)))
        return False

    async with example_vendor() as (_, vendor):
        gate = Gatekeeper(vendor, meddle)
        async with answering(gate.answer) as url:
            done = await run("export", "flows.csv", "--base-url", url, "--json", cwd=tmp_path)
    assert done.code == 2
    assert "never settled" in done.summary["reason"]
    assert not (tmp_path / "flows.csv").exists()
    assert recallflow("runs", "--json", cwd=tmp_path).summary["runs"] == []


async def test_a_list_that_moves_for_a_while_is_exported_whole_which_is_said(tmp_path: Path) -> None:
    moves = iter(range(FIRST_EXAMPLE, FIRST_EXAMPLE + 3))

    def meddle(vendor: SimulatedVendor, _: str) -> bool:
        vendor.flows.pop(next(moves, 0), None)
        return False

    async with example_vendor() as (_, vendor):
        gate = Gatekeeper(vendor, meddle)
        async with answering(gate.answer) as url:
            done = await run("export", "flows.csv", "--base-url", url, "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.summary["exported"]["flows"] == len(vendor.flows) == MANY - 3
    assert "list-moved" in [notice["code"] for notice in done.summary["notices"]]
    assert "The vendor's list moved while it was read" in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--keys", "keys.csv", "--from", "2026-01-01"), "Leave those out"),
        (("--keys-sheet", "x"), "needs --keys"),
        (("--run", "2026", "--task-name", "x"), "Leave the others out"),
        (("--from", "yesterday"), "Write 2026-12-31"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "later than"),
        (("--keys", "nothing.csv"), "no file"),
    ],
)
def test_options_that_say_nothing_that_goes_together_are_refused(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    done = recallflow("export", "flows.csv", *options, "--lang", "en", cwd=tmp_path, env=ACCOUNT)
    assert done.code == 2
    assert words in done.err


def test_it_can_be_tried_without_an_account(tmp_path: Path) -> None:
    done = recallflow("export", "flows.xlsx", "--sandbox", "--json", cwd=tmp_path)
    summary: dict[str, Any] = done.summary
    assert (done.code, summary["exported"]["flows"], summary["job"]) == (0, 300, "export")
    again = recallflow("show", "--lang", "en", cwd=tmp_path)
    assert "export" in again.out
    assert "reconcile" not in again.out
