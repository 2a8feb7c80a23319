"""The README is true: its commands, codes and settings are the program's, and its example works."""

import asyncio
import re
from pathlib import Path

import pytest
from typer.main import get_command

from jobs.app.exit_codes import ExitCode
from jobs.app.main import app
from jobs.app.settings import Settings
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from tests.acceptance.sheets import sheet_rows, write_csv

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert f"`recallflow {command.callback.__name__}" in README


def test_every_option_of_the_sandbox_is_in_the_readme() -> None:
    options = [name for parameter in get_command(app).commands["sandbox"].params for name in parameter.opts]  # type: ignore[attr-defined]  # a group
    assert "--http-503" in options
    for option in options:
        assert f"`{option}" in README, option


@pytest.mark.parametrize("code", [*ExitCode, 130, 143])
def test_every_exit_code_is_in_the_readme(code: int) -> None:
    table = README.partition("| exit code |")[2].partition("\n\n")[0]
    assert re.search(rf"\b{int(code)}\b", table)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme_with_its_default(name: str) -> None:
    (row,) = [line for line in README.splitlines() if f"`RECALLFLOW_{name.upper()}`" in line and line.startswith("|")]
    default = Settings.model_fields[name].default
    if isinstance(default, int | float | str) and not isinstance(default, bool):
        assert f"{default:g}" in row if isinstance(default, int | float) else default in row


def test_the_pictures_of_the_readme_are_there() -> None:
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", README)
    assert pictures
    for picture in pictures:
        assert (Path(__file__).parents[2] / picture).is_file()


def test_the_example_job_of_the_readme_cancels_flows(tmp_path: Path) -> None:
    code = README.partition("<!-- example job -->")[2].partition("```python\n")[2].partition("```")[0]
    example: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), example)
    cancel = example["cancel"]
    assert callable(cancel)
    flows = write_csv(tmp_path / "flows.csv", [{"keyId": 7}, {"keyId": 8}, {"keyId": "x"}])

    async def main() -> Path:
        async with sandbox(SandboxSettings()) as (url, vendor):
            update = {"recallInterval": 1, "recallNum": 1, "recallType": 0}
            for key in (7, 8):
                assert vendor.carry_out(
                    "recallFlow/update", str(update | {"keyId": key}).replace("'", '"').encode()
                ).applied
            report = await cancel(flows, url, EXAMPLE_ACCOUNT, tmp_path)
            assert [flow.status for flow in vendor.flows.values()] == [3, 3]
            assert isinstance(report, Path)
            return report

    states = [row["State"] for row in sheet_rows(asyncio.run(main()), "Results")]
    assert states == ["succeeded", "succeeded", "invalid"]
