"""What is done about a plan, once all of it is there: sent, in part or as a whole, or kept for somebody to look at."""

from collections.abc import Mapping

from runner.journal.database import Database
from runner.journal.leases import SANDBOX, IsGone, check, opposed, reserve, rivals
from runner.journal.plans import plan_counts
from runner.journal.tenancy import LeaseTerms
from runner.outcome import RunState
from runner.plan import Plan
from runner.text import Text


def hold_back(database: Database, run: int, plan: Plan, *, now: float, lease: int) -> None:
    """What has this plan is not sent, whatever becomes of the rest; for `lease`, see `keep_as_plan`.

    Raises:
        LeaseLost: somebody else has taken the run over.
        JournalError: the journal cannot be written.
    """
    with database.transaction():
        check(database, lease)
        database.execute(_HOLD_BACK, (now, run, plan))


def changes_planned(database: Database, run: int, *, conflicts: bool) -> tuple[int, int]:
    """How many requests are to be changed, and how many were compared.

    Raises:
        JournalError: the journal cannot be read.
    """
    counts: Mapping[Plan, int] = plan_counts(database, run)
    changes = counts[Plan.DRIFTED] + (counts[Plan.CONFLICT] if conflicts else 0)
    return changes, sum(counts.values()) - counts[Plan.UNREADABLE]


def keep_as_plan(database: Database, run: int, *, reason: Text | None, seconds: float, lease: int) -> None:
    """Ends a run of which nothing is sent: `planned` where something could be, `done` where there is nothing.

    Args:
        database: the journal.
        run: one whose remote states were all read.
        reason: why nothing is sent, where it was asked for.
        seconds: how long it took.
        lease: that whoever ends it has to hold.

    Raises:
        LeaseLost: somebody else has taken the run over.
        JournalError: the journal cannot be written.
    """
    words = (reason.en, reason.zh) if reason else (None, None)
    with database.transaction():
        check(database, lease)
        left = database.execute("SELECT 1 FROM requests WHERE run = ? AND state = 'ready' LIMIT 1", (run,)).fetchone()
        state = RunState.PLANNED if left else RunState.DONE
        database.execute(
            "UPDATE runs SET state = ?, seconds = seconds + ?, reason_en = ?, reason_zh = ? WHERE id = ?",
            (state, seconds, *words, run),
        )
        database.execute("UPDATE leases SET expires = 0 WHERE token = ?", (lease,))


def keep_unsent(database: Database, run: int, reason: Text) -> None:
    """Write down why nothing is sent of a loaded run, which stays planned.

    Raises:
        JournalError: the journal cannot be written.
    """
    with database.transaction():
        database.execute("UPDATE runs SET reason_en = ?, reason_zh = ? WHERE id = ?", (reason.en, reason.zh, run))


def take_turn(
    database: Database, run: int, terms: LeaseTerms, *, now: float, is_gone: IsGone
) -> tuple[str, str] | None:
    """Takes the lease of a run ahead, unless another run of the same job is under way that goes to the same endpoint.

    Nor while the run is under way that it takes back, or one that takes it back.

    Args:
        database: the journal.
        run: a loaded run.
        terms: of the lease.
        now: Unix seconds.
        is_gone: whether the owner of a lease has surely ended.

    Returns:
        The name of the other run and who holds it; None where the turn is this one's.

    Raises:
        JournalError: the journal cannot be read or written.
    """
    with database.transaction():
        if against := opposed(database, run, now=now, is_gone=is_gone):
            [name] = database.execute("SELECT name FROM runs WHERE id = ?", (against.run,)).fetchone()
            return name, against.owner
        for lease in rivals(database, run, now=now, is_gone=is_gone):
            other = database.execute(_SAME_JOB, (lease.run, run)).fetchone()
            if other:
                return other["name"], lease.owner
        reserve(database, run, owner=terms.owner, expires=now + terms.seconds)
    return None


def whose_turn(database: Database, job: str, endpoint: str, *, now: float, is_gone: IsGone) -> tuple[str, str] | None:
    """The name of a job's run that is under way at an endpoint, and who holds it; for a run that is not there yet.

    Raises:
        JournalError: the journal cannot be read.
    """
    found = database.execute(_UNDER_WAY, (job, endpoint, SANDBOX, now)).fetchall()
    return next(((row["name"], row["owner"]) for row in found if not is_gone(row["owner"])), None)


_UNDER_WAY = """
SELECT name, owner FROM leases CROSS JOIN runs ON runs.id = run
WHERE job = ? AND endpoint = ? AND endpoint <> ? AND expires > ?
"""

_HOLD_BACK = """
UPDATE requests SET state = iif(unclear, 'unknown', 'not_sent'), settled = ?
WHERE run = ? AND state = 'ready' AND EXISTS (
    SELECT 1 FROM plans WHERE plans.run = requests.run AND plans.ordinal = requests.ordinal AND plan = ?
)
"""

_SAME_JOB = """
SELECT others.name FROM runs AS others JOIN runs AS mine USING (job) WHERE others.id = ? AND mine.id = ?
"""
