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
            if draft.body is not None:
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
        "SELECT key, body FROM bodies JOIN requests USING (run, ordinal) WHERE run = ? ORDER BY ordinal", (run,)
    ):
        content.add(row["key"], row["body"])
    return content.digest
