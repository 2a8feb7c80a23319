"""What is to be done about a request whose remote state is not as wanted."""

from collections.abc import Collection, Sequence
from datetime import date

from runner.job import Reconciles
from runner.journal.applied import Applied
from runner.plan import Difference, FieldProblem, MovedBy, Plan, Planned, PlannedDifference, Remote
from runner.planning.exemptions import Exemptions
from runner.planning.terms import PlanTerms
from runner.problem import Violation


class Planner:
    """Plans by what was asked for, on one day."""

    def __init__(self, job: Reconciles, terms: PlanTerms, *, today: date) -> None:
        self._job = job
        self._fields = terms.fields
        self._exemptions = Exemptions(terms.exemptions, today)

    def plan(self, key: str, *, wanted: bytes, remote: Remote, applied: Sequence[Applied]) -> Planned:
        """What is planned for a request.

        Args:
            key: of the request.
            wanted: its body.
            remote: what the vendor has.
            applied: what was sent under the key, the latest first, down to the first that was applied for certain.
        """
        base = base_among(self._job, applied, remote.body)
        found = self._job.differences(base, remote.body, wanted)
        compared = tuple(self._planned(key, each) for each in found if self._fields.has(each.field))
        to_change = [each for each in compared if each.ignored is None]
        left = {each.field for each in found} - {each.field for each in to_change}
        next_base = new_base(self._job, base, wanted, left)
        if not to_change:
            word = Plan.IGNORED if compared else Plan.UNCHANGED
            body = remote.body if left and not compared else None
            return Planned(plan=word, before=remote.body, body=body, base=next_base, differences=compared)
        if remote.locked:
            return Planned(plan=Plan.LOCKED, before=remote.body, differences=compared)
        both = any(each.moved_by is MovedBy.BOTH for each in to_change)
        body_or_violation = self._job.merged(remote.body, wanted, lambda field: self._stays(key, field))
        word = Plan.CONFLICT if both else Plan.DRIFTED
        if isinstance(body_or_violation, Violation):
            problem = FieldProblem(field=None, value=key, violation=body_or_violation)
            return Planned(plan=word, before=remote.body, differences=compared, problems=(problem,))
        body = None if body_or_violation == wanted else body_or_violation
        return Planned(plan=word, before=remote.body, body=body, base=next_base, differences=compared)

    def _stays(self, key: str, field: str) -> bool:
        return not self._fields.has(field) or self._exemptions.of(key, field) is not None

    def _planned(self, key: str, found: Difference) -> PlannedDifference:
        exemption = self._exemptions.of(key, found.field)
        return PlannedDifference.of(found, ignored=str(exemption) if exemption else None)


def base_among(job: Reconciles, applied: Sequence[Applied], remote: bytes) -> bytes | None:
    """What counts as applied last; None where nothing does. What may have been applied was, where the vendor has it.

    Args:
        job: can reconcile.
        applied: the latest first.
        remote: what the vendor has.
    """
    for each in applied:
        if each.certain or agrees(job, remote, each.body):
            return each.base
    return None


def new_base(job: Reconciles, base: bytes | None, wanted: bytes, left: Collection[str]) -> bytes | None:
    """See `Planned.base`: fields that are left alone were not applied, so that of them the last base goes on to count.

    Args:
        job: can reconcile.
        base: what counts until then; None for nothing.
        wanted: what counts of all else.
        left: differences that are left alone.
    """
    if not left:
        return None
    return b"" if base is None else job.carried_over(base, wanted, left.__contains__)


def base_beside(job: Reconciles, base: bytes | None, wanted: bytes, changed: Collection[str]) -> bytes:
    """See `Planned.base`, where only some fields were changed: of all others, the last base goes on to count.

    Args:
        job: can reconcile.
        base: what counts until then; None for nothing.
        wanted: what counts of what was changed.
        changed: the fields, as differences name them.
    """
    return b"" if base is None else job.carried_over(base, wanted, lambda field: field not in changed)


def agrees(job: Reconciles, remote: bytes, body: bytes) -> bool:
    """Whether the remote state is what a body says, as far as the vendor shows it."""
    return job.is_as_wanted(remote, body) or not job.differences(body, remote, body)
