"""A journal that cannot be written, is damaged, is newer or is held by somebody else: one clear line, nothing lost."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.journal.database import Database
from runner.journal.schema import VERSION
from runner.outcome import State
from tests.acceptance.program import MINUTES, PROGRAM, Finished, environment, recallflow
from tests.acceptance.recorded import draft, journal_in, outcome, recorded
from tests.acceptance.sheets import simple_flows

READING = [("runs",), ("show",), ("results",)]


@pytest.fixture
def name(tmp_path: Path) -> str:
    """The name of the one run in the journal."""
    return recorded(tmp_path, [draft("1", 2)], [outcome(1, State.SUCCEEDED, "0", "success")])


def whoever_obeys_permissions() -> list[str]:
    """What a command begins with, for permissions to count: root would pass over them."""
    if sys.platform != "win32":
        if os.geteuid() != 0:
            return []
        if shutil.which("setpriv"):
            return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    pytest.skip("permissions keep nobody from writing here")


@contextmanager
def read_only(folder: Path) -> Iterator[list[str]]:
    """Nothing in the folder may be written while it lasts; gives what a command begins with."""
    prefix = whoever_obeys_permissions()
    files = list(folder.iterdir())
    try:
        for file in files:
            file.chmod(0o400)
        folder.chmod(0o500)
        yield prefix
    finally:
        folder.chmod(0o700)
        for file in files:
            file.chmod(0o600)


def run(prefix: list[str], *args: str | Path, cwd: Path) -> Finished:
    done = subprocess.run(
        [*prefix, *PROGRAM, *map(str, args)],
        cwd=cwd,
        env=environment(RECALLFLOW_HOME=str(cwd / "home")),
        capture_output=True,
        encoding="utf-8",
        timeout=MINUTES,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def assert_one_line(done: Finished, words: str) -> None:
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert words in done.err


@pytest.mark.process
@pytest.mark.parametrize("command", READING)
def test_a_journal_that_may_only_be_read_can_be_read(tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    with read_only(tmp_path / "home") as prefix:
        before = sorted(file.name for file in (tmp_path / "home").iterdir())
        done = run(prefix, *command, cwd=tmp_path)
        assert sorted(file.name for file in (tmp_path / "home").iterdir()) == before
    assert (done.code, done.err) == (0, "")
    assert (name if command != ("results",) else '"succeeded"') in done.out


@pytest.mark.process
def test_it_can_be_read_while_somebody_else_has_it_open(tmp_path: Path, name: str) -> None:
    with Database(journal_in(tmp_path)) as writer:
        with writer.transaction():
            writer.execute("UPDATE runs SET source = 'renamed.csv'")
        with read_only(tmp_path / "home") as prefix:
            done = run(prefix, "show", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert name in done.out
    assert "renamed.csv" in done.out, "what was written last is seen"


@pytest.mark.process
def test_what_was_left_open_and_may_only_be_read_is_to_be_copied_first(tmp_path: Path, name: str) -> None:
    with Database(journal_in(tmp_path)) as writer:
        with writer.transaction():
            writer.execute("UPDATE runs SET source = 'renamed.csv'")
        shutil.copytree(tmp_path / "home", tmp_path / "left")
    (tmp_path / "left" / "journal.sqlite3-shm").unlink()
    with read_only(tmp_path / "left") as prefix:
        assert_one_line(run(prefix, "runs", "--home", tmp_path / "left", cwd=tmp_path), "Copy the whole folder")
    shutil.copytree(tmp_path / "left", tmp_path / "copy")
    done = run([], "show", "--home", tmp_path / "copy", cwd=tmp_path)
    assert name in done.out
    assert "renamed.csv" in done.out


@pytest.mark.process
def test_nothing_is_sent_from_a_journal_that_may_only_be_read(tmp_path: Path, name: str) -> None:
    flows = simple_flows(tmp_path / "flows.csv", 1)
    with read_only(tmp_path / "home") as prefix:
        assert_one_line(run(prefix, "upload", flows, "--sandbox", cwd=tmp_path), "--home")
        assert_one_line(run(prefix, "runs", "--prune", "--yes", cwd=tmp_path), "--home")
    assert name in recallflow("runs", cwd=tmp_path, env={"COLUMNS": "200"}).out


def test_reading_makes_no_journal(tmp_path: Path) -> None:
    done = recallflow("runs", cwd=tmp_path)
    assert (done.code, "No runs yet" in done.out) == (0, True)
    assert recallflow("runs", "--json", cwd=tmp_path).summary == {"runs": []}
    for command in ("show", "results"):
        assert_one_line(recallflow(command, cwd=tmp_path), "no runs yet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("runs",), ("upload", "flows.csv", "--sandbox")])
def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    simple_flows(tmp_path / "flows.csv", 1)
    with Database(journal_in(tmp_path)) as database:
        database.execute(f"PRAGMA user_version={VERSION + 1}")
    before = journal_in(tmp_path).read_bytes()
    assert_one_line(recallflow(*command, cwd=tmp_path), "newer version")
    assert journal_in(tmp_path).read_bytes() == before
    assert name.encode() in before


@pytest.mark.parametrize("command", [("show",), ("upload", "flows.csv", "--sandbox")])
def test_a_damaged_journal_is_told_as_such(tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    assert name
    simple_flows(tmp_path / "flows.csv", 1)
    path = journal_in(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x5a" * (len(content) - 4096))
    assert_one_line(recallflow(*command, cwd=tmp_path), "is damaged")
