"""`recallflow runs --prune`: old runs go, once the user has said so."""

import time
from pathlib import Path

import pytest

from runner.outcome import State
from tests.acceptance.program import recallflow, recallflow_on_a_terminal
from tests.acceptance.recorded import STOP, draft, journal_in, outcome, recorded

DAY = 86_400


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    """The names of a run that ended 200 days ago, of one that stopped then, and of one that ended 100 days ago."""
    drafts, taken = [draft("1", 2), draft("2", 3)], [outcome(n, State.SUCCEEDED, "0", "success") for n in (1, 2)]
    long_ago, lately = time.time() - 200 * DAY, time.time() - 100 * DAY
    return [
        recorded(tmp_path, drafts, taken, started=long_ago),
        recorded(tmp_path, drafts, taken[:1], started=long_ago + 1, stop=STOP),
        recorded(tmp_path, drafts, taken, started=lately),
    ]


def listed(folder: Path) -> list[str]:
    return [run["run"] for run in recallflow("runs", "--json", cwd=folder).summary["runs"]]


def test_what_ended_long_ago_is_deleted_and_what_can_be_resumed_is_kept(tmp_path: Path, names: list[str]) -> None:
    done = recallflow("runs", "--prune", "--yes", "--json", cwd=tmp_path)
    assert (done.code, done.summary) == (0, {"pruned": names[:1], "requests": 2})
    assert listed(tmp_path) == [names[2], names[1]]
    again = recallflow("runs", "--prune", cwd=tmp_path)
    assert (again.code, "nothing is deleted" in again.out) == (0, True), "and where there is nothing, nothing is asked"


def test_how_long_is_kept_can_be_said(tmp_path: Path, names: list[str]) -> None:
    env = {"RECALLFLOW_KEEP_DAYS": "365"}
    assert recallflow("runs", "--prune", "--yes", "--json", cwd=tmp_path, env=env).summary["pruned"] == []
    done = recallflow("runs", "--prune", "--yes", "--keep-days", "50", cwd=tmp_path, env=env)
    assert "more than 50 days ago (runs: 1, requests: 2)" in done.out
    assert listed(tmp_path) == [names[2], names[1]], "the later one keeps the stopped one from sending older values"


def test_a_program_has_to_say_yes(tmp_path: Path, names: list[str]) -> None:
    done = recallflow("runs", "--prune", cwd=tmp_path)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "--yes" in done.err
    assert listed(tmp_path) == names[::-1]


@pytest.mark.process
@pytest.mark.parametrize(("typed", "left", "code"), [("y\n", 2, 0), ("\n", 3, 2)])
def test_a_person_is_asked(tmp_path: Path, names: list[str], typed: str, left: int, code: int) -> None:
    done = recallflow_on_a_terminal("runs", "--prune", typed=typed, cwd=tmp_path, env={"COLUMNS": "300"})
    assert "what ended more than 180 days ago (runs: 1, requests: 2)? [y/N]" in done.err
    assert done.code == code
    assert listed(tmp_path) == names[::-1][:left]


def test_where_there_is_no_journal_none_is_made(tmp_path: Path) -> None:
    assert recallflow("runs", "--prune", "--yes", cwd=tmp_path).code == 0
    assert not journal_in(tmp_path).parent.exists()
