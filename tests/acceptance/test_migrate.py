"""`recallflow migrate`, as the one sees it who does it once: planned, sent in waves, stopped and resumed."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from jobs.recallflow.sandbox.server import SandboxSettings, sandbox
from tests.acceptance.program import recallflow, recallflow_asked
from tests.acceptance.sheets import sheet_rows, simple_flows, write_csv
from tests.acceptance.test_reconcile import KEYS, House, tick
from tests.acceptance.vendor import finished, started

RULES = """\
[flows]
keys = "keys.csv"

[[where]]
field = "status"
equals = 0

[[change]]
name = "later"
field = "recallInterval"
shift = 30
beyond = "fail"
"""
SAFE = RULES.replace("shift = 30\nbeyond", "set = 77\n#")


@asynccontextmanager
async def house(folder: Path, number: int = 30, rules: str = RULES) -> AsyncIterator[House]:
    """Flows at the vendor's, a list of their keys, and rules that change each of them."""
    log = folder / "requests.jsonl"
    (folder / "rules.toml").write_text(rules, encoding="utf-8")
    async with sandbox(SandboxSettings(request_log=log)) as (url, vendor):
        made = House(folder, url, vendor, log)
        simple_flows(made.file, number)
        write_csv(folder / "keys.csv", [{"keyId": key} for key in range(1, number + 1)])
        assert (await made.run("upload", made.file)).code == 0
        made.calls()
        yield made


def intervals(home: House) -> list[object]:
    return [home.vendor.flows[key].fields["recallInterval"] for key in sorted(home.vendor.flows)]


def updates(home: House) -> list[int]:
    return [key for call, key in home.calls() if call == "update"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_needs_no_account_and_can_be_planned_as_it_stands(tmp_path: Path, language: str) -> None:
    example = recallflow("migrate", "--example", "--lang", language, cwd=tmp_path)
    assert example.code == 0
    assert "[[change]]" in example.out
    (tmp_path / "rules.toml").write_text(example.out, encoding="utf-8")
    to_the_sandbox = example.out.replace("from = 2026-11-01", "from = 2000-01-01").replace("to = 2026", "to = 2099")
    (tmp_path / "rules.toml").write_text(to_the_sandbox, encoding="utf-8")
    assert recallflow("migrate", "rules.toml", "--sandbox", cwd=tmp_path).code == 4


def test_without_rules_it_says_how_to_begin(tmp_path: Path) -> None:
    done = recallflow("migrate", "--lang", "en", cwd=tmp_path)
    assert done.code == 2
    assert "--example" in done.err


def test_all_that_is_wrong_with_the_rules_is_said_line_by_line_and_nothing_is_begun(tmp_path: Path) -> None:
    wrong = RULES.replace('"recallInterval"', '"recallIntervall"').replace("equals = 0", "equalls = 0")
    (tmp_path / "rules.toml").write_text(wrong, encoding="utf-8")
    done = recallflow("migrate", "rules.toml", "--lang", "en", cwd=tmp_path, env=KEYS)
    assert done.code == 2
    lines = [line for line in done.err.splitlines() if "rules.toml, line" in line]
    assert len(lines) >= 2
    assert not recallflow("runs", cwd=tmp_path).out.count("migrate")


async def test_a_plan_sends_nothing_and_what_is_ticked_in_it_is_sent(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        before = intervals(home)
        plan = await home.run("migrate", "rules.toml", "--plan", "plan.xlsx", "--json")
        assert (plan.code, plan.summary["state"], plan.summary["job"]) == (4, "planned", "migrate")
        assert plan.summary["plan"]["drifted"] == 30
        assert (intervals(home), updates(home)) == (before, [])
        tick(tmp_path / "plan.xlsx", *((key, "recallInterval") for key in range(1, 31)))
        applied = await home.run("apply", "plan.xlsx", "--json", "--yes", "--waves", "10,15")
        assert (applied.code, applied.summary["counts"]["succeeded"]) == (0, 30)
        assert sorted(updates(home)) == list(range(1, 31))
        assert intervals(home) == [int(str(each)) + 30 for each in before]


async def test_the_list_of_keys_is_told_with_its_hash_by_show_and_the_report(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as home:
        done = await home.run("migrate", "rules.toml", "--report", "out.xlsx", "--json")
        digest = sha256((tmp_path / "keys.csv").read_bytes()).hexdigest()
        exported = await home.run("export", "flows-out.csv", "--keys", "keys.csv", "--json")
    for run in (done.summary["run"], exported.summary["run"]):
        shown = recallflow("show", run, "--json", cwd=tmp_path).summary["keys"]
        assert (Path(shown["source"]).name, shown["sha256"]) == ("keys.csv", digest)
    assert digest in recallflow("show", done.summary["run"], cwd=tmp_path, env={"COLUMNS": "200"}).out
    [told] = sheet_rows(tmp_path / "out.xlsx", "Notices")
    assert digest in str(told)


async def test_it_is_sent_wave_by_wave_as_it_is_resumed(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first = await home.run("migrate", "rules.toml", "--apply", "--waves", "5,10", "--json", "--lang", "en")
        assert (first.code, first.summary["state"]) == (3, "stopped")
        assert "Resumed, the run sends the next" in first.summary["reason"]
        assert first.summary["counts"] | {"succeeded": 5, "not_sent": 25} == first.summary["counts"]
        assert sorted(updates(home)) == [1, 2, 3, 4, 5]
        again = await home.run("migrate", "rules.toml")
        assert again.code == 4, "a plan of the same rules overtakes nothing"
        second = await home.run("resume", first.summary["run"], "--json", "--lang", "en")
        assert (second.code, second.summary["counts"]["succeeded"]) == (3, 15)
        assert "15 of 30 done" in second.err
        assert "wave 2 of 4" in second.err
        last = await home.run("resume", first.summary["run"], "--yes", "--json")
        assert (last.code, last.summary["counts"]["succeeded"]) == (0, 30)
        assert sorted(updates(home)) == list(range(6, 31))
        assert len(set(intervals(home))) == 1


async def test_a_shift_is_not_sent_twice_unless_somebody_insists(tmp_path: Path) -> None:
    async with house(tmp_path, 12) as home:
        first = await home.run("migrate", "rules.toml", "--apply", "--waves", "5", "--json")
        refused = await home.run("migrate", "rules.toml", "--apply", "--lang", "en")
        assert refused.code == 2
        assert f"recallflow resume {first.summary['run']}" in refused.err
        assert (await home.run("resume", "--yes")).code == 0
        updates(home)
        once = intervals(home)
        refused = await home.run("migrate", "rules.toml", "--apply", "--lang", "en")
        assert refused.code == 2
        assert f"recallflow undo {first.summary['run']}" in refused.err
        assert updates(home) == []
        assert (await home.run("migrate", "rules.toml", "--apply", "--yes")).code == 0
        assert intervals(home) == [int(str(each)) + 30 for each in once]


async def test_a_shift_whose_plan_was_applied_is_not_sent_once_more(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as home:
        await home.run("migrate", "rules.toml", "--plan", "plan.xlsx")
        tick(tmp_path / "plan.xlsx", (1, "recallInterval"))
        applied = await home.run("apply", "plan.xlsx", "--json")
        refused = await home.run("migrate", "rules.toml", "--apply", "--lang", "en")
        assert refused.code == 2
        assert applied.code == 0
        assert applied.summary["run"] in refused.err


async def test_what_may_be_sent_twice_is_sent_and_finds_all_as_wanted(tmp_path: Path) -> None:
    async with house(tmp_path, 3, SAFE) as home:
        assert (await home.run("migrate", "rules.toml", "--apply")).code == 0
        again = await home.run("migrate", "rules.toml", "--apply", "--json")
        assert (again.code, again.summary["counts"]["unchanged"]) == (0, 3)
        assert len(updates(home)) == 3


async def test_a_canary_goes_first_though_nobody_asked_for_one(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        done = await home.run("migrate", "rules.toml", "--apply", "--json")
        assert done.code == 0
        show = recallflow("report", done.summary["run"], "--report", "report.xlsx", cwd=tmp_path)
        assert show.code == 0, show.err
        words = {
            str(cell.value)
            for sheet in openpyxl.load_workbook(tmp_path / "report.xlsx")
            for row in sheet
            for cell in row
        }
        assert any("--canary 10 --max-failures 20" in each for each in words)


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent Ctrl-C alone there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_a_pause_at_once_and_nothing_is_unclear(tmp_path: Path, number: signal.Signals) -> None:
    async with house(tmp_path) as home:
        words = ("migrate", "rules.toml", "--apply", "--waves", "5,25", "--pause", "10h", "--base-url", home.url)
        process = await started(*words, "--json", "--lang", "en", cwd=tmp_path, env=KEYS)
        assert process.stderr is not None
        while b"next wave begins in 10:00:00" not in (line := await process.stderr.readline()):
            assert line, "it has ended"
        process.send_signal(number)
        done = await finished(process)
        assert done.code == 128 + number
        assert done.summary["counts"] | {"succeeded": 5, "not_sent": 25, "unknown": 0} == done.summary["counts"]
        await rests_for_the_remaining_time(home, tmp_path)


async def rests_for_the_remaining_time(home: House, folder: Path) -> None:
    """A resumed run, of whose pause most is left; it is interrupted again."""
    updates(home)
    process = await started("resume", "--base-url", home.url, "--json", "--lang", "en", cwd=folder, env=KEYS)
    assert process.stderr is not None
    while b"next wave begins in" not in (line := await process.stderr.readline()):
        assert line, "it has ended"
    assert b"in 9:5" in line
    process.send_signal(signal.SIGTERM)
    done = await finished(process)
    assert done.summary["counts"] | {"succeeded": 5, "not_sent": 25} == done.summary["counts"]
    assert updates(home) == []


@pytest.mark.process
async def test_a_process_that_is_killed_in_a_pause_leaves_nothing_unclear(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        words = ("migrate", "rules.toml", "--apply", "--waves", "5,25", "--pause", "10h", "--base-url", home.url)
        process = await started(*words, "--lang", "en", cwd=tmp_path, env=KEYS)
        assert process.stderr is not None
        while b"next wave begins" not in (line := await process.stderr.readline()):
            assert line, "it has ended"
        process.kill()
        await process.wait()
        show = recallflow("show", "--json", cwd=tmp_path)
        assert show.summary["counts"] | {"succeeded": 5, "not_sent": 25, "unknown": 0} == show.summary["counts"]
        await rests_for_the_remaining_time(home, tmp_path)


@pytest.mark.process
@pytest.mark.parametrize("typed_ahead", ["", "y\ny\ny\ny\n"], ids=["nothing before", "yes, and yes again, before"])
async def test_somebody_at_a_terminal_is_asked_and_what_was_typed_ahead_is_no_answer(
    tmp_path: Path, typed_ahead: str
) -> None:
    async with house(tmp_path) as home:
        words = ("migrate", "rules.toml", "--apply", "--waves", "5,10", "--lang", "en", "--base-url", home.url)
        answers = ["y\n", "y\n", "n\n"]
        done = await asyncio.to_thread(
            recallflow_asked, *words, typed_ahead=typed_ahead, answers=answers, cwd=tmp_path, env=KEYS
        )
    assert done.code == 3, done.err
    assert re.search(r"30 flows are overwritten at .+\n.+recallflow undo .+\nSend them\? \[y/N\]", done.err)
    assert len(re.findall(r"Go on with the next 10 of (25|15)\? \[y/N\]", done.err)) == 2
    assert len(updates(home)) == 15


async def test_with_strict_nothing_is_sent_where_one_flow_would_become_invalid(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallInterval"] = 1440
        held_back = await home.run("migrate", "rules.toml", "--apply", "--strict", "--json")
        assert (held_back.code, held_back.summary["state"], updates(home)) == (1, "planned", [])
        assert "1 of 30 requests are invalid, and --strict" in held_back.summary["reason"]
        done = await home.run("migrate", "rules.toml", "--apply", "--json")
        assert (done.code, len(updates(home))) == (1, 29)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--waves", "10,x"], id="no numbers"),
        pytest.param(["--waves", "0"], id="an empty wave"),
        pytest.param(["--pause", "10m"], id="a pause without waves"),
    ],
)
def test_waves_that_mean_nothing_are_refused(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    done = recallflow("migrate", "rules.toml", "--apply", *words, "--lang", "en", cwd=tmp_path, env=KEYS)
    assert done.code == 2
    assert "--waves" in done.err


async def test_a_complete_plan_is_applied_and_not_resumed(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as home:
        plan = await home.run("migrate", "rules.toml", "--json")
        done = await home.run("resume", plan.summary["run"], "--lang", "en")
        assert done.code == 2
        assert "recallflow migrate rules.toml --apply" in done.err
