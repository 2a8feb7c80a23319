"""What a workbook's reading process is asked, and what it answers; each is a pickle on a pipe."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Question = Literal["top", "layout", "rows", "more"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first request; the answer is the names of all sheets and of the hidden ones."""

    path: Path
    unpacked_mb: int
    memory_mb: int
    seconds: float
    """Processor time, counted from when everything is loaded."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Every further request. The answer to `rows` is None; they come by `more`, a list each time, empty at the end."""

    what: Question
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """To one request."""

    value: object = None
    refusal: tuple[str, str] | None = None
    """What to tell the user, in English and Chinese, instead of a value."""
    out_of_memory: bool = False
