"""Claim before send, settle after: what makes a crash leave a small, known set whose fate is unclear.

A claim is on the disk before it is given out (`synchronous=FULL`), so that no byte leaves of which the journal does not
know. What comes after it is left to the operating system (`synchronous=NORMAL`): no process that dies takes any of it
along. A power cut may, the last of it; those requests are then found as being sent, as after any crash, and their fate
is unclear, which is true. The next claim, and the end of the run, bring to the disk what is not there yet.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from runner.journal import reopening
from runner.journal.batches import batches
from runner.journal.database import Database
from runner.journal.family import take_over
from runner.journal.kept_files import attachment_of
from runner.journal.leases import IsGone, Lease, displace, lost, rivals
from runner.journal.superseded import Later, is_sent_by_others, later_runs, not_sent_later, supersede
from runner.journal.tenancy import LeaseTerms, Tenancy
from runner.outcome import Outcome, State
from runner.request import Attachment, Request
from runner.text import writable


class Claims(Tenancy):
    """One process' right to send a run's requests. Once the lease is lost, nothing more can be claimed or settled."""

    def __init__(
        self,
        database: Database,
        run: int,
        terms: LeaseTerms,
        *,
        now: float,
        is_gone: IsGone = lambda _: False,
        reopen: bool = False,
        overwrites: Collection[int] = (),
    ) -> None:
        """Takes the lease of a run. What an earlier owner had claimed and left is ready again, its fate unclear.

        Args:
            database: the journal.
            run: the journal's number of the run.
            terms: of the lease.
            now: Unix seconds.
            is_gone: whether an owner has surely ended, so that its lease need not be waited for.
            reopen: whether what an earlier stop kept from being settled is ready again as well.
            overwrites: later runs over whose values this one's are sent; see `runner.journal.superseded`.

        Raises:
            JournalError: another process holds the run.
        """
        self.held_back = False
        """Whether the last claim passed over a request that another run is sending; ask again a little later."""
        self.superseded: Sequence[Outcome] = ()
        """What the last claim settled because later runs have sent it."""
        self._overwrites = overwrites
        with database.transaction():
            super().__init__(database, run, terms, now=now, is_gone=is_gone)
            database.execute(
                "UPDATE requests SET state = ?, unclear = 1, lease = NULL WHERE run = ? AND state = ?",
                (State.READY, run, State.SENDING),
            )
            if reopen:
                reopening.reopen(database, run)
            supersede(database, run, self._later(), most=None, now=now)
            take_over(database, run)
            self._with_attachments, self._with_plans = database.execute(_WITH, (run, run)).fetchone()

    def claim(self, limit: int, *, now: float) -> list[Request]:
        """The next requests in input order, at most `limit`, marked as being sent on the disk before this returns.

        What another live run is sending to the same endpoint under the same key is passed over, and `held_back` says
        so: two requests with one key never overlap in time, over all runs of the journal. What a run was sending whose
        lease has run out is claimed, and that lease ends: its owner may only have been away. What a later run has sent,
        or is sending, is settled; `superseded` has it.

        Raises:
            LeaseLost: the lease has run out, and somebody else has the run, or sends one of its keys, since then.
        """
        with self._database.transaction():
            self._renew(now)
            others = rivals(self._database, self._run, now=now, is_gone=self._is_gone)
            later = self._later()
            superseded: list[Outcome] = []
            while settled := supersede(self._database, self._run, later, most=limit, now=now):
                superseded += settled
            if others:
                claimed, held_back = self._claim_beside(others, later, limit)
            else:
                claimed, held_back = self._claim_next(limit), False
            if claimed:
                ends = claimed[0]["ordinal"], claimed[-1]["ordinal"]
                displace(self._database, self.token, ends, self._run, now=now, is_gone=self._is_gone)
        self.held_back, self.superseded = held_back, superseded
        self.until = now + self._terms.seconds
        attachments = self._attachments_of(claimed) if self._with_attachments else {}
        before = self._before_images_of(claimed) if self._with_plans else {}
        return [
            Request(
                ordinal=row["ordinal"],
                key=row["key"],
                body=row["body"],
                attempts=row["attempts"],
                unclear=bool(row["unclear"]),
                attachments=attachments.get(row["ordinal"], ()),
                before=before.get(row["ordinal"]),
            )
            for row in claimed
        ]

    def settle(self, outcomes: Sequence[Outcome], *, now: float) -> Sequence[Outcome]:
        """Writes down what became of claimed requests, and gives it as it was written.

        One that was refused after an unclear attempt is unknown, not failed, where another run has sent the same key:
        that the vendor has something else by now does not tell that the request was never applied.

        Raises:
            LeaseLost: the lease is no more; none of the outcomes is written.
        """
        with self._database.transaction(durable=False):
            self._renew(now)
            outcomes = [self._without_false_denial(outcome) for outcome in outcomes]
            changed = 0
            for rows, values in batches([_settlement(outcome, now) for outcome in outcomes]):
                settled = self._database.execute(_SETTLE.format(rows=rows), (*values, self._run, self.token))
                changed += settled.rowcount
            if changed != len(outcomes):
                raise lost()
            for rows, values in batches([row for outcome in outcomes for row in self._attempts(outcome)]):
                self._database.execute(_RECORD_ATTEMPTS.format(rows=rows), values)
        self.until = now + self._terms.seconds
        return outcomes

    def _without_false_denial(self, outcome: Outcome) -> Outcome:
        if outcome.state is not State.FAILED or not outcome.unclear:
            return outcome
        if not is_sent_by_others(self._database, self._run, outcome.ordinal):
            return outcome
        return replace(outcome, state=State.UNKNOWN)

    def give_back(self, ordinals: Iterable[int]) -> None:
        """Claimed requests of which no byte has left are ready again."""
        with self._database.transaction(durable=False):
            self._database.execute_many(
                "UPDATE requests SET state = ?, lease = NULL WHERE run = ? AND ordinal = ? AND lease = ?",
                ((State.READY, self._run, ordinal, self.token) for ordinal in ordinals),
            )

    def _later(self) -> Later:
        return later_runs(self._database, self._run).without(self._overwrites)

    def _claim_next(self, limit: int) -> list[sqlite3.Row]:
        claimed = self._database.execute(_READY.format(unless=""), (self._run, limit)).fetchall()
        if claimed:
            self._database.execute(
                "UPDATE requests SET state = ?, lease = ? WHERE run = ? AND state = 'ready'"
                " AND ordinal BETWEEN ? AND ?",  # the batch is all that is ready between its ends
                (State.SENDING, self.token, self._run, claimed[0]["ordinal"], claimed[-1]["ordinal"]),
            )
        return claimed

    def _claim_beside(self, others: Sequence[Lease], later: Later, limit: int) -> tuple[list[sqlite3.Row], bool]:
        """Gives as well whether anything was passed over."""
        theirs = chain(*((other.run, other.token) for other in others))
        claimed = self._database.execute(
            _READY.format(unless=_BEING_SENT * len(others) + not_sent_later(later)), (self._run, *theirs, limit)
        ).fetchall()
        self._database.execute_many(
            "UPDATE requests SET state = ?, lease = ? WHERE run = ? AND ordinal = ?",
            ((State.SENDING, self.token, self._run, row["ordinal"]) for row in claimed),
        )
        last = claimed[-1]["ordinal"] if len(claimed) == limit else _NO_LIMIT
        passed_over = self._database.execute(
            "SELECT EXISTS (SELECT 1 FROM requests INDEXED BY requests_ready"
            " WHERE run = ? AND state = 'ready' AND ordinal < ?)",
            (self._run, last),
        ).fetchone()[0]
        return claimed, bool(passed_over)

    def _attachments_of(self, claimed: Sequence[sqlite3.Row]) -> dict[int, tuple[Attachment, ...]]:
        if not claimed:
            return {}
        rows = self._database.execute(
            "SELECT ordinal, sha256, path, size FROM attachments WHERE run = ? AND ordinal BETWEEN ? AND ?",
            (self._run, claimed[0]["ordinal"], claimed[-1]["ordinal"]),
        ).fetchall()
        found: dict[int, tuple[Attachment, ...]] = {}
        for row in rows:
            found[row["ordinal"]] = (*found.get(row["ordinal"], ()), attachment_of(self._database, row))
        return found

    def _before_images_of(self, claimed: Sequence[sqlite3.Row]) -> dict[int, bytes]:
        if not claimed:
            return {}
        ends = claimed[0]["ordinal"], claimed[-1]["ordinal"]
        return {row["ordinal"]: row["before"] for row in self._database.execute(_BEFORE_IMAGES, (self._run, *ends))}

    def _attempts(self, outcome: Outcome) -> Iterator[tuple[object, ...]]:
        for made in outcome.attempts:
            code = writable(made.code)
            yield self._run, outcome.ordinal, made.number, made.started, made.seconds, code, made.action.value


_WITH = """
SELECT EXISTS (SELECT 1 FROM attachments WHERE run = ?), EXISTS (SELECT 1 FROM plans WHERE run = ?)
"""
_BEFORE_IMAGES = """
SELECT ordinal, before FROM plans
WHERE run = ? AND ordinal BETWEEN ? AND ? AND plan IN ('drifted', 'conflict')
"""

_READY = """
SELECT ordinal, key, body, attempts, unclear
FROM requests INDEXED BY requests_ready JOIN bodies USING (run, ordinal)
WHERE run = ? AND state = 'ready' {unless} ORDER BY ordinal LIMIT ?
"""
# By that index, or it would go through all that is settled first.
_BEING_SENT = """AND NOT EXISTS (
    SELECT 1 FROM requests AS other INDEXED BY requests_by_key
    WHERE other.run = ? AND other.key = requests.key AND other.state = 'sending' AND other.lease = ?
) """
_NO_LIMIT = 2**63 - 1

_SETTLE = """
UPDATE requests SET
    state = found.column2,
    code = found.column3,
    message_en = found.column4,
    message_zh = found.column5,
    attempts = attempts + found.column6,
    unclear = found.column7,
    first_sent = coalesce(first_sent, found.column8),
    settled = found.column9,
    lease = NULL
FROM ({rows}) AS found
WHERE requests.run = ? AND requests.ordinal = found.column1 AND requests.lease = ?
"""
_RECORD_ATTEMPTS = "INSERT INTO attempts (run, ordinal, number, started, seconds, code, action) {rows}"


def _settlement(outcome: Outcome, now: float) -> tuple[object, ...]:
    message = outcome.message
    return (
        outcome.ordinal,
        outcome.state,
        outcome.code and writable(outcome.code),
        writable(message.en) if message else None,
        writable(message.zh) if message and message.zh != message.en else None,
        len(outcome.attempts),
        int(outcome.unclear),
        outcome.attempts[0].started if outcome.attempts else None,
        None if outcome.cut_short or (outcome.state is State.NOT_SENT and not outcome.held_back) else now,
    )
