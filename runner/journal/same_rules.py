"""Which run has sent by the same rules before, so that nothing is shifted twice by mistake."""

from runner.journal.database import Database
from runner.journal.way_back import has_sent, undone_entirely_by


def sent_by_same_rules(database: Database, deeds: str, endpoint: str, *, but: int | None = None) -> int | None:
    """The journal's number of the latest run that has sent something by such rules, or may have, and is in effect.

    It is so until all of it was taken back, by a run that was not taken back itself.

    Args:
        database: the journal.
        deeds: a digest of what the rules do; see `NewRun.deeds`.
        endpoint: where it went.
        but: a run that is not meant.

    Raises:
        JournalError: the journal cannot be read.
    """
    for row in database.execute(_OF_SAME_RULES, (deeds, endpoint, but)).fetchall():
        run = int(row["id"])
        if has_sent(database, run) and undone_entirely_by(database, run) is None:
            return run
    return None


def kept_rules(database: Database, run: int) -> str | None:
    """The rules of a run, as the journal keeps them; None where it has none.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute("SELECT rules FROM runs WHERE id = ?", (run,)).fetchone()
    return None if row is None else row["rules"]


_OF_SAME_RULES = "SELECT id FROM runs WHERE deeds = ? AND endpoint = ? AND id IS NOT ? ORDER BY id DESC"
