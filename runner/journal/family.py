"""Runs that correct one another, beside which the first one may be resumed: a family.

Of each key, the latest run of the family that has it is the one that sends it: else an old value would overwrite a
corrected one.
"""

from dataclasses import dataclass

from runner.journal.database import Database
from runner.text import Text

TAKEN_OVER = "taken-over"
"""The code of a request that is left to a later run, which corrects it."""


@dataclass(frozen=True, slots=True)
class Relative:
    """A run of the same family that goes to the same place."""

    id: int
    name: str


def later_corrections(database: Database, run: int) -> list[Relative]:
    """The runs that have begun to send corrections of a run, or of what it corrects, after it; the latest first.

    Raises:
        JournalError: the journal cannot be read.
    """
    return _family(database, run, "family.id > mine.id AND runs.state <> 'planned'")


def relatives(database: Database, run: int) -> list[Relative]:
    """The other runs of the family that go to the same place; the latest first.

    Raises:
        JournalError: the journal cannot be read.
    """
    return _family(database, run, "family.id <> mine.id")


def leave_to_corrections(database: Database, run: int) -> None:
    """What later runs of the family have taken over from a run is not sent by it. Within a transaction."""
    for later in later_corrections(database, run):
        _hand_over(database, run, later)


def take_over(database: Database, run: int) -> None:
    """What a run is about to send is not sent by earlier runs of its family any more. Within a transaction."""
    [own] = database.execute("SELECT name FROM runs WHERE id = ?", (run,)).fetchone()
    for earlier in _family(database, run, "family.id < mine.id"):
        _hand_over(database, earlier.id, Relative(run, own))


def taken_over(later: list[Relative]) -> str:
    """The condition, in SQL, for a request of a run to have been taken over by one of its later corrections."""
    if not later:
        return "0"
    return _HAVE_IT.format(runs=", ".join(str(each.id) for each in later))


def is_left_with_some(database: Database, run: int) -> bool:
    """Whether a corrected run, resumed, would send something that none of its corrections has taken over.

    Raises:
        JournalError: the journal cannot be read.
    """
    later = later_corrections(database, run)
    query = _LEFT_WITH.format(taken_over=taken_over(later))
    return bool(later) and database.execute(query, (run,)).fetchone() is not None


def _family(database: Database, run: int, which: str) -> list[Relative]:
    rows = database.execute(_FAMILY.format(which=which), (run, run)).fetchall()
    return [Relative(row["id"], row["name"]) for row in rows]


def _hand_over(database: Database, run: int, later: Relative) -> None:
    message = _LEFT.format(run=later.name)
    statement = _HAND_OVER.format(taken_over=taken_over([later]))
    database.execute(statement, (TAKEN_OVER, message.en, message.zh, run))


_FAMILY = """
WITH RECURSIVE
    above (id, origin) AS (
        SELECT id, origin FROM runs WHERE id = ?
        UNION SELECT runs.id, runs.origin FROM runs JOIN above ON runs.id = above.origin
    ),
    family (id) AS (SELECT min(id) FROM above UNION SELECT runs.id FROM runs JOIN family ON runs.origin = family.id)
SELECT runs.id, runs.name
FROM runs AS mine CROSS JOIN family JOIN runs ON runs.id = family.id
WHERE mine.id = ? AND runs.job = mine.job AND runs.endpoint = mine.endpoint AND {which}
ORDER BY runs.id DESC
"""
# An origin is always older than what corrects it. Where a plan goes is not known, so that it has no relatives.

_HAVE_IT = """EXISTS (
    SELECT 1 FROM requests AS later INDEXED BY requests_by_key
    WHERE later.run IN ({runs}) AND later.key = requests.key AND later.state <> 'invalid'
)"""

_HAND_OVER = """
UPDATE requests SET state = iif(unclear, 'unknown', 'not_sent'), code = ?, message_en = ?, message_zh = ?
WHERE run = ? AND state = 'ready' AND {taken_over}
"""

_LEFT_WITH = """
SELECT 1 FROM requests
WHERE run = ? AND (state IN ('ready', 'sending', 'not_sent') OR state = 'unknown' AND settled IS NULL)
    AND NOT {taken_over} LIMIT 1
"""

_LEFT = Text("It is left to run {run}, which corrects it", "已由更正它的运行 {run} 接管")
