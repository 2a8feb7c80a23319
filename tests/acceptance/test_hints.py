"""Commands that the program prints do what they say, and lead to where the command before them went."""

import re
import shlex
from pathlib import Path

import pytest

from tests.acceptance.program import ACCOUNT, Finished, recallflow, running_sandbox
from tests.acceptance.sheets import simple_flows
from tests.acceptance.test_reconcile import KEYS, house, tick
from tests.acceptance.vendor import ran

STOPS = re.compile(r"\. To send|\. Tick|\), then|；|。|$", flags=re.MULTILINE)


def printed(words: str, command: str) -> list[str]:
    """The words of the first such command in the output, as a shell would take them."""
    line = words.partition(f"recallflow {command} ")[2]
    return [command, *shlex.split(STOPS.split(line)[0])]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_migration_of_the_sandbox_is_sent_to_the_sandbox(tmp_path: Path, language: str) -> None:
    rules = recallflow("migrate", "--example", cwd=tmp_path).out
    (tmp_path / "my rules.toml").write_text(rules, encoding="utf-8")
    done = recallflow("migrate", "my rules.toml", "--sandbox", "--lang", language, cwd=tmp_path)
    assert printed(done.out, "migrate") == ["migrate", "my rules.toml", "--sandbox", "--apply"]
    assert "recallflow apply" not in done.out, "its simulated vendor is gone by then"
    shown = recallflow("show", "--lang", language, cwd=tmp_path)
    assert printed(shown.out, "migrate") == ["migrate", "my rules.toml", "--sandbox", "--apply"]


def test_a_reconciliation_of_the_sandbox_is_sent_to_the_sandbox_with_all_that_it_left_alone(tmp_path: Path) -> None:
    simple_flows(tmp_path / "my flows.csv", 9)
    typed = ["reconcile", "my flows.csv", "--exclude-fields", "text", "--sandbox"]
    done = recallflow(*typed, "--home", "other home", cwd=tmp_path)
    assert printed(done.out, "reconcile") == [*typed, "--apply", "--home", "other home"]
    refused = recallflow("resume", done.out.split()[1].rstrip(":"), "--home", "other home", cwd=tmp_path)
    assert (refused.code, printed(refused.err, "reconcile")) == (2, [*typed, "--apply", "--home", "other home"])


async def test_what_is_printed_after_a_plan_applies_the_file_that_was_written_at_the_same_vendor(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        home.vendor.flows[1].fields["recallNum"] = 7
        env = KEYS | {"RECALLFLOW_BASE_URL": "http://127.0.0.1:9/nobody/"}
        typed = ("reconcile", home.file.name, "--base-url", home.url)
        done = await ran(*typed, "--plan", "my plan.xlsx", cwd=tmp_path, env=env)
        apply = ["apply", "my plan.xlsx", "--base-url", home.url]
        assert printed(done.out, "apply") == apply
        assert "recallflow report" not in done.out
        assert printed(done.out, "reconcile") == ["reconcile", home.file.name, "--apply", "--base-url", home.url]
        assert printed((await ran("show", cwd=tmp_path, env=env)).out, "reconcile")[-2:] == ["--base-url", home.url]
        tick(tmp_path / "my plan.xlsx", (1, "recallNum"))
        assert (await ran(*apply, cwd=tmp_path, env=env)).code == 0
        assert home.vendor.flows[1].fields["recallNum"] == 3

        home.vendor.flows[2].fields["recallNum"] = 7
        done = await ran(*typed, cwd=tmp_path, env=env)
        assert (await ran(*printed(done.out, "reconcile"), cwd=tmp_path, env=env)).code == 0
        assert home.vendor.flows[2].fields["recallNum"] == 3


def test_a_plan_that_is_there_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 2)
    (tmp_path / "plan.xlsx").write_text("an old one")
    for command in (("reconcile", flows, "--sandbox"), ("undo", "2"), ("migrate", "r.toml"), ("resume",), ("report",)):
        done = recallflow(*command, "--plan", "plan.xlsx", "--json", cwd=tmp_path, env=ACCOUNT)
        assert (done.code, done.summary["run"], len(done.err.splitlines())) == (2, None, 1)
        assert "plan.xlsx is there already" in done.err
    assert recallflow("runs", "--json", cwd=tmp_path).summary == {"runs": []}
    assert {path.name for path in tmp_path.glob("plan*")} == {"plan.xlsx"}


@pytest.mark.parametrize("command", ["upload", "reconcile", "check"])
def test_the_report_that_is_told_of_is_the_one_that_was_written(tmp_path: Path, command: str) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 2)
    (tmp_path / "out.xlsx").write_text("an old one")
    sandbox = [] if command == "check" else ["--sandbox"]
    told = recallflow(command, flows, *sandbox, "--report", "out.xlsx", "--json", cwd=tmp_path).summary["report"]
    assert told == "out-2.xlsx"
    done = recallflow(command, flows, *sandbox, "--report", "out.xlsx", cwd=tmp_path)
    assert "Report: out-3.xlsx" in done.out
    assert {path.name for path in tmp_path.glob("out*")} == {"out.xlsx", "out-2.xlsx", "out-3.xlsx"}


def test_a_profile_is_kept_in_what_is_printed(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 3)
    (tmp_path / "recallflow.toml").write_text(
        '[night]\nbase_url = "http://127.0.0.1:9/nobody/"\nbreaker_patience = 0.1\n'
    )
    done = recallflow("upload", flows, "--profile", "night", cwd=tmp_path, env=ACCOUNT)
    assert done.code == 3
    name = done.out.split()[1].rstrip(":")
    assert printed(done.out, "resume") == ["resume", name, "--profile", "night"]
    assert printed(recallflow("show", "--profile", "night", cwd=tmp_path).out, "resume")[-2:] == ["--profile", "night"]
    elsewhere = printed(recallflow("show", cwd=tmp_path).out, "resume")
    assert elsewhere == ["resume", name, "--base-url", "http://127.0.0.1:9/nobody/"]


def test_taking_back_a_run_that_kept_nothing_is_one_line_with_the_number(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 60)

    def said_of_it(done: Finished) -> list[str]:
        return [line for line in done.out.splitlines() if "What was there before" in line]

    with running_sandbox() as url:
        run = recallflow("upload", flows, "--base-url", url, "--json", cwd=tmp_path, env=ACCOUNT).summary["run"]
        done = recallflow("undo", run, "--base-url", url, cwd=tmp_path, env=ACCOUNT)
        zh = recallflow("undo", run, "--base-url", url, "--lang", "zh", cwd=tmp_path, env=ACCOUNT)
    [line] = said_of_it(done)
    assert line.startswith("keyId 1 and 59 more: What was there before")
    assert "keyId 1 等共 60 处" in zh.out
    results = recallflow("results", "--json", cwd=tmp_path).summary["results"]
    assert sum(len(each["problems"]) for each in results) == 60


def test_flows_that_drifted_alike_are_one_line_with_the_number(tmp_path: Path) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 60)
    done = recallflow("reconcile", flows, "--sandbox", cwd=tmp_path)
    [missing] = [line for line in done.out.splitlines() if line.endswith(": missing")]
    assert re.fullmatch(r"\d+ and \d+ more: missing", missing)
    assert "recallflow results" not in done.out, "nothing is left out"
