"""No newer value is overwritten by an older one, whichever run is resumed, and whatever sent the newer one."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from runner.journal.database import Database
from tests.acceptance.program import Finished, recallflow, recallflow_asked
from tests.acceptance.sheets import RIGHT, sheet_rows, write_csv
from tests.acceptance.test_consent import at_a_terminal
from tests.acceptance.test_migrate import SAFE
from tests.acceptance.test_migrate import house as migrated_house
from tests.acceptance.test_reconcile import KEYS as ACCOUNT_OF_THE_HOUSE
from tests.acceptance.test_reconcile import House, house, tick
from tests.acceptance.vendor import started

KEYS = range(1, 7)
OLD, NEW = 5, 9
WRONG_SECRET = {"RECALLFLOW_API_SECRET": "not-the-secret"}


def table(home: House, name: str, keys: Sequence[int] = KEYS, *, times: int) -> Path:
    """A spreadsheet that wants these flows called so many times."""
    return write_csv(home.folder / name, [{"keyId": key} | RIGHT | {"recallNum": times} for key in keys])


def times(home: House) -> list[object]:
    """How many times the vendor calls each flow."""
    return [home.vendor.flows[key].fields["recallNum"] for key in KEYS]


async def stopped(home: House, *command: str | Path) -> str:
    """Begin a run that the vendor refuses, and return its name: all of it is left for `resume`."""
    home.extra |= WRONG_SECRET
    done = await home.run(*command, "--concurrency", "1", "--json")
    home.extra.clear()
    assert done.code == 3, done.err
    return str(done.summary["run"])


def superseded(home: House, run: str) -> dict[str, dict[str, Any]]:
    return {key: line for key, line in home.results(run).items() if line["code"] == "superseded"}


async def test_a_stopped_upload_is_resumed_without_what_a_later_upload_has_sent(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        newer = await home.run("upload", table(home, "newer.csv", [1, 2, 3], times=NEW), "--json")
        resumed = await home.run("resume", older, "--report", "older.xlsx", "--json")
        assert times(home) == [NEW, NEW, NEW, OLD, OLD, OLD]
    assert sheet_rows(tmp_path / "older.xlsx", "Corrections") == [], "sent from there, they would be older values"
    assert (resumed.code, resumed.summary["state"]) == (1, "done")
    assert resumed.summary["counts"] | {"succeeded": 3, "not_sent": 3} == resumed.summary["counts"]
    assert newer.summary["run"] in resumed.err
    found = superseded(home, older)
    assert list(found) == ["1", "2", "3"]
    for line in found.values():
        assert (line["state"], newer.summary["run"] in line["message"]) == ("not_sent", True)


async def test_it_is_said_in_chinese_too(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        await home.run("upload", table(home, "newer.csv", [1, 2], times=NEW))
        resumed = await home.run("resume", older, "--lang", "zh")
    assert "剩余请求中有 2 个已由之后开始的运行" in resumed.err
    assert "不会用旧值覆盖新值" in recallflow("results", older, "--lang", "zh", cwd=tmp_path).out


async def test_a_dry_run_that_is_sent_later_is_as_old_as_it_is(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        planned = (await home.run("upload", table(home, "older.csv", times=OLD), "--dry-run", "--json")).summary["run"]
        await home.run("upload", table(home, "newer.csv", [1, 2], times=NEW))
        assert (await home.run("resume", planned)).code == 1
        assert times(home) == [NEW, NEW, OLD, OLD, OLD, OLD]


async def test_what_an_applied_plan_has_sent_stays(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        await home.run("reconcile", table(home, "wanted.csv", [3, 4], times=NEW), "--plan", "plan.xlsx")
        tick(tmp_path / "plan.xlsx", (3, "recallNum"))
        applied = await home.run("apply", "plan.xlsx", "--json")
        assert applied.summary["counts"]["succeeded"] == 1
        resumed = await home.run("resume", older, "--json")
        assert times(home) == [OLD, OLD, NEW, OLD, OLD, OLD]
    assert resumed.summary["counts"]["not_sent"] == 1


async def test_what_a_migration_has_changed_stays(tmp_path: Path) -> None:
    async with migrated_house(tmp_path, len(KEYS), SAFE) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        assert (await home.run("migrate", "rules.toml", "--apply")).code == 0
        resumed = await home.run("resume", older, "--json")
        assert times(home) == [3] * 6
    assert resumed.summary["counts"]["not_sent"] == 6


async def test_what_a_later_run_put_back_stays(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        newer = await home.run("upload", table(home, "newer.csv", [1, 2], times=NEW), "--compare", "--json")
        undone = await home.run("undo", newer.summary["run"], "--apply", "--json")
        assert undone.summary["counts"]["succeeded"] == 2
        resumed = await home.run("resume", older, "--json")
        assert times(home) == [3, 3, OLD, OLD, OLD, OLD]
    assert undone.summary["run"] in resumed.err


async def test_a_night_that_was_stopped_leaves_what_an_upload_has_sent_since(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(
            home, "reconcile", table(home, "older.csv", times=OLD), "--apply", "--max-changes", "100%"
        )
        await home.run("upload", table(home, "newer.csv", [1, 2], times=NEW))
        resumed = await home.run("resume", older, "--json")
        assert times(home) == [NEW, NEW, OLD, OLD, OLD, OLD]
    assert (resumed.code, resumed.summary["counts"]["not_sent"]) == (4, 2), "there is a difference, and it was left"


async def test_what_a_later_comparison_found_in_sync_stays(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        home.vendor.flows[1].fields["recallNum"] = NEW
        newer = await home.run("upload", table(home, "newer.csv", [1], times=NEW), "--compare", "--json")
        assert newer.summary["counts"]["unchanged"] == 1
        await home.run("resume", older)
        assert times(home) == [NEW, OLD, OLD, OLD, OLD, OLD]


async def test_with_yes_older_values_go_over_newer_ones_and_it_is_said_whose(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        newer = await home.run("upload", table(home, "newer.csv", [1, 2], times=NEW), "--json")
        resumed = await home.run("resume", older, "--yes", "--json")
        assert times(home) == [OLD] * 6
    assert resumed.code == 0
    assert newer.summary["run"] in resumed.err


@pytest.mark.process
@pytest.mark.parametrize(("answer", "first_two"), [("n\n", NEW), ("\n", NEW), ("y\n", OLD)])
async def test_on_a_terminal_it_is_asked_whether_older_values_go_over_newer_ones(
    tmp_path: Path, answer: str, first_two: int
) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        newer = await home.run("upload", table(home, "newer.csv", [1, 2], times=NEW), "--json")
        resumed = await at_a_terminal(home, "resume", older, answers=[answer, "y\n"])
        assert times(home) == [first_two] * 2 + [OLD] * 4
    assert f"2 of the requests left have newer values, sent by runs that were begun later ({newer.summary['run']})" in (
        resumed.err
    )


@pytest.mark.process
async def test_a_killed_upload_leaves_what_a_later_one_has_sent(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        command = ("upload", table(home, "older.csv", times=OLD), "--base-url", home.url, "--concurrency", "1")
        taken = home.vendor.carry_out

        def kill_at_the_third(path: str, body: bytes) -> Any:
            if times(home).count(OLD) == 2:
                process.kill()
            return taken(path, body)

        home.vendor.carry_out = kill_at_the_third  # type: ignore[method-assign]  # the moment at which it dies
        process = await started(*command, cwd=tmp_path, env=ACCOUNT_OF_THE_HOUSE)
        await process.communicate()
        home.vendor.carry_out = taken  # type: ignore[method-assign]
        newer = table(home, "newer.csv", [2, 3, 4], times=NEW)
        assert (await home.run("upload", newer)).code == 0
        resumed: Finished = await home.run("resume", "--json")
        assert times(home) == [OLD, NEW, NEW, NEW, OLD, OLD]
    assert sum(resumed.summary["counts"].values()) == 6


async def test_what_keeps_older_values_from_being_sent_is_not_pruned(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        newer = await home.run("upload", table(home, "newer.csv", times=NEW), "--json")
        with Database(tmp_path / "home" / "journal.sqlite3") as database:  # it was long ago
            database.execute("UPDATE runs SET started = started - 86400 * 400")
            database.execute("UPDATE requests SET settled = settled - 86400 * 400")
        pruned = recallflow("runs", "--prune", "--yes", "--keep-days", "1", "--json", cwd=tmp_path).summary["pruned"]
        assert newer.summary["run"] not in json.dumps(pruned)
        await home.run("resume", older)
        assert times(home) == [NEW] * 6


@pytest.mark.process
async def test_what_was_typed_ahead_is_no_yes_to_older_values(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        await home.run("upload", table(home, "newer.csv", times=NEW))
        command = ("resume", older, "--base-url", home.url)
        env = ACCOUNT_OF_THE_HOUSE | {"COLUMNS": "300"}
        await asyncio.to_thread(
            recallflow_asked, *command, typed_ahead="y\ny\ny\n", answers=["n\n", "n\n"], cwd=tmp_path, env=env
        )
        assert times(home) == [NEW] * 6


async def test_an_abandoned_run_sends_nothing_whoever_wants_it_to_go_on(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD))
        assert recallflow("runs", "--abandon", older, cwd=tmp_path).code == 0
        resumed = await home.run("resume", older, "--yes")
        assert (resumed.code, times(home)) == (2, [3] * 6)


async def test_corrections_are_no_newer_values_of_somebody_else(tmp_path: Path) -> None:
    async with house(tmp_path, len(KEYS)) as home:
        older = await stopped(home, "upload", table(home, "older.csv", times=OLD), "--report", "report.xlsx")
        corrected = await home.run("upload", "report.xlsx", "--json", "--report", "two.xlsx")
        assert corrected.summary["counts"]["succeeded"] == 6
        resumed = await home.run("resume", older, "--json")
        assert "newer values" not in resumed.err
        assert times(home) == [OLD] * 6
