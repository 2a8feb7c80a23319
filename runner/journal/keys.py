"""Which keys a run has."""

from collections.abc import Collection

from runner.journal.database import Database


def keys_not_in(database: Database, run: int, keys: Collection[str]) -> frozenset[str]:
    """Those of the keys that no request of a run has.

    Raises:
        JournalError: the journal cannot be read.
    """
    return frozenset(key for key in keys if not database.execute(_HAS, (run, key)).fetchone())


_HAS = "SELECT 1 FROM requests INDEXED BY requests_by_key WHERE run = ? AND key = ? LIMIT 1"
