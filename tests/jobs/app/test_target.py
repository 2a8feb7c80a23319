"""Commands that are printed lead where the user's own did."""

import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from jobs.app.main import app
from jobs.app.target import Target
from runner.journal.leases import SANDBOX

OPTIONS = {"--base-url", "--profile", "--home"}
TYPED = Target(base_url="http://127.0.0.1:1/x/", profile="test", home=Path("my home"), usual="http://127.0.0.1:1/x/")
USUAL = Target(usual="https://vendor.example/v3/")


@pytest.mark.parametrize("name", sorted(get_command(app).commands))  # type: ignore[attr-defined]  # a group
def test_a_command_gets_the_options_that_decide_where_it_goes_and_that_it_has(name: str) -> None:
    command = get_command(app).commands[name]  # type: ignore[attr-defined]  # a group
    taken = {option for parameter in command.params for option in parameter.opts}
    printed = {word for word in shlex.split(TYPED.command(name)) if word.startswith("--")}
    assert printed == taken & OPTIONS


def test_what_was_not_typed_is_not_printed() -> None:
    assert USUAL.command("resume", "20260301-013000-ab12") == "recallflow resume 20260301-013000-ab12"


def test_a_run_that_went_elsewhere_is_led_there() -> None:
    assert USUAL.to("http://127.0.0.1:1/x/").command("resume", "r").endswith("r --base-url http://127.0.0.1:1/x/")
    assert USUAL.to("https://vendor.example/v3").command("resume", "r") == "recallflow resume r"
    for nowhere in (None, SANDBOX):
        assert USUAL.to(nowhere).command("resume", "r") == "recallflow resume r"


def test_a_line_that_was_typed_is_kept_word_for_word() -> None:
    line = "recallflow reconcile 'my flows.csv' --ignore x.csv --sandbox"
    assert TYPED.to(SANDBOX).added_to(line, "reconcile", "--apply") == f"{line} --apply --profile test --home 'my home'"
