"""The README is true: its commands, codes and settings are the program's, and its example works."""

import asyncio
import re
import runpy
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from jobs.app.exit_codes import ExitCode
from jobs.app.main import app
from jobs.app.settings import Settings
from jobs.recallflow.sandbox.server import EXAMPLE_ACCOUNT, SandboxSettings, sandbox
from tests.acceptance.program import recallflow
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


EXAMPLE = README.partition("<!-- example job -->")[2].partition("```python\n")[2].partition("```")[0]


class _Connections:
    """Sees every connection that is opened, whoever opens it."""

    def __init__(self) -> None:
        self.opened: list[object] | None = None

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.opened is None:
            return
        if event == "socket.connect":
            self.opened.append(arguments[1][0] if isinstance(arguments[1], tuple) else arguments[1])
        elif event == "socket.getaddrinfo":
            self.opened.append(arguments[0])


_connections = _Connections()
sys.addaudithook(_connections.audit)


def test_the_example_job_of_the_readme_as_it_is_pasted_touches_nothing_but_a_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECALLFLOW_API_KEY", "a-real-key")
    monkeypatch.setenv("RECALLFLOW_API_SECRET", "a-real-secret")
    write_csv(tmp_path / "flows.csv", [{"keyId": 299}])
    (tmp_path / "cancel.py").write_text(EXAMPLE, encoding="utf-8")
    _connections.opened = []
    try:
        runpy.run_path(str(tmp_path / "cancel.py"), run_name="__main__")
    finally:
        opened, _connections.opened = _connections.opened, None
    assert opened
    assert set(opened) <= {"127.0.0.1", b"127.0.0.1"}
    rows = sheet_rows(Path(capsys.readouterr().out.strip()), "Results")
    assert [(row["keyId"], row["State"]) for row in rows] == [("7", "succeeded"), ("8", "succeeded")]
    assert {path.name for path in tmp_path.iterdir()} == {"cancel.py", "flows.csv"}


def test_one_marked_line_of_the_example_job_leads_to_the_real_vendor() -> None:
    assert EXAMPLE.count("in_earnest()") == 2, "the function, and the line that says what to put there"
    [marked] = [line for line in EXAMPLE.splitlines() if "# ←" in line]
    assert "try_it()" in marked
    compile(marked.strip().replace("try_it()", "in_earnest()"), "README.md", "exec")


def test_the_example_job_of_the_readme_cancels_flows(tmp_path: Path) -> None:
    example: dict[str, object] = {}
    exec(compile(EXAMPLE, "README.md", "exec"), example)
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
    (run,) = recallflow("runs", "--home", tmp_path, "--json", cwd=tmp_path).summary["runs"]
    assert (run["job"], run["state"]) == ("cancel", "done")
