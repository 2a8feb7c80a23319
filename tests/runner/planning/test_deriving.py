"""What is planned where rules say what is wanted: guests are greeted as often, and in such words, as they make it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from runner.journal.applied import Applied
from runner.plan import Derived, FieldProblem, Plan, Planned, Remote
from runner.planning.deriving import DerivingPlanner, rule_of
from runner.planning.terms import PlanTerms
from runner.problem import Violation
from runner.text import Text
from tests.runner.sending.greet_as_listed import GreetAsListed, listed

GUEST = "guest-1"
THERE = listed(GUEST, "times=3", "words=hi")
MORE = listed(GUEST, "times=4", "words=hi")
NOT_MEANT = Text("It is not one of those that are meant", "不在所选范围内")
TOO_OFTEN = FieldProblem(
    field="times", value="99", violation=Violation("too-often", Text("Too often", "过多"), Text("Less.", "请减少。"))
)


@dataclass(frozen=True, slots=True)
class GreetByRules(GreetAsListed):
    """Of every guest the same is wanted."""

    wants: Derived = field(default_factory=lambda: Derived(body=None))

    def derived(self, key: str, remote: Remote) -> Derived:  # noqa: ARG002
        return self.wants


def plan(
    wants: Derived, *, locked: bool = False, applied: Sequence[Applied] = (), terms: PlanTerms | None = None
) -> Planned:
    planner = DerivingPlanner(GreetByRules(wants=wants), terms or PlanTerms())
    return planner.plan(GUEST, wanted=b"", remote=Remote(body=THERE, locked=locked), applied=applied)


def test_what_the_rules_make_otherwise_is_to_be_sent_and_each_field_names_its_rule() -> None:
    found = plan(Derived(body=listed(GUEST, "times=4", "words=hello"), rules={"times": "more", "words": "politer"}))
    assert (found.plan, found.before, found.body) == (Plan.DRIFTED, THERE, listed(GUEST, "times=4", "words=hello"))
    assert {(each.field, each.old, each.new, each.rule) for each in found.differences} == {
        ("times", "3", "4", "more"),
        ("words", "hi", "hello", "politer"),
    }


def test_what_the_rules_do_not_mean_is_left_alone_and_it_says_why() -> None:
    found = plan(Derived(body=None, why=NOT_MEANT))
    assert (found.plan, found.remark, found.before, found.body) == (Plan.UNCHANGED, NOT_MEANT, None, None)


def test_what_differs_in_nothing_that_is_compared_is_said_to_be_that() -> None:
    found = plan(Derived(body=THERE, rules={"times": "more"}))
    assert (found.plan, found.body) == (Plan.UNCHANGED, None)
    assert found.remark is not None
    assert "that is compared" in found.remark.en


def test_the_remote_state_of_what_is_left_alone_is_kept_where_that_was_asked_for() -> None:
    assert plan(Derived(body=None), terms=PlanTerms(keeps_images=True)).before == THERE


def test_what_would_be_invalid_is_not_sent_and_all_that_is_wrong_is_told() -> None:
    found = plan(Derived(body=None, problems=(TOO_OFTEN, TOO_OFTEN)))
    assert (found.plan, found.problems, found.body) == (Plan.DRIFTED, (TOO_OFTEN, TOO_OFTEN), None)


def test_what_cannot_be_edited_is_locked_only_where_the_rules_would_change_it() -> None:
    found = plan(Derived(body=MORE, rules={"times": "more"}), locked=True)
    assert (found.plan, found.body, len(found.differences)) == (Plan.LOCKED, None, 1)
    assert plan(Derived(body=THERE), locked=True).plan is Plan.UNCHANGED


def test_what_somebody_has_moved_since_makes_no_conflict_and_still_counts_as_theirs_afterwards() -> None:
    body = listed(GUEST, "times=2", "words=hello")
    sent = Applied(id=1, run="earlier", body=body, base=body, certain=True)
    found = plan(Derived(body=MORE, rules={"times": "more"}), applied=[sent])
    assert found.plan is Plan.DRIFTED
    assert found.base == listed(GUEST, "times=4", "words=hello")


def test_of_what_was_never_applied_nothing_counts_as_applied_afterwards_but_what_is_sent() -> None:
    assert plan(Derived(body=MORE, rules={"times": "more"})).base == b""


def test_a_field_names_its_own_rule_or_that_of_its_part_or_all_of_them() -> None:
    rules = {"times": "more", "part[0]": "new part", "part[1].text": "words", "again": "more"}
    assert rule_of("times", rules) == "more"
    assert rule_of("part[0].text", rules) == "new part"
    assert rule_of("part[1].text", rules) == "words"
    assert rule_of("part[1].rate", rules) == "more, new part, words"
    assert rule_of("times", {}) is None
