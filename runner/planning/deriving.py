"""What is to be done about a request, where what is wanted of it follows from its remote state by rules."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from runner.job import Derives, Reconciles
from runner.journal.applied import Applied
from runner.plan import Plan, Planned, PlannedDifference, Remote
from runner.planning.planner import base_among, base_beside
from runner.planning.terms import PlanTerms
from runner.text import Text


class RuleBasedJob(Derives, Reconciles, Protocol):
    """What can be planned so."""


class DerivingPlanner:
    """Plans what the job's rules want.

    Who has moved a field is clear: it is to be changed by the user. So no conflict ever comes of it.
    """

    def __init__(self, job: RuleBasedJob, terms: PlanTerms) -> None:
        self._job = job
        self._keeps_images = terms.keeps_images

    def plan(self, key: str, *, wanted: bytes, remote: Remote, applied: Sequence[Applied]) -> Planned:  # noqa: ARG002
        """What is planned for a request.

        Args:
            key: of the request.
            wanted: nothing was wanted before it was read.
            remote: what the vendor has.
            applied: what was sent under the key, the latest first, down to the first that was applied for certain.
        """
        derived = self._job.derived(key, remote)
        if derived.problems:
            return Planned(plan=Plan.DRIFTED, before=remote.body, problems=derived.problems)
        found = self._job.differences(remote.body, remote.body, derived.body) if derived.body is not None else ()
        if derived.body is None or not found:
            before = remote.body if self._keeps_images else None
            return Planned(plan=Plan.UNCHANGED, before=before, remark=derived.why or NOTHING_CHANGES)
        differences = tuple(PlannedDifference.of(each, rule=rule_of(each.field, derived.rules)) for each in found)
        if remote.locked:
            return Planned(plan=Plan.LOCKED, before=remote.body, differences=differences)
        base = base_among(self._job, applied, remote.body)
        return Planned(
            plan=Plan.DRIFTED,
            before=remote.body,
            body=derived.body,
            base=base_beside(self._job, base, derived.body, {each.field for each in found}),
            differences=differences,
        )


def rule_of(field: str, rules: Mapping[str, str]) -> str | None:
    """The rule that wants a field: its own; else that of the part which it belongs to; else all of them together."""
    part = field.rpartition(".")[0]
    named = rules.get(field) or rules.get(part)
    return named or ", ".join(dict.fromkeys(rules.values())) or None


NOTHING_CHANGES = Text("The rules change nothing of it that is compared", "规则不改变其任何参与比较的内容")
