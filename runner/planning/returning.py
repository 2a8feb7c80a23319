"""The way back of a run: what it has overwritten is wanted again, where nobody has changed it since."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from runner.events import Loaded, Observe
from runner.job import Job, Reconciles
from runner.journal.applied import Applied
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger, RunRecord
from runner.journal.new_run import Destination, NewRun
from runner.journal.readings import fields_of
from runner.journal.way_back import Sent, never_sent, sent_body, sent_requests
from runner.outcome import State
from runner.plan import Plan, Planned, PlannedDifference, Remote
from runner.planning.planner import agrees, base_among, base_beside
from runner.planning.terms import PlanTerms, encode_terms
from runner.problem import Notice, Problem, Violation
from runner.report.words import STATES
from runner.request import Draft
from runner.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The run that is taken back, and what is to be done about that."""

    record: RunRecord
    terms: PlanTerms
    asked: str | None = None
    """The command, as it could be typed."""


def load_return(
    job: Job,
    undone: Undone,
    database: Database,
    *,
    destination: Destination,
    observe: Observe,
    random: Random,
    now: Callable[[], float] = time.time,
) -> int:
    """Writes a new run to the journal: a request for each that the other one has sent, or may have.

    What is wanted is the remote state that it was sent over. Where that was not read, or would break a rule, the
    request is invalid.

    Args:
        job: can reconcile.
        undone: what is taken back; it has sent something.
        database: the journal.
        destination: where it goes: to where the other one went.
        observe: is told what was found.
        random: for the run's name.
        now: Unix seconds.

    Returns:
        The journal's number of the new run.

    Raises:
        JournalError: the journal cannot be read or written.
    """
    assert isinstance(job, Reconciles), "only a job that reconciles takes back"
    began, record = now(), undone.record
    journal = Journal(database)
    new = NewRun(
        job=job.name,
        source=record.name,
        sha256="",
        sheet=None,
        key_column="",
        key_heading=job.key,
        destination=destination,
        asked=undone.asked,
        subject=job.subject,
        terms=encode_terms(undone.terms),
        undoes=record.id,
    )
    notices = tuple(_on_never_sent(database, record))
    with journal.loading(new, now=began, random=random) as run:
        journal.note(run, notices)
        journal.fill(run, (_draft(job, job.key, sent, record.name) for sent in sent_requests(database, record.id)))
        requests = Ledger(database).run(run).requests
        journal.mark_loaded(run, rows=requests, seconds=now() - began)
    loaded = Ledger(database).run(run)
    invalid = loaded.counts[State.INVALID]
    observe(Loaded(rows=loaded.rows, ready=loaded.open, invalid=invalid, notices=notices, run=loaded.name))
    return run


def _draft(job: Reconciles, key: str, sent: Sent, undone: str) -> Draft:
    body = _no_before_image(undone) if sent.before is None else job.merged(sent.before, sent.before, lambda _: True)
    if isinstance(body, Violation):
        problem = Problem(row=sent.rows[0], field=key, heading=key, cell="", value=sent.key, violation=body)
        return Draft(key=sent.key, rows=sent.rows, body=None, problems=(problem,))
    files = tuple(each for each in sent.attachments if each.token.encode() in body)
    return Draft(key=sent.key, rows=sent.rows, body=body, attachments=files)


class ReturningPlanner:
    """Plans what puts back what was there, but never over what has changed since."""

    def __init__(self, job: Reconciles, database: Database, undone: int, name: str) -> None:
        """Takes the job and the journal, and the number and the name of the run that is taken back."""
        self._job = job
        self._database = database
        self._undone = undone
        self._name = name

    def plan(self, key: str, *, wanted: bytes, remote: Remote, applied: Sequence[Applied]) -> Planned:
        """What is planned for a request.

        Args:
            key: of the request.
            wanted: what was there before; it keeps every rule.
            remote: what the vendor has.
            applied: what was sent under the key, the latest first, down to the first that was applied for certain.
        """
        sent = sent_body(self._database, self._undone, key)
        assert sent is not None, "what is taken back was sent"
        as_sent = agrees(self._job, remote.body, sent)
        found = self._job.differences(sent, remote.body, wanted)
        if not found or (not as_sent and agrees(self._job, remote.body, wanted)):
            return Planned(plan=Plan.UNCHANGED, before=None, remark=_AS_BEFORE)
        differences = tuple(map(PlannedDifference.of, found))
        if remote.locked:
            return Planned(plan=Plan.LOCKED, before=remote.body, differences=differences)
        if not as_sent:
            remark = self._changed_since(sent, remote.body)
            return Planned(plan=Plan.CONFLICT, before=remote.body, differences=differences, remark=remark)
        last = base_among(self._job, applied, remote.body)
        base = base_beside(self._job, last, wanted, {each.field for each in found})
        return Planned(plan=Plan.DRIFTED, before=remote.body, base=base, differences=differences)

    def _changed_since(self, sent: bytes, remote: bytes) -> Text:
        return _CHANGED_SINCE.format(run=self._name, fields=fields_of(self._job.differences(sent, remote, sent)))


def _on_never_sent(database: Database, undone: RunRecord) -> Iterator[Notice]:
    """What there is nothing to be taken back of."""
    counts = never_sent(database, undone.id)
    if counts:
        words = [(STATES[state], f"{count:,}") for state, count in sorted(counts.items())]
        states = Text(
            ", ".join(f"{count} {word.en}" for word, count in words),
            "、".join(f"{word.zh} {count}" for word, count in words),
        )
        message = _NEVER_SENT.format(run=undone.name, count=f"{sum(counts.values()):,}", states=states)
        yield Notice(code="never-applied", message=message, value=undone.name)


def _no_before_image(undone: str) -> Violation:
    return Violation(
        "no-before-image",
        _NOT_KNOWN.format(run=undone),
        Text(
            "Upload a spreadsheet that has the old values; with `recallflow upload --compare`, the next one can be "
            "taken back.",
            "请上传含有原值的表格；以后用 `recallflow upload --compare` 上传，即可撤销。",
        ),
    )


_NOT_KNOWN = Text(
    "What was there before run {run} is not known, since that run did not read it",
    "运行 {run} 发送前未读取供应商现值，因此不知道原值",
)
_AS_BEFORE = Text("It is as it was before already", "已与撤销前的原值一致")
_CHANGED_SINCE = Text(
    "Changed since run {run}, so that it is left alone: {fields}",
    "运行 {run} 之后又有改动，因此不作处理：{fields}",
)
_NEVER_SENT = Text(
    "{count} of the requests of run {run} changed nothing, so that there is nothing to take back of them: {states}",
    "运行 {run} 中有 {count} 个请求未作任何更改，无需撤销：{states}",
)
