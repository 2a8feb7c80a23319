"""Who sends which run at this moment. A lease is live until it runs out, or its owner has surely ended."""

from collections.abc import Callable
from dataclasses import dataclass

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


def holder(database: Database, run: int, *, now: float, is_gone: IsGone) -> Lease | None:
    """The live lease on a run."""
    found = database.execute("SELECT token, run, owner FROM leases WHERE run = ? AND expires > ?", (run, now))
    return next((lease for lease in map(_lease, found.fetchall()) if not is_gone(lease.owner)), None)


def rivals(database: Database, run: int, *, now: float, is_gone: IsGone) -> list[Lease]:
    """The live leases on other runs that go where this one goes. Costs a look at a handful of rows."""
    found = database.execute(
        "SELECT token, run, owner FROM leases CROSS JOIN runs ON runs.id = leases.run"  # CROSS: leases come first
        " WHERE run <> ? AND expires > ? AND endpoint <> ? AND endpoint = (SELECT endpoint FROM runs WHERE id = ?)",
        (run, now, SANDBOX, run),
    )
    return [lease for lease in map(_lease, found.fetchall()) if not is_gone(lease.owner)]


def _lease(row: tuple[int, int, str]) -> Lease:
    token, run, owner = row
    return Lease(token=token, run=run, owner=owner)
