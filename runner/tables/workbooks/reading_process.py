"""The process that reads a workbook, as its parent holds it: asked, watched, and ended."""

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time

from runner.own_program import own_environment, own_program
from runner.tables.workbooks.process_limits import usage

_POLL_SECONDS = 0.1
_START_SECONDS = 10.0
"""Processor time that loading the libraries may take, for systems where only the parent counts."""
_PROGRAM = "runner.tables.workbooks.workbook_process"


class ProcessEnded(Exception):
    """The process died, or was killed for what it used: `memory`, `time`, or None where nobody can say."""

    def __init__(self, exceeded: str | None) -> None:
        super().__init__(exceeded or "ended")
        self.exceeded = exceeded


class ReadingProcess:
    """Answers what is sent to it, in order. It has ended for good once `close` returns."""

    def __init__(self, *, memory_mb: int, seconds: float) -> None:
        self._memory_mb = memory_mb
        self._seconds = seconds
        self._looked = time.monotonic()
        self._answers: queue.SimpleQueue[tuple[object] | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            own_program(_PROGRAM),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where Rust's panics write
            env=_environment(),
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def send(self, request: object) -> None:
        """Returns at once; a process that is gone says so when its answer is waited for."""
        assert self._process.stdin is not None
        try:
            pickle.dump(request, self._process.stdin, protocol=5)
            self._process.stdin.flush()
        except OSError:
            return

    def receive(self) -> object:
        """The next answer.

        Raises:
            ProcessEnded: there will be none.
        """
        while True:
            self._watch()
            try:
                answer = self._answers.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
            if answer is None:
                self._answers.put(None)
                raise ProcessEnded(_exceeded(self._process.wait()))
            return answer[0]

    def close(self) -> None:
        """Ends the process, whatever it is at."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            try:
                stream.close()
            except OSError:  # what was still to be written to it
                continue

    def _watch(self) -> None:
        if time.monotonic() - self._looked < _POLL_SECONDS:
            return
        memory_mb, seconds = usage(self._process.pid)
        exceeded = "memory" if memory_mb > self._memory_mb else None
        if seconds > self._seconds + _START_SECONDS:
            exceeded = "time"
        if exceeded:
            self._process.kill()
            raise ProcessEnded(exceeded)
        self._looked = time.monotonic()

    def _listen(self) -> None:
        """Takes the answers from the pipe, since a pipe cannot be waited at for a limited time everywhere."""
        assert self._process.stdout is not None
        try:
            while True:
                self._answers.put((pickle.load(self._process.stdout),))  # noqa: S301 - from our own program
        except (EOFError, OSError, pickle.UnpicklingError, ValueError):
            self._answers.put(None)


if sys.platform == "win32":

    def _exceeded(_: int) -> str | None:
        return None

else:

    def _exceeded(code: int) -> str | None:
        if code == -signal.SIGXCPU:
            return "time"
        return "memory" if code in {-signal.SIGABRT, -signal.SIGKILL} else None  # Rust aborts; the kernel kills


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() in _INHERITED}
    return own_environment(kept) | {
        "OPENBLAS_NUM_THREADS": "1"
    }  # nothing is computed there; its threads reserve memory


_INHERITED = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"})
"""No more than it takes to start: what reads a stranger's file is to know no secrets."""
