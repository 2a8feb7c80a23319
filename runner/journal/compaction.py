"""Keeps a nightly comparison from filling the disk: what is as wanted night after night is kept once.

The body of a request that was found as wanted is of no use but to the next comparison, as what was applied last. Where
the next night finds the same, its own body says so.
"""

from collections.abc import Sequence

from runner.journal.database import Database


def run_before(database: Database, run: int) -> int | None:
    """The journal's number of the run that compared the same file with the same endpoint before; None for the first.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute(_BEFORE, (run,)).fetchone()
    return None if row is None else int(row["id"])


def forget_superseded(database: Database, run: int, before: int, ordinals: Sequence[int]) -> None:
    """Forgets bodies that an earlier run found as wanted, where a run has found the very same. Within a transaction.

    Args:
        database: the journal.
        run: the later one.
        before: the earlier one.
        ordinals: of requests of the later one that are as wanted.
    """
    if ordinals:
        database.execute(_FORGET, (before, before, run, ordinals[0], ordinals[-1]))


_BEFORE = """
SELECT others.id FROM runs AS mine JOIN runs AS others USING (job, subject, endpoint, source)
WHERE mine.id = ? AND others.id < mine.id AND others.terms IS NOT NULL ORDER BY others.id DESC LIMIT 1
"""

_FORGET = """
DELETE FROM bodies WHERE run = ? AND ordinal IN (
    SELECT old.ordinal FROM requests AS mine
    CROSS JOIN requests AS old INDEXED BY requests_by_key ON old.run = ? AND old.key = mine.key
    JOIN bodies AS found ON found.run = old.run AND found.ordinal = old.ordinal
    JOIN bodies AS same ON same.run = mine.run AND same.ordinal = mine.ordinal
    LEFT JOIN plans AS old_plan ON old_plan.run = old.run AND old_plan.ordinal = old.ordinal
    LEFT JOIN plans AS own_plan ON own_plan.run = mine.run AND own_plan.ordinal = mine.ordinal
    WHERE mine.run = ? AND mine.ordinal BETWEEN ? AND ? AND mine.state = 'unchanged' AND old.state = 'unchanged'
        AND found.body = same.body AND old_plan.base IS NULL AND own_plan.base IS NULL
)
"""
