"""The same content once more: a run that would send what another is sending, or has sent."""

from dataclasses import dataclass

from runner.journal.content import fill_in_contents
from runner.journal.database import Database
from runner.journal.family import relatives
from runner.journal.leases import IsGone, Lease, reserve, rivals
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.lookup import standing
from runner.journal.tenancy import LeaseTerms
from runner.outcome import ENDED_EARLY, RunState, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Other runs that send to the same endpoint exactly the same, or that correct the same run."""

    under_way: RunRecord | None
    """One that is being sent at this moment, or is just about to be; or one of the same family (see `corrections`)."""
    holder: str | None
    """Who sends it; see `runner.journal.owner`."""
    fully_sent: RunRecord | None
    """The latest of which everything that could be sent was taken."""
    ended_early: RunRecord | None
    """The latest of the same job that ended early and can go on, where nothing later was fully sent."""


def find_repeats(database: Database, run: int, terms: LeaseTerms, *, now: float, is_gone: IsGone) -> Repeats:
    """Looks for runs with the same content, and takes the lease of this one ahead where none of them is under way.

    Both happen in one transaction: of two processes that begin at the same moment, one sees the other. `Claims` takes
    over what was taken ahead by its own process.

    Args:
        database: the journal.
        run: a loaded run of which nothing was sent.
        terms: of the lease.
        now: Unix seconds.
        is_gone: whether the owner of a lease has surely ended.

    Raises:
        JournalError: the journal cannot be read or written.
    """
    fill_in_contents(database, run)
    with database.transaction():
        same = {
            row["id"]
            for row in database.execute(
                "SELECT others.id FROM runs AS mine JOIN runs AS others USING (content, endpoint)"
                " WHERE mine.id = ? AND others.id <> mine.id",
                (run,),
            ).fetchall()
        }
        family = {each.id for each in relatives(database, run)}
        live = [lease for lease in rivals(database, run, now=now, is_gone=is_gone) if lease.run in same | family]
        if not live:
            reserve(database, run, owner=terms.owner, expires=now + terms.seconds)
    sent = _fully_sent(database, same, live)
    left = _ended_early(database, run, same - family, now=now, is_gone=is_gone)  # corrections take over what is left
    return Repeats(
        under_way=Ledger(database).run(live[0].run) if live else None,
        holder=live[0].owner if live else None,
        fully_sent=sent,
        ended_early=left if left and (sent is None or left.id > sent.id) else None,
    )


def _ended_early(database: Database, run: int, same: set[int], *, now: float, is_gone: IsGone) -> RunRecord | None:
    ledger = Ledger(database, now=lambda: now, is_gone=is_gone)
    job = ledger.run(run).job
    for each in sorted(same, reverse=True):
        record = ledger.run(each)
        goes_on = record.job == job and record.state in ENDED_EARLY and record.remaining
        if goes_on and standing(database, record, now=now, is_gone=is_gone).resumable:
            return record
    return None


def _fully_sent(database: Database, runs: set[int], live: list[Lease]) -> RunRecord | None:
    under_way = {lease.run for lease in live}
    for run in sorted(runs - under_way, reverse=True):
        record = Ledger(database).run(run)
        taken = record.counts[State.SUCCEEDED] + record.counts[State.UNCHANGED]
        compares = record.terms is not None  # then what was as wanted already was not sent
        if (
            not compares
            and record.state is RunState.DONE
            and taken == record.requests - record.counts[State.INVALID] > 0
        ):
            return record
    return None
