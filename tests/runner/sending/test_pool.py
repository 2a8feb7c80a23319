import asyncio
from collections.abc import Callable, Sequence
from email.utils import formatdate
from pathlib import Path

import pytest

from runner.events import Event, Settled
from runner.exchange import Call
from runner.journal.claims import Claims
from runner.journal.ledger import Ledger
from runner.outcome import State
from runner.text import Text
from tests.runner.journal.sample_run import STARTED, unclear_ordinals
from tests.runner.sending.fake_carrier import (
    BUSY,
    CUT_OFF,
    EXPIRED,
    GATEWAY_PAGE,
    REFUSED,
    TOO_LATE,
    WELCOME,
    WHO_ARE_YOU,
    Answer,
    FakeCarrier,
    guest,
    says,
)
from tests.runner.sending.fake_job import Greet
from tests.runner.sending.party import OTHERS_LEASE, party

FIRST = "guest-1"


async def test_every_request_is_sent_once_and_succeeds_where_the_vendor_says_yes(tmp_path: Path) -> None:
    carrier = FakeCarrier()
    with party(tmp_path, 150) as people:
        assert await people.pool(carrier).run() is None
        assert people.counts() == {State.SUCCEEDED: 150}
        assert people.attempts("guest-77") == [(1, "0")]
    assert sorted(carrier.guests) == sorted(f"guest-{number}" for number in range(1, 151))


async def test_a_run_without_anything_to_send_ends(tmp_path: Path) -> None:
    with party(tmp_path, 0) as people:
        assert await people.pool(FakeCarrier()).run() is None


async def test_once_it_has_ended_another_process_need_not_wait_for_the_lease(tmp_path: Path) -> None:
    with party(tmp_path, 3) as people:
        await people.pool(FakeCarrier()).run()
        assert Claims(people.other, people.run, OTHERS_LEASE, now=people.moment()).claim(5, now=STARTED) == []


async def test_a_refusal_fails_with_the_vendors_code_and_message_word_for_word(tmp_path: Path) -> None:
    words = 'parameter error: "times" {0} 100% 参数错误'
    with party(tmp_path, 3) as people:
        await people.pool(FakeCarrier({"guest-2": [says(f"-22 {words}")]})).run()
        result = people.results()["guest-2"]
        assert (result.state, result.code, result.message) == (State.FAILED, "-22", Text.verbatim(words))
        assert people.counts() == {State.SUCCEEDED: 2, State.FAILED: 1}
        assert people.attempts("guest-2") == [(1, "-22")]


@pytest.mark.parametrize(
    ("answers", "state", "codes"),
    [
        pytest.param([BUSY, WELCOME], State.SUCCEEDED, ["-18", "0"], id="success after a system error"),
        pytest.param([CUT_OFF, GATEWAY_PAGE, WELCOME], State.SUCCEEDED, ["unclear", "http-502", "0"], id="at last"),
        pytest.param([REFUSED, WELCOME], State.SUCCEEDED, ["not-connected", "0"], id="success after no connection"),
        pytest.param([EXPIRED, WELCOME], State.SUCCEEDED, ["-16", "0"], id="success after an old timestamp"),
        pytest.param([BUSY, TOO_LATE], State.UNKNOWN, ["-18", "-41"], id="refusal after a system error"),
        pytest.param([CUT_OFF, TOO_LATE], State.UNKNOWN, ["unclear", "-41"], id="refusal after a cut"),
        pytest.param([GATEWAY_PAGE, TOO_LATE], State.UNKNOWN, ["http-502", "-41"], id="refusal after a gateway's page"),
        pytest.param([says("what?"), TOO_LATE], State.UNKNOWN, ["unreadable", "-41"], id="refusal after nonsense"),
        pytest.param([CUT_OFF, WHO_ARE_YOU], State.UNKNOWN, ["unclear", "-1"], id="unauthorised after a cut"),
        pytest.param([CUT_OFF, REFUSED], State.UNKNOWN, ["unclear", *["not-connected"] * 2], id="no more connections"),
        pytest.param([REFUSED, TOO_LATE], State.FAILED, ["not-connected", "-41"], id="refusal after no connection"),
        pytest.param([EXPIRED, TOO_LATE], State.FAILED, ["-16", "-41"], id="refusal after an old timestamp"),
        pytest.param([BUSY], State.UNKNOWN, ["-18"] * 3, id="system errors throughout"),
        pytest.param([CUT_OFF], State.UNKNOWN, ["unclear"] * 3, id="cuts throughout"),
        pytest.param([GATEWAY_PAGE], State.UNKNOWN, ["http-502"] * 3, id="gateway pages throughout"),
    ],
)
async def test_a_request_ends_in_the_state_that_its_answers_add_up_to(
    tmp_path: Path, answers: Sequence[Answer], state: State, codes: list[str]
) -> None:
    with party(tmp_path, 1) as people:
        await people.pool(FakeCarrier({FIRST: answers})).run()
        result = people.results()[FIRST]
        assert (result.state, result.code, result.attempts) == (state, codes[-1], len(codes))
        assert people.attempts(FIRST) == list(enumerate(codes, start=1))
        assert people.raw_state(FIRST) == state


async def test_a_refusal_after_an_ambiguous_attempt_keeps_the_vendors_words(tmp_path: Path) -> None:
    with party(tmp_path, 1) as people:
        await people.pool(FakeCarrier({FIRST: [CUT_OFF, TOO_LATE]})).run()
        assert people.results()[FIRST].message == Text.verbatim("no longer pending")
        assert unclear_ordinals(people.other, people.run) == [1]


@pytest.mark.parametrize(("answer", "state"), [(TOO_LATE, State.UNKNOWN), (WELCOME, State.SUCCEEDED)])
async def test_what_an_earlier_process_may_have_sent_is_unclear_until_the_vendor_says_yes(
    tmp_path: Path, answer: Answer, state: State
) -> None:
    with party(tmp_path, 1) as people:
        Claims(people.other, people.run, OTHERS_LEASE, now=STARTED).claim(1, now=STARTED)
        people.moment.time += 3_600
        await people.pool(FakeCarrier(otherwise=answer)).run()
        assert people.states() == {FIRST: state}


async def test_one_request_that_goes_wrong_harms_no_other(tmp_path: Path) -> None:
    scripts: dict[str, Sequence[Answer]] = {
        "guest-3": [BUSY],
        "guest-5": [TOO_LATE],
        "guest-7": [CUT_OFF, WELCOME],
        "guest-9": [says("-77 never heard of")],
    }
    with party(tmp_path, 60) as people:
        assert await people.pool(FakeCarrier(scripts)).run() is None
        assert people.counts() == {State.SUCCEEDED: 57, State.FAILED: 1, State.UNKNOWN: 2}


async def test_requests_are_marked_as_being_sent_for_all_to_see_before_the_vendor_gets_them(tmp_path: Path) -> None:
    seen: list[str] = []
    with party(tmp_path, 100) as people:

        async def look(call: Call) -> None:
            seen.append(people.raw_state(guest(call)))

        await people.pool(FakeCarrier(before_answering=look)).run()
    assert seen == ["sending"] * 100


async def test_an_outcome_is_in_the_journal_before_it_is_told(tmp_path: Path) -> None:
    with party(tmp_path, 50) as people:
        told: list[tuple[State, str]] = []

        class Listening(list[Event]):
            def append(self, event: Event) -> None:
                if isinstance(event, Settled):
                    told.append((event.state, people.raw_state(f"guest-{event.ordinal}")))

        people.events = Listening()
        await people.pool(FakeCarrier({"guest-7": [TOO_LATE]})).run()
    assert len(told) == 50
    assert all(state == in_journal for state, in_journal in told)


async def test_each_attempt_is_signed_with_a_fresh_timestamp_after_its_backoff(tmp_path: Path) -> None:
    with party(tmp_path, 1) as people:

        def tick() -> None:
            people.moment.time += 7

        async def let_time_pass_during_the_backoff(_: Call) -> None:
            asyncio.get_running_loop().call_soon(tick)

        carrier = FakeCarrier({FIRST: [BUSY, BUSY, WELCOME]}, before_answering=let_time_pass_during_the_backoff)
        await people.pool(carrier, job=Greet(wait=0.01)).run()
        assert people.states() == {FIRST: State.SUCCEEDED}
    assert carrier.timestamps(FIRST) == [int(STARTED) + seconds for seconds in (0, 7, 14)]


async def test_each_attempt_is_signed_after_it_has_its_permit(tmp_path: Path) -> None:
    with party(tmp_path, 3) as people:

        async def take_a_minute(_: Call) -> None:
            people.moment.time += 5

        carrier = FakeCarrier(before_answering=take_a_minute)
        await people.pool(carrier, concurrency=1).run()
    signed_for = [int(call.headers["Timestamp"]) - int(STARTED) for call in carrier.calls]
    assert signed_for == [0, 5, 10]


async def test_the_vendors_clock_is_learned_from_an_expired_answer(tmp_path: Path) -> None:
    expired = says("-16 timestamp expired", Date=formatdate(STARTED + 600, usegmt=True))
    carrier = FakeCarrier({FIRST: [expired, WELCOME]})
    with party(tmp_path, 2) as people:
        await people.pool(carrier, concurrency=1).run()
        assert people.counts() == {State.SUCCEEDED: 2}
    assert carrier.timestamps(FIRST) == [int(STARTED), int(STARTED) + 600]
    assert carrier.timestamps("guest-2")[-1] == int(STARTED) + 600


@pytest.mark.parametrize(
    "answer_for",
    [
        pytest.param(lambda number: [WELCOME, TOO_LATE, BUSY, CUT_OFF][number % 4], id="mixed"),
        pytest.param(lambda number: [BUSY, GATEWAY_PAGE, says("?")][number % 3], id="a broken vendor"),
    ],
)
async def test_the_counts_add_up_and_nothing_stays_open(tmp_path: Path, answer_for: Callable[[int], Answer]) -> None:
    scripts = {f"guest-{number}": [answer_for(number)] for number in range(1, 301)}
    with party(tmp_path, 300) as people:
        await people.pool(FakeCarrier(scripts), concurrency=8).run()
        record = Ledger(people.other).run(people.run)
        assert record.requests == 300
        left = people.other.execute("SELECT count(*) FROM requests WHERE state IN ('ready', 'sending')").fetchone()
        assert tuple(left) == (0,)
        made = people.other.execute("SELECT count(*) FROM attempts").fetchone()[0]
        assert made == record.attempts
