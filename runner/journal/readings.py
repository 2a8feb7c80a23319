"""The reading of remote states: which requests are to be read, and what was found.

Nothing is changed at the vendor's by that, so that requests are not claimed: who dies while reading has read nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from runner.attachments import FILE_NOT_HERE, tokens_in
from runner.journal.applied import Applied, AppliedBefore
from runner.journal.batches import batches
from runner.journal.compaction import forget_superseded, run_before
from runner.journal.database import Database
from runner.journal.findings import at_key, place_of_keys, reject
from runner.journal.kept_files import KeptFiles, attachments_of
from runner.journal.leases import IsGone
from runner.journal.plans import add_plans
from runner.journal.tenancy import LeaseTerms, Tenancy
from runner.outcome import Outcome, Reading, State
from runner.plan import Difference, FieldProblem, Plan, Planned, Remote
from runner.problem import Problem
from runner.request import Attachment, Request
from runner.text import Text, writable

Found = tuple[Outcome, Planned]


class Plans(Protocol):
    """What says what is to be done about a request; `runner.planning.planner.Planner` is one."""

    def plan(self, key: str, *, wanted: bytes, remote: Remote, applied: Sequence[Applied]) -> Planned:
        """What is planned for a request, whose remote state is not as wanted at first sight."""


class Readings(Tenancy):
    """One process' right to read the remote state of a run's requests, and to write down what is planned for them."""

    held_back = False
    """Others may send what is read here."""
    superseded: Sequence[Outcome] = ()

    def __init__(
        self,
        database: Database,
        run: int,
        terms: LeaseTerms,
        planner: Plans,
        *,
        now: float,
        is_gone: IsGone = lambda _: False,
        reopen: bool = False,
        keeps_images: bool = False,
    ) -> None:
        """Takes the lease of a run.

        Args:
            database: the journal.
            run: the journal's number of the run.
            terms: of the lease.
            planner: says what is to be done about what is not as wanted.
            now: Unix seconds.
            is_gone: whether an owner has surely ended.
            reopen: whether what an earlier stop left is to be seen to now.
            keeps_images: whether the files are kept as well of what is as wanted.

        Raises:
            JournalError: another process holds the run.
        """
        with database.transaction():
            super().__init__(database, run, terms, now=now, is_gone=is_gone)
            if reopen:
                database.execute(_REOPEN, (run,))
        self._planner = planner
        self._keeps_images = keeps_images
        self._files = KeptFiles(database)
        self._before = AppliedBefore(database, run)
        self._night_before = run_before(database, run)
        self._last = 0

    def claim(self, limit: int, *, now: float) -> list[Request]:
        """The next requests in input order that nobody has read, at most `limit`.

        Raises:
            LeaseLost: the lease is no more.
        """
        self.renew(now=now)
        rows = self._database.execute(_UNREAD, (self._run, self._last, limit)).fetchall()
        if rows:
            self._last = rows[-1]["ordinal"]
        return [Request(ordinal=row["ordinal"], key=row["key"], body=row["body"] or b"") for row in rows]

    def give_back(self, ordinals: Iterable[int]) -> None:
        """They were never taken."""

    def settle(self, outcomes: Sequence[Outcome], *, now: float) -> Sequence[Outcome]:
        """Writes down what is planned for requests that were read. Gives the outcomes with that.

        Raises:
            LeaseLost: the lease is no more; nothing is written.
        """
        planned = [(outcome, self._planned(outcome)) for outcome in outcomes if outcome.reading]
        kept = [(outcome.ordinal, each) for outcome, found in planned for each in self._kept(outcome, found)]
        with self._database.transaction(durable=False):
            self._renew(now)
            add_plans(self._database, self._run, ((outcome.ordinal, each) for outcome, each in planned), now=now)
            for rows, values in batches([_settlement(*found, now) for found in planned]):
                self._database.execute(_SETTLE.format(rows=rows), (*values, self._run))
            self._replace_bodies(planned)
            self._database.execute_many(
                _ATTACH, ((self._run, ordinal, each.sha256, str(each.path), each.size) for ordinal, each in kept)
            )
            self._reject([found for found in planned if found[1].problems])
            if self._night_before is not None:
                as_wanted = sorted(outcome.ordinal for outcome, each in planned if each.plan is Plan.UNCHANGED)
                forget_superseded(self._database, self._run, self._night_before, as_wanted)
        self.until = now + self._terms.seconds
        final = {outcome.ordinal: Reading(plan=each.plan) for outcome, each in planned}
        return [replace(outcome, reading=final.get(outcome.ordinal)) for outcome in outcomes]

    def release(self) -> None:
        """Lets nobody else have the run for another while: what was planned is going to be sent, or put aside."""
        with self._database.transaction(durable=False):
            self._database.execute("UPDATE leases SET reserved = 1 WHERE token = ?", (self.token,))

    def end(self) -> None:
        """Ends the lease: nothing comes of what was planned for now.

        Raises:
            JournalError: it cannot be written.
        """
        super().release()

    def _planned(self, outcome: Outcome) -> Planned:
        reading = outcome.reading
        assert reading is not None, "only what was read is planned"
        if reading.remote is None or reading.plan is not Plan.DRIFTED:
            return Planned(plan=reading.plan, before=None)
        row = self._database.execute(_BODY, (self._run, outcome.ordinal)).fetchone()
        wanted = row["body"] if row else b""
        applied = self._before.recent(outcome.key)
        planned = self._planner.plan(outcome.key, wanted=wanted, remote=reading.remote, applied=applied)
        if not _is_to_be_sent(planned) or self._has_files(outcome, planned.body or wanted, reading.remote):
            return planned
        return replace(planned, problems=(FieldProblem(field=None, value=outcome.key, violation=FILE_NOT_HERE),))

    def _has_files(self, outcome: Outcome, body: bytes, remote: Remote) -> bool:
        """Whether all is here that goes into a body."""
        missing = tokens_in(body) - remote.files.keys()
        if not missing:
            return True
        own = attachments_of(self._database, self._run, outcome.ordinal)
        return missing <= {each.token for each in own}

    def _kept(self, outcome: Outcome, planned: Planned) -> Sequence[Attachment]:
        """The files of a before-image that may be put back."""
        remote = outcome.reading.remote if outcome.reading else None
        if remote is None or planned.before is None:
            return ()
        is_kept = _is_to_be_sent(planned) or (self._keeps_images and not planned.problems)
        return self._files.keep(remote.files) if is_kept else ()

    def _reject(self, broken: Sequence[Found]) -> None:
        if not broken:
            return
        place = place_of_keys(self._database, self._run)
        groups = []
        for outcome, planned in broken:
            request = self._database.execute(_REQUEST, (self._run, outcome.ordinal)).fetchone()
            of_key = Problem(**at_key(place, request), violation=planned.problems[0].violation)
            groups.append((outcome.ordinal, 1, [_at_field(of_key, each) for each in planned.problems]))
        reject(self._database, self._run, groups)

    def _replace_bodies(self, found: Sequence[Found]) -> None:
        replaced = [(outcome.ordinal, planned.body) for outcome, planned in found if planned.body is not None]
        self._database.execute_many(_KEEP_WANTED, ((self._run, ordinal) for ordinal, _ in replaced))
        self._database.execute_many(_REPLACE, ((body, self._run, ordinal) for ordinal, body in replaced))


def _is_to_be_sent(planned: Planned) -> bool:
    return _STATES.get(planned.plan) is State.READY and not planned.problems


def _at_field(of_key: Problem, found: FieldProblem) -> Problem:
    if found.field is None:
        return replace(of_key, violation=found.violation)
    return replace(of_key, field=found.field, heading=found.field, value=found.value, violation=found.violation)


def _settlement(outcome: Outcome, planned: Planned, now: float) -> tuple[object, ...]:
    """What is to be sent is ready still: a later phase sends it, or does not."""
    code, message = _words(outcome, planned)
    state = _STATES.get(planned.plan, State.NOT_SENT)
    return (
        outcome.ordinal,
        state,
        code and writable(code),
        writable(message.en) if message else None,
        writable(message.zh) if message else None,
        None if state is State.READY else now,
    )


def _words(outcome: Outcome, planned: Planned) -> tuple[str | None, Text | None]:
    if planned.remark is not None:
        return planned.plan, planned.remark
    if planned.plan is Plan.UNCHANGED:
        return None, None
    if planned.plan is Plan.UNREADABLE:
        return outcome.code, outcome.message
    if planned.plan is Plan.MISSING:
        return planned.plan, outcome.message
    return planned.plan, _NOT_AS_WANTED.format(fields=fields_of(planned.differences))


def fields_of(differences: Sequence[Difference]) -> Text:
    """The names of the fields that differ, and how many more there are than a message names."""
    names = ", ".join(each.field for each in differences[:MOST_FIELDS])
    more = len(differences) - MOST_FIELDS
    return _AND_MORE.format(fields=names, count=more) if more > 0 else Text.verbatim(names)


MOST_FIELDS = 5
"""That a message names."""

_NOT_AS_WANTED = Text("Not as wanted: {fields}", "与期望不一致：{fields}")
_AND_MORE = Text("{fields} and {count} more", "{fields} 等，另有 {count} 项")

_STATES = {Plan.UNCHANGED: State.UNCHANGED, Plan.DRIFTED: State.READY, Plan.CONFLICT: State.READY}

_BODY = "SELECT body FROM bodies WHERE run = ? AND ordinal = ?"

_KEEP_WANTED = """
UPDATE plans SET wanted = bodies.body FROM bodies
WHERE bodies.run = plans.run AND bodies.ordinal = plans.ordinal AND plans.run = ? AND plans.ordinal = ?
"""
_REPLACE = "INSERT OR REPLACE INTO bodies (body, run, ordinal) VALUES (?, ?, ?)"

_ATTACH = "INSERT OR IGNORE INTO attachments (run, ordinal, sha256, path, size) VALUES (?, ?, ?, ?, ?)"
# Of a file that the user has as well, theirs is sent.

_REQUEST = "SELECT ordinal, key, rows FROM requests WHERE run = ? AND ordinal = ?"

_UNREAD = """
SELECT ordinal, key, body FROM requests INDEXED BY requests_ready LEFT JOIN bodies USING (run, ordinal)
WHERE run = ? AND state = 'ready' AND ordinal > ? AND NOT EXISTS (
    SELECT 1 FROM plans WHERE plans.run = requests.run AND plans.ordinal = requests.ordinal
) ORDER BY ordinal LIMIT ?
"""

_REOPEN = "UPDATE requests SET state = 'ready' WHERE run = ? AND state = 'not_sent' AND settled IS NULL"

_SETTLE = """
UPDATE requests SET
    state = found.column2,
    code = found.column3,
    message_en = found.column4,
    message_zh = found.column5,
    settled = found.column6
FROM ({rows}) AS found
WHERE requests.run = ? AND requests.ordinal = found.column1
"""
