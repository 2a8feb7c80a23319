from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from runner.journal.applied import AppliedBefore
from runner.journal.claims import Claims
from runner.journal.corrections import (
    ALREADY_SENT,
    find_origin_run,
    settle_meanwhile,
)
from runner.journal.corrigenda import corrigenda
from runner.journal.database import Database
from runner.journal.family import TAKEN_OVER, is_left_with_some
from runner.journal.journal import Journal
from runner.journal.ledger import Ledger, Result
from runner.journal.new_run import Destination
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Outcome, RunState, State, Stop
from runner.report.words import CORRECTED
from runner.request import Draft
from runner.tables.table import Row, WrittenHeading
from runner.text import Text
from tests.runner.journal.sample_run import DESTINATION, NEW_RUN, STARTED, attempt, bad, good

ENDED_EARLY = Stop(reason=Text("Interrupted", "已中断"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def loaded(
    database: Database,
    drafts: Iterable[Draft],
    *,
    origin: int | None = None,
    destination: Destination | None = DESTINATION,
) -> int:
    journal = Journal(database)
    new = replace(NEW_RUN, origin=origin, destination=destination, headings=(WrittenHeading("Guest", "guest"),))
    run, _ = journal.open_run(new, now=STARTED, random=Random(len(list(Ledger(database).runs()))))
    drafts = list(drafts)
    journal.fill(run, drafts, rows_of=lambda draft: [Row(number, (draft.key,)) for number in draft.rows])
    settle_meanwhile(database, run, now=STARTED)
    journal.mark_loaded(run, rows=len(drafts), seconds=0.0)
    return run


def sent(
    database: Database, run: int, *ends: State, at: float = STARTED, resumed: bool = False, over: Sequence[int] = ()
) -> None:
    """Sends the first requests that are ready, which end so, and stops there; over the values of those later runs."""
    claims = Claims(database, run, LeaseTerms(owner="me"), now=at, reopen=resumed, overwrites=over)
    Journal(database).set_state(run, RunState.RUNNING)
    claimed = claims.claim(len(ends), now=at) if ends else []
    actions = {State.SUCCEEDED: Action.SUCCEED, State.FAILED: Action.FAIL, State.UNKNOWN: Action.BACK_OFF}
    claims.settle(
        [
            Outcome(
                ordinal=request.ordinal,
                key=request.key,
                state=end,
                code="0" if end is State.SUCCEEDED else "-22",
                message=None,
                attempts=(attempt(1, action=actions[end]),),
                unclear=end is State.UNKNOWN,
            )
            for request, end in zip(claimed, ends, strict=True)
        ],
        now=at,
    )
    Journal(database).end_run(run, stop=ENDED_EARLY, seconds=1.0, lease=claims.token)
    claims.release()


def results(database: Database, run: int) -> dict[str, Result]:
    return {result.key: result for result in Ledger(database).results(run)}


def states(database: Database, run: int) -> dict[str, State]:
    return {key: result.state for key, result in results(database, run).items()}


def other(key: str, row: int) -> Draft:
    """The same key with something else to be sent."""
    return replace(good(key, row), body=b"something else")


def third(key: str, row: int) -> Draft:
    """The same key with yet something else."""
    return replace(good(key, row), body=b"a third thing")


def test_what_was_sent_meanwhile_just_as_it_is_is_not_sent_again(database: Database) -> None:
    first = loaded(database, [good("a", 2), good("b", 3), good("c", 4)])
    sent(database, first, State.SUCCEEDED)
    sent(database, first, State.SUCCEEDED, resumed=True)  # after the report was written, b was sent
    second = loaded(database, [good("b", 2), good("c", 3)], origin=first)
    assert states(database, second) == {"b": State.UNCHANGED, "c": State.NOT_SENT}
    found = results(database, second)["b"]
    assert found.code == ALREADY_SENT
    assert found.message is not None
    assert Ledger(database).run(first).name in found.message.en
    assert Ledger(database).run(first).name in found.message.zh
    assert found.attempts == 0


def test_what_failed_is_sent_again_even_if_nothing_was_corrected(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first, State.FAILED)
    assert states(database, loaded(database, [good("a", 2)], origin=first)) == {"a": State.NOT_SENT}


@pytest.mark.parametrize(("draft", "unclear"), [(good("a", 2), True), (other("a", 2), False)])
def test_what_is_unknown_is_looked_up_before_it_is_sent_unless_it_was_corrected(
    database: Database, draft: Draft, *, unclear: bool
) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first, State.UNKNOWN)
    second = loaded(database, [draft], origin=first)
    [request] = Claims(database, second, LeaseTerms(owner="me"), now=STARTED).claim(1, now=STARTED)
    assert request.unclear is unclear


def test_what_a_run_of_another_file_has_sent_since_is_overwritten_with_a_notice(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first, State.FAILED)
    newer = loaded(database, [third("a", 2)])
    sent(database, newer, State.SUCCEEDED)
    second = loaded(database, [other("a", 2)], origin=first)
    assert states(database, second) == {"a": State.NOT_SENT}
    [notice] = Ledger(database).notices(second)
    assert (notice.code, notice.cell) == ("overwrites", "A2")
    assert Ledger(database).run(newer).name in notice.message.en


def test_a_corrected_value_is_sent_even_if_the_old_one_was_applied(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first, State.SUCCEEDED)
    assert states(database, loaded(database, [other("a", 2)], origin=first)) == {"a": State.NOT_SENT}


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.UNKNOWN])
def test_an_old_report_does_not_overwrite_what_was_corrected_since(database: Database, end: State) -> None:
    first = loaded(database, [good("a", 2), good("b", 3)])
    sent(database, first)
    second = loaded(database, [other("a", 2)], origin=first)
    sent(database, second, end, at=STARTED + 60)
    old = loaded(database, [good("a", 2), good("b", 3)], origin=first)
    assert states(database, old) == {"a": State.INVALID, "b": State.NOT_SENT}
    [problem] = Ledger(database).problems(old)
    assert (problem.code, problem.cell, problem.value) == ("stale", "A2", "a")
    assert Ledger(database).run(second).name in problem.message.en
    assert Claims(database, old, LeaseTerms(owner="me"), now=STARTED + 60).claim(9, now=STARTED + 60)[0].key == "b"


def test_what_is_corrected_once_more_is_sent(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first)
    sent(database, loaded(database, [other("a", 2)], origin=first), State.SUCCEEDED)
    assert states(database, loaded(database, [third("a", 2)], origin=first)) == {"a": State.NOT_SENT}


def test_what_a_killed_run_may_have_sent_leaves_nothing_certain(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first, State.SUCCEEDED)
    killed = loaded(database, [other("a", 2)])
    Claims(database, killed, LeaseTerms(owner="dead"), now=STARTED + 60).claim(1, now=STARTED + 60)
    Journal(database).set_state(killed, RunState.RUNNING)
    last = AppliedBefore(database, first).last("a")
    assert last is not None
    assert (last.id, last.certain) == (killed, False)


def test_what_went_to_another_place_does_not_count(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first, State.SUCCEEDED)
    elsewhere = Destination(endpoint="https://other.example/greet", account="ab******")
    second = loaded(database, [good("a", 2)], origin=first, destination=elsewhere)
    assert states(database, second) == {"a": State.NOT_SENT}


def test_what_was_applied_before_the_corrected_run_does_not_count(database: Database) -> None:
    sent(database, loaded(database, [good("a", 2)]), State.SUCCEEDED)
    second = loaded(database, [bad("a", 2)])
    assert states(database, loaded(database, [good("a", 2)], origin=second)) == {"a": State.NOT_SENT}


def test_corrections_that_are_sent_a_second_time_send_nothing(database: Database) -> None:
    first = loaded(database, [bad("a", 2), good("b", 3)])
    sent(database, first, State.SUCCEEDED)
    sent(database, loaded(database, [good("a", 2)], origin=first), State.SUCCEEDED)
    third = loaded(database, [good("a", 2)], origin=first)
    assert states(database, third) == {"a": State.UNCHANGED}
    assert Claims(database, third, LeaseTerms(owner="me"), now=STARTED).claim(9, now=STARTED) == []


def test_the_corrected_run_does_not_send_what_its_corrections_have_taken_over(database: Database) -> None:
    first = loaded(database, [good("a", 2), good("b", 3), good("c", 4)])
    sent(database, first)
    sent(database, loaded(database, [other("a", 2), good("b", 3)], origin=first), State.SUCCEEDED)
    sent(database, first, State.SUCCEEDED, resumed=True)
    assert states(database, first) == {"a": State.NOT_SENT, "b": State.NOT_SENT, "c": State.SUCCEEDED}
    assert {key for key, result in results(database, first).items() if result.code == TAKEN_OVER} == {"a", "b"}
    assert Ledger(database).run(first).state is RunState.DONE


def test_what_a_dead_process_may_have_sent_stays_unknown_when_corrections_have_taken_it_over(
    database: Database,
) -> None:
    first = loaded(database, [good("a", 2)])
    Claims(database, first, LeaseTerms(owner="dead"), now=STARTED).claim(1, now=STARTED)
    Journal(database).set_state(first, RunState.RUNNING)
    sent(database, loaded(database, [other("a", 2)], origin=first), State.SUCCEEDED, at=STARTED + 600)
    sent(database, first, resumed=True, at=STARTED + 1200)
    assert states(database, first) == {"a": State.UNKNOWN}
    assert Ledger(database).run(first).state is RunState.DONE


def test_corrections_of_corrections_take_over_as_well(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first)
    second = loaded(database, [bad("a", 2)], origin=first)
    sent(database, second)
    sent(database, loaded(database, [other("a", 2)], origin=second), State.SUCCEEDED)
    sent(database, first, resumed=True)
    assert states(database, first) == {"a": State.NOT_SENT}


def test_trying_the_corrections_elsewhere_takes_over_nothing(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first)
    sandbox = Destination(endpoint="sandbox", account="ab******")
    sent(database, loaded(database, [other("a", 2)], origin=first, destination=sandbox), State.SUCCEEDED)
    sent(database, first, State.SUCCEEDED, resumed=True)
    assert states(database, first) == {"a": State.SUCCEEDED}


def test_a_run_that_is_being_sent_leaves_to_its_corrections_what_it_has_not_claimed(database: Database) -> None:
    first = loaded(database, [good("a", 2), good("b", 3)])
    claims = Claims(database, first, LeaseTerms(owner="me"), now=STARTED)
    Journal(database).set_state(first, RunState.RUNNING)
    assert [request.key for request in claims.claim(1, now=STARTED)] == ["a"]
    sent(database, loaded(database, [other("b", 3)], origin=first), State.SUCCEEDED)
    assert claims.claim(9, now=STARTED) == []
    assert states(database, first) == {"a": State.UNKNOWN, "b": State.NOT_SENT}


def test_of_two_corrections_of_one_run_the_later_one_counts(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first)
    second = loaded(database, [other("a", 2)], origin=first)
    sent(database, second)
    last = loaded(database, [third("a", 2)], origin=first)
    sent(database, last, State.SUCCEEDED)
    sent(database, second, resumed=True)
    found = results(database, second)["a"]
    assert (found.state, found.code) == (State.NOT_SENT, TAKEN_OVER)
    assert found.message is not None
    assert Ledger(database).run(last).name in found.message.en


def test_it_is_known_whether_a_corrected_run_is_left_with_something(database: Database) -> None:
    first = loaded(database, [good("a", 2), good("b", 3)])
    sent(database, first)
    assert not is_left_with_some(database, first)
    sent(database, loaded(database, [other("a", 2)], origin=first), State.SUCCEEDED)
    assert is_left_with_some(database, first)
    sent(database, loaded(database, [good("b", 2)], origin=first), State.SUCCEEDED)
    assert not is_left_with_some(database, first)


def test_what_was_taken_over_is_not_given_back_to_be_corrected_a_second_time(database: Database) -> None:
    first = loaded(database, [good("a", 2), good("b", 3)])
    sent(database, first)
    sent(database, loaded(database, [other("a", 2)], origin=first), State.SUCCEEDED)
    assert {each.key: each.taken_over for each in corrigenda(database, first, CORRECTED)} == {"a": True, "b": False}


@pytest.mark.parametrize("later", ["a plan", "invalid"])
def test_corrections_of_which_nothing_was_to_be_sent_take_over_nothing(database: Database, later: str) -> None:
    first = loaded(database, [good("a", 2)])
    sent(database, first)
    if later == "a plan":
        loaded(database, [good("a", 2)], origin=first)
    else:
        sent(database, loaded(database, [bad("a", 2)], origin=first))
    sent(database, first, State.SUCCEEDED, resumed=True)
    assert states(database, first) == {"a": State.SUCCEEDED}


def test_the_run_that_is_corrected_is_found_by_its_whole_name(database: Database) -> None:
    run = loaded(database, [good("a", 2)])
    name = Ledger(database).run(run).name
    assert find_origin_run(database, name) == run
    assert find_origin_run(database, name[:-1]) is None


def test_the_ledger_says_which_run_is_corrected_as_long_as_it_is_there(database: Database) -> None:
    first = loaded(database, [good("a", 2)])
    name = Ledger(database).run(first).name
    second = loaded(database, [good("a", 2)], origin=first)
    assert Ledger(database).run(second).origin == name
    Journal(database).discard(first)
    assert Ledger(database).run(second).origin is None


def test_the_last_one_applied_is_found_by_when_it_was_settled_whichever_run_began_first(database: Database) -> None:
    first, second = loaded(database, [good("a", 2)]), loaded(database, [other("a", 2)])
    sent(database, second, State.SUCCEEDED, at=STARTED)
    sent(database, first, State.SUCCEEDED, at=STARTED + 60, over=[second])
    third = loaded(database, [good("a", 2)])
    last = AppliedBefore(database, third).last("a")
    assert last is not None
    assert (last.run, last.body, last.certain) == (Ledger(database).run(first).name, good("a", 2).body, True)
    assert AppliedBefore(database, third).last("b") is None


def test_what_was_applied_later_is_not_what_was_there_before(database: Database) -> None:
    first, second = loaded(database, [good("a", 2)]), loaded(database, [other("a", 2)])
    sent(database, first, State.SUCCEEDED, at=STARTED)
    sent(database, second, State.SUCCEEDED, at=STARTED + 60)
    assert [update.before for update in AppliedBefore(database, first).updates()] == [None]
    assert [update.before for update in AppliedBefore(database, second).updates()] == [good("a", 2).body]
