"""Runs the program as a user does: with a folder, an environment, its streams and its exit code.

`recallflow` runs it within the process of the tests, which costs a tenth of a start. What only a process of its own has
(signals, a terminal, pipes that close, limits of the system) is tried with the functions that start one, in tests that
are marked with `process`.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from jobs.recallflow.sandbox.server import SandboxSettings, sandbox
from jobs.recallflow.signing import Account
from tests.acceptance.aside import aside

SAMPLES = Path(__file__).parents[2] / "samples"
PROGRAM = (sys.executable, "-m", "jobs.app")
ACCOUNT = {"RECALLFLOW_API_KEY": "key-of-the-tests", "RECALLFLOW_API_SECRET": "secret-of-the-tests"}
MINUTES = 120
CTRL_C = "\x03"


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
    """Runs a command to its end, with a journal below the folder that it runs in.

    In a thread, so that it may have an event loop of its own wherever it is called from.
    """
    width = {"COLUMNS": "80", "LINES": "25"}  # whatever terminal the tests are watched on
    variables = environment(RECALLFLOW_HOME=str(cwd / "home"), **width) | dict(env or {})
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_run_main, [*map(str, args)], cwd, variables).result()


def _run_main(args: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> Finished:
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with ExitStack() as stack:
        stack.enter_context(_environment(variables))
        stack.enter_context(chdir(cwd))
        stack.enter_context(_stdin_at_its_end())
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        from jobs.app.main import main  # as a start would import it, in that environment

        try:
            main(args)
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int), code
    return Finished(code, _written(out), _written(err))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(variables)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _stdin_at_its_end() -> Iterator[None]:
    before = sys.stdin
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        sys.stdin = nothing
        try:
            yield
        finally:
            sys.stdin = before


def _written(stream: TextIOWrapper) -> str:
    assert isinstance(stream.buffer, BytesIO)
    return stream.buffer.getvalue().decode().replace(os.linesep, "\n")


@contextmanager
def running_sandbox(**settings: Any) -> Iterator[str]:
    """A simulated vendor in a thread of its own, which knows the tests' account; gives its base URL.

    Args:
        settings: see `SandboxSettings`.
    """
    key, secret = (SecretStr(ACCOUNT[f"RECALLFLOW_API_{name}"]) for name in ("KEY", "SECRET"))
    with aside(sandbox(SandboxSettings(account=Account(key=key, secret=secret), **settings))) as (url, _):
        yield url


def recallflow_process(*args: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Finished:
    """As `recallflow`, in a process of its own."""
    return _finished(args, cwd, env, stdin=subprocess.DEVNULL)


def recallflow_on_a_terminal(
    *args: str | Path, typed: str, cwd: Path, env: Mapping[str, str] | None = None
) -> Finished:
    """Runs a command to its end, for a user who types this at the first question; only the keyboard is a terminal."""
    return recallflow_asked(*args, typed_ahead="", answers=[typed], cwd=cwd, env=env or {})


def _finished(args: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None, *, stdin: int) -> Finished:
    done = subprocess.run(
        [*PROGRAM, *map(str, args)],
        cwd=cwd,
        env=environment(RECALLFLOW_HOME=str(cwd / "home")) | dict(env or {}),
        stdin=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=MINUTES,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def recallflow_asked(
    *args: str | Path, typed_ahead: str, answers: Sequence[str], cwd: Path, env: Mapping[str, str]
) -> Finished:
    """Runs a command to its end, for a user who types something at once, and an answer whenever there is a question.

    The answer `CTRL_C` is the signal that a terminal makes of that key.
    """
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
                while left and err.count(b"[y/N") > len(answers) - len(left):
                    answer = left.pop(0)
                    if answer == CTRL_C:
                        process.send_signal(signal.SIGINT)
                    else:
                        os.write(keyboard, answer.encode())
            out = process.stdout.read()
        return Finished(process.returncode, out.decode(), err.decode())
    finally:
        os.close(keyboard)
        os.close(terminal)


@contextmanager
def sandbox_process(*args: str | Path, cwd: Path, env: Mapping[str, str] = ACCOUNT) -> Iterator[str]:
    """`recallflow sandbox` in a process of its own; gives its base URL."""
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
