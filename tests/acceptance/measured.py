"""Runs the program under a clock and scales: what a command took, with every process that it started."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import psutil

from tests.acceptance.program import PROGRAM, environment

LOOK = 0.02
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a run of the program left behind, and what it took."""

    code: int
    out: str
    err: str
    seconds: float
    """By the wall."""
    own_seconds: float
    """Of processors, as they were last seen, of the program itself."""
    children_seconds: float
    """The same of the processes that it started."""
    own_mb: float
    """The most that the program itself had in memory, in MiB."""
    children_mb: float
    """The most that the processes which it started had in memory."""
    together_mb: float
    """The most of both at one time."""


def measured(
    *args: str | bytes | Path,
    cwd: Path,
    within: float,
    env: Mapping[str, str] | None = None,
    program: Sequence[str] = PROGRAM,
) -> Measured:
    """Runs a command to its end; one that takes longer than `within` seconds is ended, and its code is negative."""
    with TemporaryFile() as out, TemporaryFile() as err:
        began = time.perf_counter()
        process = psutil.Popen(
            [*program, *(each if isinstance(each, bytes) else str(each) for each in args)],
            cwd=cwd,
            env=environment(RECALLFLOW_HOME=str(cwd / "home")) | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        most = Peaks()
        while True:
            try:
                code = process.wait(LOOK)
                break
            except psutil.TimeoutExpired:
                most.look(process)
            if time.perf_counter() - began > within:
                for each in (*process.children(recursive=True), process):
                    each.kill()
        seconds = time.perf_counter() - began
        out.seek(0)
        err.seek(0)
        return Measured(
            code=code,
            out=out.read().decode(errors="replace"),
            err=err.read().decode(errors="replace"),
            seconds=seconds,
            own_seconds=most.own_seconds,
            children_seconds=most.children_seconds,
            own_mb=most.own,
            children_mb=most.children,
            together_mb=most.together,
        )


class Peaks:
    """The most that was seen: memory in MiB, and processor time in seconds."""

    def __init__(self) -> None:
        self.own = self.children = self.together = 0.0
        self.own_seconds = self.children_seconds = 0.0

    def look(self, process: psutil.Process) -> None:
        """Looks once."""
        try:
            own = process.memory_info().rss / 2**20
            self.own_seconds = _processors(process)
            family = process.children(recursive=True)
        except psutil.Error:
            return
        children = 0.0
        for child in family:
            try:
                children += child.memory_info().rss / 2**20
                self.children_seconds = max(self.children_seconds, _processors(child))
            except psutil.Error:
                continue
        self.own = max(self.own, own)
        self.children = max(self.children, children)
        self.together = max(self.together, own + children)


def _processors(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
