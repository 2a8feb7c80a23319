from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.errors import JournalError, LeaseLost
from runner.journal.claims import Claims
from runner.journal.database import Database
from runner.journal.ledger import Ledger
from runner.journal.tenancy import LeaseTerms
from runner.outcome import Action, Outcome, State
from runner.text import Text
from tests.runner.journal.sample_run import (
    STARTED,
    attempt,
    bad,
    filled_run,
    good,
    guests,
    states,
    succeeded,
    unclear_ordinals,
)

TERMS = LeaseTerms(owner="host:1", seconds=60.0)
OTHERS_TERMS = LeaseTerms(owner="host:2", seconds=60.0)
JUST_BEFORE_EXPIRY, AFTER_EXPIRY = STARTED + 59.0, STARTED + 61.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with Database(path) as database:
        yield database


@pytest.fixture
def other(path: Path, database: Database) -> Iterator[Database]:
    """Another process' connection to the same file."""
    assert database.path == path
    with Database(path) as other:
        yield other


def ordinals(claims: Claims, limit: int, *, now: float = STARTED) -> list[int]:
    return [request.ordinal for request in claims.claim(limit, now=now)]


def do(work: str, claims: Claims, *, now: float) -> None:
    """One of the three things that a process writes while it sends; request 1 is claimed."""
    match work:
        case "claim":
            claims.claim(1, now=now)
        case "settle":
            claims.settle([succeeded(1)], now=now)
        case _:
            claims.renew(now=now)


def test_requests_are_claimed_in_input_order_and_each_only_once(database: Database) -> None:
    run = filled_run(database, [*guests(2), bad("b", 4), *guests(5)[2:]])
    claims = Claims(database, run, TERMS, now=STARTED)
    assert [ordinals(claims, 2) for _ in range(4)] == [[1, 2], [4, 5], [6], []]


def test_a_claimed_request_is_what_was_checked(database: Database) -> None:
    run = filled_run(database, guests(1))
    [request] = Claims(database, run, TERMS, now=STARTED).claim(5, now=STARTED)
    assert (request.key, request.body) == ("guest-1", b"hello guest-1")
    assert (request.attempts, request.unclear) == (0, False)


def test_another_process_sees_claimed_requests_as_being_sent_before_the_claim_returns(
    database: Database, other: Database
) -> None:
    run = filled_run(database, guests(3))
    Claims(database, run, TERMS, now=STARTED).claim(2, now=STARTED)
    assert states(other, run) == ["sending", "sending", "ready"]


def test_requests_of_another_run_are_not_claimed(database: Database) -> None:
    filled_run(database, guests(2), name_seed=1)
    run = filled_run(database, guests(1), name_seed=2)
    assert ordinals(Claims(database, run, TERMS, now=STARTED), 10) == [1]


def test_an_outcome_is_kept_with_its_code_its_message_and_every_attempt(database: Database, other: Database) -> None:
    run = filled_run(database, guests(1))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(1, now=STARTED)
    attempts = (attempt(1, action=Action.BACK_OFF, code="http-503"), attempt(2, action=Action.FAIL, code="-22"))
    message = Text("parameter error", "参数错误")
    outcome = Outcome(
        ordinal=1, key="guest", state=State.UNKNOWN, code="-22", message=message, attempts=attempts, unclear=True
    )
    claims.settle([outcome], now=STARTED + 9)
    [result] = Ledger(other).results(run)
    assert (result.state, result.code, result.message, result.attempts) == (State.UNKNOWN, "-22", message, 2)
    assert (result.first_sent, result.settled) == (attempts[0].started, STARTED + 9)
    assert unclear_ordinals(other, run) == [1]
    rows = other.execute("SELECT number, started, seconds, code, action FROM attempts ORDER BY number").fetchall()
    assert [tuple(row) for row in rows] == [
        (1, attempts[0].started, 0.25, "http-503", "back off"),
        (2, attempts[1].started, 0.25, "-22", "fail"),
    ]


def test_a_message_that_is_the_same_in_both_languages_comes_back_in_both(database: Database) -> None:
    run = filled_run(database, guests(1))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(1, now=STARTED)
    claims.settle([succeeded(1)], now=STARTED)
    [result] = Ledger(database).results(run)
    assert result.message == Text.verbatim("ok")


def test_what_no_file_can_hold_is_spelled_out(database: Database) -> None:
    run = filled_run(database, guests(1))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(1, now=STARTED)
    words = "nothing\x00more"
    refused = Outcome(
        ordinal=1, key="guest", state=State.FAILED, code=words, message=Text.verbatim(words), attempts=(), unclear=False
    )
    claims.settle([refused], now=STARTED)
    [result] = Ledger(database).results(run)
    assert (result.code, result.message) == ("nothing\\x00more", Text.verbatim("nothing\\x00more"))


@pytest.mark.parametrize(
    "words",
    ["", "您好 😀", 'a "quote" and a \\ and a \\u0041', "two\r\nlines", "null", "x" * 100_000],
)
def test_a_message_is_kept_word_for_word(database: Database, words: str) -> None:
    run = filled_run(database, guests(1))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(1, now=STARTED)
    made, message = attempt(code=words), Text.verbatim(words)
    refused = Outcome(
        ordinal=1, key="guest", state=State.FAILED, code=words, message=message, attempts=(made,), unclear=False
    )
    claims.settle([refused], now=STARTED)
    [result] = Ledger(database).results(run)
    assert (result.code, result.message) == (words, message)
    assert database.execute("SELECT code FROM attempts").fetchone()["code"] == words


def test_a_message_that_a_vendor_cut_in_the_middle_of_a_character_is_kept_as_far_as_it_can_be(
    database: Database,
) -> None:
    run = filled_run(database, guests(1))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(1, now=STARTED)
    message = Text.verbatim("parameter error \ud83d")
    refused = Outcome(
        ordinal=1, key="guest", state=State.FAILED, code="-22", message=message, attempts=(attempt(),), unclear=False
    )
    claims.settle([refused], now=STARTED)
    [result] = Ledger(database).results(run)
    assert result.message is not None
    assert result.message.en.startswith("parameter error ")
    assert (result.state, result.code) == (State.FAILED, "-22")


def test_what_was_not_sent_has_no_time_at_which_it_was_settled(database: Database) -> None:
    run = filled_run(database, guests(1))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(1, now=STARTED)
    outcome = Outcome(ordinal=1, key="guest", state=State.NOT_SENT, code=None, message=None, attempts=(), unclear=False)
    claims.settle([outcome], now=STARTED)
    [result] = Ledger(database).results(run)
    assert (result.state, result.first_sent, result.settled) == (State.NOT_SENT, None, None)


def test_another_process_live_lease_is_respected_and_its_holder_named(database: Database, other: Database) -> None:
    run = filled_run(database, guests(3))
    claims = Claims(database, run, TERMS, now=STARTED)
    assert ordinals(claims, 1) == [1]
    with pytest.raises(JournalError) as told:
        Claims(other, run, OTHERS_TERMS, now=JUST_BEFORE_EXPIRY)
    assert not isinstance(told.value, LeaseLost)
    for message in (told.value.en, told.value.zh):
        assert TERMS.owner in message
    assert states(database, run) == ["sending", "ready", "ready"]
    claims.settle([succeeded(1)], now=JUST_BEFORE_EXPIRY)
    assert ordinals(claims, 1, now=JUST_BEFORE_EXPIRY) == [2]


def test_the_lease_of_a_process_that_has_surely_ended_need_not_be_waited_for(
    database: Database, other: Database
) -> None:
    run = filled_run(database, guests(2))
    lost = Claims(database, run, TERMS, now=STARTED)
    lost.claim(1, now=STARTED)
    heir = Claims(other, run, OTHERS_TERMS, now=STARTED + 1, is_gone=lambda owner: owner == TERMS.owner)
    assert [(request.ordinal, request.unclear) for request in heir.claim(5, now=STARTED + 1)] == [
        (1, True),
        (2, False),
    ]
    with pytest.raises(LeaseLost):
        lost.settle([succeeded(1)], now=STARTED + 1)


def test_a_lease_on_one_run_keeps_nobody_from_another(database: Database, other: Database) -> None:
    mine = filled_run(database, [good("a", 2)], name_seed=1)
    theirs = filled_run(database, [good("b", 2)], name_seed=2)
    assert ordinals(Claims(database, mine, TERMS, now=STARTED), 1) == [1]
    assert ordinals(Claims(other, theirs, OTHERS_TERMS, now=STARTED), 1) == [1]


def test_a_released_lease_need_not_be_waited_for(database: Database, other: Database) -> None:
    run = filled_run(database, guests(1))
    Claims(database, run, TERMS, now=STARTED).release()
    assert ordinals(Claims(other, run, OTHERS_TERMS, now=STARTED), 1) == [1]


@pytest.mark.parametrize("work", ["claim", "settle", "renew"])
def test_whatever_is_written_keeps_the_lease_for_another_while(database: Database, other: Database, work: str) -> None:
    run = filled_run(database, guests(2))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(1, now=STARTED)
    do(work, claims, now=JUST_BEFORE_EXPIRY)
    with pytest.raises(JournalError):
        Claims(other, run, OTHERS_TERMS, now=AFTER_EXPIRY)


def test_nothing_is_claimed_under_a_lease_that_somebody_has_taken_over(database: Database, other: Database) -> None:
    run = filled_run(database, guests(2))
    claims = Claims(database, run, TERMS, now=STARTED)
    Claims(other, run, TERMS, now=AFTER_EXPIRY)
    with pytest.raises(LeaseLost):
        claims.claim(1, now=AFTER_EXPIRY)
    with pytest.raises(LeaseLost):
        claims.renew(now=AFTER_EXPIRY)
    assert states(database, run) == ["ready", "ready"]


def test_a_lease_that_has_run_out_is_still_ours_while_nobody_wants_it(database: Database) -> None:
    run = filled_run(database, guests(1))
    claims = Claims(database, run, TERMS, now=STARTED)
    [request] = claims.claim(1, now=STARTED)
    made = attempt()
    answered = Outcome(
        ordinal=request.ordinal,
        key="guest",
        state=State.SUCCEEDED,
        code="0",
        message=None,
        attempts=(made,),
        unclear=False,
    )
    claims.settle([answered], now=AFTER_EXPIRY)
    assert states(database, run) == ["succeeded"]


def test_what_a_lost_process_had_claimed_is_ready_again_for_its_heir_and_known_to_be_unclear(
    database: Database, other: Database
) -> None:
    run = filled_run(database, guests(3))
    lost = Claims(database, run, TERMS, now=STARTED)
    lost.claim(2, now=STARTED)
    lost.settle([succeeded(1)], now=STARTED)
    heir = Claims(other, run, OTHERS_TERMS, now=AFTER_EXPIRY)
    assert states(other, run) == ["succeeded", "ready", "ready"]
    assert [(request.ordinal, request.unclear) for request in heir.claim(5, now=AFTER_EXPIRY)] == [
        (2, True),
        (3, False),
    ]


def test_of_outcomes_that_come_under_a_lost_lease_none_is_written(database: Database, other: Database) -> None:
    run = filled_run(database, guests(3))
    lost = Claims(database, run, TERMS, now=STARTED)
    lost.claim(2, now=STARTED)
    Claims(other, run, OTHERS_TERMS, now=AFTER_EXPIRY).claim(1, now=AFTER_EXPIRY)
    with pytest.raises(LeaseLost):
        lost.settle([succeeded(1), succeeded(2)], now=AFTER_EXPIRY)
    assert states(other, run) == ["sending", "ready", "ready"]
    assert other.execute("SELECT count(*) FROM attempts").fetchone()[0] == 0


def test_a_batch_of_outcomes_of_which_one_was_never_claimed_is_refused_as_a_whole(database: Database) -> None:
    run = filled_run(database, guests(3))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(2, now=STARTED)
    with pytest.raises(LeaseLost):
        claims.settle([succeeded(1), succeeded(3)], now=STARTED)
    assert states(database, run) == ["sending", "sending", "ready"]
    assert database.execute("SELECT count(*) FROM attempts").fetchone()[0] == 0


def test_an_outcome_cannot_be_written_twice(database: Database) -> None:
    run = filled_run(database, guests(1))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(1, now=STARTED)
    claims.settle([succeeded(1)], now=STARTED)
    with pytest.raises(LeaseLost):
        claims.settle([succeeded(1)], now=STARTED)
    assert [result.attempts for result in Ledger(database).results(run)] == [1]


@pytest.mark.parametrize("work", ["claim", "settle", "renew"])
def test_a_process_whose_run_was_taken_over_stays_out_even_if_its_clock_lags_behind(
    database: Database, other: Database, work: str
) -> None:
    run = filled_run(database, guests(3))
    lost = Claims(database, run, TERMS, now=STARTED)
    lost.claim(1, now=STARTED)
    Claims(other, run, OTHERS_TERMS, now=AFTER_EXPIRY)
    with pytest.raises(LeaseLost):
        do(work, lost, now=JUST_BEFORE_EXPIRY)
    assert states(other, run) == ["ready", "ready", "ready"]


def test_requests_that_are_given_back_are_ready_and_come_in_order_again(database: Database, other: Database) -> None:
    run = filled_run(database, guests(4))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(3, now=STARTED)
    claims.give_back([2, 3])
    assert states(other, run) == ["sending", "ready", "ready", "ready"]
    assert ordinals(claims, 5) == [2, 3, 4]
    assert unclear_ordinals(database, run) == []


def test_what_was_taken_over_cannot_be_given_back_by_the_one_who_lost_it(database: Database, other: Database) -> None:
    run = filled_run(database, guests(1))
    lost = Claims(database, run, TERMS, now=STARTED)
    lost.claim(1, now=STARTED)
    Claims(other, run, OTHERS_TERMS, now=AFTER_EXPIRY).claim(1, now=AFTER_EXPIRY)
    lost.give_back([1])
    assert states(other, run) == ["sending"]


def test_attempts_of_an_earlier_claim_are_counted_on(database: Database, other: Database) -> None:
    run = filled_run(database, guests(1))
    claims = Claims(database, run, TERMS, now=STARTED)
    claims.claim(1, now=STARTED)
    claims.settle([succeeded(1)], now=STARTED)
    claims.release()
    database.execute("UPDATE requests SET state = 'ready' WHERE run = ?", (run,))
    [request] = Claims(other, run, OTHERS_TERMS, now=STARTED).claim(1, now=STARTED)
    assert request.attempts == 1
