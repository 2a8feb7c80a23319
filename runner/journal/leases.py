"""Who sends which run at this moment. A lease is live until it runs out, or its owner has surely ended."""

from collections.abc import Callable
from dataclasses import dataclass

from runner.errors import LeaseLost
from runner.journal.database import Database

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


def rivals(database: Database, run: int, *, now: float, is_gone: IsGone) -> list[Lease]:
    """The live leases on other runs that go where this one goes. Costs a look at a handful of rows."""
    found = database.execute(
        "SELECT token, run, owner, reserved FROM leases CROSS JOIN runs ON runs.id = run"  # CROSS: leases first
        " WHERE run <> ? AND expires > ? AND endpoint <> ? AND endpoint = (SELECT endpoint FROM runs WHERE id = ?)",
        (run, now, SANDBOX, run),
    )
    return [lease for lease in map(_lease, found.fetchall()) if not is_gone(lease.owner)]


def reserve(database: Database, run: int, *, owner: str, expires: float) -> None:
    """Takes the lease of a run that nobody knows of yet, ahead of `Claims`. Within a transaction."""
    database.execute("INSERT INTO leases (run, owner, expires, reserved) VALUES (?, ?, ?, 1)", (run, owner, expires))


def check(database: Database, token: int) -> None:
    """Whoever had this lease still has the run, until the transaction ends, even if they have released it.

    Raises:
        LeaseLost: somebody else has taken it over, even if they are done with it by now.
    """
    if not database.execute("SELECT 1 FROM leases WHERE token = ?", (token,)).fetchone():
        raise lost()


def lost() -> LeaseLost:
    """What is raised where a lease is somebody else's by now."""
    return LeaseLost(
        "This process was away for so long that its lease on the run has run out; nothing more is sent.",
        "本进程中断时间过长，对该运行的租约已过期；不再发送任何请求。",
    )


def _lease(row: tuple[int, int, str, int]) -> Lease:
    token, run, owner, reserved = row
    return Lease(token=token, run=run, owner=owner, reserved=bool(reserved))
