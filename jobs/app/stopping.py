"""Ctrl-C, SIGTERM and SIGHUP: the first ends the run in order, the second at once; one more gives up a short report."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

from jobs.app.deadline import Stoppable
from runner.outcome import Stop
from runner.text import Text

_HANGUP = getattr(signal, "SIGHUP", None)
"""A window was closed, or a connection lost; Windows has no such signal."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, *([_HANGUP] if _HANGUP is not None else []))
SECOND = 2

_REASONS = {
    signal.SIGINT: Text("Interrupted by Ctrl-C.", "已被 Ctrl-C 中断。"),
    signal.SIGTERM: Text("Ended by SIGTERM.", "已被 SIGTERM 终止。"),
}
if _HANGUP is not None:
    _REASONS[_HANGUP] = Text(
        "Ended by SIGHUP: the window was closed, or the connection lost.", "已被 SIGHUP 终止：窗口已关闭或连接已断开。"
    )


class Interrupts:
    """Takes the signals from the moment that something may be sent until the report is written.

    Only the main thread can. Elsewhere they stay with whoever has it.
    """

    def __init__(self) -> None:
        self._pool: Stoppable | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: int | None = None
        self._reporting = False
        self._report_is_short = True
        self._signals = 0
        self._hung_up = False
        self.last: int | None = None
        """The number of the last signal."""

    def __enter__(self) -> Self:
        self._terminal = _stdout_on_a_terminal()
        taken = _to_be_taken() if threading.current_thread() is threading.main_thread() else ()
        # signal.signal and not loop.add_signal_handler, which Windows lacks
        self._before = {number: signal.signal(number, self._on_signal) for number in taken}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def control(self, pool: Stoppable) -> Iterator[None]:
        """While it lasts, the first signal starts nothing more, and the second ends what is in flight."""
        self._loop, self._pool = asyncio.get_running_loop(), pool
        if self._early is not None:
            self._loop.call_soon(self._obey, self._early)
        try:
            yield
        finally:
            self._pool = None

    @property
    def at_once(self) -> bool:
        """Whether somebody has said twice that the program is to end."""
        return self._signals >= SECOND

    @contextmanager
    def reporting(self, *, short: bool) -> Iterator[None]:
        """While it lasts, a signal raises KeyboardInterrupt.

        Not so the second one, where the report is short: it was meant to end what was in flight, and came when that
        had ended by itself.
        """
        self._reporting, self._report_is_short = True, short
        try:
            yield
        finally:
            self._reporting = False

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if number == _HANGUP and self._hung_up:
            return  # the terminal and the shell each send one
        self._hung_up = self._hung_up or number == _HANGUP
        self._signals += 1
        self.last = _told(number)
        if number == _HANGUP and self._terminal is not None:
            _lose(self._terminal)
        if self._pool and self._loop:
            self._loop.call_soon_threadsafe(self._obey, number)
        elif self._reporting and not (self._report_is_short and self._signals == SECOND):
            raise KeyboardInterrupt
        else:
            self._early = number  # the next pool obeys it; where there is none, the run is being closed

    def _obey(self, number: int) -> None:
        if self._pool is None:
            return
        if self._pool.stopped:
            self._pool.leave()
        else:
            name = signal.Signals(number)
            self._pool.stop(Stop(reason=_REASONS[name], signal=_told(number), code=name.name))


def _told(number: int) -> int:
    """The signal that the exit code names: SIGHUP is treated as SIGTERM."""
    return signal.SIGTERM if number == _HANGUP else number


def _to_be_taken() -> Iterator[signal.Signals]:
    """All of them, but for a SIGHUP that whoever started the program wants passed over, as `nohup` does."""
    for number in SIGNALS:
        if number != _HANGUP or signal.getsignal(number) is not signal.SIG_IGN:
            yield number


def _stdout_on_a_terminal() -> int | None:
    """Its number, where it is one; whatever draws on it meanwhile."""
    try:
        number = sys.__stdout__.fileno() if sys.__stdout__ else None
    except (OSError, ValueError):
        return None
    return number if number is not None and os.isatty(number) else None


def _lose(number: int) -> None:
    """What is written there goes nowhere from now on: the window is closed, and a failed write would end all."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
