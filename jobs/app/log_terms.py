"""What a log may be like, for those who need not know how it is written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

LogLevel = Literal["debug", "info", "warning"]
LogFormat = Literal["text", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTerms:
    """What is logged, and where."""

    level: LogLevel
    """`debug` has a line for each attempt, `info` for each change of a state, `warning` for what needs a person."""
    format: LogFormat
    """Pairs of names and values, or one JSON object a line."""
    file: Path | None
    """Lines are added at its end; None for stderr."""

    @property
    def fills_stderr(self) -> bool:
        """Whether machines read stderr, so that nothing but the log may be there."""
        return self.file is None and self.format == "json"
