"""What the simulated vendor saw of each request, as lines of JSON: what a run's report can be held against."""

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

from jobs.recallflow.sandbox.vendor import Reply
from runner.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request, and what came of it."""

    at: float
    """Unix seconds, by this machine's clock."""
    path: str
    subject: Any
    """The flow's key, if it names one."""
    timestamp: str | None
    """As it was signed."""
    fault: Enum | None
    """What went wrong, if anything did."""
    reply: Reply | None
    """What it really came to, whatever a fault made of the answer; None where it was not looked at."""
    answered: str | None
    """The code that the caller was told; None where the answer was none."""

    @property
    def line(self) -> str:
        """For the log."""
        reply = self.reply
        return json.dumps(
            {
                "at": self.at,
                "path": self.path,
                "keyId": self.subject,
                "timestamp": self.timestamp,
                "fault": self.fault and self.fault.value,
                "answered": self.answered,
                "outcome": reply.code if reply else None,
                "message": reply.message if reply else None,
                "applied": bool(reply and reply.applied),
            },
            ensure_ascii=False,
        )


class RequestLog:
    """A file of such lines, or none."""

    def __init__(self, path: Path | None) -> None:
        """Empties the file.

        Raises:
            SettingsError: it cannot be written.
        """
        self._file = _opened(path) if path else None

    def write(self, exchange: Exchange) -> None:
        """Adds a line, which is in the file at once: before the caller hears anything."""
        if self._file:
            self._file.write(exchange.line + "\n")
            self._file.flush()

    def close(self) -> None:
        """No more lines."""
        if self._file:
            self._file.close()


def subject(body: bytes) -> Any:  # noqa: ANN401 - whatever the caller put there
    """What a request is about: the flow's key, if it names one."""
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return values.get("keyId", values.get("id")) if isinstance(values, dict) else None


def _opened(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"The request log {path} cannot be written ({error.strerror}). Choose another --request-log.",
            f"无法写入请求日志 {path}（{error.strerror}）。请更换 --request-log。",
        ) from error
