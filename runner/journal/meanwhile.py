"""What other runs have written since a run was planned: of that, its plan is out of date, whatever is there by now."""

from collections.abc import Collection

from runner.journal.database import Database
from runner.journal.leases import check
from runner.journal.way_back import WAS_SENT
from runner.plan import STALE
from runner.text import Text


def hold_back_overtaken(
    database: Database, run: int, *, now: float, lease: int, overwrites: Collection[int] = ()
) -> None:
    """Keeps from being sent what another run has written since it was planned, to the same place.

    A look at the vendor's does not tell: a field that was changed there and back is what it was planned for.

    Args:
        database: the journal.
        run: one whose remote states were all read.
        now: Unix seconds.
        lease: that whoever does so has to hold.
        overwrites: runs over whose values this one's are sent all the same.

    Raises:
        LeaseLost: somebody else has taken the run over.
        JournalError: the journal cannot be written.
    """
    others = [row["id"] for row in database.execute(_OTHERS, (run,)) if row["id"] not in overwrites]
    if not others:
        return
    with database.transaction():
        check(database, lease)
        words = (STALE, _OVERTAKEN.en, _OVERTAKEN.zh, now, run)
        database.execute(_HOLD_BACK.format(others=", ".join(map(str, others)), was_sent=WAS_SENT), words)


_OVERTAKEN = Text(
    "Another run has written it since it was planned, so that it was not sent; plan anew",
    "制定计划后已有其他运行写入，因此未发送；请重新制定计划",
)

_OTHERS = """
SELECT others.id FROM runs AS mine JOIN runs AS others USING (subject, endpoint)
WHERE mine.id = ? AND others.id <> mine.id AND others.state <> 'planned'
"""

_HOLD_BACK = """
UPDATE requests SET state = 'not_sent', code = ?, message_en = ?, message_zh = ?, settled = ?
WHERE run = ? AND state = 'ready' AND NOT unclear AND EXISTS (
    SELECT 1 FROM plans CROSS JOIN requests AS other INDEXED BY requests_by_key
    ON other.run IN ({others}) AND other.key = requests.key
    WHERE plans.run = requests.run AND plans.ordinal = requests.ordinal
        AND {was_sent}
        AND ifnull(coalesce(other.settled, other.first_sent) > plans.read, 1)
)
"""
