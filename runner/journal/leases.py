"""Who sends which run at this moment. A lease is live until it runs out, or its owner has surely ended."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from runner.errors import LeaseLost
from runner.journal.database import Database
from runner.outcome import RunState

IsGone = Callable[[str], bool]
"""Whether the owner of a lease has surely ended; see `runner.journal.owner`."""

SANDBOX = "sandbox"
"""The endpoint of a run that has a simulated vendor of its own, so that no two of them ever meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right of one process to send one run."""

    token: int
    run: int
    owner: str
    reserved: bool
    """Whether it was taken ahead, by the process that is going to send."""


def holder(database: Database, run: int, *, now: float, is_gone: IsGone) -> Lease | None:
    """The live lease on a run."""
    found = database.execute("SELECT token, run, owner, reserved FROM leases WHERE run = ? AND expires > ?", (run, now))
    return next((lease for lease in map(_lease, found.fetchall()) if not is_gone(lease.owner)), None)


def state_of(database: Database, run: int, kept: str, *, now: float, is_gone: IsGone) -> RunState:
    """The state of a run: one that is kept as running is interrupted once nobody holds it.

    Args:
        database: the journal.
        run: the journal's number of the run.
        kept: the state that the journal keeps.
        now: Unix seconds.
        is_gone: whether the owner of a lease has surely ended.

    Raises:
        JournalError: the journal cannot be read.
    """
    state = RunState(kept)
    if state is RunState.RUNNING and holder(database, run, now=now, is_gone=is_gone) is None:
        return RunState.INTERRUPTED
    return state


def rivals(database: Database, run: int, *, now: float, is_gone: IsGone) -> list[Lease]:
    """The live leases on other runs that go where this one goes. Costs a look at a handful of rows."""
    return [lease for lease in _on_other_runs(database, run, after=now, until=inf) if not is_gone(lease.owner)]


def opposed(database: Database, run: int, *, now: float, is_gone: IsGone) -> Lease | None:
    """The live lease on a run that takes this one back, or that this one takes back: the two never go on at once."""
    found = database.execute(f"SELECT token, run, owner, reserved {_OPPOSED}", (run, run, now)).fetchall()
    return next((lease for lease in map(_lease, found) if not is_gone(lease.owner)), None)


def displace_opposed(database: Database, run: int) -> None:
    """Ends leases that have run out on what `opposed` is about: who comes back goes on no more. Within a transaction.

    Nobody calls it who has not looked for live ones. One that was released is left: see `check`.
    """
    database.execute(f"DELETE FROM leases WHERE token IN (SELECT token {_OPPOSED})", (run, run, 0.0))  # noqa: S608 - our own names


def displace(
    database: Database, token: int | None, ordinals: tuple[int, int], run: int, *, now: float, is_gone: IsGone
) -> None:
    """Ends leases on other runs that have run out, where what they were sending is sent under this one from now on.

    Their owners may only have been away: who is back finds the lease gone, before anything more is sent under it. One
    that was released is left as it is; nothing is sent under it either.

    Args:
        database: the journal, within a transaction.
        token: of the lease under which requests were claimed just now.
        ordinals: of the first and the last of them.
        run: whose they are.
        now: Unix seconds.
        is_gone: whether an owner has surely ended, who is not coming back.
    """
    for lease in _on_other_runs(database, run, after=0.0, until=now):
        if not is_gone(lease.owner):
            database.execute(_DISPLACE, (lease.token, run, *ordinals, token))


def reserve(database: Database, run: int, *, owner: str, expires: float) -> None:
    """Takes the lease of a run that nobody knows of yet, ahead of `Claims`. Within a transaction."""
    database.execute("INSERT INTO leases (run, owner, expires, reserved) VALUES (?, ?, ?, 1)", (run, owner, expires))


def release_reserved(database: Database, run: int, *, owner: str) -> None:
    """End a lease that was reserved and is not needed, so that nobody waits for it to run out.

    Raises:
        JournalError: it cannot be written.
    """
    with database.transaction(durable=False):
        database.execute("UPDATE leases SET expires = 0 WHERE run = ? AND owner = ? AND reserved", (run, owner))


def check(database: Database, token: int) -> None:
    """Whoever had this lease still has the run, until the transaction ends, even if they have released it.

    Raises:
        LeaseLost: somebody else has taken it over, even if they are done with it by now.
    """
    if not database.execute("SELECT 1 FROM leases WHERE token = ?", (token,)).fetchone():
        raise lost()


def lost() -> LeaseLost:
    """What is raised where a lease is no more: somebody else has the run, or sends one of its keys for another run.

    A lease that has only run out is still its owner's.
    """
    return LeaseLost(
        "This process was away for so long that its lease on the run has run out; nothing more is sent.",
        "本进程中断时间过长，对该运行的租约已过期；不再发送任何请求。",
    )


_OPPOSED = """
FROM leases CROSS JOIN runs ON runs.id = run
WHERE (undoes = ? OR run = (SELECT undoes FROM runs WHERE id = ?)) AND expires > ?
"""

_DISPLACE = """
DELETE FROM leases WHERE token = ? AND EXISTS (
    SELECT 1 FROM requests AS mine CROSS JOIN requests AS theirs INDEXED BY requests_by_key
    ON theirs.run = leases.run AND theirs.key = mine.key
    WHERE mine.run = ? AND mine.ordinal BETWEEN ? AND ? AND mine.lease = ?
        AND theirs.state = 'sending' AND theirs.lease = leases.token
)
"""


def _on_other_runs(database: Database, run: int, *, after: float, until: float) -> list[Lease]:
    """The leases on runs that go where this one goes; by when they expire."""
    found = database.execute(
        "SELECT token, run, owner, reserved FROM leases CROSS JOIN runs ON runs.id = run"  # CROSS: leases first
        " WHERE run <> ? AND expires > ? AND expires <= ?"
        " AND endpoint <> ? AND endpoint = (SELECT endpoint FROM runs WHERE id = ?)",
        (run, after, until, SANDBOX, run),
    )
    return [_lease(row) for row in found.fetchall()]


def _lease(row: tuple[int, int, str, int]) -> Lease:
    token, run, owner, reserved = row
    return Lease(token=token, run=run, owner=owner, reserved=bool(reserved))
