"""The vendor's flows as a spreadsheet: uploaded as it stands it changes nothing, and what it cannot say is told."""

import csv
import json
import shlex
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
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
WITH_66_FILES = 400
"""Flows, of which those that can be edited have so many audio files."""


def state_of(vendor: SimulatedVendor) -> str:
    """All that it has, to the byte."""
    return json.dumps({key: [flow.fields, flow.status, str(flow.created)] for key, flow in vendor.flows.items()})


@asynccontextmanager
async def example_vendor(
    count: int = MANY, *, hide_base_file: bool = False
) -> AsyncIterator[tuple[str, SimulatedVendor]]:
    """A vendor with example flows, some of which have audio, and some of which can no longer be edited."""
    own = SandboxSettings(account=Account(key=KEY, secret=SECRET), hide_base_file=hide_base_file)
    async with sandbox(own) as (url, vendor):
        fill_with_examples(vendor, count, now=vendor.today())
        yield url, vendor


def names_in(folder: Path) -> set[str]:
    """What lies in it."""
    return {path.name for path in folder.iterdir()}


def pending(vendor: SimulatedVendor) -> list[str]:
    """The keys of the flows that can be edited."""
    return [str(key) for key, flow in vendor.flows.items() if flow.status == PENDING]


def keys_in(path: Path) -> list[str]:
    """Those of a CSV file, in its order."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(dict.fromkeys(row[0] for row in list(csv.reader(file))[1:]))


async def run(*args: str | Path, cwd: Path, env: Mapping[str, str] = ACCOUNT) -> Finished:
    return await ran(*args, "--lang", "en", cwd=cwd, env=env)


def unwrapped(words: str) -> str:
    """What was printed, without the ends of lines of a narrow terminal."""
    return " ".join(words.split())


def edited(path: Path, heading: str, value: str) -> list[list[str]]:
    """Changes one cell of the first flow in a CSV file. Gives all rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][rows[0].index(heading)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return rows


@pytest.mark.parametrize(("ending", "language"), [("xlsx", "zh"), ("xlsx", "en"), ("csv", "zh")])
async def test_what_is_exported_and_uploaded_as_it_stands_changes_nothing(
    tmp_path: Path, ending: str, language: str
) -> None:
    out = tmp_path / f"flows.{ending}"
    async with example_vendor(WITH_66_FILES) as (url, vendor):
        before, count = state_of(vendor), len(pending(vendor))
        done = await ran("export", out, "--base-url", url, "--lang", language, "--json", cwd=tmp_path)
        assert done.code == 0, done.err
        checked = await run("check", out, "--json", cwd=tmp_path)
        assert (checked.code, checked.summary["requests"]) == (0, count), checked.out
        assert {notice["code"] for notice in checked.summary["notices"]} == {"file-named", "no-effect"}
        reconciled = await run("reconcile", out, "--base-url", url, "--json", cwd=tmp_path)
        assert reconciled.code == 0, reconciled.out
        assert reconciled.summary["counts"]["unchanged"] == reconciled.summary["plan"]["unchanged"] == count
        uploaded = await run("upload", out, "--base-url", url, "--report", "report.xlsx", "--json", cwd=tmp_path)
        assert uploaded.code == 0, uploaded.err
        assert uploaded.summary["counts"]["succeeded"] == count
        assert state_of(vendor) == before
        again = await run("reconcile", out, "--base-url", url, "--json", cwd=tmp_path)
        assert (again.code, again.summary["counts"]["unchanged"]) == (0, count)
    assert done.summary["exported"]["flows"] == count > WITH_66_FILES * 3 // 4
    assert done.summary["counts"]["unchanged"] == WITH_66_FILES
    assert done.summary["export"] == str(out)
    assert done.summary["exported"]["audio"] == len(names_in(tmp_path / "flows-audio")) == 66
    assert done.summary["notices"] == []


async def test_audio_that_the_vendor_does_not_give_is_told_with_its_key_and_cell(tmp_path: Path) -> None:
    async with example_vendor(hide_base_file=True) as (url, vendor):
        done = await run("export", "flows.xlsx", "--base-url", url, "--all", "--json", cwd=tmp_path)
        again = await run("export", "again.csv", "--all", "--run", done.summary["run"], cwd=tmp_path)
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
    assert "K" in again.out
    assert "name the file here" in again.out
    assert not (tmp_path / "flows-audio").exists()


async def test_flows_are_chosen_by_when_they_were_created_and_by_their_task(tmp_path: Path) -> None:
    async with example_vendor() as (url, vendor):
        middle = vendor.flows[FIRST_EXAMPLE + MANY // 2].created
        words = ("--from", f"{middle:%Y-%m-%d %H:%M:%S}", "--task-name", "Survey")
        done = await run("export", "flows.csv", "--base-url", url, *words, "--json", cwd=tmp_path)
        wanted = [
            key
            for key in pending(vendor)
            if vendor.flows[int(key)].created >= middle and "Survey" in vendor.flows[int(key)].task_name
        ]
    assert done.code == 0
    assert 0 < len(wanted) < MANY // 2
    assert keys_in(tmp_path / "flows.csv") == wanted
    assert done.summary["days"]["from"] == f"{middle:%Y-%m-%d %H:%M:%S}"
    assert done.summary["days"]["task_name"] == "Survey"


async def test_the_days_that_were_asked_for_are_said_though_nobody_chose_any(tmp_path: Path) -> None:
    async with example_vendor() as (url, vendor):
        first, last = vendor.today() - timedelta(days=30), vendor.today()
        done = await run("export", "flows.csv", "--base-url", url, "--json", cwd=tmp_path)
        later = await run("export", "later.csv", "--run", done.summary["run"], cwd=tmp_path)
        nothing = await run("export", "none.csv", "--base-url", url, "--to", "2020-01-31", "--json", cwd=tmp_path)
    days = done.summary["days"]
    assert days["from"] <= f"{first:%Y-%m-%d %H:%M:%S}"
    assert days["to"] > f"{last:%Y-%m-%d %H:%M:%S}"
    for words in (done.err, later.out):
        assert days["from"] in words
        assert days["to"] in words
    assert (nothing.code, (tmp_path / "none.csv").exists()) == (2, False)
    assert "2020-01-31 23:59:59" in nothing.summary["reason"]


async def test_what_can_no_longer_be_edited_is_left_out_and_counted(tmp_path: Path) -> None:
    async with example_vendor() as (url, vendor):
        done = await run("export", "flows.csv", "--base-url", url, "--json", cwd=tmp_path)
        name = done.summary["run"]
        told = await run("export", "told.csv", "--run", name, cwd=tmp_path)
        everything = await run("export", "all.csv", "--run", name, "--all", "--json", cwd=tmp_path)
        wanted, listed = pending(vendor), list(map(str, vendor.flows))
    locked = len(listed) - len(wanted)
    assert (done.summary["exported"]["locked"], done.summary["exported"]["left_out"]) == (locked, locked)
    assert keys_in(tmp_path / "flows.csv") == wanted
    assert f"Left out: {locked} flows that can no longer be edited" in told.out
    assert "--all" in told.out
    assert (everything.summary["exported"]["locked"], everything.summary["exported"]["left_out"]) == (locked, 0)
    assert keys_in(tmp_path / "all.csv") == listed


@pytest.mark.parametrize(
    ("language", "headings", "word"),
    [("en", ["Task name", "Status", "Created"], "pending"), ("zh", ["任务名称", "状态", "创建时间"], "待执行")],
)
async def test_task_name_status_and_day_stand_beside_the_key_and_every_command_passes_them_over(
    tmp_path: Path, language: str, headings: list[str], word: str
) -> None:
    async with example_vendor(9) as (url, vendor):
        await ran("export", "flows.csv", "--base-url", url, "--lang", language, cwd=tmp_path)
        commands = ("check", "flows.csv"), ("upload", "flows.csv", "--base-url", url, "--yes", "--report", "r.xlsx")
        for words in (*commands, ("reconcile", "flows.csv", "--base-url", url)):
            done = await run(*words, cwd=tmp_path)
            assert done.code == 0, done.err
            assert "passed over" not in done.out + done.err
        first = vendor.flows[FIRST_EXAMPLE]
    with (tmp_path / "flows.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][1:4] == headings
    assert rows[1][:4] == [str(FIRST_EXAMPLE), first.task_name, word, f"{first.created:%Y-%m-%d %H:%M:%S}"]


async def test_one_cell_is_edited_and_uploaded_with_the_command_that_was_printed_and_the_night_is_content(
    tmp_path: Path,
) -> None:
    async with example_vendor() as (url, vendor):
        done = await run("export", "flows.csv", "--base-url", url, "--json", cwd=tmp_path)
        edited(tmp_path / "flows.csv", "recallNum*", "10")
        _, *words = shlex.split(done.summary["next"])
        uploaded = await run(*words, "--report", "report.xlsx", "--json", cwd=tmp_path)
        night = await run("reconcile", "flows.csv", "--base-url", url, "--json", cwd=tmp_path)
        changed = vendor.flows[FIRST_EXAMPLE].fields["recallNum"]
    counts = uploaded.summary["counts"]
    assert (uploaded.code, counts["succeeded"], counts["unchanged"]) == (0, 1, done.summary["exported"]["flows"] - 1)
    assert changed == 10
    assert (night.code, night.summary["plan"]["unchanged"]) == (0, done.summary["exported"]["flows"])


async def test_the_corrections_of_an_upload_keep_what_helps_a_person_and_are_uploaded_again(tmp_path: Path) -> None:
    async with example_vendor(9) as (url, _):
        await run("export", "flows.csv", "--base-url", url, cwd=tmp_path)
        rows = edited(tmp_path / "flows.csv", "recallNum*", "99")
        done = await run("upload", "flows.csv", "--base-url", url, "--report", "report.xlsx", cwd=tmp_path)
        checked = await run("check", "report.xlsx", "--json", cwd=tmp_path)
    assert done.code == checked.code == 1
    [row] = sheet_rows(tmp_path / "report.xlsx", "Corrections")
    assert row["Task name"] == rows[1][1]
    assert [notice["code"] for notice in checked.summary["notices"]] == ["corrections"]


async def test_the_next_command_goes_to_where_the_flows_were_read(tmp_path: Path) -> None:
    async with example_vendor(5) as (url, _):
        options = ("--base-url", url, "--home", "my home")
        done = await run("export", "my flows.csv", *options, "--json", cwd=tmp_path)
        later = await run("export", "later.csv", "--run", done.summary["run"], "--home", "my home", cwd=tmp_path)
        usual = await run(
            "export", "usual.csv", "--json", cwd=tmp_path, env=ACCOUNT | {"RECALLFLOW_BASE_URL": url.rstrip("/")}
        )
    assert shlex.split(done.summary["next"]) == ["recallflow", "upload", "my flows.csv", "--compare", *options]
    assert f"recallflow upload later.csv --compare --base-url {url} --home 'my home'" in unwrapped(later.out)
    assert usual.summary["next"] == "recallflow upload usual.csv --compare", "the environment still says where"


async def test_a_file_that_exists_is_overwritten_with_force_and_only_then(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text("of last month")
    async with example_vendor(9) as (url, vendor):
        refused = await run("export", "flows.csv", "--base-url", url, cwd=tmp_path)
        assert refused.code == 2
        assert "--force" in refused.err
        assert (tmp_path / "flows.csv").read_text() == "of last month"
        done = await run("export", "flows.csv", "--base-url", url, "--force", cwd=tmp_path)
        assert done.code == 0, done.err
        assert keys_in(tmp_path / "flows.csv") == pending(vendor)
    assert names_in(tmp_path) == {"flows.csv", "flows-audio", "home"}


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
    assert keys_in(tmp_path / "flows.csv") == [str(first + 2), str(first)]


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
            done = await run("export", "flows.csv", "--run", name, "--all", "--json", cwd=tmp_path)
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
    assert done.summary["exported"]["flows"] + done.summary["exported"]["left_out"] == len(vendor.flows) == MANY - 3
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
    exported = summary["exported"]
    assert (done.code, exported["flows"] + exported["left_out"], summary["job"]) == (0, 300, "export")
    assert summary["next"] == "recallflow upload flows.xlsx --compare --sandbox"
    again = recallflow("show", "--lang", "en", cwd=tmp_path)
    assert "export" in again.out
    assert "reconcile" not in again.out
