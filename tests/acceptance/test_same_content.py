"""Two uploads of the same content: at the same moment, and one after the other."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from tests.acceptance.program import ACCOUNT, Finished, recallflow, recallflow_on_a_terminal, running_sandbox
from tests.acceptance.sheets import RIGHT, simple_flows, write_csv
from tests.acceptance.test_interruption import Vendor
from tests.acceptance.vendor import answering, finished, ran, started


def runs_in(folder: Path) -> list[str]:
    """The names of the runs that the journal has, the latest first."""
    return [run["run"] for run in json.loads(recallflow("runs", "--json", cwd=folder).out)["runs"]]


@pytest.mark.process
async def test_of_two_uploads_of_one_file_that_begin_together_one_is_told_of_the_other(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 30)
    vendor = Vendor(before=0)
    async with answering(vendor.answer) as url:
        processes = [
            await started("upload", flows, "--base-url", url, "--report", f"{n}.xlsx", "--json", cwd=tmp_path)
            for n in range(2)
        ]
        ends = [asyncio.create_task(finished(process)) for process in processes]
        (first,), (second,) = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        vendor.go_on.set()
        refused, sent = await first, await second
    assert (refused.code, refused.summary["state"]) == (2, None)
    assert "being sent at this moment by run " + sent.summary["run"] in refused.summary["reason"]
    assert "--yes" in refused.summary["reason"]
    assert (sent.code, sent.summary["counts"]["succeeded"]) == (0, 30)
    assert sorted(vendor.received) == list(range(1, 31))
    assert runs_in(tmp_path) == [sent.summary["run"]]


@pytest.mark.process
async def test_with_yes_both_are_sent_and_no_flow_by_both_at_once(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 12)
    vendor = Vendor(before=0)
    async with answering(vendor.answer) as url:
        mine = await started(
            "upload", flows, "--base-url", url, "--concurrency", "4", "--report", "1.xlsx", "--json", cwd=tmp_path
        )
        await vendor.reached.wait()
        refused = await ran("upload", flows, "--base-url", url, "--lang", "zh", "--report", "3.xlsx", cwd=tmp_path)
        vendor.go_on.set()
        again = await ran("upload", flows, "--base-url", url, "--yes", "--report", "2.xlsx", "--json", cwd=tmp_path)
        done = await finished(mine)
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert f"正由运行 {done.summary['run']}" in refused.err
    assert [each.summary["counts"]["succeeded"] for each in (done, again)] == [12, 12]


@pytest.fixture
def sent_before(tmp_path: Path) -> Path:
    """A folder whose journal has a run that was sent; its vendor is gone, the file still there."""
    folder = tmp_path
    flows = simple_flows(folder / "flows.csv", 5)
    with running_sandbox() as url:
        (folder / "url").write_text(url)
        assert recallflow("upload", flows, "--base-url", url, cwd=folder, env=ACCOUNT).code == 0
    return folder


def upload_again(folder: Path, *args: str, file: str = "flows.csv", typed: str | None = None) -> Finished:
    """Uploads to the same vendor, who is not there any more: whoever tries stops at once."""
    env = ACCOUNT | {"RECALLFLOW_ATTEMPTS": "1", "COLUMNS": "300"}
    command: tuple[str | Path, ...] = ("upload", folder / file, "--base-url", (folder / "url").read_text(), *args)
    if typed is None:
        return recallflow(*command, cwd=folder, env=env)
    return recallflow_on_a_terminal(*command, typed=typed, cwd=folder, env=env)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_without_anybody_to_ask_content_that_was_fully_sent_is_refused_and_leaves_no_run(
    sent_before: Path, options: list[str]
) -> None:
    before = runs_in(sent_before)
    done = upload_again(sent_before, *options)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert re.search(rf"already fully sent by run {before[-1]} on \d{{4}}-\d\d-\d\d .*--yes", done.err)
    assert not options or done.summary["exit_code"] == 2
    assert runs_in(sent_before) == before


def test_a_file_that_was_saved_anew_with_the_same_content_is_known_again(sent_before: Path) -> None:
    reordered = [{"备注": "new"} | RIGHT | {"keyId": key} for key in range(1, 6)]
    write_csv(sent_before / "saved anew.csv", reordered)
    done = upload_again(sent_before, file="saved anew.csv")
    assert done.code == 2
    assert "already fully sent" in done.err


@pytest.mark.process
@pytest.mark.parametrize("typed", ["y\n", "是\n"])
def test_on_a_terminal_it_asks_and_goes_on_at_a_clear_yes(sent_before: Path, typed: str) -> None:
    before = runs_in(sent_before)
    done = upload_again(sent_before, typed=typed)
    assert f"by run {before[-1]} on " in done.err
    assert "Send it again? [y/N]" in done.err
    assert done.code == 3, "nobody is at that address any more"
    assert len(runs_in(sent_before)) == len(before) + 1


@pytest.mark.process
@pytest.mark.parametrize("typed", ["\n", "\x04"])
def test_anything_else_is_a_no(sent_before: Path, typed: str) -> None:
    before = runs_in(sent_before)
    done = upload_again(sent_before, typed=typed)
    assert "Send it again? [y/N]" in done.err
    assert done.code == 2
    assert done.err.endswith("Nothing was started.\n")
    assert runs_in(sent_before) == before


@pytest.mark.process
def test_for_a_program_that_reads_json_nothing_is_asked_even_on_a_terminal(sent_before: Path) -> None:
    done = upload_again(sent_before, "--json", typed="y\n")
    assert (done.code, done.summary["run"]) == (2, None)
    assert "[y/N]" not in done.err


def test_yes_needs_no_question_and_a_dry_run_and_a_sandbox_ask_none(sent_before: Path) -> None:
    assert upload_again(sent_before, "--yes").code == 3
    assert upload_again(sent_before, "--dry-run").code == 0
    for _ in range(2):
        assert upload_again(sent_before, "--sandbox").code != 2


def test_a_plan_whose_content_was_sent_meanwhile_is_asked_about_when_it_is_resumed(sent_before: Path) -> None:
    plan = json.loads(upload_again(sent_before, "--dry-run", "--json").out)["run"]
    where = ("--base-url", (sent_before / "url").read_text())
    for _ in range(2):
        refused = recallflow("resume", plan, *where, cwd=sent_before, env=ACCOUNT)
        assert (refused.code, len(refused.err.splitlines())) == (2, 1)
        assert "already fully sent" in refused.err
    shown = recallflow("show", plan, "--json", cwd=sent_before).summary
    assert (shown["state"], shown["resumable"]) == ("planned", True)
    quick = ACCOUNT | {"RECALLFLOW_ATTEMPTS": "1"}
    assert recallflow("resume", plan, *where, "--yes", cwd=sent_before, env=quick).code == 3, "nobody is there now"


def test_other_content_and_another_vendor_are_sent_without_a_question(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3)
    (tmp_path / "url").write_text("https://127.0.0.1:9/")
    assert upload_again(tmp_path).code == 3
    with running_sandbox() as url:
        assert recallflow("upload", flows, "--base-url", url, cwd=tmp_path, env=ACCOUNT).code == 0
        more = simple_flows(tmp_path / "more.csv", 4)
        assert recallflow("upload", more, "--base-url", url, cwd=tmp_path, env=ACCOUNT).code == 0
