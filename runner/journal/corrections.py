"""What has become of corrections since the run that they correct: what was sent meanwhile is not sent again."""

import sqlite3

from runner.journal.applied import Applied, AppliedBefore
from runner.journal.content import content_of
from runner.journal.database import Database
from runner.journal.family import relatives
from runner.journal.findings import add_notices, at_key, place_of_keys, reject
from runner.outcome import State
from runner.problem import Notice, Problem, Violation
from runner.text import Text

ALREADY_SENT = "already-sent"
"""The code of a request that an earlier run has applied exactly as it is."""

_BATCH = 2_000


Found = list[tuple[Applied, sqlite3.Row]]
"""What was applied last under the key of a request, and the request."""


def find_origin_run(database: Database, name: str) -> int | None:
    """The journal's number of the run that a report names; None where this journal does not have it.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute("SELECT id FROM runs WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row["id"])


def subject_of(database: Database, run: int) -> str:
    """The name of the job whose updates a run sends or compares; see `NewRun.subject`.

    Raises:
        JournalError: the journal cannot be read.
    """
    row = database.execute("SELECT subject FROM runs WHERE id = ?", (run,)).fetchone()
    return str(row["subject"])


def settle_meanwhile(database: Database, run: int, *, now: float) -> None:
    """Compares what corrections would send with what has been applied since their origin began; of others, nothing.

    What was applied last under a key just as it stands is `unchanged`; what may have been is looked up at the vendor's
    before it is sent. What stands as its origin had it, though something else was applied since, is `invalid`: it is an
    old report, and would overwrite what was corrected. Where a run of another file has applied something since, a
    notice says so.

    Args:
        database: the journal.
        run: a filled one of which nothing was sent.
        now: Unix seconds.

    Raises:
        JournalError: the journal cannot be read or written.
    """
    [origin] = database.execute("SELECT origin FROM runs WHERE id = ?", (run,)).fetchone()
    before = None if origin is None else AppliedBefore(database, run, since=origin)
    if not before:
        return
    place = place_of_keys(database, run)
    own_family = {each.id for each in relatives(database, run)}
    less_is_sent = False
    at = 0
    while rows := database.execute(_READY_AFTER, (origin, run, at, _BATCH)).fetchall():
        at = rows[-1]["ordinal"]
        found: dict[str, Found] = {"sent": [], "unclear": [], "stale": [], "overwritten": []}
        for row in rows:
            last = before.last(row["key"])
            if last is None:
                continue
            if last.body == row["body"]:
                found["sent" if last.certain else "unclear"].append((last, row))
            elif last.id != origin and row["body"] == row["as_it_was"]:
                found["stale"].append((last, row))
            elif last.id not in own_family:
                found["overwritten"].append((last, row))
        with database.transaction():
            _skip(database, run, found["sent"], now)
            _look_up(database, run, found["unclear"])
            _refuse(database, run, found["stale"], place)
            _say(database, run, found["overwritten"], place)
        less_is_sent = less_is_sent or bool(found["sent"] or found["stale"])
    if less_is_sent:
        with database.transaction():
            database.execute("UPDATE runs SET content = ? WHERE id = ?", (content_of(database, run), run))


def _skip(database: Database, run: int, found: Found, now: float) -> None:
    messages = ((_SENT.format(run=last.run), row["ordinal"]) for last, row in found)
    database.execute_many(
        "UPDATE requests SET state = ?, code = ?, message_en = ?, message_zh = ?, settled = ?"
        " WHERE run = ? AND ordinal = ?",
        ((State.UNCHANGED, ALREADY_SENT, message.en, message.zh, now, run, ordinal) for message, ordinal in messages),
    )


def _look_up(database: Database, run: int, found: Found) -> None:
    own = ((run, row["ordinal"]) for _, row in found)
    database.execute_many("UPDATE requests SET unclear = 1 WHERE run = ? AND ordinal = ?", own)


def _refuse(database: Database, run: int, found: Found, place: sqlite3.Row) -> None:
    violations = ((Violation("stale", _STALE.format(run=last.run), _RENEW), row) for last, row in found)
    problems = ((row, [Problem(**at_key(place, row), violation=violation)]) for violation, row in violations)
    reject(database, run, [(row["ordinal"], 1, only) for row, only in problems])


def _say(database: Database, run: int, found: Found, place: sqlite3.Row) -> None:
    messages = ((_OVERWRITES.format(run=last.run), row) for last, row in found)
    notices = ((row, [Notice(**at_key(place, row), code="overwrites", message=words)]) for words, row in messages)
    add_notices(database, run, ((row["ordinal"], row["notices"] + 1, only) for row, only in notices))


_READY_AFTER = """
SELECT mine.ordinal, mine.key, mine.rows, own.body, (
    SELECT ifnull(max(place), 0) FROM notices WHERE notices.run = mine.run AND notices.ordinal = mine.ordinal
) AS notices, (
    SELECT bodies.body FROM requests AS old INDEXED BY requests_by_key JOIN bodies USING (run, ordinal)
    WHERE old.run = ? AND old.key = mine.key LIMIT 1
) AS as_it_was
FROM requests AS mine JOIN bodies AS own USING (run, ordinal)
WHERE mine.run = ? AND mine.ordinal > ? AND mine.state = 'ready' ORDER BY mine.ordinal LIMIT ?
"""

_SENT = Text("Run {run} has already sent exactly this", "运行 {run} 已发送过完全相同的内容")
_STALE = Text(
    "Run {run} has sent something else for it since, and this row still is as it was before that",
    "运行 {run} 此后已为它发送了其他内容，而本行仍是更正前的内容",
)
_OVERWRITES = Text(
    "Run {run} has sent something else for it since the run that is corrected; that is overwritten",
    "在所更正的运行之后，运行 {run} 已为它发送了其他内容，将被覆盖",
)
_RENEW = Text(
    "Delete its rows, or correct them in the latest report. To send the old values all the same, upload your own file.",
    "请删除这些行，或在最新的报告中更正；如确需发送旧值，请上传您自己的文件。",
)
