"""What of a run that has ended a resumed one would send: the same question when it is resumed and when it ends."""

from runner.journal.database import Database
from runner.journal.family import TAKEN_OVER, leave_to_corrections

_NOT_SETTLED = "(state IN ('not_sent', 'unknown') AND settled IS NULL)"
# What is not to be sent at all, since the remote state is not what was planned for, is settled.

_REFUSED_WITH_THE_RUN = """state = 'failed' AND 'stop' = (
    SELECT action FROM attempts
    WHERE attempts.run = requests.run AND attempts.ordinal = requests.ordinal ORDER BY number DESC LIMIT 1
)"""
# What the vendor refused together with the whole run, a wrong key say, was never judged by itself; unless it was since.

REOPENED = f"{_NOT_SETTLED} OR {_REFUSED_WITH_THE_RUN}"
"""The condition, in SQL, for a request of a stopped run to be ready again when that is resumed."""


def reopen(database: Database, run: int) -> None:
    """What an earlier stop kept from being settled is ready again, but for what another run corrects.

    Within a transaction.
    """
    database.execute(f"UPDATE requests SET state = 'ready', settled = NULL WHERE run = ? AND ({REOPENED})", (run,))  # noqa: S608
    leave_to_corrections(database, run)


def count_left(database: Database, run: int) -> int:
    """How many requests a resumed run would send, or see to.

    Raises:
        JournalError: the journal cannot be read.
    """
    some_failed = database.execute(_SOME_FAILED, (run,)).fetchone()
    return sum(
        int(database.execute(f"SELECT count(*) FROM requests WHERE run = ? AND ({left})", (run,)).fetchone()[0])  # noqa: S608
        for left in (_LEFT if some_failed else _LEFT[:-1])  # a look at each attempt costs its time
    )


def has_more_to_send(database: Database, run: int) -> bool:
    """Whether a resumed run would send anything."""
    return any(
        database.execute(f"SELECT 1 FROM requests WHERE run = ? AND ({left}) LIMIT 1", (run,)).fetchone()  # noqa: S608
        for left in _LEFT
    )


_LEFT = (
    "state IN ('ready', 'sending')",
    f"{_NOT_SETTLED} AND code IS NOT '{TAKEN_OVER}'",
    _REFUSED_WITH_THE_RUN,
)
"""The conditions for a request to be left, of which one request meets one at most; what is answered soonest first."""

_SOME_FAILED = "SELECT 1 FROM requests WHERE run = ? AND state = 'failed' LIMIT 1"
