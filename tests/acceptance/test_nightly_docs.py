"""docs/nightly.md and its files are true: commands, options, settings and codes that they name are the program's."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from typer.main import get_command

from jobs.app.credentials import SECRET
from jobs.app.exit_codes import ExitCode
from jobs.app.main import app
from jobs.app.night.metrics import registry_of
from jobs.app.night.terms import USUAL, Occasion
from jobs.app.settings import Settings
from runner.planning.exemptions import Exemption
from tests.jobs.app.night.told_nights import GOOD

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "nightly.md").read_text(encoding="utf-8")
FILES = {path.name: path.read_text(encoding="utf-8") for path in sorted((DOCS / "nightly").iterdir())}
EVERYTHING = {"nightly.md": PAGE, **FILES}

OPTIONS = {
    name: {option for parameter in command.params for option in parameter.opts}
    for name, command in get_command(app).commands.items()  # type: ignore[attr-defined]  # a group
}
COMMAND = re.compile(r"(?:^|[\s`/=])recallflow (?P<words>[a-z]+(?: [^\n`|&;#]*)?)", re.MULTILINE)


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """The program's commands in a text, each with its options."""
    for match in COMMAND.finditer(text.replace("\\\n", " ")):
        name, *words = shlex.split(match["words"].replace("\\%", "%"))
        if name in OPTIONS or words:
            yield name, [word.partition("=")[0] for word in words if word.startswith("--")]


NAMED = [(name, command, options) for name, text in EVERYTHING.items() for command, options in commands(text)]


@pytest.mark.parametrize(("file", "command", "options"), NAMED)
def test_every_command_that_is_named_has_the_options_that_are_named_with_it(
    file: str, command: str, options: list[str]
) -> None:
    if command == "reconcile" and command not in OPTIONS:
        pytest.skip("the command is not there yet")
    assert set(options) <= OPTIONS[command], file


def test_the_commands_of_a_night_are_found() -> None:
    assert {command for _, command, _ in NAMED} >= {"reconcile", "runs", "resume", "show", "report"}
    assert {file for file, command, _ in NAMED if command == "reconcile"} >= {
        "nightly.md",
        "crontab.example",
        "recallflow-nightly.service",
    }


def test_every_option_in_the_text_is_one_of_the_programs() -> None:
    known = set().union(*OPTIONS.values())
    if "reconcile" not in OPTIONS:
        pytest.skip("the command is not there yet")
    for option in re.findall(r"`(--[a-z-]+)", PAGE):
        assert option in known, option


def test_every_exit_code_is_told_with_what_to_do_and_no_other() -> None:
    table = PAGE.partition("| exit code |")[2].partition("\n\n")[0]
    told = (
        {int(code) for row in table.splitlines() for code in re.findall(r"\d+", row.split("|")[1])} if table else set()
    )
    assert told == {*map(int, ExitCode), 130, 143}
    (success,) = re.findall(r"^SuccessExitStatus=(\d+)$", FILES["recallflow-nightly.service"], re.MULTILINE)
    assert int(success) == ExitCode.DRIFT


@pytest.mark.parametrize("file", EVERYTHING)
def test_every_setting_credential_and_metric_is_there(file: str) -> None:
    for name in re.findall(r"RECALLFLOW_([A-Z_]+)", EVERYTHING[file]):
        assert name == "LANG" or name.lower() in Settings.model_fields, name
    metrics = {metric.name for metric in registry_of(GOOD).collect()}
    for name in re.findall(r"\brecallflow_[a-z_]+", EVERYTHING[file]):
        assert name in metrics or name.removeprefix("recallflow_") in SECRET, name


def test_every_metric_is_told() -> None:
    for metric in registry_of(GOOD).collect():
        assert f"`{metric.name}" in PAGE


def test_every_occasion_is_told_and_which_are_usual() -> None:
    for occasion in Occasion:
        assert f"`{occasion}`" in PAGE
    assert PAGE.index("these three, unless") > max(PAGE.index(f"`{occasion}`") for occasion in USUAL)


def test_the_ignore_list_has_the_columns_of_the_program() -> None:
    (heading,) = re.findall(r"^ *(keyId,.*)$", PAGE, re.MULTILINE)
    assert heading.split(",") == ["keyId" if field.name == "key" else field.name for field in fields(Exemption)]


def test_every_file_is_linked_and_every_link_leads_somewhere() -> None:
    for link in re.findall(r"\]\((?!#)([^)#]+)", PAGE):
        assert (DOCS / link).exists(), link
    for name in FILES:
        assert name in PAGE or name == "Dockerfile.dockerignore", name


def test_a_percent_sign_is_written_as_each_file_wants_it() -> None:
    assert not re.search(r"(?<!%)%(?![%SLi])", FILES["recallflow-nightly.service"].replace("%%", ""))
    for line in FILES["crontab.example"].splitlines():
        assert line.startswith("#") or not re.search(r"(?<!\\)%", line)


def test_no_secret_can_get_into_the_image() -> None:
    copied = [line.split()[1:-1] for line in FILES["Dockerfile"].splitlines() if line.startswith("COPY ")]
    sources = {source for sources in copied for source in sources if not source.startswith("--from")}
    assert sources - {"/opt/recallflow"} == {
        line.removeprefix("!") for line in FILES["Dockerfile.dockerignore"].splitlines() if line.startswith("!")
    }
    assert "ARG" not in FILES["Dockerfile"]
    assert re.search(r"^USER recallflow$", FILES["Dockerfile"], re.MULTILINE)
