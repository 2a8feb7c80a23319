"""The remote states that a run has kept: what was read, and is as wanted or was never asked to change."""

from collections.abc import Iterator
from dataclasses import dataclass

from runner.attachments import tokens_in
from runner.journal.database import Database
from runner.journal.kept_files import attachments_of
from runner.journal.source_rows import decode_cells
from runner.request import Attachment
from runner.tables.table import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What the vendor had under a key when it was read."""

    key: str
    before: bytes
    """In the form of a body; attachments by their tokens."""
    remark: str | None
    """What was said of it then, in English."""
    attachments: tuple[Attachment, ...] = ()
    """Those whose tokens are in it."""
    facts: tuple[Cell, ...] = ()
    """What the list told of the key besides (see `runner.job.Facts`); nothing where it was not listed with facts."""


def images(database: Database, run: int) -> Iterator[Image]:
    """The images of a run of listed keys, in input order. Streams.

    Raises:
        JournalError: the journal cannot be read.
    """
    for row in database.stream(_IMAGES, (run,)):
        before = row["before"]
        yield Image(
            key=row["key"],
            before=before,
            remark=row["message_en"],
            attachments=attachments_of(database, run, row["ordinal"]) if tokens_in(before) else (),
            facts=decode_cells(row["cells"]) if row["cells"] else (),
        )


_IMAGES = """
SELECT ordinal, key, before, message_en, cells
FROM plans JOIN requests USING (run, ordinal) LEFT JOIN source_rows USING (run, ordinal)
WHERE run = ? AND before IS NOT NULL ORDER BY ordinal
"""
# A listed key has one row at most: what the list told of it.
