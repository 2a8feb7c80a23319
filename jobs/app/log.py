"""The log of a run: a line for what happened, with codes and times. The owner of structlog.

It says nothing of what is sent: no header, no body, no message of the vendor's, and of the spreadsheet the keys alone.
"""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TextIO

import structlog

from jobs.app.log_terms import LogLevel, LogTerms
from runner.errors import SettingsError
from runner.events import (
    AskedToWait,
    Asking,
    Attempted,
    ClockLearned,
    Compared,
    Event,
    GoingOn,
    LimitChanged,
    Loaded,
    Observe,
    PageRead,
    Paused,
    Read,
    ReadBack,
    Resting,
    Resumed,
    Settled,
    Started,
    Stopping,
    WaveBegan,
    WaveEnded,
)
from runner.plan import Plan
from runner.text import Text

LONGEST_WORD = 64
"""Characters of a code or a key; the vendor's and the user's own may be of any length."""

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}
_PASSED_OVER: dict[str, frozenset[type]] = {
    "debug": frozenset(),
    "info": frozenset({Attempted, ReadBack, PageRead}),
    "warning": frozenset({Attempted, ReadBack, PageRead, Read, Settled}),
}
"""The frequent events that a level has no line for, so that they cost next to nothing."""

_FIRST = ("time", "level", "event", "run")


@contextmanager
def log(terms: LogTerms, tell: Callable[[Text], None], *, now: Callable[[], float]) -> Iterator[Observe]:
    """Keeps a log while it lasts; gives what is to be told of every event.

    Args:
        terms: what is logged, and where.
        tell: is told once, if the log can no longer be written. The run goes on without it.
        now: Unix seconds.

    Raises:
        SettingsError: the file cannot be written.
    """
    if terms.file is None:
        yield _Log(sys.stderr, terms, tell, now)
        return
    try:
        file = terms.file.open("a", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SettingsError(
            f"The log cannot be written to {terms.file} ({error.strerror}). Name another place with --log-file.",
            f"无法将日志写入 {terms.file}（{error.strerror}）。请用 --log-file 指定其他位置。",
        ) from error
    try:
        yield _Log(file, terms, tell, now)
    finally:
        with suppress(OSError):  # a full disk: what could not be written was told when it happened
            file.close()


class _Log:
    """Writes events down, until it cannot any more."""

    def __init__(self, file: TextIO, terms: LogTerms, tell: Callable[[Text], None], now: Callable[[], float]) -> None:
        self._logger = structlog.wrap_logger(
            structlog.WriteLogger(file),
            processors=[
                structlog.processors.add_log_level,
                _stamp(now),
                _render_json if terms.format == "json" else _render_text,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[terms.level]),
        ).bind()
        self._passed_over = _PASSED_OVER[terms.level]
        self._tell = tell
        self._broken = False

    def __call__(self, event: Event) -> None:
        if self._broken or type(event) in self._passed_over:
            return
        if isinstance(event, Loaded | GoingOn | Started) and event.run:
            self._logger = self._logger.bind(run=event.run)
        level, name, fields = _line(event)
        try:
            getattr(self._logger, level)(name, **fields)
        except (OSError, ValueError) as error:
            self._broken = True
            self._tell(_NO_LONGER.format(reason=getattr(error, "strerror", None) or error))


def _line(event: Event) -> tuple[LogLevel, str, dict[str, object]]:  # noqa: C901 - a table of cases
    """An event's level, name and fields."""
    if isinstance(event, Attempted | ReadBack | Read | Settled):
        return _line_of_request(event)
    match event:
        case Loaded():
            notices = len(event.notices)
            fields: dict[str, object] = {
                "rows": event.rows,
                "ready": event.ready,
                "invalid": event.invalid,
                "notices": notices,
            }
            return "info", "loaded", fields
        case GoingOn() | Started():
            return _line_of_start(event)
        case Compared():
            counts: dict[str, object] = {plan.value: count for plan, count in event.plan.items()}
            return "info", "compared", counts | {"to_send": event.to_send}
        case WaveBegan() | WaveEnded() | Asking() | Resting():
            return _line_of_wave(event)
        case PageRead():
            page: dict[str, object] = {"page": event.page, "pages": event.pages, "code": _word(event.code)}
            return "debug", "page_read", page | {"seconds": round(event.seconds, 3)}
        case LimitChanged(limit=limit, cause=""):
            return "debug", "limit_raised", {"limit": limit}
        case LimitChanged(limit=limit, cause=cause):
            return "warning", "limit_lowered", {"limit": limit, "code": _word(cause)}
        case Paused() | AskedToWait():
            name = "paused" if isinstance(event, Paused) else "asked_to_wait"
            return "warning", name, {"code": _word(event.code), "seconds": round(event.seconds, 3)}
        case Resumed():
            return "info", "resumed", {}
        case ClockLearned():
            return "warning", "clock_learned", {"offset": round(event.offset, 3)}
        case Stopping():
            return "warning", "stopping", {"code": _word(event.stop.code)}


def _line_of_start(event: GoingOn | Started) -> tuple[LogLevel, str, dict[str, object]]:
    if isinstance(event, GoingOn):
        left: dict[str, object] = {"state": event.state.value, "left": event.left, "requests": event.requests}
        return "info", "going_on", left | {"guards": event.guards}
    where = {"job": event.job, "endpoint": event.endpoint, "account": event.account}
    return "info", "reading" if event.only_reads else "started", where | {"concurrency": event.concurrency}


def _line_of_request(event: Attempted | ReadBack | Read | Settled) -> tuple[LogLevel, str, dict[str, object]]:
    fields: dict[str, object] = {"key": _word(event.key), "ordinal": event.ordinal}
    match event:
        case Attempted():
            fields |= {"attempt": event.number, "action": event.action.name.lower()}
            return "debug", "attempted", fields | {"code": _word(event.code), "seconds": round(event.seconds, 3)}
        case ReadBack():
            if event.finding:
                fields["finding"] = event.finding.name.lower()
            return "debug", "read_back", fields | {"code": _word(event.code), "seconds": round(event.seconds, 3)}
        case Read():
            return "debug" if event.plan is Plan.UNCHANGED else "info", "read", fields | {"plan": event.plan.value}
        case Settled():
            fields["state"] = event.state.value
            return "info", "settled", fields | ({} if event.code is None else {"code": _word(event.code)})


def _line_of_wave(event: WaveBegan | WaveEnded | Asking | Resting) -> tuple[LogLevel, str, dict[str, object]]:
    match event:
        case WaveBegan():
            return "info", "wave_began", {"wave": event.number, "of": event.of, "size": event.size}
        case WaveEnded():
            level: LogLevel = "warning" if event.bad else "info"
            return (
                level,
                "wave_ended",
                {"wave": event.number, "of": event.of, "settled": event.settled, "bad": event.bad, "left": event.left},
            )
        case Asking():
            return "info", "asking", {}
        case Resting():
            return "info", "resting", {"seconds": round(event.seconds, 3)}


def _word(words: str) -> str:
    """Words of others, as they can stand in a line."""
    words = words if words.isprintable() else words.encode("unicode_escape").decode()
    return words if len(words) <= LONGEST_WORD else f"{words[:LONGEST_WORD]}…"


def _stamp(now: Callable[[], float]) -> structlog.typing.Processor:
    def stamp(_: object, __: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
        fields["time"] = datetime.fromtimestamp(now(), UTC).astimezone().isoformat(timespec="milliseconds")
        return {name: fields[name] for name in _FIRST if name in fields} | dict(fields)

    return stamp


_render_text = structlog.processors.LogfmtRenderer()


def _render_json(_: object, __: str, fields: structlog.typing.EventDict) -> str:
    return json.dumps(fields)  # in ASCII: no key can break a line


_NO_LONGER = Text(
    "The log can no longer be written ({reason}); the run goes on without it.",
    "日志已无法写入（{reason}），运行将继续但不再记录日志。",
)
