"""Before anything is sent to a real vendor, a terminal says what is going to happen, and asks."""

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.acceptance.program import CTRL_C, Finished, recallflow, recallflow_asked
from tests.acceptance.sheets import RIGHT, simple_flows, write_csv
from tests.acceptance.test_reconcile import KEYS, House, house
from tests.acceptance.test_undo import tick_all

FLOWS = "flows.csv"


async def at_a_terminal(home: House, *command: str | Path, answers: Sequence[str], lang: str = "en") -> Finished:
    """A command of somebody who answers each question in turn."""
    words = (*command, "--base-url", home.url, "--lang", lang)
    env = KEYS | home.extra | {"COLUMNS": "300"}
    return await asyncio.to_thread(recallflow_asked, *words, typed_ahead="", answers=answers, cwd=home.folder, env=env)


def questions(done: Finished) -> int:
    return done.err.count("[y/N")


def runs_in(home: House) -> list[dict[str, object]]:
    listed = json.loads(recallflow("runs", "--json", cwd=home.folder).out)["runs"]
    assert isinstance(listed, list)
    return listed


def sent(home: House) -> list[int]:
    """The flows that were overwritten since the last time."""
    return [key for call, key in home.calls() if call == "update"]


@pytest.mark.process
@pytest.mark.parametrize("typed", ["y\n", "YES\n", "是\n"])
async def test_an_upload_says_how_many_where_and_as_whom_and_goes_on_at_a_yes(tmp_path: Path, typed: str) -> None:
    async with house(tmp_path, uploaded=False) as home:
        home.rewrite(lambda rows: rows[2].update(recallNum=-1))
        done = await at_a_terminal(home, "upload", FLOWS, answers=[typed])
        assert (done.code, questions(done), len(sent(home))) == (1, 1, 19)
    lines = done.err.splitlines()
    assert lines[0] == f"19 flows are overwritten at {home.url} as bDqJ****; 1 held back as invalid."
    assert lines[1].startswith("This cannot be undone.")
    assert "Send them? [y/N/c]" in done.err
    assert "last sent exactly" not in done.err


@pytest.mark.process
@pytest.mark.parametrize("typed", ["\n", "n\n", "yy\n", "\x04"])
async def test_anything_else_starts_nothing_and_leaves_no_run(tmp_path: Path, typed: str) -> None:
    async with house(tmp_path, uploaded=False) as home:
        done = await at_a_terminal(home, "upload", FLOWS, answers=[typed], lang="zh")
        assert (done.code, sent(home), runs_in(home)) == (2, [], [])
    assert "将以账号 bDqJ**** 覆盖" in done.err
    assert "没有因有误而不发送的" in done.err
    assert done.err.endswith("未开始任何操作。\n")


@pytest.mark.process
async def test_c_compares_first_and_sends_only_what_differs_in_one_run_that_can_be_undone(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.rewrite(lambda rows: rows[0].update(recallNum=9))
        done = await at_a_terminal(home, "upload", FLOWS, answers=["c\n", "y\n"])
        assert (done.code, questions(done), sent(home)) == (0, 2, [1]), done.err
        assert "1 flow is overwritten at" in done.err
        latest, before = runs_in(home)
        assert (latest["state"], latest["requests"]) == ("done", 20)
        assert f"recallflow undo {latest['run']} --base-url {home.url}" in done.err
        back = await home.run("undo", str(latest["run"]), "--apply", "--json")
        assert (back.code, home.vendor.flows[1].fields["recallNum"]) == (0, RIGHT["recallNum"])
        assert before["requests"] == 20


@pytest.mark.process
async def test_after_a_comparison_nothing_is_sent_either_unless_somebody_agrees(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.rewrite(lambda rows: rows[0].update(recallNum=9))
        for command, answers in ((["upload", FLOWS], ["c\n", "n\n"]), (["upload", FLOWS, "--compare"], ["n\n"])):
            done = await at_a_terminal(home, *command, answers=answers)
            assert (done.code, questions(done), sent(home)) == (2, len(answers), [])
            assert done.err.endswith("Nothing was sent, as answered.\n")
            assert len(runs_in(home)) == 1


@pytest.mark.process
async def test_where_the_comparison_finds_all_as_wanted_nothing_is_asked(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        done = await at_a_terminal(home, "upload", FLOWS, "--compare", answers=[])
        assert (done.code, questions(done), sent(home)) == (0, 0, [])


@pytest.mark.process
async def test_a_file_of_which_one_cell_was_changed_says_how_many_were_sent_just_so(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.rewrite(lambda rows: rows[0].update(recallNum=9))
        done = await at_a_terminal(home, "upload", FLOWS, answers=["n\n"])
        assert (
            "19 of these 20 were last sent exactly as they are now; a comparison (--compare) sends only the others."
            in done.err
        )
        assert sent(home) == []


async def test_a_script_is_told_of_it_and_sends_all_the_same(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.rewrite(lambda rows: rows[0].update(recallNum=9))
        done = await home.run("upload", FLOWS, "--json")
        assert (done.code, len(sent(home))) == (0, 20)
        assert re.search(r"19 of these 20 were last sent exactly .* \(--compare\) sends only the others", done.err)
        home.rewrite(lambda rows: rows[1].update(recallNum=9))
        again = await home.run("upload", FLOWS, "--json")
        assert "18 of these 20 were last sent exactly" in again.err


@pytest.mark.process
@pytest.mark.parametrize("options", [["--yes"], ["--sandbox"], ["--dry-run"], ["--json"]])
async def test_nobody_is_asked_who_has_said_yes_or_sends_nothing_to_the_vendor(
    tmp_path: Path, options: list[str]
) -> None:
    async with house(tmp_path, uploaded=False) as home:
        done = await at_a_terminal(home, "upload", FLOWS, *options, answers=[])
        assert (done.code in {0, 1}, questions(done)) == (True, 0)
        assert "overwritten" not in done.err


@pytest.mark.process
async def test_a_yes_to_content_that_was_sent_before_is_a_yes_to_sending(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        done = await at_a_terminal(home, "upload", FLOWS, answers=["y\n"])
        assert (done.code, questions(done), len(sent(home))) == (0, 1, 20)
        assert "20 flows are overwritten at" in done.err
        assert "All 20 were last sent exactly as they are now" in done.err


@pytest.mark.process
async def test_where_everything_is_invalid_there_is_nothing_to_ask(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        write_csv(home.file, [{"keyId": 1} | RIGHT | {"recallNum": -1}])
        done = await at_a_terminal(home, "upload", FLOWS, answers=[])
        assert (done.code, questions(done)) == (1, 0)


@pytest.mark.process
async def test_what_a_night_found_is_put_right_only_where_somebody_agrees_and_is_kept_as_a_plan_else(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        no = await at_a_terminal(home, "reconcile", FLOWS, "--apply", "--max-changes", "20", answers=["n\n"])
        assert (no.code, questions(no), sent(home)) == (4, 1, [])
        assert "1 flow is overwritten at" in no.err
        assert "Nothing was sent, as answered." in no.out
        assert runs_in(home)[0]["state"] == "planned"
        yes = await at_a_terminal(home, "reconcile", FLOWS, "--apply", "--max-changes", "20", answers=["y\n"])
        assert (yes.code, sent(home)) == (0, [1])
        home.vendor.flows[1].fields["recallNum"] = 7
        unasked = await at_a_terminal(home, "reconcile", FLOWS, "--apply", "--yes", answers=[])
        assert (unasked.code, questions(unasked), sent(home)) == (0, 0, [1])


@pytest.mark.process
async def test_a_ticked_plan_and_the_way_back_are_asked_about_as_well(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.rewrite(lambda rows: rows[0].update(recallNum=9))
        done = await home.run("upload", FLOWS, "--compare", "--json")
        name = done.summary["run"]
        home.calls()
        no = await at_a_terminal(home, "undo", name, "--apply", answers=["n\n"])
        assert (no.code, questions(no), sent(home)) == (4, 1, [])
        yes = await at_a_terminal(home, "undo", name, "--apply", answers=["y\n"])
        assert (yes.code, sent(home)) == (0, [1])


@pytest.mark.process
async def test_of_a_ticked_plan_that_nobody_agrees_to_no_run_is_left(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        await home.reconcile("--plan", "plan.xlsx")
        tick_all(tmp_path / "plan.xlsx")
        home.calls()
        no = await at_a_terminal(home, "apply", "plan.xlsx", answers=["n\n"])
        assert (no.code, questions(no), sent(home), len(runs_in(home))) == (2, 1, [], 2)
        yes = await at_a_terminal(home, "apply", "plan.xlsx", answers=["y\n"])
        assert (yes.code, questions(yes), sent(home)) == (0, 1, [1])


@pytest.mark.process
async def test_ctrl_c_at_the_question_keeps_a_plan_which_no_resume_sends(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        done = await at_a_terminal(home, "reconcile", FLOWS, "--apply", answers=[CTRL_C])
        assert (done.code, sent(home)) == (130, [])
        assert runs_in(home)[0]["state"] == "planned"
        on = await home.run("resume", str(runs_in(home)[0]["run"]), "--json")
        assert (on.code, sent(home)) == (2, [])


@pytest.mark.process
async def test_ctrl_c_at_the_question_of_an_upload_leaves_no_run(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        done = await at_a_terminal(home, "upload", FLOWS, answers=[CTRL_C])
        assert (done.code, sent(home), runs_in(home)) == (130, [], [])


@pytest.mark.process
async def test_a_stopped_run_goes_on_only_where_somebody_agrees(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        planned = (await home.run("upload", FLOWS, "--dry-run", "--json")).summary["run"]
        no = await at_a_terminal(home, "resume", planned, answers=["n\n"])
        assert (no.code, questions(no), sent(home)) == (2, 1, [])
        assert f"Run {planned} has 20 flows still to be sent; they are overwritten at {home.url} as bDqJ****." in no.err
        assert recallflow("show", planned, "--json", cwd=tmp_path).summary["resumable"] is True
        yes = await at_a_terminal(home, "resume", planned, answers=["y\n"])
        assert (yes.code, len(sent(home))) == (0, 20)


def test_a_check_says_what_a_comparison_would_do(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "my flows.csv", 2)
    done = recallflow("check", flows, cwd=tmp_path)
    assert (done.code, f"recallflow upload '{flows}' --compare would" in done.out) == (0, True)
    assert "--compare" not in recallflow("check", flows, "--json", cwd=tmp_path).out
    in_chinese = recallflow("check", flows, "--lang", "zh", cwd=tmp_path)
    assert "--compare 会先读取平台现值" in in_chinese.out
