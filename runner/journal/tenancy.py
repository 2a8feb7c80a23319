"""One process' right to work on a run, for as long as it lasts."""

from dataclasses import dataclass

from runner.errors import JournalError
from runner.journal.database import Database
from runner.journal.leases import IsGone, displace_opposed, holder, lost, opposed


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTerms:
    """Who works on a run, and for how long."""

    owner: str
    """See `runner.journal.owner`."""
    seconds: float = 60.0
    """How long a lease lasts unless it is renewed; every claim and every settlement renews it."""


class Tenancy:
    """Holds the lease of a run. Once it is lost, it is lost for good."""

    def __init__(self, database: Database, run: int, terms: LeaseTerms, *, now: float, is_gone: IsGone) -> None:
        """Takes the lease. Within a transaction.

        Args:
            database: the journal.
            run: the journal's number of the run.
            terms: of the lease.
            now: Unix seconds.
            is_gone: whether an owner has surely ended, so that its lease need not be waited for.

        Raises:
            JournalError: another process holds the run, or takes it back, or goes on with what it takes back; or the
                run was abandoned.
        """
        self._database = database
        self._run = run
        self._terms = terms
        self._is_gone = is_gone
        if database.execute("SELECT 1 FROM runs WHERE id = ? AND state = 'abandoned'", (run,)).fetchone():
            raise JournalError(
                "The run was abandoned and does not go on. Nothing was started.",
                "该运行已被放弃，不能继续。未开始任何操作。",
            )
        other = holder(database, run, now=now, is_gone=is_gone)
        if other and not (other.reserved and other.owner == terms.owner):
            raise JournalError(
                f"The run is being sent by {other.owner}. Wait for it to end.",
                f"该运行正由 {other.owner} 发送。请等待其结束。",
            )
        if against := opposed(database, run, now=now, is_gone=is_gone):
            raise JournalError(
                f"A run is under way that takes this one back, or that this one takes back ({against.owner}). "
                "Wait for it to end.",
                f"撤销该运行的运行，或被该运行撤销的运行，正在进行（{against.owner}）。请等待其结束。",
            )
        displace_opposed(database, run)
        database.execute("DELETE FROM leases WHERE run = ?", (run,))
        token = database.execute(
            "INSERT INTO leases (run, owner, expires) VALUES (?, ?, ?)", (run, terms.owner, now + terms.seconds)
        ).lastrowid
        assert token is not None, "an inserted row has a number"
        self.token = token
        """The journal's number of the lease; for `runner.journal.leases.check`."""
        self.until = now + terms.seconds
        """Unix seconds until which the lease lasts for sure, as of the last write that went well."""

    @property
    def seconds(self) -> float:
        """How long the lease lasts unless it is renewed."""
        return self._terms.seconds

    def renew(self, *, now: float) -> None:
        """Keeps the lease for another while; raises `LeaseLost` where it is no more."""
        with self._database.transaction(durable=False):
            self._renew(now)
        self.until = now + self._terms.seconds

    def release(self) -> None:
        """Ends the lease, so that nobody need wait for it to run out. Until somebody takes the run, it is ours to end.

        Raises:
            JournalError: it cannot be written.
        """
        with self._database.transaction(durable=False):
            self._database.execute("UPDATE leases SET expires = 0 WHERE token = ?", (self.token,))

    def _renew(self, now: float) -> None:
        kept = self._database.execute(
            "UPDATE leases SET expires = ? WHERE token = ?", (now + self._terms.seconds, self.token)
        )
        if kept.rowcount != 1:  # whoever takes over what is under it deletes it; one that only ran out is still ours
            raise lost()
