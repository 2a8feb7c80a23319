"""The remote states that a run has kept: what was read, and is as wanted or was never asked to change."""

from collections.abc import Iterator
from dataclasses import dataclass

from runner.journal.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What the vendor had under a key when it was read."""

    key: str
    before: bytes
    """In the form of a body; attachments by their tokens."""
    remark: str | None
    """What was said of it then, in English."""


def images(database: Database, run: int) -> Iterator[Image]:
    """The images of a run, in input order. Streams.

    Raises:
        JournalError: the journal cannot be read.
    """
    for row in database.stream(_IMAGES, (run,)):
        yield Image(key=row["key"], before=row["before"], remark=row["message_en"])


_IMAGES = """
SELECT key, before, message_en FROM plans JOIN requests USING (run, ordinal)
WHERE run = ? AND before IS NOT NULL ORDER BY ordinal
"""
