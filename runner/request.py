"""A request: what the rows of one key come to."""

from dataclasses import dataclass
from pathlib import Path

from runner.problem import Notice, Problem

PLACEHOLDER = "attachments/"
"""What the token of an attachment begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes into a body as base64 when it is sent, and not before.

    The journal has where it lies: where the user has it, or, where the vendor gave it back, beside the journal (see
    `runner.journal.kept_files`).
    """

    path: Path
    """Absolute."""
    size: int
    """In bytes."""
    sha256: str
    """Of the bytes that were checked; others are never sent."""

    @property
    def token(self) -> str:
        """What stands for it in a body until then. It is base64 itself, so that the body can be checked as it is."""
        return PLACEHOLDER + self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a job made of some rows: a body that passed every check, or problems. Never both, never neither."""

    key: str
    """What the job identifies the request by; empty where it cannot be read."""
    rows: tuple[int, ...]
    """The rows of the user's file that it came from, in order."""
    body: bytes | None
    """What is to be sent, exactly as it was checked; None where there are problems. Empty where it follows from the
    remote state, which nobody has read yet (see `runner.job.Derives`)."""
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    """Whose tokens are in the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A checked request, claimed from the journal to be sent."""

    ordinal: int
    """Its place in the input, from 1; with the run, what the journal knows it by."""
    key: str
    body: bytes
    attempts: int = 0
    """Attempts that were made before this claim."""
    unclear: bool = False
    """An earlier attempt may have been applied, and nobody knows."""
    attachments: tuple[Attachment, ...] = ()
    """Whose tokens are in the body."""
    before: bytes | None = None
    """The remote state that it was planned for; None where none was read."""
