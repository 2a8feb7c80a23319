"""An earlier run never sends over what a later one has sent, whatever became of either in between."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.journal.leases import SANDBOX
from runner.journal.ledger import Ledger
from runner.journal.new_run import Destination
from runner.journal.plans import record_plans
from runner.journal.superseded import SUPERSEDED, superseding_runs
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Outcome, RunState, State
from runner.plan import Plan, Planned
from runner.planning.terms import PlanTerms, encode_terms
from tests.runner.journal.sample_run import DESTINATION, NEW_RUN, STARTED, attempt, good

ELSEWHERE = Destination(endpoint="https://other.example/", account="ab******")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "journal.db") as database:
        yield database


def loaded(database: Database, *keys: str, to: Destination = DESTINATION, applies: bool = False) -> int:
    terms = encode_terms(PlanTerms(apply=True)) if applies else None
    journal, number = Journal(database), len(list(Ledger(database).runs()))
    run, _ = journal.open_run(
        replace(NEW_RUN, destination=to, terms=terms), now=STARTED + number, random=Random(number)
    )
    journal.fill(run, [good(key, row) for row, key in enumerate(keys, start=2)])
    return run


def begun(database: Database, run: int, *, owner: str = "host:1", now: float = STARTED) -> Claims:
    """Begin to send a run."""
    claims = Claims(database, run, LeaseTerms(owner=owner), now=now)
    Journal(database).set_state(run, RunState.RUNNING)
    return claims


def send(
    database: Database, run: int, *ends: State, owner: str = "host:1", resumed: bool = False, over: Sequence[int] = ()
) -> Claims:
    """Send the first ready requests, each of which ends so, and stop there as a killed process does."""
    claims = Claims(database, run, LeaseTerms(owner=owner), now=STARTED, reopen=resumed, overwrites=over)
    Journal(database).set_state(run, RunState.RUNNING)
    if ends:
        claimed = claims.claim(len(ends), now=STARTED)
        claims.settle([outcome(each.ordinal, end) for each, end in zip(claimed, ends, strict=True)], now=STARTED)
    claims.release()
    return claims


def outcome(ordinal: int, state: State) -> Outcome:
    return Outcome(
        ordinal=ordinal,
        key="",
        state=state,
        code="0" if state is State.SUCCEEDED else "-22",
        message=None,
        attempts=(attempt(action=Action.SUCCEED if state is State.SUCCEEDED else Action.FAIL),),
        unclear=state is State.UNKNOWN,
    )


def resume(database: Database, run: int, *, over: Sequence[int] = ()) -> list[str]:
    """Return the keys that a resumed run would send."""
    claims = Claims(database, run, LeaseTerms(owner="host:1"), now=STARTED, reopen=True, overwrites=over)
    keys = [request.key for request in claims.claim(99, now=STARTED)]
    claims.release()
    return keys


def codes(database: Database, run: int) -> list[str | None]:
    return [result.code for result in Ledger(database).results(run)]


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.UNKNOWN])
def test_a_resumed_run_leaves_out_what_a_later_one_has_sent_and_says_by_which(database: Database, end: State) -> None:
    older = loaded(database, "a", "b", "c")
    send(database, older, State.SUCCEEDED)
    newer = loaded(database, "c", "d")
    send(database, newer, end)
    assert resume(database, older) == ["b"]
    result = list(Ledger(database).results(older))[2]
    assert (result.state, result.code, result.settled) == (State.NOT_SENT, SUPERSEDED, STARTED)
    assert result.message is not None
    name = Ledger(database).run(newer).name
    assert name in result.message.en
    assert name in result.message.zh


def test_what_the_later_one_was_refused_or_has_not_sent_yet_is_sent(database: Database) -> None:
    older = loaded(database, "a", "b")
    newer = loaded(database, "a", "b")
    send(database, newer, State.FAILED)
    assert resume(database, older) == ["a", "b"]


def test_what_the_later_one_is_sending_or_was_sending_when_it_was_killed_is_left_out(database: Database) -> None:
    older, newer = loaded(database, "a", "b"), loaded(database, "b")
    begun(database, newer, owner="host:2").claim(1, now=STARTED)
    assert resume(database, older) == ["a"]
    assert codes(database, older) == [None, SUPERSEDED]


def test_what_may_have_been_sent_before_is_unknown(database: Database) -> None:
    older = loaded(database, "a")
    begun(database, older).claim(1, now=STARTED)
    newer = loaded(database, "a")
    later = STARTED + 3_600
    claims = begun(database, newer, owner="host:2", now=later)
    claims.settle([outcome(each.ordinal, State.SUCCEEDED) for each in claims.claim(1, now=later)], now=later)
    claims.release()
    resumed = Claims(database, older, LeaseTerms(owner="host:1"), now=later, reopen=True)
    assert resumed.claim(9, now=later) == []
    [result] = Ledger(database).results(older)
    assert (result.state, result.code) == (State.UNKNOWN, SUPERSEDED)


def test_two_runs_side_by_side_end_with_the_later_values(database: Database) -> None:
    older, newer = loaded(database, "a", "b", "c"), loaded(database, "a", "b", "c")
    mine = begun(database, older)
    [first] = mine.claim(1, now=STARTED)
    theirs = begun(database, newer, owner="host:2")
    sent = theirs.claim(9, now=STARTED)
    assert [each.key for each in sent] == ["b", "c"], "what the older one is sending is waited for"
    mine.settle([outcome(first.ordinal, State.SUCCEEDED)], now=STARTED)
    assert mine.claim(9, now=STARTED) == []
    assert [each.key for each in mine.superseded] == ["b", "c"]
    assert [each.key for each in theirs.claim(9, now=STARTED)] == ["a"]


def test_what_a_comparing_run_found_in_sync_is_newer_too_where_it_sends_what_differs(database: Database) -> None:
    older = loaded(database, "a", "b")
    for applies in (False, True):
        newer = loaded(database, "a", applies=applies)
        record_plans(database, newer, [(1, Planned(plan=Plan.UNCHANGED, before=b"hello a"))], now=STARTED)
        database.execute("UPDATE requests SET state = 'unchanged' WHERE run = ?", (newer,))
        database.execute("UPDATE runs SET state = 'done' WHERE id = ?", (newer,))
        assert resume(database, older) == (["b"] if applies else ["a", "b"])


@pytest.mark.parametrize("endpoint", [SANDBOX, ELSEWHERE.endpoint])
def test_a_run_that_goes_elsewhere_supersedes_nothing(database: Database, endpoint: str) -> None:
    own = DESTINATION if endpoint != SANDBOX else Destination(endpoint=SANDBOX, account="ab******")
    older = loaded(database, "a", to=own)
    send(database, loaded(database, "a", to=Destination(endpoint=endpoint, account="ab******")), State.SUCCEEDED)
    assert resume(database, older) == ["a"]


def test_only_the_runs_that_were_named_are_overwritten(database: Database) -> None:
    older = loaded(database, "a", "b", "c")
    first, second = loaded(database, "a", "b"), loaded(database, "b")
    send(database, first, State.SUCCEEDED, State.SUCCEEDED)
    assert [(each.id, each.requests) for each in superseding_runs(database, older)] == [(first, 2)]
    send(database, second, State.SUCCEEDED)
    assert [(each.id, each.requests) for each in superseding_runs(database, older)] == [(second, 1), (first, 1)]
    assert resume(database, older, over=[first]) == ["a", "c"]
    assert codes(database, older)[1] == SUPERSEDED


def test_a_run_of_which_all_is_superseded_is_done_and_its_counts_add_up(database: Database) -> None:
    older, newer = loaded(database, "a", "b"), loaded(database, "b", "a")
    send(database, newer, State.SUCCEEDED, State.SUCCEEDED)
    claims = send(database, older, resumed=True)
    state = Journal(database).end_run(older, stop=None, seconds=1.0, lease=claims.token)
    record = Ledger(database).run(older)
    assert state is RunState.DONE
    assert (record.counts[State.NOT_SENT], record.requests, record.open) == (2, 2, 0)
    assert superseding_runs(database, older) == []


def test_a_million_keys_are_looked_at_a_batch_at_a_time(database: Database) -> None:
    keys = [f"guest-{number}" for number in range(300)]
    older, newer = loaded(database, *keys), loaded(database, *keys[:250])
    claims = Claims(database, older, LeaseTerms(owner="host:1"), now=STARTED)
    send(database, newer, *[State.SUCCEEDED] * 250, owner="host:2")
    claimed = claims.claim(10, now=STARTED)
    assert [each.key for each in claimed] == keys[250:260]
    assert len(claims.superseded) == 250


@pytest.mark.parametrize(("keys", "state"), [(("a",), State.UNKNOWN), (("b",), State.FAILED)])
def test_a_refusal_after_an_unclear_attempt_is_unknown_where_another_run_may_have_come_between(
    database: Database, keys: tuple[str, ...], state: State
) -> None:
    send(database, loaded(database, *keys), State.SUCCEEDED)
    claims = begun(database, loaded(database, "a"))
    [request] = claims.claim(1, now=STARTED)
    refused = replace(outcome(request.ordinal, State.FAILED), unclear=True)
    assert [each.state for each in claims.settle([refused], now=STARTED)] == [state]
