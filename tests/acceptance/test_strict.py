"""`--strict`: all or nothing. And the settings that say how an upload goes on."""

from pathlib import Path

import pytest

from tests.acceptance.corrector import correct
from tests.acceptance.test_consent import FLOWS, runs_in, sent
from tests.acceptance.test_reconcile import House, house


def make_one_wrong(home: House) -> None:
    home.rewrite(lambda rows: rows[2].update(recallNum=-1))


@pytest.mark.parametrize("how", ["the option", "the setting", "compared"])
async def test_nothing_is_sent_where_a_row_is_invalid_and_the_report_is_there_to_be_corrected(
    tmp_path: Path, how: str
) -> None:
    async with house(tmp_path, uploaded=False) as home:
        make_one_wrong(home)
        options = {"the option": ["--strict"], "the setting": [], "compared": ["--strict", "--compare"]}[how]
        home.extra |= {"RECALLFLOW_STRICT": "1"} if how == "the setting" else {}
        done = await home.run("upload", FLOWS, *options, "--json")
        assert (done.code, done.summary["counts"]["invalid"], home.calls()) == (1, 1, [])
        assert done.summary["reason"].startswith("1 of 20 requests are invalid, and --strict")
        report = tmp_path / done.summary["report"]
        assert correct(report) == 1
        corrected = await home.run("upload", report, "--strict", "--json")
        assert (corrected.code, sorted(sent(home))) == (0, list(range(1, 21)))


async def test_where_all_is_right_strict_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        done = await home.run("upload", FLOWS, "--strict", "--json")
        assert (done.code, len(sent(home))) == (0, 20)


async def test_what_the_settings_say_can_be_taken_back_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "recallflow.toml").write_text("[default]\nstrict = true\ncompare = true\n")
    async with house(tmp_path, uploaded=False) as home:
        make_one_wrong(home)
        done = await home.run("upload", FLOWS, "--no-strict", "--no-compare", "--json")
        assert (done.code, len(sent(home)), "plan" in done.summary) == (1, 19, False)


async def test_a_run_that_was_held_back_goes_on_only_without_strict(tmp_path: Path) -> None:
    async with house(tmp_path, uploaded=False) as home:
        make_one_wrong(home)
        held_back = (await home.run("upload", FLOWS, "--strict", "--json")).summary["run"]
        refused = await home.run("resume", held_back, "--json")
        assert (refused.code, refused.summary["exit_code"], sent(home)) == (1, 1, [])
        assert len(refused.err.splitlines()) == 1
        assert "1 of 20 requests are invalid" in refused.summary["reason"]
        done = await home.run("resume", held_back, "--no-strict", "--json")
        assert (done.code, len(sent(home))) == (1, 19)


async def test_a_strict_night_reads_and_puts_nothing_right(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        make_one_wrong(home)
        done = await home.run("reconcile", FLOWS, "--apply", "--strict", "--report", "night.xlsx", "--json")
        assert (done.code, done.summary["state"], done.summary["plan"]["drifted"]) == (1, "planned", 1)
        assert "--strict" in done.summary["reason"]
        assert sent(home) == []
        assert (tmp_path / "night.xlsx").is_file()
        without = await home.run("reconcile", FLOWS, "--apply", "--json")
        assert (without.code, sent(home)) == (1, [1])


async def test_an_upload_compares_where_the_settings_say_so(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.rewrite(lambda rows: rows[0].update(recallNum=9))
        home.extra["RECALLFLOW_COMPARE"] = "1"
        dry = await home.run("upload", FLOWS, "--dry-run", "--json")
        assert (dry.code, home.calls()) == (0, [])
        done = await home.run("upload", FLOWS, "--json")
        assert (done.code, done.summary["counts"]["unchanged"], sent(home)) == (0, 19, [1])
        refused = await home.run("upload", FLOWS, "--compare", "--dry-run")
        assert refused.code == 2
        assert len(runs_in(home)) == 3
