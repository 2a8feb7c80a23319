"""The requests of a run that a person should look at first; those of which the same is to be said count as one."""

from collections.abc import Sequence
from dataclasses import dataclass

from runner.journal.as_if_ended import AS_IF_ENDED
from runner.journal.database import Database
from runner.journal.ledger import recorded_text
from runner.journal.plans import difference_of
from runner.outcome import State
from runner.plan import Plan, PlannedDifference
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Foremost:
    """One of them, and how many are just like it."""

    key: str
    rows: str
    """`12` or `12-14`."""
    state: State
    plan: Plan | None
    """None where it was not compared."""
    code: str | None
    message: Text | None
    problem: tuple[str, Text] | None
    """The cell of its first problem, and what is wrong there."""
    differences: tuple[PlannedDifference, ...]
    """The first few that are to be put right."""
    further: int
    """How many more of them there are."""
    never_sent: bool
    """As of a planned request."""
    count: int
    """Requests of which the same is to be said: the same outcome, message and differences. This is the first."""


def foremost(
    database: Database, run: int, *, most: int, most_fields: int, invalid: bool = True
) -> tuple[Sequence[Foremost], int]:
    """The most important of them first, then in input order; and how many more there are.

    Failed comes first, then unknown, conflict, invalid or unreadable, missing, locked, drifted, and what was put right.

    Args:
        database: the journal.
        run: the journal's number of it.
        most: how many different ones are wanted.
        most_fields: how many differences of each.
        invalid: whether those with problems count.

    Raises:
        JournalError: the journal cannot be read.
    """
    [total] = database.execute(f"SELECT count(*) FROM ({_RANKED})", (run, invalid)).fetchone()  # noqa: S608 - our own names
    rows = database.execute(_ALIKE, (run, invalid, most)).fetchall()
    undoes = database.execute("SELECT undoes IS NOT NULL FROM runs WHERE id = ?", (run,)).fetchone()[0] == 1
    found = []
    for row in rows:
        at = (run, row["ordinal"])
        problem = database.execute(_PROBLEM, at).fetchone()
        differences = database.execute(_DIFFERENCES, (*at, most_fields)).fetchall()
        found.append(
            Foremost(
                key=row["key"],
                rows=row["rows"],
                state=State(row["ended"]),
                plan=Plan(row["plan"]) if row["plan"] else None,
                code=row["code"],
                message=recorded_text(row["message_en"], row["message_zh"]),
                problem=(problem["cell"], Text(problem["message_en"], problem["message_zh"])) if problem else None,
                differences=tuple(map(difference_of, differences)),
                never_sent=row["plan"] == Plan.CONFLICT and undoes,
                further=database.execute(_COUNT, at).fetchone()[0] - len(differences),
                count=row["times"],
            )
        )
    return found, int(total) - sum(each.count for each in found)


_RANKED = f"""
SELECT *, CASE
    WHEN ended = 'failed' THEN 1
    WHEN ended = 'unknown' THEN 2
    WHEN plan = 'conflict' AND ended = 'not_sent' THEN 3
    WHEN ended = 'invalid' OR plan = 'unreadable' THEN 4
    WHEN plan = 'missing' THEN 5
    WHEN plan = 'locked' THEN 6
    WHEN plan = 'drifted' AND ended = 'not_sent' THEN 7
    WHEN ended = 'succeeded' THEN 8
END AS rank FROM (
    SELECT run, ordinal, key, rows, {AS_IF_ENDED} AS ended, plan, code, message_en, message_zh
    FROM requests LEFT JOIN plans USING (run, ordinal) WHERE run = ?
) WHERE rank IS NOT NULL AND (? OR ended <> 'invalid')
"""  # noqa: S608 - our own names

_SAID = 160
"""Characters of a value that are compared: nobody is shown more of it."""

_ALIKE = f"""
SELECT *, count(*) AS times, min(ordinal) AS first FROM (
    SELECT *, CASE
        WHEN ended = 'invalid' THEN (
            SELECT code || char(10) || message_en FROM problems
            WHERE problems.run = ranked.run AND problems.ordinal = ranked.ordinal ORDER BY row, place LIMIT 1
        )
        ELSE (
            SELECT group_concat(
                field || char(9) || ifnull(substr(old, 1, {_SAID}), '') || char(9)
                || ifnull(substr(new, 1, {_SAID}), '') || char(9) || ifnull(moved_by, ''), char(10)
            ) FROM differences
            WHERE differences.run = ranked.run AND differences.ordinal = ranked.ordinal AND ignored IS NULL
        )
    END AS said FROM ({_RANKED}) AS ranked
) GROUP BY rank, ended, plan, code, message_en, said ORDER BY rank, first LIMIT ?
"""  # noqa: S608 - our own names

_PROBLEM = """
SELECT cell, message_en, message_zh FROM problems WHERE run = ? AND ordinal = ? ORDER BY row, place LIMIT 1
"""

_DIFFERENCES = """
SELECT field, old, new, moved_by, ignored, rule FROM differences
WHERE run = ? AND ordinal = ? AND ignored IS NULL ORDER BY place LIMIT ?
"""

_COUNT = "SELECT count(*) FROM differences WHERE run = ? AND ordinal = ? AND ignored IS NULL"
