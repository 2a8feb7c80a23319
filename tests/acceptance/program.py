"""Runs the program as a user does: as a process, with files, a terminal's streams and exit codes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
PROGRAM = (sys.executable, "-m", "jobs.app")
ACCOUNT = {"RECALLFLOW_API_KEY": "key-of-the-tests", "RECALLFLOW_API_SECRET": "secret-of-the-tests"}
MINUTES = 120


@dataclass(frozen=True)
class Finished:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        value: dict[str, Any] = json.loads(self.out)
        return value


def environment(**extra: str) -> dict[str, str]:
    """The user's environment, without settings of the machine that the tests run on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RECALLFLOW_", "LC_", "LANG"))}
    return kept | {"LANG": "C.UTF-8", "PYTHONUTF8": "1"} | extra


def recallflow(*args: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Finished:
    """Runs a command to its end, with a journal below the folder that it runs in."""
    done = subprocess.run(
        [*PROGRAM, *map(str, args)],
        cwd=cwd,
        env=environment(RECALLFLOW_HOME=str(cwd / "home")) | dict(env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=MINUTES,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def recallflow_on_a_terminal(
    *args: str | Path, typed: str, cwd: Path, env: Mapping[str, str] | None = None
) -> Finished:
    """Runs a command to its end, for a user who types this; only the keyboard is a terminal."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, typed.encode())
        done = subprocess.run(
            [*PROGRAM, *map(str, args)],
            cwd=cwd,
            env=environment(RECALLFLOW_HOME=str(cwd / "home")) | dict(env or {}),
            stdin=terminal,
            capture_output=True,
            encoding="utf-8",
            timeout=MINUTES,
            check=False,
        )
    finally:
        os.close(keyboard)
        os.close(terminal)
    return Finished(done.returncode, done.stdout, done.stderr)


def recallflow_asked(
    *args: str | Path, typed_ahead: str, answers: Sequence[str], cwd: Path, env: Mapping[str, str]
) -> Finished:
    """Runs a command to its end, for a user who types something at once, and an answer whenever there is a question."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, typed_ahead.encode())
        with subprocess.Popen(
            [*PROGRAM, *map(str, args)],
            cwd=cwd,
            env=environment(RECALLFLOW_HOME=str(cwd / "home")) | dict(env),
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            err, left = b"", list(answers)
            while more := os.read(process.stderr.fileno(), 4096):
                err += more
                while left and err.count(b"[y/N]") > len(answers) - len(left):
                    os.write(keyboard, left.pop(0).encode())
            out = process.stdout.read()
        return Finished(process.returncode, out.decode(), err.decode())
    finally:
        os.close(keyboard)
        os.close(terminal)


@contextmanager
def running_sandbox(*args: str | Path, cwd: Path, env: Mapping[str, str] = ACCOUNT) -> Iterator[str]:
    """A simulated vendor in a process of its own; gives its base URL."""
    process = subprocess.Popen(
        [*PROGRAM, "sandbox", "--json", *map(str, args)],
        cwd=cwd,
        env=environment(**env),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["base_url"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.stdout.close()
        process.wait(timeout=MINUTES)


def request_log(path: Path) -> list[dict[str, Any]]:
    """What a simulated vendor received."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
