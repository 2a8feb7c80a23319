"""What is planned for a guest: `remote` is what the vendor has, `wanted` what the list says."""

from collections.abc import Sequence
from datetime import date

import pytest

from runner.journal.applied import Applied
from runner.plan import MovedBy, Plan, Planned, Remote
from runner.planning.exemptions import Exemption
from runner.planning.fields import FieldSelection
from runner.planning.planner import Planner
from runner.planning.terms import PlanTerms
from tests.runner.sending.greet_as_listed import SECRET, GreetAsListed, listed

ANN = "ann"
TODAY = date(2026, 6, 30)
WANTED = ("times=3", "words=hi")
MOVED = ("times=7", "words=hi")
BOTH_MOVED = ("times=7", "words=ho")
IGNORING_TIMES = PlanTerms(exemptions=(Exemption(key=ANN, field="times", until=TODAY, reason="asked"),))


def applied(*pairs: str, certain: bool = True) -> Applied:
    body = listed(ANN, *pairs)
    return Applied(id=1, run="earlier", body=body, base=body, certain=certain)


def plan(
    remote: Sequence[str],
    before: Sequence[Applied] = (),
    *,
    wanted: Sequence[str] = WANTED,
    locked: bool = False,
    terms: PlanTerms | None = None,
) -> Planned:
    planner = Planner(GreetAsListed(), terms or PlanTerms(), today=TODAY)
    there = Remote(body=listed(ANN, *remote), locked=locked)
    return planner.plan(ANN, wanted=listed(ANN, *wanted), remote=there, applied=before)


def movers(planned: Planned) -> dict[str, MovedBy | None]:
    return {each.field: each.moved_by for each in planned.differences}


def test_what_was_never_applied_is_compared_two_ways() -> None:
    planned = plan(MOVED)
    assert (planned.plan, movers(planned)) == (Plan.DRIFTED, {"times": None})
    assert planned.before == listed(ANN, *MOVED)
    [found] = planned.differences
    assert (found.old, found.new, found.ignored) == ("7", "3", None)


@pytest.mark.parametrize(
    ("base", "word", "mover"),
    [
        pytest.param(WANTED, Plan.DRIFTED, MovedBy.REMOTE, id="they have moved"),
        pytest.param(MOVED, Plan.DRIFTED, MovedBy.OURS, id="we have"),
        pytest.param(("times=1", "words=hi"), Plan.CONFLICT, MovedBy.BOTH, id="both have"),
    ],
)
def test_what_was_applied_last_says_who_has_moved(base: Sequence[str], word: Plan, mover: MovedBy) -> None:
    planned = plan(MOVED, [applied(*base)])
    assert (planned.plan, movers(planned)) == (word, {"times": mover})


def test_one_field_that_both_have_moved_makes_a_conflict_of_the_whole() -> None:
    planned = plan(BOTH_MOVED, [applied("times=1", "words=hi")])
    assert planned.plan is Plan.CONFLICT
    assert movers(planned) == {"times": MovedBy.BOTH, "words": MovedBy.REMOTE}


def test_of_what_may_have_been_applied_the_vendor_says_whether_it_was() -> None:
    perhaps, surely = applied("times=7", "words=hi", certain=False), applied(*WANTED)
    assert movers(plan(MOVED, [perhaps, surely])) == {"times": MovedBy.OURS}
    otherwise = applied("times=9", "words=hi", certain=False)
    assert movers(plan(MOVED, [otherwise, surely])) == {"times": MovedBy.REMOTE}


def test_of_what_may_have_been_applied_and_is_not_there_nothing_is_known() -> None:
    assert movers(plan(MOVED, [applied("times=9", "words=hi", certain=False)])) == {"times": None}


def test_what_cannot_be_edited_is_locked_only_where_something_is_not_as_wanted() -> None:
    assert plan(MOVED, locked=True).plan is Plan.LOCKED
    assert plan(WANTED, locked=True).plan is Plan.UNCHANGED
    assert plan(MOVED, locked=True, terms=IGNORING_TIMES).plan is Plan.IGNORED


def test_what_the_vendor_keeps_to_itself_is_as_wanted_if_it_is_what_was_applied_last() -> None:
    wanted = (*WANTED, f"{SECRET}=1")
    assert plan(WANTED, [applied(*wanted)], wanted=wanted).plan is Plan.UNCHANGED
    planned = plan(WANTED, [applied(*WANTED, f"{SECRET}=2")], wanted=wanted)
    assert (planned.plan, movers(planned)) == (Plan.DRIFTED, {SECRET: MovedBy.OURS})


@pytest.mark.parametrize(
    "fields", [FieldSelection(only=("words",)), FieldSelection(excluded=("times",))], ids=["only", "excluded"]
)
def test_what_is_not_compared_stays_as_the_vendor_has_it(fields: FieldSelection) -> None:
    planned = plan(BOTH_MOVED, terms=PlanTerms(fields=fields))
    assert (planned.plan, movers(planned)) == (Plan.DRIFTED, {"words": None})
    assert planned.body == listed(ANN, "times=7", "words=hi")


def test_where_nothing_that_is_compared_differs_what_the_vendor_has_is_what_was_found_as_wanted() -> None:
    planned = plan(MOVED, terms=PlanTerms(fields=FieldSelection(only=("words",))))
    assert (planned.plan, planned.differences) == (Plan.UNCHANGED, ())
    assert planned.body == listed(ANN, *MOVED)


def test_what_is_ignored_is_told_and_stays_as_the_vendor_has_it() -> None:
    planned = plan(BOTH_MOVED, terms=IGNORING_TIMES)
    assert planned.plan is Plan.DRIFTED
    assert {each.field: each.ignored for each in planned.differences} == {
        "times": "2026-06-30: asked",
        "words": None,
    }
    assert planned.body == listed(ANN, "times=7", "words=hi")


def test_where_all_that_differs_is_ignored_nothing_is_to_be_sent() -> None:
    planned = plan(MOVED, terms=IGNORING_TIMES)
    assert (planned.plan, planned.body) == (Plan.IGNORED, None)


def test_an_ignored_field_that_both_have_moved_makes_no_conflict() -> None:
    planned = plan(BOTH_MOVED, [applied("times=1", "words=hi")], terms=IGNORING_TIMES)
    assert planned.plan is Plan.DRIFTED


def test_what_cannot_be_put_together_says_why() -> None:
    planned = plan(("times=0", "words=ho"), terms=PlanTerms(fields=FieldSelection(only=("words",))))
    assert (planned.plan, planned.body) == (Plan.DRIFTED, None)
    [problem] = planned.problems
    assert problem.violation.code == "too-little"
