"""What a run sends, as one number: two files that come to the same requests have the same, however they were saved."""

import hashlib
from collections.abc import Iterable, Iterator

from runner.journal.database import Database
from runner.request import Draft
from runner.text import writable


class ContentHash:
    """SHA-256 over the keys and bodies of requests, in order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._count = 0

    def add(self, key: str, body: bytes) -> None:
        """Takes the next request that is ready; the lengths keep one from running into the other."""
        named = key.encode()
        self._hash.update(b"%d %d " % (len(named), len(body)))
        self._hash.update(named)
        self._hash.update(body)
        self._count += 1

    def of_all(self, drafts: Iterable[Draft]) -> Iterator[Draft]:
        """The same drafts; those that are ready are added as they go by."""
        for draft in drafts:
            if draft.body:
                self.add(writable(draft.key), draft.body)
            yield draft

    @property
    def digest(self) -> str | None:
        """In hexadecimal; None where there is nothing to send."""
        return self._hash.hexdigest() if self._count else None


def content_of(database: Database, run: int) -> str | None:
    """The digest of all that the journal has of a run to be sent. Streams."""
    content = ContentHash()
    for row in database.stream(
        "SELECT key, body FROM bodies JOIN requests USING (run, ordinal) "
        " WHERE run = ? AND state <> 'unchanged' ORDER BY ordinal",
        (run,),
    ):
        content.add(row["key"], row["body"])
    return content.digest


def fill_in_contents(database: Database, run: int) -> None:
    """Writes down the digests that a run may have to be compared with, of runs from before there were any.

    Their bodies are only read where they go where this one goes, and begin and end with the same.

    Raises:
        JournalError: the journal cannot be read or written.
    """
    for row in database.execute(_PERHAPS_THE_SAME, (run,)).fetchall():
        digest = content_of(database, row["id"])
        with database.transaction():
            database.execute("UPDATE runs SET content = ? WHERE id = ?", (digest, row["id"]))


_PERHAPS_THE_SAME = """
SELECT old.id
FROM runs AS mine JOIN runs AS old ON old.content IS NULL AND old.endpoint = mine.endpoint AND old.rows IS NOT NULL
WHERE mine.id = ? AND mine.content IS NOT NULL AND old.id <> mine.id
    AND (SELECT body FROM bodies WHERE run = old.id ORDER BY ordinal LIMIT 1)
        = (SELECT body FROM bodies WHERE run = mine.id ORDER BY ordinal LIMIT 1)
    AND (SELECT body FROM bodies WHERE run = old.id ORDER BY ordinal DESC LIMIT 1)
        = (SELECT body FROM bodies WHERE run = mine.id ORDER BY ordinal DESC LIMIT 1)
"""
