"""What is ticked in a plan, as a run of its own: to be sent as any other that was compared."""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from runner.attachments import FILE_NOT_HERE, tokens_in
from runner.errors import InputError
from runner.job import Job, Reconciles
from runner.journal.applied import AppliedBefore
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination, NewRun
from runner.journal.plans import PlannedRequest, planned_requests, record_plans, wanted_of
from runner.journal.same_rules import kept_rules
from runner.journal.way_back import undone_run
from runner.plan import Planned
from runner.planning.fields import FieldSelection
from runner.planning.planner import base_among, base_beside, new_base
from runner.planning.terms import PlanTerms, decode_terms, encode_terms
from runner.planning.ticks import Tick, TickedRequest, Ticks
from runner.problem import Problem, Violation
from runner.request import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class TickedPlan:
    """A plan with ticks, and the run that made it."""

    path: Path
    ticks: Ticks
    run: int
    """The journal's number of it."""
    waves: tuple[int, ...] = ()
    """See `PlanTerms`, as for `pause`."""
    pause: float | None = None


def load_ticked(
    job: Job,
    plan: TickedPlan,
    database: Database,
    *,
    destination: Destination,
    random: Random,
    now: Callable[[], float] = time.time,
    asked: str | None = None,
) -> int:
    """Writes a new run to the journal: a request for each that has a tick, with nothing changed but what is ticked.

    Args:
        job: can reconcile.
        plan: what is applied.
        database: the journal, which has the plan's run.
        destination: where it goes.
        random: for the run's name.
        now: Unix seconds.
        asked: the command, as it could be typed, for the report.

    Returns:
        The journal's number of the new run. What cannot be sent with so little changed is invalid in it.

    Raises:
        InputError: a line is not in the plan, was edited, or cannot be ticked.
        JournalError: the journal cannot be read or written.
    """
    assert isinstance(job, Reconciles), "only a job that reconciles plans"
    began = now()
    choice = _Choice(job, plan, database)
    made = Ledger(database).run(plan.run)
    undone = undone_run(database, plan.run)
    journal = Journal(database)
    new = NewRun(
        job=job.name,
        source=str(plan.path),
        sha256=_sha256(plan.path),
        sheet=None,
        key_column=plan.ticks.lines[0].key_column,
        key_heading=job.key,
        destination=destination,
        asked=asked,
        subject=job.subject,
        terms=encode_terms(PlanTerms(apply=True, conflicts_ours=True, waves=plan.waves, pause=plan.pause)),
        rules=kept_rules(database, made.id),
        deeds=made.deeds,
        undoes=undone[0] if undone else None,
    )
    with journal.loading(new, now=began, random=random) as run:
        journal.fill(run, choice.drafts())
        record_plans(database, run, enumerate(choice.planned(), start=1), now=began)
        journal.mark_loaded(run, rows=len(plan.ticks.lines), seconds=now() - began)
    return run


@dataclass(slots=True)
class _Choice:
    """What is ticked of a plan, request by request in the order of its run."""

    job: Job
    plan: TickedPlan
    database: Database
    _ticked: dict[int, TickedRequest] = field(init=False)
    _lines: dict[str, list[Tick]] = field(init=False, default_factory=dict)
    _compared: FieldSelection = field(init=False)
    _applied: AppliedBefore = field(init=False)
    _changes_only: bool = field(init=False)
    """Whether nothing was wanted but the differences: all else is as the vendor has it, whoever wanted it so."""

    def __post_init__(self) -> None:
        checked = self.plan.ticks.check(planned_requests(self.database, self.plan.run))
        record = Ledger(self.database).run(self.plan.run)
        self._compared = decode_terms(record.terms or "{}").fields
        self._changes_only = record.deeds is not None or record.undoes is not None
        self._applied = AppliedBefore(self.database, self.plan.run)
        self._ticked = {each.ordinal: each for each in checked}
        for line in self.plan.ticks.lines:
            self._lines.setdefault(line.key, []).append(line)

    def drafts(self) -> Iterator[Draft]:
        """With nothing changed but what is ticked."""
        for planned, ticked in self._chosen():
            yield self._draft(planned, ticked)

    def planned(self) -> Iterator[Planned]:
        """As the plan had it, without the differences that have no tick."""
        for planned, ticked in self._chosen():
            differences = tuple(each for each in planned.differences if each.field in ticked.fields)
            base = self._new_base(planned, ticked)
            yield Planned(plan=planned.plan, before=planned.before, base=base, differences=differences)

    def _chosen(self) -> Iterator[tuple[PlannedRequest, TickedRequest]]:
        for planned in planned_requests(self.database, self.plan.run):
            if ticked := self._ticked.get(planned.ordinal):
                yield planned, ticked

    def _draft(self, planned: PlannedRequest, ticked: TickedRequest) -> Draft:
        assert isinstance(self.job, Reconciles), "only a job that reconciles plans"
        assert planned.before is not None, "what can be ticked was read"
        lines = self._lines[planned.key]
        rows = tuple(sorted(line.row for line in lines))
        wanted, attachments = wanted_of(self.database, self.plan.run, planned.ordinal)
        body = self.job.merged(planned.before, wanted, self._stays(planned, ticked))
        if isinstance(body, Violation):
            return Draft(key=planned.key, rows=rows, body=None, problems=(self._problem(lines[0], body),))
        tokens = tokens_in(body)
        sent = tuple(each for each in attachments if each.token in tokens | tokens_in(planned.before))
        if not tokens <= {each.token for each in sent}:
            return Draft(key=planned.key, rows=rows, body=None, problems=(self._problem(lines[0], FILE_NOT_HERE),))
        return Draft(key=planned.key, rows=rows, body=body, attachments=sent)

    def _stays(self, planned: PlannedRequest, ticked: TickedRequest) -> Callable[[str], bool]:
        not_ticked = {each.field for each in planned.differences} - {*ticked.fields}
        compared = self._compared
        return lambda field: field in not_ticked or not compared.has(field)

    def _new_base(self, planned: PlannedRequest, ticked: TickedRequest) -> bytes | None:
        assert isinstance(self.job, Reconciles), "only a job that reconciles plans"
        assert planned.before is not None, "what can be ticked was read"
        wanted, _ = wanted_of(self.database, self.plan.run, planned.ordinal)
        base = base_among(self.job, self._applied.recent(planned.key), planned.before)
        if self._changes_only:
            return base_beside(self.job, base, wanted, ticked.fields)
        stays = self._stays(planned, ticked)
        found = self.job.differences(base, planned.before, wanted)
        return new_base(self.job, base, wanted, [each.field for each in found if stays(each.field)])

    def _problem(self, line: Tick, violation: Violation) -> Problem:
        key = self.job.key
        return Problem(row=line.row, field=key, heading=key, cell=line.cell, value=line.key, violation=violation)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}).", f"无法读取 {path}（{error.strerror}）。"
        ) from error
